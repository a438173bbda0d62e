WITH viewer AS MATERIALIZED (
  SELECT vset($1::VARCHAR) AS vset_1)
SELECT (concat('{"participant":', coalesce((
        SELECT concat('{"coverage":{"is_told":', coalesce(to_json(EXISTS (
                SELECT 1
                FROM (
                  SELECT participants_1.id AS id, participants_1.full_name AS full_name, participants_1.folded_name AS folded_name, participants_1.sort_name AS sort_name, participants_1.birth_date AS birth_date, participants_1.sex AS sex, participants_1.died_on AS died_on, participants_1.office_id AS office_id, participants_1.household_id AS household_id, participants_1.registered_at AS registered_at
                  FROM participants AS participants_1
                  WHERE participants_1.id = (
                    SELECT CAST(vget('participant') AS UUID) AS vget_1)) AS seen_participants
                WHERE seen_participants.id = participant.id)), 'null'),
          ',"day":', coalesce(to_json(CAST($2::DATE AS DATE)), 'null'),
          ',"today":', coalesce(to_json((
                SELECT CAST(timezone('Asia/Ho_Chi_Minh', statement_timestamp()) AS DATE) AS timezone_1)), 'null'),
          ',"known_on":', coalesce(to_json(CAST(timezone('Asia/Ho_Chi_Minh', statement_timestamp()) AS DATE)), 'null'),
          ',"who":', coalesce(to_json(json_build_array(participant.birth_date, participant.sex, participant.died_on)), 'null'),
          ',"lines":', coalesce(to_json((WITH known AS (
                  SELECT seen_contributions.id AS id, seen_contributions.scheme AS scheme, seen_contributions.employer_id AS employer_id, seen_contributions.from_month AS from_month, seen_contributions.to_month AS to_month, seen_contributions.base AS base, seen_contributions.recorded_at AS recorded_at
                  FROM (
                    SELECT contributions_1.id AS id, contributions_1.participant_id AS participant_id, contributions_1.employer_id AS employer_id, contributions_1.scheme AS scheme, contributions_1.from_month AS from_month, contributions_1.to_month AS to_month, contributions_1.base AS base, contributions_1.recorded_at AS recorded_at, contributions_1.recorded_by AS recorded_by, contributions_1.filing_id AS filing_id
                    FROM contributions AS contributions_1
                    WHERE contributions_1.participant_id = (
                      SELECT CAST(vget('participant') AS UUID) AS vget_1)) AS seen_contributions
                  WHERE seen_contributions.participant_id = participant.id
                  AND seen_contributions.from_month <= CAST(date_trunc('month', CAST($2::DATE AS DATE)) AS DATE))
                SELECT json_agg(json_build_array(stretches.scheme, stretches.employer_id, stretches.first, stretches.last, says.base, says.id)
                  ORDER BY stretches.first, stretches.scheme, says.id) AS json_agg_1
                FROM (
                  SELECT marks.scheme AS scheme, marks.employer_id AS employer_id, marks.first AS first, CAST(lead(marks.first) OVER (PARTITION BY marks.scheme, marks.employer_id
                      ORDER BY marks.first) - INTERVAL '1 month' AS DATE) AS last
                  FROM (
                    SELECT known.scheme AS scheme, known.employer_id AS employer_id, known.from_month AS first
                    FROM known UNION
                    SELECT known.scheme AS scheme, known.employer_id AS employer_id, CAST(least(known.to_month, CAST(date_trunc('month', CAST($2::DATE AS DATE)) AS DATE)) + INTERVAL '1 month' AS DATE) AS anon_1
                    FROM known) AS marks) AS stretches
                JOIN LATERAL (
                  SELECT standing.id AS id, standing.base AS base
                  FROM known AS standing
                  WHERE standing.scheme = stretches.scheme
                  AND standing.employer_id IS NOT DISTINCT
                  FROM stretches.employer_id
                  AND standing.from_month <= stretches.first
                  AND (standing.to_month IS NULL
                    OR standing.to_month >= stretches.first)
                  ORDER BY standing.recorded_at DESC, standing.id DESC
                  LIMIT 1) AS says ON true
                WHERE stretches.last IS NOT NULL
                AND says.base > 0)), 'null'),
          ',"employers":', coalesce(to_json((
                SELECT json_object_agg(seen_employers.id, json_build_array(seen_employers.name, seen_employers.payer, seen_employers.region)) AS json_object_agg_1
                FROM (
                  SELECT employers_1.id AS id, employers_1.office_id AS office_id, employers_1.code AS code, employers_1.name AS name, employers_1.folded_name AS folded_name, employers_1.tax_code AS tax_code, employers_1.region AS region, employers_1.payer AS payer
                  FROM employers AS employers_1
                  WHERE true) AS seen_employers
                WHERE seen_employers.id IN (
                  SELECT seen_contributions.employer_id
                  FROM (
                    SELECT contributions_1.id AS id, contributions_1.participant_id AS participant_id, contributions_1.employer_id AS employer_id, contributions_1.scheme AS scheme, contributions_1.from_month AS from_month, contributions_1.to_month AS to_month, contributions_1.base AS base, contributions_1.recorded_at AS recorded_at, contributions_1.recorded_by AS recorded_by, contributions_1.filing_id AS filing_id
                    FROM contributions AS contributions_1
                    WHERE contributions_1.participant_id = (
                      SELECT CAST(vget('participant') AS UUID) AS vget_1)) AS seen_contributions, participants AS participant
                  WHERE seen_contributions.participant_id = participant.id))), 'null'),
          ',"owed":', coalesce(to_json((
                SELECT json_agg(json_build_array(seen_employer_arrears.employer_id, seen_employer_arrears.fund, seen_employer_arrears.month)) AS json_agg_1
                FROM (
                  SELECT employer_arrears_1.id AS id, employer_arrears_1.employer_id AS employer_id, employer_arrears_1.month AS month, employer_arrears_1.fund AS fund, employer_arrears_1.due_on AS due_on, employer_arrears_1.since AS since, employer_arrears_1.settled_at AS settled_at
                  FROM employer_arrears AS employer_arrears_1
                  WHERE employer_arrears_1.employer_id = ANY (array((
                        SELECT my_line.employer_id
                        FROM contributions AS my_line
                        WHERE my_line.participant_id = (
                          SELECT CAST(vget('participant') AS UUID) AS vget_1))))) AS seen_employer_arrears
                WHERE seen_employer_arrears.employer_id IN (
                  SELECT seen_contributions.employer_id
                  FROM (
                    SELECT contributions_1.id AS id, contributions_1.participant_id AS participant_id, contributions_1.employer_id AS employer_id, contributions_1.scheme AS scheme, contributions_1.from_month AS from_month, contributions_1.to_month AS to_month, contributions_1.base AS base, contributions_1.recorded_at AS recorded_at, contributions_1.recorded_by AS recorded_by, contributions_1.filing_id AS filing_id
                    FROM contributions AS contributions_1
                    WHERE contributions_1.participant_id = (
                      SELECT CAST(vget('participant') AS UUID) AS vget_1)) AS seen_contributions, participants AS participant
                  WHERE seen_contributions.participant_id = participant.id)
                AND seen_employer_arrears.since <= statement_timestamp()
                AND (seen_employer_arrears.settled_at IS NULL
                  OR seen_employer_arrears.settled_at > statement_timestamp())
                AND seen_employer_arrears.due_on < CAST(timezone('Asia/Ho_Chi_Minh', statement_timestamp()) AS DATE))), 'null'),
          ',"paid":', coalesce(to_json((
                SELECT json_agg(json_build_array(seen_benefits.kind, seen_benefits.payment, seen_benefits.amount, seen_benefits.valid_from, seen_benefits.valid_to)) AS json_agg_1
                FROM (
                  SELECT benefits_1.id AS id, benefits_1.participant_id AS participant_id, benefits_1.office_id AS office_id, benefits_1.kind AS kind, benefits_1.payment AS payment, benefits_1.decision_number AS decision_number, benefits_1.amount AS amount, benefits_1.valid_from AS valid_from, benefits_1.valid_to AS valid_to, benefits_1.recorded_at AS recorded_at
                  FROM benefits AS benefits_1
                  WHERE (
                    SELECT vhas('benefit:read') AS vhas_1)
                  AND benefits_1.participant_id = (
                    SELECT CAST(vget('participant') AS UUID) AS vget_1)) AS seen_benefits
                WHERE seen_benefits.participant_id = participant.id
                AND seen_benefits.recorded_at <= statement_timestamp())), 'null'),
          ',"cards":', coalesce(to_json((
                SELECT json_agg(json_build_array(seen_health_cards.valid_from, seen_health_cards.valid_to, seen_health_cards.benefit_level, seen_health_cards.five_years_on)) AS json_agg_1
                FROM (
                  SELECT health_cards_1.id AS id, health_cards_1.participant_id AS participant_id, health_cards_1.object_code AS object_code, health_cards_1.benefit_level AS benefit_level, health_cards_1.valid_from AS valid_from, health_cards_1.valid_to AS valid_to, health_cards_1.five_years_on AS five_years_on, health_cards_1.facility_code AS facility_code, health_cards_1.issued_at AS issued_at
                  FROM health_cards AS health_cards_1
                  WHERE (
                    SELECT vhas('health:read') AS vhas_1)
                  AND health_cards_1.participant_id = (
                    SELECT CAST(vget('participant') AS UUID) AS vget_1)) AS seen_health_cards
                WHERE seen_health_cards.participant_id = participant.id
                AND seen_health_cards.issued_at <= statement_timestamp())), 'null'), '}}')
        FROM participants AS participant
        WHERE participant.id = (
          SELECT CAST(vget('person') AS UUID) AS vget_1)
        AND participant.id = (
          SELECT CAST(vget('participant') AS UUID) AS vget_1)), 'null'), '}')) AS root_1
FROM viewer
