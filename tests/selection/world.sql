-- A small world in which everything is fixed, keys and instants too: what the operations are asked of.
INSERT INTO offices (id, last_id, code, agency_code, name_vi, name_en)
VALUES (800000000, 800000009, '04900', 'G12.O', 'BHXH tỉnh Thử', 'Social Security of Thử'),
       (800000001, 800000001, '04901', 'G12.O1', 'BHXH huyện Thử', 'Social Security of Thử District');
UPDATE offices SET parent_id = 800000000 WHERE id = 800000001;
INSERT INTO services (id, service_group, name_vi, name_en)
VALUES ('TEST-OPERATION', 'BENEFITS', 'Hưởng chế độ thử', 'Benefit of trying');
INSERT INTO service_versions (id, service_id, valid_from, law, level, applicants, forms, legal_basis, unconfirmed)
VALUES ('01990000-0000-7000-8000-000000000101', 'TEST-OPERATION', '2025-07-01', '41/2024/QH15', 'FULL',
        '{CITIZEN,EMPLOYER}', '{14-HSB}', '{"ND 61/2018"}', '{}');
INSERT INTO service_time_limits VALUES ('01990000-0000-7000-8000-000000000101', 'all', 10, 'WORKING_DAYS', NULL);
INSERT INTO participants (id, full_name, folded_name, sort_name, birth_date, sex, office_id, registered_at)
VALUES ('01990000-0000-7000-8000-000000000001', 'Nguyễn Thị Lan', 'nguyen thi lan', 'lan nguyen thi', '1990-05-17',
        'FEMALE', 800000001, '2020-01-01Z'),
       ('01990000-0000-7000-8000-000000000002', 'Nguyễn "Tý" \ Bình', 'nguyen "ty" \ binh', 'binh', '1985-01-01',
        'MALE', 800000001, '2020-01-01Z');
INSERT INTO identifiers (id, participant_id, kind, ciphertext, key_version, blind_index, masked, valid_from)
VALUES ('01990000-0000-7000-8000-000000000201', '01990000-0000-7000-8000-000000000001', 'PERSONAL_NUMBER', '', 1,
        sha256('operations'), '•••••••••123', '1990-05-17');
INSERT INTO employers (id, office_id, code, name, folded_name, tax_code)
VALUES ('01990000-0000-7000-8000-000000000301', 800000001, 'OP0001', 'Công ty Dệt Thử', 'cong ty det thu', '0100000001');
INSERT INTO employments (id, participant_id, employer_id, office_id, position, started_on)
VALUES ('01990000-0000-7000-8000-000000000401', '01990000-0000-7000-8000-000000000001',
        '01990000-0000-7000-8000-000000000301', 800000001, 'Công nhân dệt', '2015-03-01');
INSERT INTO grants (id, principal, kind, office_id, employer_id, granted_by)
VALUES ('01990000-0000-7000-8000-000000000501', '01990000-0000-7000-8000-000000000902', 'EMPLOYER', NULL,
        '01990000-0000-7000-8000-000000000301', 'tests'),
       ('01990000-0000-7000-8000-000000000502', '01990000-0000-7000-8000-000000000903', 'OFFICER', 800000000, NULL,
        'tests');
INSERT INTO dossiers (id, reference, code, service_id, service_version_id, participant_id, employer_id, office_id,
                      applicant, submitted_by, request, status, version, submitted_at, accepted_at, due_on)
SELECT ('01990000-0000-7000-8000-00000000060' || n)::uuid, 'OPER-ATIO-000' || n,
       CASE WHEN n > 2 THEN 'G12.O1-261102-000' || n END, 'TEST-OPERATION', '01990000-0000-7000-8000-000000000101',
       ('01990000-0000-7000-8000-00000000000' || 1 + n % 2)::uuid,
       CASE WHEN n = 2 THEN '01990000-0000-7000-8000-000000000301'::uuid END, 800000001,
       CASE WHEN n = 2 THEN 'EMPLOYER' ELSE 'CITIZEN' END, '01990000-0000-7000-8000-000000000901', 'Thử lần ' || n,
       CASE WHEN n > 2 THEN 'ACCEPTED' ELSE 'NEW' END, CASE WHEN n > 2 THEN 2 ELSE 1 END, '2026-11-01 01:02:03.5Z',
       CASE WHEN n > 2 THEN '2026-11-02Z'::timestamptz END, CASE WHEN n > 2 THEN '2026-11-16'::date END
