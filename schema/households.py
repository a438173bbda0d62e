"""Households: who insures together, and what their health insurance costs."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import TYPE_CHECKING, Annotated, Any

import strawberry
from sqlalchemy import ColumnElement, func, or_, select

from auth import policies, rights
from auth.scopes import Scope
from db.calendar import TODAY
from db.households import household_members, households
from domain.health import household_health_premium
from schema.access_rights import AccessRight, seen_by
from schema.determinations import Determination
from schema.health_cards import AsOf, day_of, health_law
from schema.offices import Office
from schema.scalars import Dong
from selection import Columns, Condition, Connection, Node, Order, Reads, derived, entity, link, rows, stored

if TYPE_CHECKING:
    from schema.participants import Participant

LONGEST_MEMBERSHIP = {"OLDEST": Order(("valid_from", "id"), tells=("validFrom",))}
NEWEST_MEMBERSHIP = {"NEWEST": Order(("valid_from", "id"), descending=True, tells=("validFrom",))}


@strawberry.type(description="What a member of a household pays for health insurance.")
class MemberPremium:
    """What a member of a household pays for health insurance."""

    position: int = strawberry.field(description="Which member, in the order of joining: 1 is the first.")
    monthly: Dong = strawberry.field(description="The premium a month.")


@strawberry.type(description="What the health insurance of a household costs.")
class HealthPremium:
    """What the health insurance of a household costs."""

    as_of: date = strawberry.field(description="The day whose base salary and members were counted.")
    months: int = strawberry.field(description="For how many months it is paid at once.")
    members: list[MemberPremium] = strawberry.field(
        description="The premium of each member who is insured with the household that day."
    )
    total: Dong | None = strawberry.field(
        description="For all members and months; null where one cannot pay for so many months."
    )
    determination: Determination = strawberry.field(description="What the law says, with its reasons.")


def premium_facts(
    household: Columns, member: Columns, *, as_of: AsOf = None
) -> Mapping[str, ColumnElement[Any]]:
    """How many are insured with the household on the day."""
    day = day_of(as_of)
    return {
        "day": day,
        "today": TODAY,
        "members": select(func.count())
        .where(
            member.household_id == household.id,
            member.takes_part,
            member.valid_from <= day,
            or_(member.valid_to.is_(None), member.valid_to >= day),
        )
        .scalar_subquery(),
    }


def health_premium(
    day: date,
    today: date,
    members: int,
    *,
    months: Annotated[
        int, strawberry.argument(description="For how many months it is paid at once: 3, 6 or 12.")
    ] = 12,
    join_together: Annotated[
        bool,
        strawberry.argument(
            description="Whether all join in the same year; who does not pays as the first member."
        ),
    ] = True,
) -> HealthPremium:
    """Reckon the premium of each member. Raises: DayOutside."""
    found = household_health_premium(
        health_law(day, today), members=members, months=months, join_together=join_together
    )
    monthly, total = found.findings["monthly_per_member"], found.findings["total"]
    assert isinstance(monthly, tuple)  # noqa: S101 -- so the rule finds them
    assert isinstance(total, int)  # noqa: S101
    return HealthPremium(
        as_of=day,
        months=months,
        members=[MemberPremium(position=place, monthly=Dong(due)) for place, due in enumerate(monthly, 1)],
        total=Dong(total) if found.is_met else None,
        determination=Determination.of(found),
    )


@entity(
    household_members,
    visible_to=policies.household_members,
    needs=Scope.HOUSEHOLD_READ,
    about="participant_id",
    by_right=rights.household_members,
)
class HouseholdMember(Node):
    """That a person belongs or belonged to a household, from one day to another."""

    relationship: str = stored("The relationship to the head of the household, such as `Con`.")
    takes_part: bool = stored(
        "Whether the member is insured with the household; others have a card as employees, pensioners, small"
        " children."
    )
    valid_from: date = stored("The first day.")
    valid_to: date | None = stored("The last day, included; null while it goes on.")
    household: "Household | None" = link(
        "The household; null where the viewer may not see it, as one that the person has left.",
        lambda member, household: household.id == member.household_id,
    )
    participant: Annotated["Participant", strawberry.lazy("schema.participants")] | None = link(
        "Who it is; null where the viewer may not see the person.",
        lambda member, participant: participant.id == member.participant_id,
    )
    access_right: AccessRight = seen_by(rights.household_members)


def members_of(household: Columns, member: Columns) -> Iterator[Condition]:
    """Who belongs and belonged to a household."""
    yield member.household_id == household.id


# No `Node`: what is known of a household is asked through somebody of it, and noted as shown of them.
@entity(households, visible_to=policies.households, needs=Scope.HOUSEHOLD_READ)
class Household:
    """People who live and insure together (hộ gia đình)."""

    code: str = stored("Its code: ten digits.")
    address: str = stored("Where it lives.")
    office: Office = link(
        "The office that keeps its record.", lambda household, office: office.id == household.office_id
    )
    members: Connection[HouseholdMember] = rows(
        "Who belongs and belonged to it, the longest first.", members_of, orders=LONGEST_MEMBERSHIP
    )
    health_premium: HealthPremium = derived(
        "What health insurance costs the members who are insured with the household.",
        health_premium,
        facts=premium_facts,
        reads=[Reads(household_members, policies.household_members)],
    )


def household_of(participant: Columns, household: Columns) -> Condition:
    """The household that a person belongs to."""
    return household.id == participant.household_id


def memberships_of(participant: Columns, member: Columns) -> Iterator[Condition]:
    """To which households a person belongs and belonged."""
    yield member.participant_id == participant.id
