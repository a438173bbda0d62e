WITH viewer AS MATERIALIZED (
  SELECT vset($1::VARCHAR) AS vset_1)
SELECT ((
    SELECT concat('{"nodes":[', array_to_string(trim_array(array_agg(page.nodes_1), greatest(CAST(count(*) AS INTEGER) - 2, 0)), ','), ']}')
    FROM (
      SELECT concat(E'\x1E0,', dossier.participant_id, ',', (array((
              SELECT offices_served.id
              FROM offices_served
              ORDER BY offices_served.id)))[width_bucket(dossier.office_id, array((
              SELECT offices_served.id
              FROM offices_served
              ORDER BY offices_served.id)))], E'\x1E{"code":', coalesce(to_json(dossier.code), 'null'),
        ',"filedBy":', coalesce((
            SELECT concat('{"__typename":"Employer","name":', to_json(employer.name), '}')
            FROM employers AS employer
            WHERE employer.id = dossier.employer_id), (
            SELECT concat(E'\x1E1,', participant.id, ',', (array((
                    SELECT offices_served.id
                    FROM offices_served
                    ORDER BY offices_served.id)))[width_bucket(participant.office_id, array((
                    SELECT offices_served.id
                    FROM offices_served
                    ORDER BY offices_served.id)))], E'\x1E{"__typename":"Participant","fullName":', to_json(participant.full_name), '}')
            FROM participants AS participant
            WHERE dossier.employer_id IS NULL
            AND participant.id = dossier.participant_id
            AND participant.office_id = ANY (array((
                  SELECT below.id
                  FROM grants AS my_grant
                  JOIN offices AS my_office ON my_office.id = my_grant.office_id
                  JOIN offices AS below ON below.id BETWEEN my_office.id AND my_office.last_id
                  WHERE my_grant.principal = (
                    SELECT CAST(vget('principal') AS UUID) AS vget_1)
                  AND my_grant.kind = (
                    SELECT vget('kind') AS vget_2)
                  AND (my_grant.valid_until IS NULL
                    OR my_grant.valid_until > statement_timestamp()))))), 'null'),
        ',"deadline":{"accepted_at":', coalesce(to_json(dossier.accepted_at), 'null'),
        ',"due_on":', coalesce(to_json(dossier.due_on), 'null'),
        ',"closed_at":', coalesce(to_json(dossier.closed_at), 'null'),
        ',"applicant":', coalesce(to_json(dossier.applicant), 'null'),
        ',"limits":', coalesce(to_json((
              SELECT json_agg(json_build_array(seen_service_time_limits.applies_to, seen_service_time_limits.days, seen_service_time_limits.unit, seen_service_time_limits.note)) AS json_agg_1
              FROM (
                SELECT service_time_limits_1.service_version_id AS service_version_id, service_time_limits_1.applies_to AS applies_to, service_time_limits_1.days AS days, service_time_limits_1.unit AS unit, service_time_limits_1.note AS note
                FROM service_time_limits AS service_time_limits_1
                WHERE true) AS seen_service_time_limits
              WHERE seen_service_time_limits.service_version_id = dossier.service_version_id)), 'null'),
        ',"decided":', coalesce(to_json((
              SELECT json_agg(json_build_array(seen_calendar_overrides.day, seen_calendar_overrides.is_working)) AS json_agg_1
              FROM (
                SELECT calendar_overrides_1.day AS day, calendar_overrides_1.is_working AS is_working, calendar_overrides_1.decision AS decision
                FROM calendar_overrides AS calendar_overrides_1
                WHERE true) AS seen_calendar_overrides)), 'null'),
        ',"today":', coalesce(to_json((
              SELECT CAST(timezone('Asia/Ho_Chi_Minh', statement_timestamp()) AS DATE) AS timezone_1)), 'null'), '}}') AS nodes_1
      FROM (
        SELECT dossier.*
        FROM (
          SELECT each_office_id.office_id
          FROM (
            SELECT DISTINCT unnest((array((
                    SELECT below.id
                    FROM grants AS my_grant
                    JOIN offices AS my_office ON my_office.id = my_grant.office_id
                    JOIN offices AS below ON below.id BETWEEN my_office.id AND my_office.last_id
                    WHERE my_grant.principal = (
                      SELECT CAST(vget('principal') AS UUID) AS vget_1)
                    AND my_grant.kind = (
                      SELECT vget('kind') AS vget_2)
                    AND (my_grant.valid_until IS NULL
                      OR my_grant.valid_until > statement_timestamp()))))) AS office_id) AS each_office_id, LATERAL (
            SELECT dossier.due_on, dossier.id
            FROM dossiers AS dossier
            WHERE dossier.office_id = each_office_id.office_id
            AND dossier.due_on IS NOT NULL
            ORDER BY dossier.due_on, dossier.id
            LIMIT 1) AS dossier
          ORDER BY dossier.due_on, dossier.id
          LIMIT 3) AS each, LATERAL (
          SELECT dossier.*
          FROM dossiers AS dossier
          WHERE dossier.office_id = each.office_id
          AND dossier.due_on IS NOT NULL
          ORDER BY dossier.due_on, dossier.id
          LIMIT 3) AS dossier
        ORDER BY dossier.due_on, dossier.id
        LIMIT 3) AS dossier
      ORDER BY dossier.due_on, dossier.id
      LIMIT 3) AS page
    HAVING true)) AS root_1
FROM viewer
