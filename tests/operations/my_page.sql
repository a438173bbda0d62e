WITH viewer AS MATERIALIZED (
  SELECT vset($1::VARCHAR) AS vset_1)
SELECT (
  SELECT concat('{"name":', coalesce(CAST(to_json(vget('name')) AS TEXT), 'null'),
    ',"participant":', coalesce((
        SELECT concat('{"fullName":', CAST(to_json(participant.full_name) AS TEXT),
          ',"birthDate":', CAST(to_json(participant.birth_date) AS TEXT),
          ',"identifiers":', (
            SELECT concat('{"nodes":', concat('[', array_to_string(trim_array(array_agg(page.nodes_1), greatest(CAST(count(*) AS INTEGER) - 20, 0)), ','), ']'), '}') AS concat_3
            FROM (
              SELECT concat('{"kind":', CAST(to_json(identifier.kind) AS TEXT),
                ',"masked":', CAST(to_json(identifier.masked) AS TEXT), '}') AS nodes_1
              FROM identifiers AS identifier
              WHERE identifier.participant_id = participant.id
              AND identifier.participant_id = (
                SELECT CAST(vget('participant') AS UUID) AS vget_1)
              ORDER BY identifier.kind, identifier.id
              LIMIT 21) AS page
            HAVING true),
          ',"employments":', (
            SELECT concat('{"nodes":', concat('[', array_to_string(trim_array(array_agg(page_2.nodes_1), greatest(CAST(count(*) AS INTEGER) - 3, 0)), ','), ']'), '}') AS concat_4
            FROM (
              SELECT concat('{"position":', CAST(to_json(employment.position) AS TEXT),
                ',"startedOn":', CAST(to_json(employment.started_on) AS TEXT),
                ',"employer":', coalesce((
                    SELECT concat('{"name":', CAST(to_json(employer.name) AS TEXT), '}') AS concat_5
                    FROM employers AS employer
                    WHERE employer.id = employment.employer_id), 'null'), '}') AS nodes_1
              FROM employments AS employment
              WHERE employment.participant_id = participant.id
              AND employment.participant_id = (
                SELECT CAST(vget('participant') AS UUID) AS vget_1)
              ORDER BY employment.started_on DESC, employment.id DESC
              LIMIT 4) AS page_2
            HAVING true),
          ',"dossiers":', (
            SELECT concat('{"totalCount":', CAST(least((
                    SELECT count(*) AS count_1
                    FROM (
                      SELECT 1 AS row
                      FROM dossiers AS dossier
                      WHERE dossier.participant_id = participant.id
                      AND dossier.participant_id = (
                        SELECT CAST(vget('participant') AS UUID) AS vget_1)
                      LIMIT 10001) AS counted), 10000) AS TEXT),
              ',"nodes":', concat('[', array_to_string(trim_array(array_agg(page_4.nodes_2), greatest(CAST(count(*) AS INTEGER) - 10, 0)), ','), ']'), '}') AS concat_6
            FROM (
              SELECT concat('{"id":', concat('"Dossier:', dossier.id, '"'),
                ',"reference":', CAST(to_json(dossier.reference) AS TEXT),
                ',"status":', CAST(to_json(dossier.status) AS TEXT),
                ',"service":', coalesce((
                    SELECT concat('{"nameVi":', CAST(to_json(service.name_vi) AS TEXT), '}') AS concat_7
                    FROM services AS service
                    WHERE service.id = dossier.service_id), 'null'),
                ',"events":', (
                  SELECT concat('{"nodes":', concat('[', array_to_string(trim_array(array_agg(page_3.nodes_1), greatest(CAST(count(*) AS INTEGER) - 20, 0)), ','), ']'), '}') AS concat_8
                  FROM (
                    SELECT concat('{"seq":', CAST(dossier_event.seq AS TEXT),
                      ',"kind":', CAST(to_json(dossier_event.kind) AS TEXT),
                      ',"at":', CAST(to_json(dossier_event.at) AS TEXT), '}') AS nodes_1
                    FROM dossier_events AS dossier_event
                    WHERE dossier_event.dossier_id = dossier.id
                    AND dossier_event.participant_id = (
                      SELECT CAST(vget('participant') AS UUID) AS vget_1)
                    ORDER BY dossier_event.seq
                    LIMIT 21) AS page_3
                  HAVING true), '}') AS nodes_2
              FROM dossiers AS dossier
              WHERE dossier.participant_id = participant.id
              AND dossier.participant_id = (
                SELECT CAST(vget('participant') AS UUID) AS vget_1)
              ORDER BY dossier.id DESC
              LIMIT 11) AS page_4
            HAVING true), '}') AS concat_2
        FROM participants AS participant
        WHERE participant.id = (
          SELECT CAST(vget('participant') AS UUID) AS vget_1)
        AND participant.id = (
          SELECT CAST(vget('participant') AS UUID) AS vget_1)), 'null'), '}') AS concat_1) AS root_1
FROM viewer
