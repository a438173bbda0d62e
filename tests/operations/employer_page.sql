WITH viewer AS MATERIALIZED (
  SELECT vset($1::VARCHAR) AS vset_1)
SELECT (
  SELECT concat('{"kind":', CAST(to_json(vget('kind')) AS TEXT),
    ',"employers":', (
      SELECT concat('{"nodes":', concat('[', array_to_string(trim_array(array_agg(page.nodes_1), greatest(CAST(count(*) AS INTEGER) - 20, 0)), ','), ']'), '}') AS concat_2
      FROM (
        SELECT concat('{"name":', CAST(to_json(employer.name) AS TEXT),
          ',"taxCode":', CAST(to_json(employer.tax_code) AS TEXT), '}') AS nodes_1
        FROM employers AS employer
        WHERE EXISTS (
          SELECT 1
          FROM grants AS granted
          WHERE granted.employer_id = employer.id
          AND granted.principal = (
            SELECT CAST(vget('principal') AS UUID) AS vget_1)
          AND granted.kind = (
            SELECT vget('kind') AS vget_2)
          AND (granted.valid_until IS NULL
            OR granted.valid_until > statement_timestamp()))
        ORDER BY employer.code, employer.id
        LIMIT 21) AS page
      HAVING true), '}') AS concat_1) AS root_1, (
  SELECT concat('{"nodes":', concat('[', array_to_string(trim_array(array_agg(page_3.nodes_1), greatest(CAST(count(*) AS INTEGER) - 20, 0)), ','), ']'), '}') AS concat_3
  FROM (
    SELECT concat('{"fullName":', CAST(to_json(participant.full_name) AS TEXT),
      ',"dossiers":', (
        SELECT concat('{"nodes":', concat('[', array_to_string(trim_array(array_agg(page_2.nodes_1), greatest(CAST(count(*) AS INTEGER) - 20, 0)), ','), ']'), '}') AS concat_4
        FROM (
          SELECT concat('{"reference":', CAST(to_json(dossier.reference) AS TEXT),
            ',"applicant":', CAST(to_json(dossier.applicant) AS TEXT), '}') AS nodes_1
          FROM dossiers AS dossier
          WHERE dossier.participant_id = participant.id
          AND dossier.employer_id = ANY (array((
                SELECT my_grant.employer_id
                FROM grants AS my_grant
                WHERE my_grant.principal = (
                  SELECT CAST(vget('principal') AS UUID) AS vget_1)
                AND my_grant.kind = (
                  SELECT vget('kind') AS vget_3)
                AND (my_grant.valid_until IS NULL
                  OR my_grant.valid_until > statement_timestamp()))))
          ORDER BY dossier.id DESC
          LIMIT 21) AS page_2
        HAVING true), '}') AS nodes_1
    FROM participants AS participant
    WHERE participant.id = ANY (array((
          SELECT my_employment.participant_id
          FROM employments AS my_employment
          WHERE my_employment.employer_id = ANY (array((
                SELECT my_grant.employer_id
                FROM grants AS my_grant
                WHERE my_grant.principal = (
                  SELECT CAST(vget('principal') AS UUID) AS vget_1)
                AND my_grant.kind = (
                  SELECT vget('kind') AS vget_4)
                AND (my_grant.valid_until IS NULL
                  OR my_grant.valid_until > statement_timestamp()))))
          AND my_employment.started_on <= (
            SELECT CAST(timezone('Asia/Ho_Chi_Minh', statement_timestamp()) AS DATE) AS timezone_1)
          AND (my_employment.ended_on IS NULL
            OR my_employment.ended_on >= (
              SELECT CAST(timezone('Asia/Ho_Chi_Minh', statement_timestamp()) AS DATE) AS timezone_1)))))
    ORDER BY participant.sort_name, participant.id
    LIMIT 21) AS page_3
  HAVING true) AS root_2, (
  SELECT concat('{"nodes":', concat('[', array_to_string(trim_array(array_agg(page_4.nodes_1), greatest(CAST(count(*) AS INTEGER) - 20, 0)), ','), ']'), '}') AS concat_5
  FROM (
    SELECT concat('{"reference":', CAST(to_json(dossier_2.reference) AS TEXT),
      ',"participant":', coalesce((
          SELECT concat('{"fullName":', CAST(to_json(participant_2.full_name) AS TEXT), '}') AS concat_6
          FROM participants AS participant_2
          WHERE participant_2.id = dossier_2.participant_id
          AND participant_2.id = ANY (array((
                SELECT my_employment.participant_id
                FROM employments AS my_employment
                WHERE my_employment.employer_id = ANY (array((
                      SELECT my_grant.employer_id
                      FROM grants AS my_grant
                      WHERE my_grant.principal = (
                        SELECT CAST(vget('principal') AS UUID) AS vget_1)
                      AND my_grant.kind = (
                        SELECT vget('kind') AS vget_5)
                      AND (my_grant.valid_until IS NULL
                        OR my_grant.valid_until > statement_timestamp()))))
                AND my_employment.started_on <= (
                  SELECT CAST(timezone('Asia/Ho_Chi_Minh', statement_timestamp()) AS DATE) AS timezone_1)
                AND (my_employment.ended_on IS NULL
                  OR my_employment.ended_on >= (
                    SELECT CAST(timezone('Asia/Ho_Chi_Minh', statement_timestamp()) AS DATE) AS timezone_1)))))), 'null'),
      ',"employer":', coalesce((
          SELECT concat('{"name":', CAST(to_json(employer_2.name) AS TEXT), '}') AS concat_7
          FROM employers AS employer_2
          WHERE employer_2.id = dossier_2.employer_id), 'null'), '}') AS nodes_1
    FROM dossiers AS dossier_2
    WHERE dossier_2.employer_id = ANY (array((
          SELECT my_grant.employer_id
          FROM grants AS my_grant
          WHERE my_grant.principal = (
            SELECT CAST(vget('principal') AS UUID) AS vget_1)
          AND my_grant.kind = (
            SELECT vget('kind') AS vget_6)
          AND (my_grant.valid_until IS NULL
            OR my_grant.valid_until > statement_timestamp()))))
    ORDER BY dossier_2.id DESC
    LIMIT 21) AS page_4
  HAVING true) AS root_3
FROM viewer
