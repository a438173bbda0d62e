WITH viewer AS MATERIALIZED (
  SELECT vset($4::VARCHAR) AS vset_1)
SELECT (
  SELECT concat('[', string_agg(coalesce(CASE WHEN (wanted.type = 'Dossier') THEN (
          SELECT concat('{"__typename":', '"Dossier"',
            ',"id":', concat('"Dossier:', dossier.id, '"'),
            ',"reference":', CAST(to_json(dossier.reference) AS TEXT),
            ',"status":', CAST(to_json(dossier.status) AS TEXT), '}') AS concat_2
          FROM dossiers AS dossier
          WHERE dossier.id = CAST(wanted.key AS UUID)
          AND dossier.participant_id = (
            SELECT CAST(vget('participant') AS UUID) AS vget_1)) WHEN (wanted.type = 'Employer') THEN (
          SELECT concat('{"__typename":', '"Employer"',
            ',"id":', concat('"Employer:', employer.id, '"'), '}') AS concat_3
          FROM employers AS employer
          WHERE employer.id = CAST(wanted.key AS UUID)) WHEN (wanted.type = 'Employment') THEN (
          SELECT concat('{"__typename":', '"Employment"',
            ',"id":', concat('"Employment:', employment.id, '"'), '}') AS concat_4
          FROM employments AS employment
          WHERE employment.id = CAST(wanted.key AS UUID)
          AND employment.participant_id = (
            SELECT CAST(vget('participant') AS UUID) AS vget_1)) WHEN (wanted.type = 'Identifier') THEN (
          SELECT concat('{"__typename":', '"Identifier"',
            ',"id":', concat('"Identifier:', identifier.id, '"'), '}') AS concat_5
          FROM identifiers AS identifier
          WHERE identifier.id = CAST(wanted.key AS UUID)
          AND identifier.participant_id = (
            SELECT CAST(vget('participant') AS UUID) AS vget_1)) WHEN (wanted.type = 'Office') THEN (
          SELECT concat('{"__typename":', '"Office"',
            ',"id":', concat('"Office:', office.id, '"'), '}') AS concat_6
          FROM offices AS office
          WHERE office.id = CAST(wanted.key AS INTEGER)) WHEN (wanted.type = 'Participant') THEN (
          SELECT concat('{"__typename":', '"Participant"',
            ',"id":', concat('"Participant:', participant.id, '"'), '}') AS concat_7
          FROM participants AS participant
          WHERE participant.id = CAST(wanted.key AS UUID)
          AND participant.id = (
            SELECT CAST(vget('participant') AS UUID) AS vget_1)) WHEN (wanted.type = 'Service') THEN (
          SELECT concat('{"__typename":', '"Service"',
            ',"id":', CAST(to_json(concat('Service:', service.id)) AS TEXT),
            ',"nameVi":', CAST(to_json(service.name_vi) AS TEXT),
            ',"version":', coalesce((
                SELECT concat('{"law":', CAST(to_json(service_version.law) AS TEXT),
                  ',"timeLimits":', (
                    SELECT concat('{"nodes":', concat('[', array_to_string(trim_array(array_agg(page.nodes_1), greatest(CAST(count(*) AS INTEGER) - 20, 0)), ','), ']'), '}') AS concat_10
                    FROM (
                      SELECT concat('{"days":', CAST(service_time_limit.days AS TEXT),
                        ',"unit":', CAST(to_json(service_time_limit.unit) AS TEXT), '}') AS nodes_1
                      FROM service_time_limits AS service_time_limit
                      WHERE service_time_limit.service_version_id = service_version.id
                      ORDER BY service_time_limit.applies_to
                      LIMIT 21) AS page
                    HAVING true), '}') AS concat_9
                FROM service_versions AS service_version
                WHERE service_version.service_id = service.id
                AND service_version.valid_from <= $1::DATE
                AND (service_version.valid_to IS NULL
                  OR service_version.valid_to >= $1::DATE)), 'null'), '}') AS concat_8
          FROM services AS service
          WHERE service.id = CAST(wanted.key AS TEXT)) WHEN (wanted.type = 'ServiceVersion') THEN (
          SELECT concat('{"__typename":', '"ServiceVersion"',
            ',"id":', concat('"ServiceVersion:', service_version_2.id, '"'), '}') AS concat_11
          FROM service_versions AS service_version_2
          WHERE service_version_2.id = CAST(wanted.key AS UUID)) END, 'null'), ','
      ORDER BY wanted.number), ']') AS concat_1
  FROM unnest($2::TEXT[], $3::TEXT[]) WITH ORDINALITY AS wanted(type, key, number)) AS root_1
FROM viewer
