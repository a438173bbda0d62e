"""People, offices, employers and what they file: valid by default, and nobody else's.

Every factory writes as the owner, commits, and returns the key of what it made; what it needs and was not
given it makes too. Data stay for the whole run, so a test makes its own.
"""

from collections.abc import Collection
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
from itertools import count
from uuid import UUID, uuid4

from graphql import GraphQLObjectType

from auth.agreements import Agreement
from auth.scopes import Scope
from auth.viewer import ANONYMOUS, Viewer, ViewerKind
from db.identifiers import IdentifierKeys
from db.pool import Connection
from db.services import SERVICE_GROUPS
from domain.certificates import Certificate, hash_of
from domain.identifiers import IdentifierKind
from domain.months import Month, Run
from domain.names import folded, sort_key
from schema.portal import schema

EVERY_SCOPE = frozenset(Scope)
EVERY_GROUP = frozenset(SERVICE_GROUPS)
PURPOSE = "HOSPITAL_ADMISSION"
KEYS = IdentifierKeys(sealing=b"s" * 32, finding=b"f" * 32)

# A number for each thing that is made; the codes of things are made of it, so no two are alike.
_numbers = count(1)
# An office leaves room for this many below it.
OFFICES_BELOW = 99


# ------------------------------------------------------------------ what is there ---


async def an_office(owner: Connection, *, below: int | None = None) -> int:
    """An office, at the top of a tree of its own or directly below another."""
    number = next(_numbers)
    office = 1_000_000_000 + number * (OFFICES_BELOW + 1)
    last = office + OFFICES_BELOW
    if below is not None:
        office = last = await owner.fetchval(
            "SELECT coalesce(max(id), $1) + 1 FROM offices WHERE parent_id = $1", below
        )
    await owner.execute(
        "INSERT INTO offices (id, last_id, parent_id, code, agency_code, name_vi, name_en)"
        " VALUES ($1, $2, $3, $4, $5, 'Cơ quan thử', 'An office')",
        office,
        last,
        below,
        f"0{5000 + number:04}",
        f"G12.T{number}",
    )
    return office


async def a_participant(
    owner: Connection, *, office: int | None = None, name: str = "Nguyễn Thị Thử", number: str | None = None
) -> UUID:
    """A person; with `number`, known by that personal number."""
    participant: UUID = await owner.fetchval(
        "INSERT INTO participants (full_name, folded_name, sort_name, birth_date, sex, office_id)"
        " VALUES ($1, $2, $3, '1990-01-01', 'FEMALE', $4) RETURNING id",
        name,
        folded(name),
        sort_key(name),
        office or await an_office(owner),
    )
    if number is not None:
        sealed = KEYS.seal(IdentifierKind.PERSONAL_NUMBER, number)
        await owner.execute(
            "INSERT INTO identifiers"
            " (participant_id, kind, ciphertext, key_version, blind_index, masked, valid_from)"
            " VALUES ($1, 'PERSONAL_NUMBER', $2, $3, $4, $5, '1990-01-01')",
            participant,
            sealed.ciphertext,
            sealed.key_version,
            sealed.blind_index,
            sealed.masked,
        )
    return participant


def a_number() -> str:
    """A personal number that nobody else has."""
    return f"0011900{next(_numbers):05}"


async def an_employer(owner: Connection, *, office: int | None = None) -> UUID:
    """An employer."""
    number = next(_numbers)
    employer: UUID = await owner.fetchval(
        "INSERT INTO employers (office_id, code, name, folded_name, tax_code)"
        " VALUES ($1, $2, 'Công ty Thử', 'cong ty thu', $3) RETURNING id",
        office or await an_office(owner),
        f"TE{number:04}",
        f"{number:010}",
    )
    return employer


async def an_employment(
    owner: Connection, participant: UUID, employer: UUID, *, ended_on: date | None = None
) -> UUID:
    """That a person works for an employer since 2020, or did until a day."""
    employment: UUID = await owner.fetchval(
        "INSERT INTO employments (participant_id, employer_id, office_id, position, started_on, ended_on)"
        " SELECT $1, id, office_id, 'Công nhân', '2020-01-01', $3 FROM employers WHERE id = $2 RETURNING id",
        participant,
        employer,
        ended_on,
    )
    return employment


