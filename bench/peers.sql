-- The statements of both peers, one a name. They stand behind row-level security as the same role as An Sinh,
-- `$1` is the viewer, and each is asked in the one shape that costs no transaction (bench/README.md).

-- participants
SELECT id AS key, 'Participant:' || id AS id, full_name AS "fullName", birth_date AS "birthDate", sex,
       died_on AS "diedOn", office_id AS office
FROM participants WHERE id = ANY ($2::uuid[])

-- offices
SELECT id AS key, 'Office:' || id AS id, code, name_vi AS "nameVi", name_en AS "nameEn"
FROM offices WHERE id = ANY ($2::int[])

-- identifiers_of
SELECT owner.key AS owner, found.*
FROM unnest($2::uuid[]) AS owner(key), LATERAL (
    SELECT 'Identifier:' || id AS id, kind, masked, valid_from AS "validFrom", valid_to AS "validTo"
    FROM identifiers WHERE participant_id = owner.key ORDER BY identifiers.kind, identifiers.id LIMIT :rows
) AS found

-- employments_of
SELECT owner.key AS owner, found.*
FROM unnest($2::uuid[]) AS owner(key), LATERAL (
    SELECT 'Employment:' || id AS id, position, started_on AS "startedOn", ended_on AS "endedOn",
           employer_id AS employer
    FROM employments WHERE participant_id = owner.key
    ORDER BY started_on DESC, employments.id DESC LIMIT :rows
) AS found

-- employers
SELECT id AS key, 'Employer:' || id AS id, code, name, tax_code AS "taxCode"
FROM employers WHERE id = ANY ($2::uuid[])

-- dossiers_of
SELECT owner.key AS owner, found.*
FROM unnest($2::uuid[]) AS owner(key), LATERAL (
    SELECT id AS key, 'Dossier:' || id AS id, reference, code, status, version, applicant,
           submitted_at AS "submittedAt", accepted_at AS "acceptedAt", due_on AS "dueOn",
           closed_at AS "closedAt", service_id AS service
    FROM dossiers WHERE participant_id = owner.key ORDER BY dossiers.id DESC LIMIT :rows
) AS found

-- events_of
SELECT owner.key AS owner, found.*
FROM unnest($2::uuid[]) AS owner(key), LATERAL (
    SELECT seq, kind, status, at, actor_kind AS "actorKind", reason
    FROM dossier_events WHERE dossier_id = owner.key ORDER BY seq DESC LIMIT :rows
) AS found

-- dossiers
SELECT id AS key, 'Dossier:' || id AS id, reference, code, status, submitted_at AS "submittedAt",
       due_on AS "dueOn", service_id AS service, participant_id AS participant
FROM dossiers WHERE office_id = ANY (ARRAY(
    SELECT below.id FROM grants JOIN offices ON offices.id = grants.office_id
    JOIN offices AS below ON below.id BETWEEN offices.id AND offices.last_id
)) ORDER BY dossiers.id DESC LIMIT :rows

-- services
SELECT id AS key, 'Service:' || id AS id, id AS code, service_group AS "group", name_vi AS "nameVi",
       name_en AS "nameEn"
FROM services WHERE id = ANY ($2::text[])

-- services_listed
SELECT 'Service:' || id AS id, id AS code, service_group AS "group", name_vi AS "nameVi",
       name_en AS "nameEn", national_code AS "nationalCode"
FROM services ORDER BY services.id LIMIT :rows
