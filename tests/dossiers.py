"""Dossiers as tests need them: valid, somebody's, and nobody else's."""

from uuid import UUID

from db.pool import Connection

AN_OFFICE = """
INSERT INTO offices (id, last_id, code, agency_code, name_vi, name_en)
VALUES (900001, 900001, '09991', 'H99.99', 'Cơ quan kiểm thử', 'Office of the tests')
ON CONFLICT DO NOTHING
"""
A_SERVICE = """
INSERT INTO services (id, service_group, name_vi, name_en)
VALUES ('TEST-01', 'BENEFITS', 'Dịch vụ kiểm thử', 'Service of the tests')
ON CONFLICT DO NOTHING
"""
A_SERVICE_VERSION = """
INSERT INTO service_versions (service_id, valid_from, law, level, applicants, forms, legal_basis, unconfirmed)
SELECT 'TEST-01', '2025-07-01', 'LAW_41_2024', 'FULL', '{CITIZEN}', '{}', '{}', '{}'
WHERE NOT EXISTS (SELECT FROM service_versions WHERE service_id = 'TEST-01')
"""
A_DOSSIER = """
WITH person AS (
    INSERT INTO participants (full_name, folded_name, sort_name, birth_date, sex, office_id)
    VALUES ('Nguyễn Thị Thử', 'nguyen thi thu', 'thu nguyen thi', '1990-01-01', 'FEMALE', 900001)
    RETURNING id
)
INSERT INTO dossiers (reference, service_id, service_version_id, participant_id, office_id, applicant,
                      submitted_by, request, status, version, submitted_at)
SELECT uuidv4()::text, 'TEST-01', version.id, person.id, 900001, 'CITIZEN', uuidv4(), '', 'NEW', 1, now()
FROM   person, service_versions version
WHERE  version.service_id = 'TEST-01'
RETURNING id
"""
AN_EVENT = """
WITH event AS (
    INSERT INTO dossier_events (dossier_id, seq, kind, status, actor_kind, participant_id, office_id)
    SELECT id, $2, 'SUBMITTED', 'NEW', 'SYSTEM', participant_id, office_id FROM dossiers WHERE id = $1
    RETURNING dossier_id, seq
)
INSERT INTO unsequenced_events (dossier_id, seq) SELECT dossier_id, seq FROM event
"""


async def a_dossier(owner: Connection) -> UUID:
    """Write a dossier of somebody new, without any event."""
    for statement in (AN_OFFICE, A_SERVICE, A_SERVICE_VERSION):
        await owner.execute(statement)
    dossier_id: UUID = await owner.fetchval(A_DOSSIER)
    return dossier_id


async def an_event(owner: Connection, dossier_id: UUID, seq: int) -> None:
    """Write an event as an act does, in the transaction that is open, and announce it to nobody."""
    await owner.execute(AN_EVENT, dossier_id, seq)