async def a_line(
    owner: Connection,
    participant: UUID,
    employer: UUID | None = None,
    *,
    from_month: date = date(2020, 1, 1),
    to_month: date | None = None,
    base: int = 5_000_000,
    recorded_at: datetime | None = None,
) -> UUID:
    """A line of a person's ledger: of an employer, or of what the person pays by choice; known at once."""
    line: UUID = await owner.fetchval(
        "INSERT INTO contributions"
        " (participant_id, employer_id, scheme, from_month, to_month, base, recorded_at)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING id",
        participant,
        employer,
        "VOLUNTARY" if employer is None else "COMPULSORY",
        from_month,
        to_month,
        base,
        recorded_at or datetime(from_month.year, from_month.month, 20, tzinfo=UTC),
    )
    return line


async def an_unpaid_month(
    owner: Connection,
    employer: UUID,
    month: date,
    *,
    fund: str = "HEALTH",
    settled_at: datetime | None = None,
) -> UUID:
    """That an employer has not paid a month into a fund, from the end of the month on."""
    unpaid: UUID = await owner.fetchval(
        "INSERT INTO employer_arrears (employer_id, month, fund, due_on, since, settled_at)"
        " VALUES ($1, $2, $3, $2::date + 30, $2::date + interval '30 days', $4) RETURNING id",
        employer,
        month,
        fund,
        settled_at,
    )
    return unpaid


async def a_filing(owner: Connection, employer: UUID) -> UUID:
    """An employer's list of 2026-01 with one line."""
    filing: UUID = await owner.fetchval(
        "INSERT INTO filings (employer_id, office_id, month, line_count, filed_by)"
        " SELECT id, office_id, '2026-01-01', 1, uuidv4() FROM employers WHERE id = $1 RETURNING id",
        employer,
    )
    return filing


async def a_payment(owner: Connection, employer: UUID, *, amount: int = 1) -> UUID:
    """What an employer has paid, all of it left over."""
    payment: UUID = await owner.fetchval(
        "INSERT INTO payments (employer_id, office_id, amount, paid_on, reference, recorded_by)"
        " SELECT id, office_id, $2, '2026-03-01', uuidv4()::text, uuidv4() FROM employers WHERE id = $1"
        " RETURNING id",
        employer,
        amount,
    )
    return payment


async def an_entry(owner: Connection, employer: UUID, *, due: int = 1) -> UUID:
    """That an employer owes something for 2026-01."""
    entry: UUID = await owner.fetchval(
        "INSERT INTO employer_entries (employer_id, month, fund, due, due_on, recorded_by)"
        " VALUES ($1, '2026-01-01', 'HEALTH', $2, '2026-02-28', uuidv4()) RETURNING id",
        employer,
        due,
    )
    return entry


async def a_notice(owner: Connection, participant: UUID, employer: UUID) -> UUID:
    """That a person was told of what an employer said."""
    notice: UUID = await owner.fetchval(
        "INSERT INTO notices (participant_id, kind, employer_id, from_month)"
        " VALUES ($1, 'EMPLOYMENT_STARTED', $2, '2020-01-01') RETURNING id",
        participant,
        employer,
    )
    return notice


async def a_service(
    owner: Connection,
    *,
    group: str = "BENEFITS",
    applicants: Collection[str] = ("CITIZEN", "EMPLOYER"),
    days: int | None = 10,
    offered_until: date | None = None,
    minimum_assurance: int = 2,
) -> str:
    """A service with one version since 2025 and, unless `days` is None, one time limit in working days."""
    service = f"TEST-{next(_numbers)}"
    await owner.execute(
        "INSERT INTO services (id, service_group, name_vi, name_en)"
        " VALUES ($1, $2, 'Dịch vụ thử', 'A service')",
        service,
        group,
    )
    version = await owner.fetchval(
        "INSERT INTO service_versions"
        " (service_id, valid_from, valid_to, law, level, applicants, forms, legal_basis, unconfirmed,"
        " minimum_assurance)"
        " VALUES ($1, '2025-07-01', $2, '41/2024/QH15', 'FULL', $3, '{14-HSB}', '{}', '{}', $4) RETURNING id",
        service,
        offered_until,
        list(applicants),
        minimum_assurance,
    )
    if days is not None:
        await owner.execute(
            "INSERT INTO service_time_limits (service_version_id, applies_to, days, unit)"
            " VALUES ($1, 'all', $2, 'WORKING_DAYS')",
            version,
            days,
        )
    return service