FROM   generate_series(1, 5) AS n;
INSERT INTO dossier_events (dossier_id, seq, kind, status, at, actor_kind, participant_id, employer_id, office_id)
SELECT id, seq, CASE seq WHEN 1 THEN 'SUBMITTED' ELSE 'ACCEPTED' END, CASE seq WHEN 1 THEN 'NEW' ELSE 'ACCEPTED' END,
       CASE seq WHEN 1 THEN submitted_at ELSE accepted_at END, CASE seq WHEN 1 THEN applicant ELSE 'OFFICER' END,
       participant_id, employer_id, office_id
FROM   dossiers, generate_series(1, version) AS seq WHERE service_id = 'TEST-OPERATION';
INSERT INTO households (id, code, office_id, address)
VALUES ('01990000-0000-7000-8000-000000000701', '9900000001', 800000001, 'Số 1, đường Thử');
UPDATE participants SET household_id = '01990000-0000-7000-8000-000000000701' WHERE office_id = 800000001;
INSERT INTO household_members (id, household_id, participant_id, relationship, takes_part, valid_from)
VALUES ('01990000-0000-7000-8000-000000000711', '01990000-0000-7000-8000-000000000701',
        '01990000-0000-7000-8000-000000000001', 'Chủ hộ', false, '2015-01-01'),
       ('01990000-0000-7000-8000-000000000712', '01990000-0000-7000-8000-000000000701',
        '01990000-0000-7000-8000-000000000002', 'Chồng', true, '2016-01-01');
INSERT INTO health_cards (id, participant_id, object_code, benefit_level, valid_from, valid_to, five_years_on, facility_code)
VALUES ('01990000-0000-7000-8000-000000000721', '01990000-0000-7000-8000-000000000001', 'DN', 4, '2015-03-01',
        '2019-12-31', '2020-03-01', '04001'),
       ('01990000-0000-7000-8000-000000000722', '01990000-0000-7000-8000-000000000001', 'DN', 4, '2020-02-01', NULL,
        '2020-03-01', '04001');
INSERT INTO health_copayments (id, participant_id, paid_on, amount, visit_reference)
VALUES ('01990000-0000-7000-8000-000000000731', '01990000-0000-7000-8000-000000000001', '2026-03-05', 468000, 'KCB-1');
INSERT INTO benefits (id, participant_id, office_id, kind, payment, decision_number, amount, valid_from, valid_to)
VALUES ('01990000-0000-7000-8000-000000000741', '01990000-0000-7000-8000-000000000001', 800000001, 'SICKNESS', 'ONCE',
        '12/QĐ-BHXH', 1250000, '2026-05-04', '2026-05-08');
INSERT INTO contributions (id, participant_id, employer_id, scheme, from_month, to_month, base, recorded_at)
VALUES ('01990000-0000-7000-8000-000000000751', '01990000-0000-7000-8000-000000000001',
        '01990000-0000-7000-8000-000000000301', 'COMPULSORY', '2015-03-01', NULL, 8000000, '2015-03-20 01:00Z'),
       ('01990000-0000-7000-8000-000000000752', '01990000-0000-7000-8000-000000000001',
        '01990000-0000-7000-8000-000000000301', 'COMPULSORY', '2020-04-01', '2020-06-01', 0, '2020-07-02 01:00Z');
INSERT INTO employer_arrears (id, employer_id, month, fund, due_on, since)
VALUES ('01990000-0000-7000-8000-000000000761', '01990000-0000-7000-8000-000000000301', '2024-05-01',
        'RETIREMENT_SURVIVORS', '2024-06-30', '2024-07-01 01:00Z');
