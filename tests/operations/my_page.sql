WITH viewer AS MATERIALIZED (
  SELECT vset($1::VARCHAR) AS vset_1)
SELECT (concat('{"name":', coalesce(to_json(vget('name')), 'null'),
    ',"participant":', coalesce((
        SELECT concat('{"fullName":', to_json(participant.full_name),
          ',"birthDate":', to_json(participant.birth_date),
          ',"identifiers":', (
            SELECT concat('{"nodes":[', array_to_string(trim_array(array_agg(page.nodes_1), greatest(CAST(count(*) AS INTEGER) - 20, 0)), ','), ']}')
            FROM (
              SELECT concat('{"kind":', to_json(identifier.kind),
                ',"masked":', to_json(identifier.masked), '}') AS nodes_1
              FROM identifiers AS identifier
              WHERE identifier.participant_id = participant.id
              AND identifier.participant_id = (
                SELECT CAST(vget('participant') AS UUID) AS vget_1)
              ORDER BY identifier.kind, identifier.id
              LIMIT 21) AS page
            HAVING true),
          ',"employments":', (
            SELECT concat('{"nodes":[', array_to_string(trim_array(array_agg(page_2.nodes_1), greatest(CAST(count(*) AS INTEGER) - 3, 0)), ','), ']}')
            FROM (
              SELECT concat('{"position":', to_json(employment.position),
                ',"startedOn":', to_json(employment.started_on),
                ',"employer":', coalesce((
                    SELECT concat('{"name":', to_json(employer.name), '}')
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
            SELECT concat('{"totalCount":', least((
                  SELECT count(*)
                  FROM (
                    SELECT 1
                    FROM dossiers AS dossier
                    WHERE dossier.participant_id = participant.id
                    AND dossier.participant_id = (
                      SELECT CAST(vget('participant') AS UUID) AS vget_1)
                    LIMIT 10001) AS counted), 10000),
              ',"nodes":[', array_to_string(trim_array(array_agg(page_3.nodes_2), greatest(CAST(count(*) AS INTEGER) - 10, 0)), ','), ']}')
            FROM (
              SELECT concat('{"id":"Dossier:', dossier.id, '","reference":', to_json(dossier.reference),
                ',"status":', to_json(dossier.status),
                ',"service":', coalesce((
                    SELECT concat('{"nameVi":', to_json(service.name_vi), '}')
                    FROM services AS service
                    WHERE service.id = dossier.service_id), 'null'),
                ',"events":', (
                  SELECT concat('{"nodes":[', array_to_string(trim_array(array_agg(page_4.nodes_1), greatest(CAST(count(*) AS INTEGER) - 20, 0)), ','), ']}')
                  FROM (
                    SELECT concat('{"seq":', dossier_event.seq,
                      ',"kind":', to_json(dossier_event.kind),
                      ',"at":', to_json(dossier_event.at), '}') AS nodes_1
                    FROM dossier_events AS dossier_event
                    WHERE dossier_event.dossier_id = dossier.id
                    AND dossier_event.participant_id = (
                      SELECT CAST(vget('participant') AS UUID) AS vget_1)
                    ORDER BY dossier_event.seq
                    LIMIT 21) AS page_4
                  HAVING true), '}') AS nodes_2
              FROM dossiers AS dossier
              WHERE dossier.participant_id = participant.id
              AND dossier.participant_id = (
                SELECT CAST(vget('participant') AS UUID) AS vget_1)
              ORDER BY dossier.id DESC
              LIMIT 11) AS page_3
            HAVING true), '}')
        FROM participants AS participant
        WHERE participant.id = (
          SELECT CAST(vget('person') AS UUID) AS vget_1)
        AND participant.id = (
          SELECT CAST(vget('participant') AS UUID) AS vget_1)), 'null'), '}')) AS root_1
FROM viewer
