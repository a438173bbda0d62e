"""The people of the agency."""

from collections.abc import Iterator
from datetime import date
from enum import StrEnum
from typing import Annotated

import strawberry
from sqlalchemy import func

from auth import policies, rights
from auth.scopes import Scope
from db.participants import participants
from domain.names import folded
from schema.access_ledger import NEWEST_ENTRY, AccessEntry, entries_about
from schema.access_rights import AccessRight, seen_by
from schema.benefits import NEWEST_BENEFIT, Benefit, benefits_of
from schema.certificates import NEWEST_CERTIFICATE, Certificate, certificates_of
from schema.consents import NEWEST_CONSENT, Consent, consents_of
from schema.contributions import (
    NEWEST_LINE,
    NEWEST_UNPAID,
    Contribution,
    UnpaidContribution,
    contributions_of,
    unpaid_contributions_of,
)
from schema.coverage import COVERAGE_READS, Coverage, coverage_facts, coverage_of
from schema.data_requests import NEWEST_DATA_REQUEST, DataRequest, data_requests_of
from schema.dossiers import DOSSIER_ORDERS, Dossier, dossiers_of
from schema.employments import NEWEST_EMPLOYMENT, Employment, employments_of
from schema.enums import described
from schema.health_cards import (
    NEWEST_CARD,
    NEWEST_COPAYMENT,
    HealthCard,
    HealthCopayment,
    card_of,
    cards_of,
    copayments_by,
)
from schema.households import (
    NEWEST_MEMBERSHIP,
    Household,
    HouseholdMember,
    household_of,
    memberships_of,
)
from schema.identifiers import Identifier, identifiers_of
from schema.ids import OfficeID
from schema.mandates import NEWEST_MANDATE, Mandate, mandates_about
from schema.notices import NEWEST_NOTICE, Notice, notices_of
from schema.offices import Office
from schema.sexes import Sex
from selection import (
    Columns,
    Condition,
    Connection,
    Node,
    Order,
    Tells,
    Through,
    derived,
    entity,
    link,
    rows,
    stored,
)
from selection.literals import number

LAST_CHARACTER = 0x10FFFF


@entity(
    participants,
    visible_to=policies.participants,
    listed_to=policies.listed_participants,
    needs=Scope.PARTICIPANT_READ,
    about="id",
    by_right=rights.participants,
)
class Participant(Node):
    """A person who takes part in social, health or unemployment insurance (người tham gia)."""

    full_name: str = stored("Family name, middle names and given name, as in the civil status.")
    birth_date: date = stored("The day of birth.")
    sex: Sex = stored("The sex in the civil status.")
    died_on: date | None = stored("The day of death; null for the living.")
    office: Office = link(
        "The office that keeps the person's record.", lambda person, office: office.id == person.office_id
    )
    identifiers: Connection[Identifier] = rows(
        "The numbers the person is or was known by, masked.",
        identifiers_of,
        orders={"KIND": Order(("kind", "id"), tells=("kind",))},
    )
    employments: Connection[Employment] = rows(
        "For whom the person works and worked, newest first.", employments_of, orders=NEWEST_EMPLOYMENT
    )
    contributions: Connection[Contribution] = rows(
        "The lines of the person's ledger, newest first.", contributions_of, orders=NEWEST_LINE
    )
    unpaid_contributions: Connection[UnpaidContribution] = rows(
        "The months that employers should have paid for the person, and have not; newest first.",
        unpaid_contributions_of,
        orders=NEWEST_UNPAID,
    )
    certificates: Connection[Certificate] = rows(
        "What the agency has certified of the person's coverage, newest first.",
        certificates_of,
        orders=NEWEST_CERTIFICATE,
    )
    benefits: Connection[Benefit] = rows(
        "What is and was paid to the person, newest first.", benefits_of, orders=NEWEST_BENEFIT
    )
    health_card: HealthCard | None = link("The person's health insurance card on a day.", card_of)
    health_cards: Connection[HealthCard] = rows(
        "The person's health insurance cards, newest first.", cards_of, orders=NEWEST_CARD
    )
    health_copayments: Connection[HealthCopayment] = rows(
        "What the person has copaid of visits, newest first.", copayments_by, orders=NEWEST_COPAYMENT
    )
    household: Household | None = link(
        "The household that the person belongs to; null where there is none, or not for the viewer.",
        household_of,
    )
    household_memberships: Connection[HouseholdMember] = rows(
        "To which households the person belongs and belonged, newest first.",
        memberships_of,
        orders=NEWEST_MEMBERSHIP,
    )
    coverage: Coverage | None = derived(
        "What the person is covered for on a day, as the agency knows it, with reasons, which tell when the"
        " person was born, and died; null for employers, who see the employment relation only.",
        coverage_of,
        facts=coverage_facts,
        reads=COVERAGE_READS,
        needs=Scope.CONTRIBUTION_READ,
        # Seven regimes, each by rules of its own.
        rules=12,
    )
    mandates: Connection[Mandate] = rows(
        "By which others act for the person, newest first.", mandates_about, orders=NEWEST_MANDATE
    )
    consents: Connection[Consent] = rows(
        "To what the person said yes, newest first.", consents_of, orders=NEWEST_CONSENT
    )
    data_requests: Connection[DataRequest] = rows(
        "What the person has asked about their own data, newest first.",
        data_requests_of,
        orders=NEWEST_DATA_REQUEST,
    )
    notices: Connection[Notice] = rows(
        "What the person was told of what employers said about them, newest first; for the person, and for"
        " who acts for them in contributions.",
        notices_of,
        orders=NEWEST_NOTICE,
    )
    dossiers: Connection[Dossier] = rows("The dossiers about the person.", dossiers_of, orders=DOSSIER_ORDERS)
    access_log: Connection[AccessEntry] = rows(
        "Who was shown what of the person, newest first, as far as it is not withheld; for the person,"
        " and for who acts for them as parent or guardian.",
        entries_about,
        orders=NEWEST_ENTRY,
    )
    access_right: AccessRight = seen_by(rights.participants)


class ParticipantOrder(StrEnum):
    """An order of people."""

    NAME = "NAME"
    REGISTERED = "REGISTERED"


described(
    ParticipantOrder,
    NAME="By given name, then family name, as Vietnamese sorts them; with `namePrefix`, by the full name"
    " without case and diacritics.",
    REGISTERED="By registration, the newest first; refused with `namePrefix`.",
)

PARTICIPANT_ORDERS = {
    ParticipantOrder.NAME: Order(
        ("sort_name", "id"), searched=(("name_prefix", ("folded_name", "id")),), tells=("fullName",)
    ),
    ParticipantOrder.REGISTERED: Order(("id",), descending=True, unsearchable=("name_prefix",)),
}


def participants_listed(
    participant: Columns,
    *,
    name_prefix: Annotated[
        str | None,
        Through(folded),
        Tells("fullName"),
        strawberry.argument(
            description="Only people whose full name begins so, whatever the case and diacritics."
        ),
    ] = None,
    office: Annotated[OfficeID | None, strawberry.argument(description="Only people of this office.")] = None,
) -> Iterator[Condition]:
    """The people whom the viewer may see."""
    if name_prefix is not None:
        yield participant.folded_name >= name_prefix
        yield participant.folded_name < func.concat(name_prefix, func.chr(number(LAST_CHARACTER)))
    if office is not None:
        yield participant.office_id == office
