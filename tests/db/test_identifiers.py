"""Finding a person by a number: exactly, of whichever kind it is, among those whom the viewer may see."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from auth.viewer import ViewerKind
from db.pool import Connection, Pool
from domain.identifiers import IdentifierKind
from selection.faults import OperationFault
from tests import people
from tests.portal import ask

BY_NUMBER = "query ($number: String!) { participantByNumber(number: $number) { id } }"
TODAY = datetime.now(UTC).date()


FULL_WIDTH = "".join(chr(ord(digit) + 0xFEE0) for digit in "001192001234")


async def found(pool: Pool, viewer: object, number: str) -> str | None:
    answer = await ask(pool, viewer, BY_NUMBER, number=number)  # type: ignore[arg-type] -- any viewer
    person = answer["participantByNumber"]
    return person and str(person["id"])


async def a_number(
    owner: Connection, person: UUID, kind: IdentifierKind, number: str, *, until: object = None
) -> None:
    sealed = people.KEYS.seal(kind, number)
    await owner.execute(
        "INSERT INTO identifiers"
        " (participant_id, kind, ciphertext, key_version, blind_index, masked, valid_from, valid_to)"
        " VALUES ($1, $2, $3, $4, $5, $6, '1990-01-01', $7)",
        person,
        kind.value,
        sealed.ciphertext,
        sealed.key_version,
        sealed.blind_index,
        sealed.masked,
        until,
    )


async def test_whoever_may_see_a_person_finds_them_by_their_number(pool: Pool, owner: Connection) -> None:
    office, number = await people.an_office(owner), people.a_number()
    person = await people.a_participant(owner, office=office, number=number)
    employer = await people.an_employer(owner)
    await people.an_employment(owner, person, employer)
    elsewhere = await people.an_office(owner)
    sees = {
        "the person": (people.citizen_of(person), True),
        "another": (people.citizen_of(await people.a_participant(owner)), False),
        "the office": (await people.officer_of(owner, office), True),
        "another office": (await people.officer_of(owner, elsewhere), False),
        "the employer": (await people.acting_for(owner, employer), True),
        "another employer": (await people.acting_for(owner, await people.an_employer(owner)), False),
    }
    for name, (viewer, may) in sees.items():
        assert await found(pool, viewer, number) == (f"Participant:{person}" if may else None), name
        # Hidden and absent look the same.
        assert await found(pool, viewer, people.a_number()) is None, name


async def test_a_number_is_found_as_each_kind_that_it_may_be(pool: Pool, owner: Connection) -> None:
    office = await people.an_office(owner)
    officer = await people.officer_of(owner, office)
    person = await people.a_participant(owner, office=office)
    ten = people.a_number()[-10:]
    await a_number(owner, person, IdentifierKind.SOCIAL_INSURANCE_NUMBER, ten)
    await a_number(owner, person, IdentifierKind.HEALTH_CARD_NUMBER, ten)
    assert await found(pool, officer, ten) == f"Participant:{person}"
    # The same digits may be a card of somebody else: then it names nobody.
    other = await people.a_participant(owner, office=office)
    nine = people.a_number()[-9:]
    await a_number(owner, person, IdentifierKind.IDENTITY_CARD_NUMBER, nine)
    assert await found(pool, officer, nine) == f"Participant:{person}"
    twice = people.a_number()
    await a_number(owner, person, IdentifierKind.PERSONAL_NUMBER, twice)
    await a_number(owner, other, IdentifierKind.SOCIAL_INSURANCE_NUMBER, twice)
    assert await found(pool, officer, twice) is None


async def test_a_number_that_is_over_names_nobody(pool: Pool, owner: Connection) -> None:
    office, number = await people.an_office(owner), people.a_number()
    officer = await people.officer_of(owner, office)
    person = await people.a_participant(owner, office=office)
    yesterday = TODAY - timedelta(days=2)
    await a_number(owner, person, IdentifierKind.PERSONAL_NUMBER, number, until=yesterday)
    assert await found(pool, officer, number) is None


@pytest.mark.parametrize(
    "number",
    [
        "",
        "1",
        "00119200123",
        "0011920012345",
        FULL_WIDTH,
        "001 192 001 234",
        "' OR 1=1 --",
        "x" * 12,
    ],
)
async def test_what_is_no_number_is_refused(pool: Pool, owner: Connection, number: str) -> None:
    officer = await people.officer_of(owner, await people.an_office(owner))
    with pytest.raises(OperationFault) as refusal:
        await found(pool, officer, number)
    assert refusal.value.code == "BAD_NUMBER"
    assert number == "" or number not in str(refusal.value)
    assert officer.kind is ViewerKind.OFFICER