async def a_dossier(
    owner: Connection,
    *,
    participant: UUID | None = None,
    employer: UUID | None = None,
    service: str | None = None,
    due_on: date | None = None,
    request: str = "",
) -> UUID:
    """A dossier that was filed, with its first event; with `due_on` it was accepted too, as its second."""
    number = next(_numbers)
    accepted = due_on is not None
    dossier: UUID = await owner.fetchval(
        "INSERT INTO dossiers (reference, code, service_id, service_version_id, participant_id, employer_id,"
        " office_id, applicant, submitted_by, request, status, version, submitted_at, accepted_at, due_on)"
        " SELECT $1, $2, version.service_id, version.id, person.id, $3, person.office_id, $4, uuidv4(), $5,"
        " $6, $7, now(), $8, $9 FROM service_versions version, participants person"
        " WHERE version.service_id = $10 AND person.id = $11 RETURNING id",
        f"TEST-{number}",
        f"G12.T-{number}" if accepted else None,
        employer,
        "EMPLOYER" if employer else "CITIZEN",
        request,
        "ACCEPTED" if accepted else "NEW",
        2 if accepted else 1,
        datetime.now(UTC) if accepted else None,
        due_on,
        service or await a_service(owner),
        participant or await a_participant(owner),
    )
    await an_event(owner, dossier, "SUBMITTED", "NEW")
    if accepted:
        await an_event(owner, dossier, "ACCEPTED", "ACCEPTED")
    return dossier


async def an_event(owner: Connection, dossier: UUID, kind: str, status: str) -> None:
    """The next event of a dossier."""
    await owner.execute(
        "INSERT INTO dossier_events"
        " (dossier_id, seq, kind, status, actor_kind, participant_id, employer_id, office_id)"
        " SELECT id, 1 + (SELECT count(*) FROM dossier_events WHERE dossier_id = $1), $2, $3, 'SYSTEM',"
        " participant_id, employer_id, office_id FROM dossiers WHERE id = $1",
        dossier,
        kind,
        status,
    )


async def a_grant(
    owner: Connection,
    principal: UUID,
    *,
    office: int | None = None,
    employer: UUID | None = None,
    kind: ViewerKind = ViewerKind.OFFICER,
    agreement: UUID | None = None,
    valid_until: datetime | None = None,
) -> UUID:
    """A right of an account, in a capacity."""
    grant: UUID = await owner.fetchval(
        "INSERT INTO grants (principal, kind, office_id, employer_id, agreement_id, granted_by, valid_until)"
        " VALUES ($1, $2, $3, $4, $5, 'tests', $6) RETURNING id",
        principal,
        kind.value,
        office,
        employer,
        agreement,
        valid_until,
    )
    return grant


async def a_household(owner: Connection, *, office: int, members: Collection[UUID] = ()) -> UUID:
    """A household, to which some people belong since 2020, the first as its head."""
    household: UUID = await owner.fetchval(
        "INSERT INTO households (code, office_id, address) VALUES ($1, $2, 'Ngõ thử') RETURNING id",
        f"{next(_numbers):010}",
        office,
    )
    for member in members:
        await owner.execute("UPDATE participants SET household_id = $1 WHERE id = $2", household, member)
        await a_membership(owner, household, member)
    return household


async def a_membership(
    owner: Connection,
    household: UUID,
    participant: UUID,
    *,
    takes_part: bool = True,
    valid_from: date = date(2020, 1, 1),
    valid_to: date | None = None,
) -> UUID:
    """That a person belongs to a household, or did until a day."""
    membership: UUID = await owner.fetchval(
        "INSERT INTO household_members"
        " (household_id, participant_id, relationship, takes_part, valid_from, valid_to)"
        " VALUES ($1, $2, 'Con', $3, $4, $5) RETURNING id",
        household,
        participant,
        takes_part,
        valid_from,
        valid_to,
    )
    return membership


