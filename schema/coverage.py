"""What a person is covered for, since when, what is missing, what would be paid, and why."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Annotated, Any

import strawberry
from sqlalchemy import ColumnElement, Date, DateTime, Text, cast, exists, func, literal_column, or_, select

from auth import policies
from db.benefits import benefits
from db.calendar import TODAY
from db.contributions import contributions, runs
from db.employers import employer_arrears, employers
from db.health_cards import health_cards
from db.parameters import parameters
from db.participants import participants
from domain import coverage
from domain.benefits import BenefitKind, BenefitPayment
from domain.contributions import Fund, Payer, Region
from domain.coverage import CoverageStatus, EstimateUnit
from domain.covered_months import Arrear, Employer, Line, MonthsStanding
from domain.health_cards import Validity
from domain.months import Month, Run, month_of
from domain.retirement_age import Sex
from schema.deadlines import MOST_YEARS_AHEAD, DayOutside
from schema.determinations import Determination, MonthRun
from schema.enums import described
from schema.scalars import Dong
from schema.schemes import ContributionScheme
from selection import Columns, Reads

described(
    CoverageStatus,
    ENTITLED="What the law asks for is met: what the regime insures against would be paid, or may be drawn.",
    INSURED="Insured; the law asks for more than there is.",
    IN_PAYMENT="The regime pays a benefit, as far as the viewer may see benefits.",
    NOT_INSURED="Not insured on the day, and not entitled by the months of before.",
    SUSPENDED="Insured, but the last months that were due are not paid: see `gaps`.",
)
described(
    MonthsStanding,
    MISSING="Without insurance.",
    PAID="Paid, or not due yet.",
    UNPAID="The employer has not paid: it counts once it is paid.",
)
described(
    EstimateUnit,
    DAY="For a day.",
    MONTH="Every month.",
    ONCE="Once.",
)
MONTH: ColumnElement[str] = literal_column("'month'", Text)
VIETNAM: ColumnElement[str] = literal_column("'Asia/Ho_Chi_Minh'", Text)


@strawberry.type(description="An employer that pays, or should have paid.")
class CoverageEmployer:
    """An employer that pays, or should have paid."""

    id: strawberry.ID = strawberry.field(description="The global identifier of the `Employer`.")
    name: str = strawberry.field(description="Its name.")


@strawberry.type(description="Months one after the other of one scheme and employer.")
class CoveragePeriod:
    """Months one after the other of one scheme and employer."""

    months: MonthRun = strawberry.field(description="The months.")
    scheme: ContributionScheme = strawberry.field(description="In which scheme they count.")
    employer: CoverageEmployer | None = strawberry.field(
        description="Who pays; null where the person pays alone."
    )
    standing: MonthsStanding = strawberry.field(description="`PAID` or `UNPAID`.")


@strawberry.type(description="Months one after the other that do not count.")
class CoverageGap:
    """Months one after the other that do not count."""

    months: MonthRun = strawberry.field(description="The months.")
    standing: MonthsStanding = strawberry.field(description="`MISSING` or `UNPAID`.")
    employers: list[CoverageEmployer] = strawberry.field(
        description="Who did not pay; empty where nobody had to."
    )


@strawberry.type(description="What is paid, or would be.")
class CoverageEstimate:
    """What is paid, or would be."""

    amount: Dong = strawberry.field(description="How much.")
    unit: EstimateUnit = strawberry.field(description="How often.")
    text_vi: str = strawberry.field(description="For what, in Vietnamese.")
    text_en: str = strawberry.field(description="For what, in English.")
    unconfirmed: bool = strawberry.field(
        description="Whether it rests on a figure that the agency has not confirmed."
    )


@strawberry.type(description="How a person stands with one regime of social security on a day.")
class RegimeCoverage:
    """How a person stands with one regime of social security on a day."""

    status: CoverageStatus = strawberry.field(description="How the person stands.")
    periods: list[CoveragePeriod] = strawberry.field(
        description="The months of each scheme and employer until the day, paid or unpaid, oldest first."
    )
    months_counted: int = strawberry.field(
        description="How many months count: each once, however many employers pay for it, and none that is"
        " unpaid."
    )
    gaps: list[CoverageGap] = strawberry.field(
        description="The months since the first one that do not count, oldest first."
    )
    earliest_entitlement: Month | None = strawberry.field(
        description="The earliest month in which the law's conditions are met: of a pension the month in"
        " which they were or can be, of what an event gives the day's own where it is covered; null where"
        " that is never, or not known."
    )
    determination: Determination | None = strawberry.field(
        description="What the law says of an event on the day, with its reasons; null where the figures of"
        " the law of that day are not known."
    )
    estimate: CoverageEstimate | None = strawberry.field(
        description="What is paid, or would be for an event on the day; null where nothing can be said."
    )


@strawberry.type(description="What a person is covered for on a day, by regime, as the agency knows it.")
class Coverage:
    """What a person is covered for on a day, by regime, as the agency knows it."""

    as_of: date = strawberry.field(
        description="The day that is told of: the one asked about, else today; of the dead, the day of death"
        " at the latest."
    )
    sickness: RegimeCoverage = strawberry.field(description="Ốm đau: days off sick.")
    maternity: RegimeCoverage = strawberry.field(description="Thai sản: the birth of a child.")
    pension: RegimeCoverage = strawberry.field(description="Hưu trí: the old-age pension.")
    unemployment: RegimeCoverage = strawberry.field(description="Thất nghiệp: the loss of work.")
    health: RegimeCoverage = strawberry.field(description="Bảo hiểm y tế: health.")
    work_injury: RegimeCoverage = strawberry.field(
        description="Tai nạn lao động, bệnh nghề nghiệp: work accidents and occupational diseases."
    )
    survivors: RegimeCoverage = strawberry.field(
        description="Tử tuất: what relatives would be paid if the person died on the day."
    )


def coverage_facts(
    participant: Columns,
    person: Columns,
    line: Columns,
    unpaid: Columns,
    employer: Columns,
    benefit: Columns,
    card: Columns,
    *,
    as_of: Annotated[
        date | None,
        strawberry.argument(
            description="Tell of this day, from the person's birth to ten years ahead; today where it is not"
            " said. The law of the day is asked, and what goes on is taken to go on."
        ),
    ] = None,
    as_known_at: Annotated[
        datetime | None,
        strawberry.argument(
            description="Only what the agency knew at this instant: lines recorded later are not looked at,"
            " months paid later are unpaid."
        ),
    ] = None,
) -> Mapping[str, ColumnElement[Any]]:
    """The ledger in runs of equal months, what is owed for it, what is in payment, and whose it is."""
    day = TODAY if as_of is None else cast(as_of, Date)
    now = func.statement_timestamp()
    # What will be known nobody knows yet.
    known = now if as_known_at is None else func.least(cast(as_known_at, DateTime(timezone=True)), now)
    known_on = cast(func.timezone(VIETNAM, known), Date)
    payers = select(line.employer_id).where(line.participant_id == participant.id)
    known_as = func.json_object_agg(
        employer.id, func.json_build_array(employer.name, employer.payer, employer.region)
    )
    owed = func.json_agg(func.json_build_array(unpaid.employer_id, unpaid.fund, unpaid.month))
    paid = func.json_agg(
        func.json_build_array(
            benefit.kind, benefit.payment, benefit.amount, benefit.valid_from, benefit.valid_to
        )
    )
    cards = func.json_agg(
        func.json_build_array(card.valid_from, card.valid_to, card.benefit_level, card.five_years_on)
    )
    return {
        "is_told": exists(select(1).where(person.id == participant.id)),
        "day": day,
        "today": TODAY,
        "known_on": known_on,
        "who": func.json_build_array(participant.birth_date, participant.sex, participant.died_on),
        "lines": runs(
            line,
            participant.id,
            until=cast(func.date_trunc(MONTH, day), Date),
            known_at=None if as_known_at is None else known,
        ),
        "employers": select(known_as).where(employer.id.in_(payers)).scalar_subquery(),
        "owed": select(owed)
        .where(
            unpaid.employer_id.in_(payers),
            unpaid.since <= known,
            or_(unpaid.settled_at.is_(None), unpaid.settled_at > known),
            unpaid.due_on < known_on,
        )
        .scalar_subquery(),
        "paid": select(paid)
        .where(benefit.participant_id == participant.id, benefit.recorded_at <= known)
        .scalar_subquery(),
        "cards": select(cards)
        .where(card.participant_id == participant.id, card.issued_at <= known)
        .scalar_subquery(),
    }


COVERAGE_READS = (
    Reads(participants, policies.covered_participants),
    Reads(contributions, policies.covering_contributions),
    Reads(employer_arrears, policies.covering_arrears),
    Reads(employers, policies.everybody),
    Reads(benefits, policies.covering_benefits),
    Reads(health_cards, policies.covering_cards),
)


def coverage_of(
    is_told: bool,  # noqa: FBT001 -- a fact
    day: date,
    today: date,
    known_on: date,
    who: tuple[str, str, str | None],
    lines: Sequence[tuple[str, str | None, str, str, int, str]] | None,
    employers: Mapping[str, tuple[str, str, str]] | None,
    owed: Sequence[tuple[str, str, str]] | None,
    paid: Sequence[tuple[str, str, int, str, str | None]] | None,
    cards: Sequence[tuple[str, str | None, int, str | None]] | None,
) -> Any:  # noqa: ANN401 -- it has the attributes of `Coverage`
    """What the person is covered for; None for whom it is not told. Raises: DayOutside."""
    if not is_told:
        return None
    birth, last = _day(who[0]), date(today.year + MOST_YEARS_AHEAD, 12, 31)
    if not birth <= day <= last:
        raise DayOutside(first=birth, last=last)
    payers = {
        key: Employer(f"Employer:{key}", name, Payer(payer), Region(region))
        for key, (name, payer, region) in (employers or {}).items()
    }
    facts = coverage.Facts(
        asked_on=day,
        known_on=known_on,
        birth=birth,
        sex=Sex(who[1].lower()),
        died_on=_day_or_none(who[2]),
        lines=tuple(
            Line(
                ContributionScheme(scheme),
                payers[payer] if payer else None,
                Run(month_of(_day(first)), month_of(_day(end))),
                base,
                f"Contribution:{row}",
            )
            for scheme, payer, first, end, base, row in lines or ()
        ),
        arrears=tuple(
            Arrear(payers[payer].id, Fund(fund), month_of(_day(month))) for payer, fund, month in owed or ()
        ),
        benefits=tuple(
            coverage.Benefit(
                BenefitKind(kind), BenefitPayment(payment), amount, _day(first), _day_or_none(end)
            )
            for kind, payment, amount, first, end in paid or ()
        ),
        cards=tuple(
            coverage.Card(
                Validity(_day(first), _day(end) if end else date.max), level, _day_or_none(five_years_on)
            )
            for first, end, level, five_years_on in cards or ()
        ),
    )
    return Told(coverage.Coverage(facts, parameters()))


class Told:
    """Coverage, or a regime of it, whose determinations are in the words of the schema."""

    def __init__(self, said: coverage.Coverage | coverage.RegimeCoverage) -> None:
        self._said = said

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 -- whatever it is
        found = getattr(self._said, name)
        return Told(found) if isinstance(found, coverage.RegimeCoverage) else found

    @property
    def determination(self) -> Determination | None:
        """What the law says."""
        found = self._said.determination if isinstance(self._said, coverage.RegimeCoverage) else None
        return Determination.of(found) if found else None


def _day(written: str) -> date:
    """A day as JSON has it."""
    return date.fromisoformat(written)


def _day_or_none(written: str | None) -> date | None:
    """A day as JSON has it; None where there is none."""
    return _day(written) if written else None
