"""Health insurance: cards, as what one is insured, since when without a break, and what was copaid."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated, Any

import strawberry
from sqlalchemy import ColumnElement, Date, Text, and_, cast, func, literal_column, or_, select

from auth import policies, rights
from auth.scopes import Scope
from db.calendar import TODAY
from db.health_cards import health_cards
from db.health_copayments import health_copayments
from db.parameters import parameters
from domain.health import health_copayments as copayments_left
from domain.health_cards import HealthObject as Object
from domain.health_cards import HealthPayer, Validity, health_continuity, health_objects
from domain.laws import HEALTH
from domain.parameters import Law
from schema.access_rights import AccessRight, seen_by
from schema.deadlines import MOST_YEARS_AHEAD, DayOutside
from schema.determinations import Determination
from schema.enums import described
from schema.scalars import Dong
from selection import Columns, Condition, Node, Order, Reads, derived, entity, link, stored

if TYPE_CHECKING:
    from schema.participants import Participant

described(
    HealthPayer,
    EMPLOYMENT="Người lao động và người sử dụng lao động: employee and employer.",
    HOUSEHOLD="Hộ gia đình: the household.",
    SOCIAL_INSURANCE="Cơ quan bảo hiểm xã hội: social insurance, for those it pays a benefit.",
    STATE="Ngân sách nhà nước: the State.",
    STATE_SUPPORTED="Nhà nước hỗ trợ một phần: the person, with the State's support.",
)

NEWEST_CARD = {"NEWEST": Order(("valid_from", "id"), descending=True, tells=("validFrom",))}
NEWEST_COPAYMENT = {"NEWEST": Order(("paid_on", "id"), descending=True, tells=("paidOn",))}
LEVELS = "health_insurance.benefit_level_digit"
YEAR: ColumnElement[str] = literal_column("'year'", Text)

AsOf = Annotated[
    date | None, strawberry.argument(description="On this day, from 2015 on; today where it is not said.")
]


def health_law(day: date, today: date) -> Law:
    """The law on health insurance of a day. Raises: DayOutside."""
    last = date(today.year + MOST_YEARS_AHEAD, 12, 31)
    if not HEALTH.first <= day <= last:
        raise DayOutside(first=HEALTH.first, last=last)
    return HEALTH.on(day, parameters())


def day_of(as_of: Any) -> ColumnElement[Any]:  # noqa: ANN401 -- a bind parameter
    """The day that is asked about, as SQL."""
    return TODAY if as_of is None else cast(as_of, Date)


@strawberry.type(description="As what somebody is insured: the first two letters of the card.")
class HealthObject:
    """As what somebody is insured: the first two letters of the card."""

    code: str = strawberry.field(description="The two letters, such as `DN`.")
    payer: HealthPayer = strawberry.field(description="Who pays.")
    name_vi: str = strawberry.field(description="As what, in Vietnamese.")
    name_en: str = strawberry.field(description="As what, in English.")


@strawberry.type(description="Since when somebody is insured without a break.")
class HealthContinuity:
    """Since when somebody is insured without a break."""

    continuous_since: date = strawberry.field(
        description="The first day of the cards that follow each other with breaks of no more than 3 months."
    )
    five_years_on: date = strawberry.field(
        description="From which day on it is five years: as printed on the card, else as reckoned."
    )
    has_five_years: bool = strawberry.field(description="Whether it is five years on the day.")
    determination: Determination = strawberry.field(description="What the law says, with its reasons.")


@strawberry.type(description="What was copaid of visits in a year, and what is left to copay.")
class HealthCopayments:
    """What was copaid of visits in a year, and what is left to copay."""

    year: int = strawberry.field(description="The calendar year.")
    paid: Dong = strawberry.field(description="What was copaid in it until the day, included.")
    ceiling: Dong = strawberry.field(
        description="6 base salaries of the day: nobody copays more in a year after five years without a"
        " break."
    )
    left: Dong = strawberry.field(
        description="What is left to copay until then. What was copaid under an earlier base salary counts"
        " in base salaries of then."
    )
    determination: Determination = strawberry.field(description="What the law says, with its reasons.")


def object_facts(card: Columns) -> Mapping[str, ColumnElement[Any]]:
    """The letters of the card."""
    return {"code": card.object_code}


def object_of(code: str) -> HealthObject | None:
    """As what one is insured; None where the letters are none of the agency's."""
    found: Object | None = health_objects().get(code)
    if found is None:
        return None
    return HealthObject(code=code, payer=found.payer, name_vi=found.words.vi, name_en=found.words.en)


def level_facts(card: Columns) -> Mapping[str, ColumnElement[Any]]:
    """The digit of the card's level, and the day that its share is of."""
    return {"level": card.benefit_level, "today": TODAY}


def benefit_percent(level: int, today: date) -> int:
    """The share of the insured costs that the fund pays, in percent."""
    return int(HEALTH.on(today, parameters()).share(f"{LEVELS}.{level}").value * 100)


def continuity_facts(
    card: Columns, other: Columns, *, as_of: AsOf = None
) -> Mapping[str, ColumnElement[Any]]:
    """The days of all cards of the person, and what is printed on this one."""
    days = func.json_agg(func.json_build_array(other.valid_from, other.valid_to))
    return {
        "day": day_of(as_of),
        "today": TODAY,
        "printed": card.five_years_on,
        "cards": select(days).where(other.participant_id == card.participant_id).scalar_subquery(),
    }