async def a_health_card(
    owner: Connection,
    participant: UUID,
    *,
    letters: str = "DN",
    level: int = 4,
    valid_from: date = date(2020, 1, 1),
    valid_to: date | None = None,
    five_years_on: date | None = None,
) -> UUID:
    """A health insurance card, valid since 2020 unless it is said otherwise."""
    card: UUID = await owner.fetchval(
        "INSERT INTO health_cards (participant_id, object_code, benefit_level, valid_from, valid_to,"
        " five_years_on, facility_code) VALUES ($1, $2, $3, $4, $5, $6, '01001') RETURNING id",
        participant,
        letters,
        level,
        valid_from,
        valid_to,
        five_years_on,
    )
    return card


async def a_health_copayment(
    owner: Connection, participant: UUID, *, paid_on: date = date(2026, 3, 1), amount: int = 100_000
) -> UUID:
    """What a person has copaid of a visit."""
    copayment: UUID = await owner.fetchval(
        "INSERT INTO health_copayments (participant_id, paid_on, amount, visit_reference)"
        " VALUES ($1, $2, $3, 'Lượt thử') RETURNING id",
        participant,
        paid_on,
        amount,
    )
    return copayment


async def a_benefit(
    owner: Connection,
    participant: UUID,
    *,
    kind: str = "PENSION",
    payment: str = "MONTHLY",
    valid_from: date = date(2020, 1, 1),
    valid_to: date | None = None,
) -> UUID:
    """A benefit that the office of the person's record pays since 2020."""
    benefit: UUID = await owner.fetchval(
        "INSERT INTO benefits (participant_id, office_id, kind, payment, decision_number, amount, valid_from,"
        " valid_to) SELECT id, office_id, $2, $3, 'QĐ thử', 5000000, $4, $5 FROM participants WHERE id = $1"
        " RETURNING id",
        participant,
        kind,
        payment,
        valid_from,
        valid_to,
    )
    return benefit


async def a_certificate(owner: Connection, participant: UUID, *, code: str | None = None) -> UUID:
    """A certificate that no month counts in 2025; its words are not signed by anybody."""
    said = Certificate(
        code or f"TEST-{next(_numbers):04}-0000-0000",
        datetime.now(UTC),
        "Nguyễn Thị Thử",
        date(1990, 1, 1),
        Run(Month(2025, 1), Month(2025, 12)),
        (),
    )
    certificate: UUID = await owner.fetchval(
        "INSERT INTO certificates (participant_id, office_id, code, code_hash, from_month, to_month, said,"
        " signed, issued_at, issued_by) SELECT id, office_id, $2, $3, '2025-01-01', '2025-12-01', $4,"
        " 'a.b.c', $5, uuidv4() FROM participants WHERE id = $1 RETURNING id",
        participant,
        said.code,
        hash_of(said.code),
        said.text,
        said.issued_at,
    )
    return certificate


async def a_consent(
    owner: Connection, participant: UUID, *, purpose: str = "NOTICES", is_withdrawn: bool = False
) -> UUID:
    """That a person said yes to something, in words of 2020: it stands unless it is said otherwise."""
    consent: UUID = await owner.fetchval(
        "INSERT INTO consents (participant_id, office_id, purpose, text_version, text_vi, text_en, given_at,"
        " given_by, withdrawn_at, withdrawn_by)"
        " SELECT id, office_id, $2, '2020', 'Tôi đồng ý.', 'I agree.', now(), uuidv4(),"
        " CASE WHEN $3 THEN now() END, CASE WHEN $3 THEN uuidv4() END FROM participants WHERE id = $1"
        " RETURNING id",
        participant,
        purpose,
        is_withdrawn,
    )
    return consent


async def a_data_request(
    owner: Connection,
    participant: UUID,
    *,
    answer_by: date = date(2026, 12, 1),
    status: str = "FILED",
) -> UUID:
    """What a person asks about their own data; answered, where it does not wait."""
    answered_at = None if status == "FILED" else datetime.now(UTC)
    request: UUID = await owner.fetchval(
        "INSERT INTO data_requests (participant_id, office_id, kind, concerns, wish, status, version,"
        " filed_at, filed_by, answer_by, act_by, unconfirmed, answer, answered_at, answered_by)"
        " SELECT id, office_id, 'CORRECTION', 'Ngày sinh', 'Xin sửa.', $2, 1, now(), uuidv4(), $3, $3, true,"
        " CASE WHEN $4::timestamptz IS NOT NULL THEN 'Đã sửa.' END, $4,"
        " CASE WHEN $4 IS NOT NULL THEN uuidv4() END FROM participants WHERE id = $1 RETURNING id",
        participant,
        status,
        answer_by,
        answered_at,
    )
    return request


