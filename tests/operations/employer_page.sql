WITH viewer AS MATERIALIZED (
  SELECT vset($1::VARCHAR) AS vset_1)
SELECT (concat('{"kind":', to_json(vget('kind')),
    ',"employers":', (
      SELECT concat('{"nodes":[', array_to_string(trim_array(array_agg(page.nodes_1), greatest(CAST(count(*) AS INTEGER) - 20, 0)), ','), ']}')
      FROM (
        SELECT concat('{"name":', to_json(employer.name),
          ',"taxCode":', to_json(employer.tax_code), '}') AS nodes_1
        FROM (
          SELECT employer.*
          FROM employers AS employer
          WHERE (EXISTS (
              SELECT 1
              FROM grants AS granted
              WHERE granted.employer_id = employer.id
              AND granted.principal = (
                SELECT CAST(vget('principal') AS UUID) AS vget_1)
              AND granted.kind = (
                SELECT vget('kind') AS vget_2)
              AND (granted.valid_until IS NULL
                OR granted.valid_until > statement_timestamp())
              AND (granted.agreement_id IS NULL
                OR granted.agreement_id = (
                  SELECT my_agreement.id
                  FROM agreements AS my_agreement
                  WHERE my_agreement.id = CAST(vget('agreement') AS UUID)
                  AND my_agreement.revoked_at IS NULL
                  AND my_agreement.valid_from <= (
                    SELECT CAST(timezone('Asia/Ho_Chi_Minh', statement_timestamp()) AS DATE) AS timezone_1)
                  AND (my_agreement.valid_to IS NULL
                    OR my_agreement.valid_to >= (
                      SELECT CAST(timezone('Asia/Ho_Chi_Minh', statement_timestamp()) AS DATE) AS timezone_1))))))
          ORDER BY employer.code, employer.id
          LIMIT 21) AS employer
        ORDER BY employer.code, employer.id
        LIMIT 21) AS page
      HAVING true), '}')) AS root_1, ((
    SELECT concat('{"nodes":[', array_to_string(trim_array(array_agg(page_2.nodes_1), greatest(CAST(count(*) AS INTEGER) - 20, 0)), ','), ']}')
    FROM (
      SELECT concat(E'\x1E0,', participant.id, ',', (
          SELECT my_employment.employer_id
          FROM employments AS my_employment
          JOIN grants AS my_grant ON my_grant.employer_id = my_employment.employer_id
          WHERE my_employment.participant_id = participant.id
          AND my_grant.principal = (
            SELECT CAST(vget('principal') AS UUID) AS vget_1)
          AND my_grant.kind = (
            SELECT vget('kind') AS vget_2)
          AND (my_grant.valid_until IS NULL
            OR my_grant.valid_until > statement_timestamp())
          AND (my_grant.agreement_id IS NULL
            OR my_grant.agreement_id = (
              SELECT my_agreement.id
              FROM agreements AS my_agreement
              WHERE my_agreement.id = CAST(vget('agreement') AS UUID)
              AND my_agreement.revoked_at IS NULL
              AND my_agreement.valid_from <= (
                SELECT CAST(timezone('Asia/Ho_Chi_Minh', statement_timestamp()) AS DATE) AS timezone_1)
              AND (my_agreement.valid_to IS NULL
                OR my_agreement.valid_to >= (
                  SELECT CAST(timezone('Asia/Ho_Chi_Minh', statement_timestamp()) AS DATE) AS timezone_1))))
          AND my_employment.started_on <= (
            SELECT CAST(timezone('Asia/Ho_Chi_Minh', statement_timestamp()) AS DATE) AS timezone_1)
          AND (my_employment.ended_on IS NULL
            OR my_employment.ended_on >= (
              SELECT CAST(timezone('Asia/Ho_Chi_Minh', statement_timestamp()) AS DATE) AS timezone_1))
          ORDER BY my_employment.id
          LIMIT 1), E'\x1E{"fullName":', to_json(participant.full_name),
        ',"dossiers":', (
          SELECT concat('{"nodes":[', array_to_string(trim_array(array_agg(page_3.nodes_1), greatest(CAST(count(*) AS INTEGER) - 20, 0)), ','), ']}')
          FROM (
            SELECT concat(E'\x1E1,', dossier.participant_id, ',', dossier.employer_id, E'\x1E{"reference":', to_json(dossier.reference),
              ',"applicant":', to_json(dossier.applicant), '}') AS nodes_1
            FROM dossiers AS dossier
            WHERE dossier.participant_id = participant.id
            AND (dossier.employer_id = ANY ((array((
                      SELECT my_grant.employer_id
                      FROM grants AS my_grant
                      WHERE my_grant.principal = (
                        SELECT CAST(vget('principal') AS UUID) AS vget_1)
                      AND my_grant.kind = (
                        SELECT vget('kind') AS vget_2)
                      AND (my_grant.valid_until IS NULL
                        OR my_grant.valid_until > statement_timestamp())))))) IS TRUE
            ORDER BY dossier.id DESC
            LIMIT 21) AS page_3
          HAVING true), '}') AS nodes_1
      FROM (
        SELECT participant.*
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
                      SELECT vget('kind') AS vget_2)
                    AND (my_grant.valid_until IS NULL
                      OR my_grant.valid_until > statement_timestamp()))))
              AND my_employment.started_on <= (
                SELECT CAST(timezone('Asia/Ho_Chi_Minh', statement_timestamp()) AS DATE) AS timezone_1)
              AND (my_employment.ended_on IS NULL
                OR my_employment.ended_on >= (
                  SELECT CAST(timezone('Asia/Ho_Chi_Minh', statement_timestamp()) AS DATE) AS timezone_1)))))
        ORDER BY participant.sort_name, participant.id
        LIMIT 21) AS participant
      ORDER BY participant.sort_name, participant.id
      LIMIT 21) AS page_2
    HAVING true)) AS root_2, ((
    SELECT concat('{"nodes":[', array_to_string(trim_array(array_agg(page_4.nodes_1), greatest(CAST(count(*) AS INTEGER) - 20, 0)), ','), ']}')
    FROM (
      SELECT concat(E'\x1E2,', dossier_2.participant_id, ',', dossier_2.employer_id, E'\x1E{"reference":', to_json(dossier_2.reference),
        ',"participant":', coalesce((
            SELECT concat(E'\x1E3,', participant_2.id, ',', (
                SELECT my_employment.employer_id
                FROM employments AS my_employment
                JOIN grants AS my_grant ON my_grant.employer_id = my_employment.employer_id
                WHERE my_employment.participant_id = participant_2.id
                AND my_grant.principal = (
                  SELECT CAST(vget('principal') AS UUID) AS vget_1)
                AND my_grant.kind = (
                  SELECT vget('kind') AS vget_2)
                AND (my_grant.valid_until IS NULL
                  OR my_grant.valid_until > statement_timestamp())
                AND (my_grant.agreement_id IS NULL
                  OR my_grant.agreement_id = (
                    SELECT my_agreement.id
                    FROM agreements AS my_agreement
                    WHERE my_agreement.id = CAST(vget('agreement') AS UUID)
                    AND my_agreement.revoked_at IS NULL
                    AND my_agreement.valid_from <= (
                      SELECT CAST(timezone('Asia/Ho_Chi_Minh', statement_timestamp()) AS DATE) AS timezone_1)
                    AND (my_agreement.valid_to IS NULL
                      OR my_agreement.valid_to >= (
                        SELECT CAST(timezone('Asia/Ho_Chi_Minh', statement_timestamp()) AS DATE) AS timezone_1))))
                AND my_employment.started_on <= (
                  SELECT CAST(timezone('Asia/Ho_Chi_Minh', statement_timestamp()) AS DATE) AS timezone_1)
                AND (my_employment.ended_on IS NULL
                  OR my_employment.ended_on >= (
                    SELECT CAST(timezone('Asia/Ho_Chi_Minh', statement_timestamp()) AS DATE) AS timezone_1))
                ORDER BY my_employment.id
                LIMIT 1), E'\x1E{"fullName":', to_json(participant_2.full_name), '}')
            FROM participants AS participant_2
            WHERE participant_2.id = dossier_2.participant_id
            AND (EXISTS (
                SELECT 1
                FROM employments AS my_employment
                WHERE my_employment.participant_id = participant_2.id
                AND my_employment.employer_id = ANY (array((
                      SELECT my_grant.employer_id
                      FROM grants AS my_grant
                      WHERE my_grant.principal = (
                        SELECT CAST(vget('principal') AS UUID) AS vget_1)
                      AND my_grant.kind = (
                        SELECT vget('kind') AS vget_2)
                      AND (my_grant.valid_until IS NULL
                        OR my_grant.valid_until > statement_timestamp()))))
                AND my_employment.started_on <= (
                  SELECT CAST(timezone('Asia/Ho_Chi_Minh', statement_timestamp()) AS DATE) AS timezone_1)
                AND (my_employment.ended_on IS NULL
                  OR my_employment.ended_on >= (
                    SELECT CAST(timezone('Asia/Ho_Chi_Minh', statement_timestamp()) AS DATE) AS timezone_1))))), 'null'),
        ',"employer":', coalesce((
            SELECT concat('{"name":', to_json(employer_2.name), '}')
            FROM employers AS employer_2
            WHERE employer_2.id = dossier_2.employer_id), 'null'), '}') AS nodes_1
      FROM (
        SELECT dossier_2.*
        FROM (
          SELECT each_employer_id.employer_id
          FROM (
            SELECT DISTINCT unnest((array((
                    SELECT my_grant.employer_id
                    FROM grants AS my_grant
                    WHERE my_grant.principal = (
                      SELECT CAST(vget('principal') AS UUID) AS vget_1)
                    AND my_grant.kind = (
                      SELECT vget('kind') AS vget_2)
                    AND (my_grant.valid_until IS NULL
                      OR my_grant.valid_until > statement_timestamp()))))) AS employer_id) AS each_employer_id, LATERAL (
            SELECT dossier_2.id
            FROM dossiers AS dossier_2
            WHERE dossier_2.employer_id = each_employer_id.employer_id
            ORDER BY dossier_2.id DESC
            LIMIT 1) AS dossier_2
          ORDER BY dossier_2.id DESC
          LIMIT 21) AS each, LATERAL (
          SELECT dossier_2.*
          FROM dossiers AS dossier_2
          WHERE dossier_2.employer_id = each.employer_id
          ORDER BY dossier_2.id DESC
          LIMIT 21) AS dossier_2
        ORDER BY dossier_2.id DESC
        LIMIT 21) AS dossier_2
      ORDER BY dossier_2.id DESC
      LIMIT 21) AS page_4
    HAVING true)) AS root_3
FROM viewer
