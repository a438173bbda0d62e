-- A million dossiers, and who files, holds and follows them: made by PostgreSQL itself, the same in every run.
--
-- It is uneven as the country is. One office in 340 holds a tenth of everything, its province three tenths; one
-- employer in 5,000 has a tenth of the people; four dossiers in five are closed, and hardly anybody asks for one
-- of the services. `names` is there already.

-- A key in the order of its number, as a key of version 7 is in the order of time.
CREATE FUNCTION pg_temp.key(space int, number bigint) RETURNS uuid LANGUAGE sql IMMUTABLE
RETURN ('01990000-' || lpad(to_hex(space), 4, '0') || '-7000-8000-' || lpad(to_hex(number), 12, '0'))::uuid;

-- A number without rhyme, from 0 to 9999, always the same for the same numbers.
CREATE FUNCTION pg_temp.dice(space int, number bigint) RETURNS int LANGUAGE sql IMMUTABLE
RETURN abs(hashint8(number * 1009 + space)::bigint)::int % 10000;

-- The agency is office 1; a province every 11, and ten offices below each.
INSERT INTO offices (id, last_id, parent_id, code, agency_code, name_vi, name_en)
SELECT n, CASE WHEN n = 1 THEN 375 WHEN (n - 2) % 11 = 0 THEN n + 10 ELSE n END,
       CASE WHEN n > 1 THEN CASE WHEN (n - 2) % 11 = 0 THEN 1 ELSE n - (n - 2) % 11 END END,
       '0' || lpad(n::text, 4, '0'), 'G24.' || n, 'Cơ quan ' || n, 'Office ' || n
FROM   generate_series(1, 375) AS n;

INSERT INTO services (id, service_group, name_vi, name_en)
SELECT 'S-' || n, 'BENEFITS', 'Dịch vụ ' || n, 'Service ' || n FROM generate_series(0, 30) AS n;
INSERT INTO service_versions (id, service_id, valid_from, law, level, applicants, forms, legal_basis, unconfirmed)
SELECT pg_temp.key(1, n), 'S-' || n, '2025-07-01', '41/2024/QH15', 'FULL', '{CITIZEN,EMPLOYER}', '{}', '{}', '{}'
FROM   generate_series(0, 30) AS n;
INSERT INTO service_time_limits (service_version_id, applies_to, days, unit)
SELECT pg_temp.key(1, n), 'all', 10, 'WORKING_DAYS' FROM generate_series(0, 30) AS n;

-- 200,000 people: a tenth in office 3, two tenths in the other nine of the province, the rest anywhere.
CREATE TEMP TABLE people AS
SELECT n, pg_temp.key(2, n) AS id,
       CASE WHEN n % 10 = 0 THEN 3
            WHEN n % 10 < 3 THEN 4 + pg_temp.dice(1, n) % 9
            ELSE 14 + pg_temp.dice(2, n) % 33 * 11 + pg_temp.dice(3, n) % 10 END AS office_id,
       -- 20,000 work for employer 0, 130,000 for the others.
       CASE WHEN n % 10 = 5 THEN 0 WHEN n % 4 > 0 THEN 1 + pg_temp.dice(4, n) % 4999 END AS employer
FROM   generate_series(0, 199999) AS n;
INSERT INTO participants (id, full_name, folded_name, sort_name, birth_date, sex, office_id)
SELECT id, full_name, folded_name, sort_name, date '1950-01-01' + pg_temp.dice(5, people.n),
       CASE people.n % 2 WHEN 0 THEN 'FEMALE' ELSE 'MALE' END, office_id
FROM   people JOIN names ON names.n = (people.n * 7919 + pg_temp.dice(6, people.n)) % (SELECT count(*) FROM names);
INSERT INTO identifiers (id, participant_id, kind, ciphertext, key_version, blind_index, masked, valid_from)
SELECT pg_temp.key(3, n), id, 'PERSONAL_NUMBER', '', 1, sha256(n::text::bytea), '•••••••••123', '2020-01-01'
FROM   people;

