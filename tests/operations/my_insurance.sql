WITH viewer AS MATERIALIZED (
  SELECT vset($1::VARCHAR) AS vset_1)
SELECT (concat('{"participant":', coalesce((
        SELECT concat('{"household":', coalesce((
              SELECT concat('{"code":', to_json(household.code),
                ',"address":', to_json(household.address),
                ',"members":', (
                  SELECT concat('{"nodes":[', array_to_string(trim_array(array_agg(page.nodes_1), greatest(CAST(count(*) AS INTEGER) - 20, 0)), ','), ']}')
                  FROM (
                    SELECT concat('{"relationship":', to_json(household_member.relationship),
                      ',"takesPart":', to_json(household_member.takes_part),
                      ',"validFrom":', to_json(household_member.valid_from),
                      ',"participant":', coalesce((
                          SELECT concat('{"fullName":', to_json(participant_2.full_name), '}')
                          FROM participants AS participant_2
                          WHERE participant_2.id = household_member.participant_id
                          AND participant_2.id = (
                            SELECT CAST(vget('participant') AS UUID) AS vget_1)), 'null'), '}') AS nodes_1
                    FROM household_members AS household_member
                    WHERE household_member.household_id = household.id
                    AND (household_member.participant_id = (
                        SELECT CAST(vget('participant') AS UUID) AS vget_1)
                      OR household_member.household_id = (
                        SELECT person.household_id
                        FROM participants AS person
                        WHERE person.id = (
                          SELECT CAST(vget('participant') AS UUID) AS vget_1)))
                    ORDER BY household_member.valid_from, household_member.id
                    LIMIT 21) AS page
                  HAVING true),
                ',"healthPremium":{"day":', coalesce(to_json(CAST($2::DATE AS DATE)), 'null'),
                ',"today":', coalesce(to_json((
                      SELECT CAST(timezone('Asia/Ho_Chi_Minh', statement_timestamp()) AS DATE) AS timezone_1)), 'null'),
                ',"members":', coalesce(CAST((
                      SELECT count(*) AS count_1
                      FROM (
                        SELECT household_members_1.id AS id, household_members_1.household_id AS household_id, household_members_1.participant_id AS participant_id, household_members_1.relationship AS relationship, household_members_1.takes_part AS takes_part, household_members_1.valid_from AS valid_from, household_members_1.valid_to AS valid_to
                        FROM household_members AS household_members_1
                        WHERE household_members_1.participant_id = (
                          SELECT CAST(vget('participant') AS UUID) AS vget_1)
                        OR household_members_1.household_id = (
                          SELECT person.household_id
                          FROM participants AS person
                          WHERE person.id = (
                            SELECT CAST(vget('participant') AS UUID) AS vget_1))) AS seen_household_members
                      WHERE seen_household_members.household_id = household.id
                      AND seen_household_members.takes_part
                      AND seen_household_members.valid_from <= CAST($2::DATE AS DATE)
                      AND (seen_household_members.valid_to IS NULL
                        OR seen_household_members.valid_to >= CAST($2::DATE AS DATE))) AS TEXT), 'null'), '}}')
              FROM households AS household
              WHERE household.id = participant.household_id
              AND household.id = (
                SELECT person.household_id
                FROM participants AS person
                WHERE person.id = (
                  SELECT CAST(vget('participant') AS UUID) AS vget_1))), 'null'),
          ',"healthCard":', coalesce((
              SELECT concat('{"object":{"code":', coalesce(to_json(health_card.object_code), 'null'), '},"benefitLevel":', health_card.benefit_level,
                ',"benefitPercent":{"level":', coalesce(CAST(health_card.benefit_level AS TEXT), 'null'),
                ',"today":', coalesce(to_json((
                      SELECT CAST(timezone('Asia/Ho_Chi_Minh', statement_timestamp()) AS DATE) AS timezone_1)), 'null'), '},"validFrom":', to_json(health_card.valid_from),
                ',"continuity":{"day":', coalesce(to_json(CAST($3::DATE AS DATE)), 'null'),
                ',"today":', coalesce(to_json((
                      SELECT CAST(timezone('Asia/Ho_Chi_Minh', statement_timestamp()) AS DATE) AS timezone_1)), 'null'),
                ',"printed":', coalesce(to_json(health_card.five_years_on), 'null'),
                ',"cards":', coalesce(to_json((
                      SELECT json_agg(json_build_array(seen_health_cards.valid_from, seen_health_cards.valid_to)) AS json_agg_1
                      FROM (
                        SELECT health_cards_1.id AS id, health_cards_1.participant_id AS participant_id, health_cards_1.object_code AS object_code, health_cards_1.benefit_level AS benefit_level, health_cards_1.valid_from AS valid_from, health_cards_1.valid_to AS valid_to, health_cards_1.five_years_on AS five_years_on, health_cards_1.facility_code AS facility_code, health_cards_1.issued_at AS issued_at
                        FROM health_cards AS health_cards_1
                        WHERE health_cards_1.participant_id = (
                          SELECT CAST(vget('participant') AS UUID) AS vget_1)) AS seen_health_cards
                      WHERE seen_health_cards.participant_id = health_card.participant_id)), 'null'), '},"copayments":{"day":', coalesce(to_json(CAST($4::DATE AS DATE)), 'null'),
                ',"today":', coalesce(to_json((
                      SELECT CAST(timezone('Asia/Ho_Chi_Minh', statement_timestamp()) AS DATE) AS timezone_1)), 'null'),
                ',"paid":', coalesce(to_json((
                      SELECT json_agg(json_build_array(seen_health_copayments.paid_on, seen_health_copayments.amount)) AS json_agg_1
                      FROM (
                        SELECT health_copayments_1.id AS id, health_copayments_1.participant_id AS participant_id, health_copayments_1.paid_on AS paid_on, health_copayments_1.amount AS amount, health_copayments_1.visit_reference AS visit_reference, health_copayments_1.recorded_at AS recorded_at
                        FROM health_copayments AS health_copayments_1
                        WHERE health_copayments_1.participant_id = (
                          SELECT CAST(vget('participant') AS UUID) AS vget_1)) AS seen_health_copayments
                      WHERE seen_health_copayments.participant_id = health_card.participant_id
                      AND seen_health_copayments.paid_on BETWEEN CAST(date_trunc('year', CAST($4::DATE AS DATE)) AS DATE) AND CAST($4::DATE AS DATE))), 'null'), '}}')
              FROM health_cards AS health_card
              WHERE health_card.participant_id = participant.id
              AND health_card.valid_from <= CAST($5::DATE AS DATE)
              AND (health_card.valid_to IS NULL
                OR health_card.valid_to >= CAST($5::DATE AS DATE))
              AND health_card.participant_id = (
                SELECT CAST(vget('participant') AS UUID) AS vget_1)), 'null'),
          ',"benefits":', (
            SELECT concat('{"nodes":[', array_to_string(trim_array(array_agg(page_2.nodes_1), greatest(CAST(count(*) AS INTEGER) - 20, 0)), ','), ']}')
            FROM (
              SELECT concat('{"kind":', to_json(benefit.kind),
                ',"payment":', to_json(benefit.payment),
                ',"amount":', benefit.amount,
                ',"decisionNumber":', to_json(benefit.decision_number),
                ',"validFrom":', to_json(benefit.valid_from),
                ',"validTo":', coalesce(to_json(benefit.valid_to), 'null'), '}') AS nodes_1
              FROM benefits AS benefit
              WHERE benefit.participant_id = participant.id
              AND benefit.valid_from <= $6::DATE
              AND (benefit.valid_to IS NULL
                OR benefit.valid_to >= $6::DATE)
              AND benefit.participant_id = (
                SELECT CAST(vget('participant') AS UUID) AS vget_1)
              ORDER BY benefit.valid_from DESC, benefit.id DESC
              LIMIT 21) AS page_2
            HAVING true), '}')
        FROM participants AS participant
        WHERE participant.id = (
          SELECT CAST(vget('person') AS UUID) AS vget_1)
        AND participant.id = (
          SELECT CAST(vget('participant') AS UUID) AS vget_1)), 'null'), '}')) AS root_1
FROM viewer
