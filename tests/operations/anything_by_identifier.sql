WITH viewer AS MATERIALIZED (
  SELECT vset($1::VARCHAR) AS vset_1)
SELECT ((
    SELECT concat('[', string_agg(coalesce(CASE WHEN wanted.type = 'AccessEntry' THEN (
            SELECT concat(E'\x1E0,', access_entry.subject_id, ',', '', E'\x1E{"__typename":"AccessEntry","id":"AccessEntry:', access_entry.id, '"}')
            FROM access_ledger AS access_entry
            WHERE access_entry.id = CAST(wanted.key AS UUID)
            AND access_entry.subject_id = (
              SELECT CAST(vget('participant') AS UUID) AS vget_1)
            AND (access_entry.withheld_until IS NULL
              OR access_entry.withheld_until <= statement_timestamp())) WHEN wanted.type = 'Agreement' THEN (
            SELECT concat('{"__typename":"Agreement","id":"Agreement:', agreement.id, '"}')
            FROM agreements AS agreement
            WHERE agreement.id = CAST(wanted.key AS UUID)
            AND (
              SELECT vhas('access:read') AS vhas_1)
            AND (EXISTS (
                SELECT 1
                FROM access_ledger AS told
                WHERE told.agreement_id = agreement.id
                AND told.subject_id = (
                  SELECT CAST(vget('participant') AS UUID) AS vget_1)
                AND (told.withheld_until IS NULL
                  OR told.withheld_until <= statement_timestamp())))) WHEN wanted.type = 'Benefit' THEN (
            SELECT concat('{"__typename":"Benefit","id":"Benefit:', benefit.id, '"}')
            FROM benefits AS benefit
            WHERE benefit.id = CAST(wanted.key AS UUID)
            AND benefit.participant_id = (
              SELECT CAST(vget('participant') AS UUID) AS vget_1)) WHEN wanted.type = 'Certificate' THEN (
            SELECT concat('{"__typename":"Certificate","id":"Certificate:', certificate.id, '"}')
            FROM certificates AS certificate
            WHERE certificate.id = CAST(wanted.key AS UUID)
            AND certificate.participant_id = (
              SELECT CAST(vget('participant') AS UUID) AS vget_1)) WHEN wanted.type = 'Consent' THEN (
            SELECT concat('{"__typename":"Consent","id":"Consent:', consent.id, '"}')
            FROM consents AS consent
            WHERE consent.id = CAST(wanted.key AS UUID)
            AND consent.participant_id = (
              SELECT CAST(vget('participant') AS UUID) AS vget_1)) WHEN wanted.type = 'Contribution' THEN (
            SELECT concat('{"__typename":"Contribution","id":"Contribution:', contribution.id, '"}')
            FROM contributions AS contribution
            WHERE contribution.id = CAST(wanted.key AS UUID)
            AND contribution.participant_id = (
              SELECT CAST(vget('participant') AS UUID) AS vget_1)) WHEN wanted.type = 'DataRequest' THEN (
            SELECT concat('{"__typename":"DataRequest","id":"DataRequest:', data_request.id, '"}')
            FROM data_requests AS data_request
            WHERE data_request.id = CAST(wanted.key AS UUID)
            AND data_request.participant_id = (
              SELECT CAST(vget('participant') AS UUID) AS vget_1)) WHEN wanted.type = 'Dossier' THEN (
            SELECT concat('{"__typename":"Dossier","id":"Dossier:', dossier.id, '","reference":', to_json(dossier.reference),
              ',"status":', to_json(dossier.status), '}')
            FROM dossiers AS dossier
            WHERE dossier.id = CAST(wanted.key AS UUID)
            AND dossier.participant_id = (
              SELECT CAST(vget('participant') AS UUID) AS vget_1)) WHEN wanted.type = 'Employer' THEN (
            SELECT concat('{"__typename":"Employer","id":"Employer:', employer.id, '"}')
            FROM employers AS employer
            WHERE employer.id = CAST(wanted.key AS UUID)) WHEN wanted.type = 'Employment' THEN (
            SELECT concat('{"__typename":"Employment","id":"Employment:', employment.id, '"}')
            FROM employments AS employment
            WHERE employment.id = CAST(wanted.key AS UUID)
            AND employment.participant_id = (
              SELECT CAST(vget('participant') AS UUID) AS vget_1)) WHEN wanted.type = 'Filing' THEN (
            SELECT concat('{"__typename":"Filing","id":"Filing:', filing.id, '"}')
            FROM filings AS filing
            WHERE filing.id = CAST(wanted.key AS UUID)
            AND false) WHEN wanted.type = 'HealthCard' THEN (
            SELECT concat('{"__typename":"HealthCard","id":"HealthCard:', health_card.id, '"}')
            FROM health_cards AS health_card
            WHERE health_card.id = CAST(wanted.key AS UUID)
            AND health_card.participant_id = (
              SELECT CAST(vget('participant') AS UUID) AS vget_1)) WHEN wanted.type = 'HealthCopayment' THEN (
            SELECT concat('{"__typename":"HealthCopayment","id":"HealthCopayment:', health_copayment.id, '"}')
            FROM health_copayments AS health_copayment
            WHERE health_copayment.id = CAST(wanted.key AS UUID)
            AND health_copayment.participant_id = (
              SELECT CAST(vget('participant') AS UUID) AS vget_1)) WHEN wanted.type = 'HouseholdMember' THEN (
            SELECT concat('{"__typename":"HouseholdMember","id":"HouseholdMember:', household_member.id, '"}')
            FROM household_members AS household_member
            WHERE household_member.id = CAST(wanted.key AS UUID)
            AND (household_member.participant_id = (
                SELECT CAST(vget('participant') AS UUID) AS vget_1)
              OR household_member.household_id = (
                SELECT person.household_id
                FROM participants AS person
                WHERE person.id = (
                  SELECT CAST(vget('participant') AS UUID) AS vget_1)))) WHEN wanted.type = 'Identifier' THEN (
            SELECT concat('{"__typename":"Identifier","id":"Identifier:', identifier.id, '"}')
            FROM identifiers AS identifier
            WHERE identifier.id = CAST(wanted.key AS UUID)
            AND identifier.participant_id = (
              SELECT CAST(vget('participant') AS UUID) AS vget_1)) WHEN wanted.type = 'Mandate' THEN (
            SELECT concat('{"__typename":"Mandate","id":"Mandate:', mandate.id, '"}')
            FROM mandates AS mandate
            WHERE mandate.id = CAST(wanted.key AS UUID)
            AND (mandate.participant_id = (
                SELECT CAST(vget('participant') AS UUID) AS vget_1)
              OR mandate.representative_id = (
                SELECT CAST(vget('participant') AS UUID) AS vget_1))) WHEN wanted.type = 'Notice' THEN (
            SELECT concat('{"__typename":"Notice","id":"Notice:', notice.id, '"}')
            FROM notices AS notice
            WHERE notice.id = CAST(wanted.key AS UUID)
            AND notice.participant_id = (
              SELECT CAST(vget('participant') AS UUID) AS vget_1)) WHEN wanted.type = 'Office' THEN (
            SELECT concat('{"__typename":"Office","id":"Office:', office.id, '"}')
            FROM offices AS office
            WHERE office.id = CAST(wanted.key AS INTEGER)) WHEN wanted.type = 'Participant' THEN (
            SELECT concat('{"__typename":"Participant","id":"Participant:', participant.id, '"}')
            FROM participants AS participant
            WHERE participant.id = CAST(wanted.key AS UUID)
            AND participant.id = (
              SELECT CAST(vget('participant') AS UUID) AS vget_1)) WHEN wanted.type = 'Partner' THEN (
            SELECT concat('{"__typename":"Partner","id":"Partner:', partner.id, '"}')
            FROM partners AS partner
            WHERE partner.id = CAST(wanted.key AS UUID)) WHEN wanted.type = 'Payment' THEN (
            SELECT concat('{"__typename":"Payment","id":"Payment:', payment.id, '"}')
            FROM payments AS payment
            WHERE payment.id = CAST(wanted.key AS UUID)
            AND false) WHEN wanted.type = 'Service' THEN (
            SELECT concat('{"__typename":"Service","id":', to_json(concat('Service:', service.id)),
              ',"nameVi":', to_json(service.name_vi),
              ',"version":', coalesce((
                  SELECT concat('{"law":', to_json(service_version.law),
                    ',"timeLimits":', (
                      SELECT concat('{"nodes":[', array_to_string(trim_array(array_agg(page.nodes_1), greatest(CAST(count(*) AS INTEGER) - 20, 0)), ','), ']}')
                      FROM (
                        SELECT concat('{"days":', service_time_limit.days,
                          ',"unit":', to_json(service_time_limit.unit), '}') AS nodes_1
                        FROM service_time_limits AS service_time_limit
                        WHERE service_time_limit.service_version_id = service_version.id
                        ORDER BY service_time_limit.applies_to
                        LIMIT 21) AS page
                      HAVING true), '}')
                  FROM service_versions AS service_version
                  WHERE service_version.service_id = service.id
                  AND service_version.valid_from <= $2::DATE
                  AND (service_version.valid_to IS NULL
                    OR service_version.valid_to >= $2::DATE)), 'null'), '}')
            FROM services AS service
            WHERE service.id = CAST(wanted.key AS TEXT)) WHEN wanted.type = 'ServiceVersion' THEN (
            SELECT concat('{"__typename":"ServiceVersion","id":"ServiceVersion:', service_version_2.id, '"}')
            FROM service_versions AS service_version_2
            WHERE service_version_2.id = CAST(wanted.key AS UUID)) WHEN wanted.type = 'Session' THEN (
            SELECT concat('{"__typename":"Session","id":"Session:', session.id, '"}')
            FROM sessions AS session
            WHERE session.id = CAST(wanted.key AS UUID)
            AND session.principal = (
              SELECT CAST(vget('principal') AS UUID) AS vget_1)
            AND session.expires_at > statement_timestamp()) WHEN wanted.type = 'UnpaidContribution' THEN (
            SELECT concat('{"__typename":"UnpaidContribution","id":"UnpaidContribution:', unpaid_contribution.id, '"}')
            FROM employer_arrears AS unpaid_contribution
            WHERE unpaid_contribution.id = CAST(wanted.key AS UUID)
            AND unpaid_contribution.employer_id = ANY (array((
                  SELECT my_line.employer_id
                  FROM contributions AS my_line
                  WHERE my_line.participant_id = (
                    SELECT CAST(vget('participant') AS UUID) AS vget_1))))) END, 'null'), ','
        ORDER BY wanted.number), ']')
    FROM unnest($3::TEXT[], $4::TEXT[]) WITH ORDINALITY AS wanted(type, key, number))) AS root_1
FROM viewer