async def a_mandate(
    owner: Connection,
    participant: UUID,
    representative: UUID,
    *,
    basis: str = "AGENT",
    groups: Collection[str] = EVERY_GROUP,
    level: int = 2,
    is_accepted: bool = True,
    is_revoked: bool = False,
    valid_to: date | None = None,
) -> UUID:
    """That somebody may act for a person since 2020: in force unless it is said otherwise."""
    mandate: UUID = await owner.fetchval(
        "INSERT INTO mandates (participant_id, represented_name, representative_id, representative_name,"
        " office_id, basis, service_groups, minimum_assurance, valid_from, valid_to, evidence, given_by,"
        " given_kind, accepted_at, revoked_at, revoked_by)"
        " SELECT person.id, person.full_name, other.id, CASE WHEN $6 THEN other.full_name END,"
        " person.office_id, $3, $4, $5, '2020-01-01', $8, '', uuidv4(), 'OFFICER',"
        " CASE WHEN $6 THEN now() END, CASE WHEN $7 THEN now() END, CASE WHEN $7 THEN uuidv4() END"
        " FROM participants person, participants other WHERE person.id = $1 AND other.id = $2 RETURNING id",
        participant,
        representative,
        basis,
        sorted(groups),
        level,
        is_accepted,
        is_revoked,
        valid_to,
    )
    return mandate


async def a_look(
    owner: Connection, subject: UUID, *, withheld_until: date | None = None, agreement: UUID | None = None
) -> UUID:
    """That a ministry was shown something of a person, as the ledger keeps it."""
    entry: UUID = await owner.fetchval(
        "INSERT INTO access_ledger (subject_id, reader_kind, reader_name, right_kind, purpose,"
        " case_reference, fields, document, withheld_until, agreement_id)"
        " VALUES ($1, 'PARTNER', 'Bộ Thử', 'AGREEMENT', '', '', '{}', '', $2::date, $3) RETURNING id",
        subject,
        withheld_until,
        agreement,
    )
    return entry


async def an_agreement(
    owner: Connection,
    *,
    office: int,
    fields: Collection[str] | None = None,
    purposes: Collection[str] = (PURPOSE,),
    valid_from: date = date(2026, 1, 1),
    valid_to: date | None = None,
    capacity: int = 10**9,
    restore_rate: int = 10**9,
) -> Agreement:
    """An agreement with a partner of its own, of every field of the schema unless some are named."""
    number = next(_numbers)
    partner = await owner.fetchval(
        "INSERT INTO partners (code, name_vi, name_en) VALUES ($1, 'Bộ Thử', 'A ministry') RETURNING id",
        f"bo-thu-{number}",
    )
    for purpose in purposes:
        await owner.execute(
            "INSERT INTO purposes (code, name_vi, name_en, legal_basis)"
            " VALUES ($1, 'Mục đích thử', 'A purpose', 'ND 69/2024/NĐ-CP') ON CONFLICT DO NOTHING",
            purpose,
        )
    agreement = Agreement(
        id=uuid4(),
        code=f"THU-{number}",
        partner_id=partner,
        partner=f"bo-thu-{number}",
        purposes=dict.fromkeys(purposes, timedelta()),
        fields=frozenset(all_fields() if fields is None else fields),
        valid_from=valid_from,
        valid_to=valid_to,
        capacity=capacity,
        restore_rate=restore_rate,
    )
    await owner.execute(
        "INSERT INTO agreements (id, code, partner_id, legal_basis, purposes, fields, office_id, valid_from,"
        " valid_to, capacity, restore_rate, signed_by, recorded_by)"
        " VALUES ($1, $2, $3, 'Thỏa thuận thử', $4, $5, $6, $7, $8, $9, $10, 'Bộ trưởng', 'tests')",
        agreement.id,
        agreement.code,
        partner,
        list(agreement.purposes),
        sorted(agreement.fields),
        office,
        valid_from,
        valid_to,
        capacity,
        restore_rate,
    )
    return agreement


