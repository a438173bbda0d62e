WITH viewer AS MATERIALIZED (
  SELECT vset($1::VARCHAR) AS vset_1)
SELECT (
  SELECT concat('{"nodes":', concat('[', array_to_string(trim_array(array_agg(page.nodes_1), greatest(CAST(count(*) AS INTEGER) - 2, 0)), ','), ']'), '}') AS concat_1
  FROM (
    SELECT concat('{"code":', coalesce(CAST(to_json(dossier.code) AS TEXT), 'null'),
      ',"filedBy":', coalesce((
          SELECT concat('{"__typename":', '"Employer"',
            ',"name":', CAST(to_json(employer.name) AS TEXT), '}') AS concat_2
          FROM employers AS employer
          WHERE employer.id = dossier.employer_id), (
          SELECT concat('{"__typename":', '"Participant"',
            ',"fullName":', CAST(to_json(participant.full_name) AS TEXT), '}') AS concat_3
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
      ',"deadline":', concat('{"accepted_at":', coalesce(CAST(to_json(dossier.accepted_at) AS TEXT), 'null'),
        ',"due_on":', coalesce(CAST(to_json(dossier.due_on) AS TEXT), 'null'),
        ',"closed_at":', coalesce(CAST(to_json(dossier.closed_at) AS TEXT), 'null'),
        ',"applicant":', coalesce(CAST(to_json(dossier.applicant) AS TEXT), 'null'),
        ',"limits":', coalesce(CAST(to_json((
                SELECT json_agg(json_build_array(seen_service_time_limits.applies_to, seen_service_time_limits.days, seen_service_time_limits.unit, seen_service_time_limits.note)) AS json_agg_1
                FROM (
                  SELECT service_time_limits.service_version_id AS service_version_id, service_time_limits.applies_to AS applies_to, service_time_limits.days AS days, service_time_limits.unit AS unit, service_time_limits.note AS note
                  FROM service_time_limits AS service_time_limits
                  WHERE true) AS seen_service_time_limits
                WHERE seen_service_time_limits.service_version_id = dossier.service_version_id)) AS TEXT), 'null'),
        ',"decided":', coalesce(CAST(to_json((
                SELECT json_agg(json_build_array(seen_calendar_overrides.day, seen_calendar_overrides.is_working)) AS json_agg_2
                FROM (
                  SELECT calendar_overrides.day AS day, calendar_overrides.is_working AS is_working, calendar_overrides.decision AS decision
                  FROM calendar_overrides AS calendar_overrides
                  WHERE true) AS seen_calendar_overrides)) AS TEXT), 'null'),
        ',"today":', coalesce(CAST(to_json((
                SELECT CAST(timezone('Asia/Ho_Chi_Minh', statement_timestamp()) AS DATE) AS timezone_1)) AS TEXT), 'null'), '}'), '}') AS nodes_1
    FROM dossiers AS dossier
    WHERE dossier.office_id = ANY (array((
          SELECT below.id
          FROM grants AS my_grant
          JOIN offices AS my_office ON my_office.id = my_grant.office_id
          JOIN offices AS below ON below.id BETWEEN my_office.id AND my_office.last_id
          WHERE my_grant.principal = (
            SELECT CAST(vget('principal') AS UUID) AS vget_1)
          AND my_grant.kind = (
            SELECT vget('kind') AS vget_3)
          AND (my_grant.valid_until IS NULL
            OR my_grant.valid_until > statement_timestamp()))))
    AND dossier.due_on IS NOT NULL
    ORDER BY dossier.due_on, dossier.id
    LIMIT 3) AS page
  HAVING true) AS root_1
FROM viewer