def continuity_of(
    day: date, today: date, printed: date | None, cards: Sequence[tuple[str, str | None]] | None
) -> HealthContinuity | None:
    """Say since when one is insured without a break; None without a card that day. Raises: DayOutside."""
    days = [
        Validity(date.fromisoformat(first), date.fromisoformat(last) if last else date.max)
        for first, last in cards or ()
    ]
    found = health_continuity(health_law(day, today), days, printed=printed)
    if found is None:
        return None
    since, reached = found.findings["continuous_since"], found.findings["five_years_on"]
    assert isinstance(since, date)  # noqa: S101 -- so the rule finds them
    assert isinstance(reached, date)  # noqa: S101
    return HealthContinuity(
        continuous_since=since,
        five_years_on=reached,
        has_five_years=found.is_met,
        determination=Determination.of(found),
    )


def copayments_facts(
    card: Columns, copayment: Columns, *, as_of: AsOf = None
) -> Mapping[str, ColumnElement[Any]]:
    """What the person has copaid in the year, until the day."""
    day = day_of(as_of)
    paid = func.json_agg(func.json_build_array(copayment.paid_on, copayment.amount))
    return {
        "day": day,
        "today": TODAY,
        "paid": select(paid)
        .where(
            copayment.participant_id == card.participant_id,
            copayment.paid_on.between(cast(func.date_trunc(YEAR, day), Date), day),
        )
        .scalar_subquery(),
    }


def copayments_of(day: date, today: date, paid: Sequence[tuple[str, int]] | None) -> HealthCopayments:
    """Say what was copaid in the year, and what is left. Raises: DayOutside."""
    law = health_law(day, today)
    amounts = [(date.fromisoformat(paid_on), amount) for paid_on, amount in paid or ()]
    found = copayments_left(law, amounts)
    return HealthCopayments(
        year=day.year,
        paid=Dong(sum(amount for _, amount in amounts)),
        ceiling=Dong(int(found.findings["ceiling"])),  # type: ignore[arg-type]  # money
        left=Dong(int(found.findings["left"])),  # type: ignore[arg-type]  # money
        determination=Determination.of(found),
    )


@entity(
    health_cards,
    visible_to=policies.health_cards,
    needs=Scope.HEALTH_READ,
    about="participant_id",
    by_right=rights.of_health,
)
class HealthCard(Node):
    """A health insurance card (thẻ bảo hiểm y tế); its number is an `Identifier` of the person."""

    object_code: str = stored("As what one is insured: two letters.")
    object: HealthObject | None = derived(
        "The same in words, with who pays; null where the agency has no such letters.",
        object_of,
        facts=object_facts,
    )
    benefit_level: int = stored("The digit of the level, 1 to 5.")
    benefit_percent: int = derived(
        "The share of the insured costs that the fund pays by it, in percent: 100, 95 or 80.",
        benefit_percent,
        facts=level_facts,
    )
    valid_from: date = stored("The first day.")
    valid_to: date | None = stored("The last day, included; null while no end is set.")
    five_years_on: date | None = stored(
        "As printed on the card: from which day on five years without a break are reached."
    )
    facility_code: str = stored("The health facility where one is registered: five digits.")
    issued_at: datetime = stored("When it was issued.")
    continuity: HealthContinuity | None = derived(
        "Since when the person is insured without a break up to a day; null without a card that day.",
        continuity_of,
        facts=continuity_facts,
        reads=[Reads(health_cards, policies.health_cards)],
    )
    copayments: HealthCopayments = derived(
        "What the person has copaid in the year of a day, and what is left.",
        copayments_of,
        facts=copayments_facts,
        reads=[Reads(health_copayments, policies.health_copayments)],
    )
    participant: Annotated["Participant", strawberry.lazy("schema.participants")] | None = link(
        "Whose it is; null where the viewer may not see the person.",
        lambda card, participant: participant.id == card.participant_id,
    )
    access_right: AccessRight = seen_by(rights.of_health)


@entity(
    health_copayments,
    visible_to=policies.health_copayments,
    needs=Scope.HEALTH_READ,
    about="participant_id",
    by_right=rights.of_health,
)
class HealthCopayment(Node):
    """What a person has copaid of the insured part of a visit (cùng chi trả)."""

    paid_on: date = stored("The day of the visit's bill.")
    amount: Dong = stored("What was copaid.")
    visit_reference: str = stored("What the health facility calls the visit.")
    recorded_at: datetime = stored("When the agency recorded it.")
    participant: Annotated["Participant", strawberry.lazy("schema.participants")] | None = link(
        "Who copaid it; null where the viewer may not see the person.",
        lambda copayment, participant: participant.id == copayment.participant_id,
    )
    access_right: AccessRight = seen_by(rights.of_health)


def card_of(participant: Columns, card: Columns, *, as_of: AsOf = None) -> Condition:
    """The card that is a person's on a day."""
    day = day_of(as_of)
    return and_(
        card.participant_id == participant.id,
        card.valid_from <= day,
        or_(card.valid_to.is_(None), card.valid_to >= day),
    )


def cards_of(participant: Columns, card: Columns) -> Iterator[Condition]:
    """A person's cards."""
    yield card.participant_id == participant.id


def copayments_by(participant: Columns, copayment: Columns) -> Iterator[Condition]:
    """What a person has copaid."""
    yield copayment.participant_id == participant.id