async def revoke(owner: Connection, agreement: Agreement) -> None:
    """Revoke an agreement."""
    await owner.execute(
        "UPDATE agreements SET revoked_at = now(), revoked_reason = 'Thử' WHERE id = $1", agreement.id
    )


@cache
def all_fields() -> frozenset[str]:
    """Every field of the schema."""
    return frozenset(
        f"{name}.{field}"
        for name, found in schema._schema.type_map.items()  # noqa: SLF001 -- strawberry has no other name for it
        if isinstance(found, GraphQLObjectType)
        for field in found.fields
    )


# ----------------------------------------------------------------- who is asking ---


def citizen_of(participant: UUID, *, scopes: Collection[Scope] = EVERY_SCOPE) -> Viewer:
    """The person, for themself."""
    return Viewer(
        ViewerKind.CITIZEN, uuid4(), participant, name="Nguyễn Thị Thử", scopes=frozenset(scopes), assurance=2
    )


def representing(
    participant: UUID, by: Viewer, mandate: UUID, *, scopes: Collection[Scope] = EVERY_SCOPE
) -> Viewer:
    """A person who acts for another by a mandate, as the door makes one of them."""
    return replace(
        by,
        kind=ViewerKind.REPRESENTATIVE,
        participant_id=participant,
        representative_id=by.participant_id,
        mandate_id=mandate,
        scopes=frozenset(scopes),
    )


async def officer_of(owner: Connection, office: int, *, scopes: Collection[Scope] = EVERY_SCOPE) -> Viewer:
    """An officer of an office and all below it."""
    viewer = Viewer(ViewerKind.OFFICER, uuid4(), name="Phạm Văn Thử", scopes=frozenset(scopes), assurance=3)
    await a_grant(owner, _principal(viewer), office=office)
    return viewer


async def acting_for(owner: Connection, employer: UUID, *, scopes: Collection[Scope] = EVERY_SCOPE) -> Viewer:
    """Somebody who acts for an employer."""
    viewer = Viewer(ViewerKind.EMPLOYER, uuid4(), name="Trần Văn Thử", scopes=frozenset(scopes), assurance=2)
    await a_grant(owner, _principal(viewer), employer=employer, kind=ViewerKind.EMPLOYER)
    return viewer


async def partner_for(owner: Connection, office: int, *, scopes: Collection[Scope] = EVERY_SCOPE) -> Viewer:
    """Another agency's system, under an agreement for the population of an office."""
    return await partner_under(owner, await an_agreement(owner, office=office), office=office, scopes=scopes)


async def partner_under(
    owner: Connection, agreement: Agreement, *, office: int, scopes: Collection[Scope] = EVERY_SCOPE
) -> Viewer:
    """Another agency's system, which asks under an agreement."""
    viewer = Viewer(
        ViewerKind.PARTNER,
        uuid4(),
        name="Bộ Thử",
        scopes=frozenset(scopes),
        partner_id=agreement.partner_id,
        agreement=agreement,
        purpose=next(iter(agreement.purposes)),
        case_reference="BA-2026/17",
    )
    await a_grant(owner, _principal(viewer), office=office, kind=ViewerKind.PARTNER, agreement=agreement.id)
    return viewer


def _principal(viewer: Viewer) -> UUID:
    assert viewer.principal
    return viewer.principal


__all__ = [
    "ANONYMOUS",
    "EVERY_GROUP",
    "EVERY_SCOPE",
    "KEYS",
    "PURPOSE",
    "a_consent",
    "a_data_request",
    "a_dossier",
    "a_filing",
    "a_grant",
    "a_mandate",
    "a_notice",
    "a_number",
    "a_participant",
    "a_payment",
    "a_service",
    "acting_for",
    "all_fields",
    "an_agreement",
    "an_employer",
    "an_employment",
    "an_entry",
    "an_event",
    "an_office",
    "citizen_of",
    "officer_of",
    "partner_for",
    "partner_under",
    "representing",
    "revoke",
]