INSERT INTO employers (id, office_id, code, name, folded_name, tax_code)
SELECT pg_temp.key(4, n), 3 + n % 34 * 11, 'TE' || lpad(n::text, 4, '0'), 'Công ty ' || n, 'cong ty ' || n, lpad(n::text, 10, '0')
FROM   generate_series(0, 4999) AS n;
INSERT INTO employments (id, participant_id, employer_id, office_id, position, started_on)
SELECT pg_temp.key(5, n), id, pg_temp.key(4, employer), 3 + employer % 34 * 11, 'Công nhân', '2020-01-01'
FROM   people WHERE employer IS NOT NULL;
INSERT INTO employments (id, participant_id, employer_id, office_id, position, started_on, ended_on)
SELECT pg_temp.key(6, n), id, pg_temp.key(4, (employer + 1) % 5000), 3 + (employer + 1) % 5000 % 34 * 11, 'Công nhân', '2015-01-01', '2019-12-31'
FROM   people WHERE n % 3 = 0 AND employer IS NOT NULL;

-- Twenty officers an office, and one who acts for each employer.
INSERT INTO grants (principal, kind, office_id, granted_by)
SELECT pg_temp.key(8, office * 100 + n), 'OFFICER', office, 'world'
FROM   generate_series(1, 375) AS office, generate_series(0, 19) AS n;
INSERT INTO grants (principal, kind, employer_id, granted_by)
SELECT pg_temp.key(9, n), 'EMPLOYER', pg_temp.key(4, n), 'world' FROM generate_series(0, 4999) AS n;

-- A person files five, the first one 40 more. What is open was filed lately, but for what is stuck.
INSERT INTO dossiers (id, reference, code, service_id, service_version_id, participant_id, employer_id, office_id,
                      applicant, submitted_by, request, status, version, submitted_at, accepted_at, due_on, closed_at)
SELECT pg_temp.key(7, filing.n), 'R' || filing.n, CASE WHEN was_accepted THEN 'C' || filing.n END,
       'S-' || service, pg_temp.key(1, service), id, employer_id, office_id,
       CASE WHEN employer_id IS NULL THEN 'CITIZEN' ELSE 'EMPLOYER' END, id, 'Đề nghị giải quyết', status,
       CASE WHEN status = 'NEW' THEN 1 WHEN status IN ('ACCEPTED', 'NOT_ACCEPTED') THEN 2 ELSE 3 END,
       filed, CASE WHEN was_accepted THEN filed + interval '1 day' END,
       CASE WHEN was_accepted THEN filed::date + 8 + pg_temp.dice(10, filing.n) % 40 END,
       CASE WHEN status IN ('NOT_ACCEPTED', 'RETURNED', 'WITHDRAWN') THEN filed + interval '9 days' END
FROM   (SELECT n, timestamptz '2024-11-20' + n * interval '1 minute' AS filed,
               CASE WHEN n % 20000 = 7 THEN 30 ELSE (pg_temp.dice(7, n) / 100) * (pg_temp.dice(7, n) / 100) / 330 END AS service,
               CASE WHEN n % 25000 = 11 THEN 0 ELSE n * 7 % 200000 END AS person,
               CASE WHEN n > 995000 THEN 'NEW'
                    WHEN n > 960000 OR pg_temp.dice(8, n) < 50
                    THEN (ARRAY['ACCEPTED','IN_PROCESS','SUPPLEMENT_REQUESTED','PAYMENT_REQUESTED','DECIDED'])[1 + pg_temp.dice(9, n) % 5]
                    ELSE (ARRAY['NOT_ACCEPTED','WITHDRAWN','STOPPED','RETURNED'])[least(1 + pg_temp.dice(9, n) / 300, 4)]
               END AS status
        FROM   generate_series(0, 999999) AS n) AS filing
JOIN   people ON people.n = person,
LATERAL (SELECT CASE WHEN filing.n % 3 = 0 AND employer IS NOT NULL THEN pg_temp.key(4, employer) END AS employer_id,
                status NOT IN ('NEW', 'NOT_ACCEPTED') AND (status NOT IN ('WITHDRAWN', 'STOPPED') OR filing.n % 2 = 0) AS was_accepted);

INSERT INTO dossier_events (dossier_id, seq, kind, status, at, actor_kind, participant_id, employer_id, office_id)
SELECT id, seq, CASE WHEN seq = 1 THEN 'SUBMITTED' WHEN status = 'WITHDRAWN' THEN 'WITHDRAWN' ELSE 'ACCEPTED' END,
       CASE WHEN seq = 1 THEN 'NEW' ELSE status END, submitted_at, 'SYSTEM', participant_id, employer_id, office_id
FROM   dossiers, generate_series(1, version) AS seq;
INSERT INTO event_positions (position, dossier_id, seq)
SELECT row_number() OVER (ORDER BY dossier_id), dossier_id, seq FROM dossier_events
WHERE  seq = 1 AND dossier_id >= pg_temp.key(7, 900000);
