"""What makes a rule of the law a calculator that anybody may use: its arguments, bounds and faults.

A calculator takes what its rule takes: the parameters of the function, and of a dataclass among them the
fields. What each means, in which unit and bounds, is said once, in `ARGUMENTS`.
"""

import inspect
from collections.abc import Callable, Iterator, Mapping
from dataclasses import MISSING, dataclass, fields, is_dataclass
from datetime import date
from fractions import Fraction
from types import MappingProxyType, UnionType
from typing import Annotated, Any, TypeVar, get_args, get_type_hints

import strawberry
from sqlalchemy import ColumnElement
from strawberry.utils.str_converters import to_camel_case

from db.calendar import TODAY
from db.parameters import parameters
from domain import average_salary, determinations, retirement_age
from domain.health import CODES_OF_VISITS
from domain.laws import Regime
from domain.money import Exact
from domain.months import Month, month_of
from domain.numerals import written
from domain.parameters import Law, NoParameter
from schema.deadlines import MOST_YEARS_AHEAD, DayOutside
from schema.determinations import Determination
from schema.enums import described
from schema.scalars import Dong, Share
from schema.sexes import Sex
from selection import Through, derived
from selection.faults import OperationFault, TooManyValues

# Nobody earns so much in a month; whatever is worked out of it can still be written as a `Dong`.
MOST_DONG = 10**12
LIFE_MONTHS = 1_200
LIFE_YEARS = 100
YEAR_DAYS = 366
# A calculator looks up thirty figures and words: it takes about four times as long as a dossier's deadline.
RULES = 4
# A month's; at ten times what any fund has ever earned, five years ahead can still be written as a `Dong`.
MOST_YIELD = Fraction(1, 10)
# One for each year of a working life, and another where the salary was raised in it.
MOST_PERIODS = 100
FIRST_BIRTH = date(1900, 1, 1)

N = TypeVar("N", int, Fraction)
Rule = Callable[..., determinations.Determination]


class NumberOutside(OperationFault):
    """Give a number from {least} to {most}."""

    code = "NUMBER_OUTSIDE"
    vietnamese = "Hãy nhập một số từ {least} đến {most}."


class MonthOutside(OperationFault):
    """Name a month from {first} to {last}."""

    code = "MONTH_OUTSIDE"
    vietnamese = "Hãy chọn một tháng từ {first} đến {last}."


class VisitCodeUnknown(OperationFault):
    """This is no code of a visit, as `1.1` is."""

    code = "VISIT_CODE_UNKNOWN"
    vietnamese = "Đây không phải là mã đối tượng đến khám bệnh, như `1.1`."


class NoFigures(OperationFault):
    """The figures of the law are known here from {first} to {last}, and not for every question."""

    code = "NO_FIGURES"
    vietnamese = (
        "Các mức theo luật cho phép tính này được biết từ {first} đến {last}, và không phải cho mọi câu hỏi."
    )

    def extras(self) -> dict[str, object]:
        """The first and the last day."""
        return {name: str(day) for name, day in self.params.items()}


@dataclass(frozen=True, slots=True)
class Asked:
    """What an argument means, and which values it has; a number is one of đồng where `is_money`.

    `kind` is its type in GraphQL where that is not the rule's, `read` how the rule's is made of it.
    """

    description: str
    least: int = 0
    most: int | Fraction = LIFE_MONTHS
    is_money: bool = False
    kind: Any = None
    read: Callable[[Any], Any] | None = None

    def annotation(self, hint: Any) -> Any:  # noqa: ANN401 -- any type of a rule's parameter
        """The argument for strawberry, of the type that a rule takes."""
        options = get_args(hint) if isinstance(hint, UnionType) else (hint,)
        plain = next(option for option in options if option is not type(None))
        if hint in (Exact, Exact | None) or (self.is_money and plain is int):
            plain = Dong
        elif plain is Fraction:
            plain = Share
        kind = self.kind or plain
        if type(None) in options:
            kind = kind | None
        read = self.read or (self.bounded if plain in (int, Dong, Share) else None)
        said = self.description
        if read == self.bounded:
            said += f" From {self.least} to {written(self.most)}."
        marks = [strawberry.argument(description=said), *([Through(read)] if read else [])]
        return Annotated[(kind, *marks)]

    def bounded(self, value: N) -> N:
        """The number, where it is one that there can be.

        Raises: NumberOutside.
        """
        if not self.least <= value <= self.most:
            raise NumberOutside(least=self.least, most=written(self.most))
        return value


def money(description: str) -> Asked:
    """An amount in whole đồng."""
    return Asked(f"{description}, in đồng.", most=MOST_DONG, is_money=True)


def percent(description: str) -> Asked:
    """Percent of the capacity to work."""
    return Asked(f"{description}, in percent.", most=100)


def years(description: str, least: int = 0) -> Asked:
    """Full years of a life."""
    return Asked(description, least, LIFE_YEARS)


def days(description: str) -> Asked:
    """Days of a year."""
    return Asked(description, most=YEAR_DAYS)


def event(description: str) -> Asked:
    """The day of the event."""
    return Asked(f"{description}: the law of that day is asked; today where absent.")


described(
    average_salary.Regime,
    name="SalaryRegime",
    PRIVATE="Người sử dụng lao động quyết định: an employer.",
    STATE="Nhà nước quy định: the State, by its scale.",
    VOLUNTARY="Tự nguyện: oneself, by choice.",
)


@strawberry.input(description="Months of one year with the same salary.")
class SalaryPeriod:
    """Months of one year with the same salary."""

    year: int = strawberry.field(description="The year.")
    months: int = strawberry.field(default=12, description="How many months of it, 1 to 12.")
    salary: Dong = strawberry.field(description="The salary that was contributed from, in đồng a month.")
    regime: average_salary.Regime = strawberry.field(
        default=average_salary.Regime.PRIVATE, description="Who fixed it."
    )
    coefficient: Share | None = strawberry.field(
        default=None, description="By what it is multiplied, where the agency has not published it."
    )


PERIOD = {
    "year": Asked("", 1960, 2100),
    "months": Asked("", 1, 12),
    "salary": money(""),
    "coefficient": Asked("", 1, 7),
}


def periods_of(given: list[dict[str, Any]]) -> list[average_salary.Period]:
    """The periods of a list of inputs, each number in its bounds.

    Raises: TooManyValues, NumberOutside.
    """
    if len(given) > MOST_PERIODS:
        raise TooManyValues(most=MOST_PERIODS)
    for period in given:
        for name, asked in PERIOD.items():
            if period[name] is not None:
                asked.bounded(period[name])
    return [average_salary.Period(**period) for period in given]


def code_of_visit(code: str) -> str:
    """A code of the table of visits.

    Raises: VisitCodeUnknown.
    """
    if all(row["code"] != code for row in parameters().tree[CODES_OF_VISITS]["rows"]):
        raise VisitCodeUnknown
    return code


def sex_of(sex: Sex) -> retirement_age.Sex:
    """The sex as the rules name it."""
    return retirement_age.Sex[sex.name]


# What an argument means wherever a rule takes it; where it means something else, the calculator says so.
ARGUMENTS: Mapping[str, Asked] = MappingProxyType(
    {
        "accident_loss_pct": percent(
            "Loss for which the deceased drew a monthly accident benefit; 0 without"
        ),
        "adopted_on": Asked("The day of the adoption."),
        "age_years": Asked("Full years of age.", most=150),
        "amount": money("The amount that was due"),
        "average": money("Mean monthly salary of the last six months contributed"),
        "average_salary": money(
            "Mean monthly salary of all months contributed, each year's with its coefficient"
        ),
        "birth": Asked("The day of birth."),
        "born_on": Asked("The day the child was born."),
        "card_level": Asked("The digit of the health card's level, 1 to 5.", 1, 5),
        "cause": Asked("What it comes from."),
        "child_age_years": Asked("Full years of the child's age.", most=18),
        "child_order": Asked("Which child of the mother it is; the first, of several.", 1, 20),
        "children": Asked("How many children were born at once.", 1, 20),
        "code": Asked("How somebody came, by the code of QD 3276/QD-BYT, such as `1.1`.", read=code_of_visit),
        "compulsory_months": Asked("Months of them by duty; all where absent."),
        "contributed": money("The sum of all contributions; 22 % of the mean salary a month where absent"),
        "contribution_months": Asked("Months contributed."),
        "copaid_before": money("Copayments of the year until this visit"),
        "cost": money("What the visit costs"),
        "days": days("Days off."),
        "days_after_birth": days("How many days after the birth the leave begins."),
        "days_each": days("Working days off for each check."),
        "days_late": Asked("Days after the day it was due.", most=36_600),
        "days_since_leave": days("Days since the end of the leave."),
        "deceased_count": Asked("How many died of whom the relatives are: 1 or 2.", 1, 2),
        "draws_pension": Asked("Whether a pension is drawn."),
        "first_contribution": Asked("The first month contributed."),
        "first_year": Asked(
            "The year of the first contribution; that of the first period where absent.", 1960, 2100
        ),
        "fund_years": years("Full years contributed to the accident fund, at least 1.", 1),
        "ground": Asked("On which ground nobody needs to wait."),
        "group": Asked("By which group the State adds to it."),
        "had_short_contract": Asked("Whether the contract was of less than twelve months, or for a season."),
        "had_to_rest": Asked("Whether the mother had to rest in pregnancy, as the doctor ordered."),
        "half_days": days("Half days off besides; they count since Law 41/2024."),
        "hard_work_months": Asked("Months of hazardous work, in a hard area or underground."),
        "has_five_years": Asked("Whether health insurance lasts for five years without a break."),
        "has_reduced_risk_rate": Asked("Whether the employer is approved to pay less against accidents."),
        "has_surgery": Asked("Whether the birth took surgery."),
        "hospital": Asked("The level of the hospital until 2024, to which somebody came without referral."),
        "income": money("The income chosen, a month"),
        "is_armed_forces": Asked("Whether somebody serves in the armed forces."),
        "is_at_centre": Asked("Whether it is spent at a centre; it mattered until 2016-06-30."),
        "is_back_at_work": Asked("Whether work was found within 15 days of filing."),
        "is_before_1995": Asked("Whether it was first drawn before 1995."),
        "is_foreign": Asked("Whether the employee is a foreigner."),
        "is_hazardous": Asked("Whether the work is hazardous, or in a hard area."),
        "is_inpatient": Asked("Whether somebody lies in a ward."),
        "is_pensioner": Asked("Whether the deceased drew a pension."),
        "is_poor": Asked("Whether somebody is of a poor or near-poor household."),
        "is_special": Asked(
            "Whether it is far to care, or mother or child ail: under Law 58/2014, two days a check."
        ),
        "is_under_32_weeks": Asked("Whether the child came before the 32nd week."),
        "is_under_treaty": Asked("Whether years in another country complete those here, by a treaty."),
        "is_work_death": Asked("Whether the death came of a work accident or an occupational disease."),
        "join_together": Asked("Whether the members join in the same year."),
        "joined": Asked("The first month contributed; the latest that fits the months where absent."),
        "kin": Asked("How the relative stood to the deceased."),
        "last_month_salary": money("Salary of the month before the leave"),
        "left_unlawfully": Asked("Whether somebody ended the contract unlawfully."),
        "loss_pct": percent("Capacity to work that is lost"),
        "measure": Asked("Which measure."),
        "members": Asked("How many members of the household.", 1, 100),
        "monthly_yield": Asked(
            "The fund's yield of a month of the year before, as the agency publishes it.", most=MOST_YIELD
        ),
        "months": Asked("How many months.", 1),
        "months_after_age": Asked("Months worked after the retirement age."),
        "months_before_2014": Asked("Months contributed before 2014."),
        "months_drawn": Asked("Months for which the pension was drawn."),
        "months_early": Asked("Months before the age of one's work, for lost capacity."),
        "months_from_2014": Asked("Months contributed from 2014 on."),
        "months_in_12": Asked("Months contributed in the 12 before the birth or the adoption.", most=12),
        "months_in_24": Asked("Months contributed in the 24 before it.", most=24),
        "months_late": Asked("Months after the day it was due."),
        "months_since_stop": Asked("Months since the last one contributed."),
        "needs_attendance": Asked(
            "Whether the spine is paralysed, or both eyes, two limbs or the mind are lost."
        ),
        "other_parent_draws": Asked("Whether the other parent draws it already."),
        "paid_before": money("What was copaid this year until then"),
        "payer": Asked("Who fixes the wage."),
        "pays_all_the_same": Asked("Whether both sides agree to pay for a month mostly unpaid."),
        "pension": money("The pension, a month"),
        "periods": Asked(
            f"The salaries contributed from, at most {MOST_PERIODS}.",
            kind=list[SalaryPeriod],
            read=periods_of,
        ),
        "reason": Asked("What one gets well from."),
        "recent_months": Asked(
            "Months of the last 24, of the last 36 after a short contract; all where absent."
        ),
        "regime": Asked("Who fixed the wage."),
        "region": Asked("The region whose minimum wage holds."),
        "relatives": Asked("How many relatives qualify.", most=100),
        "salary": money("The salary of a month"),
        "scheme": Asked("How the deceased was insured."),
        "sex": Asked("The sex.", kind=Sex, read=sex_of),
        "sick_days_in_year": days("Days off for illness in the year."),
        "state_support": money("What the State added to contributions by choice"),
        "total_months": Asked("All months contributed."),
        "unpaid_days": Asked("Working days of the month without pay.", most=31),
        "visits": Asked("How many checks.", most=100),
        "was_treated_for_infertility": Asked("Whether the mother was treated for infertility."),
        "weeks": Asked("In which week of the pregnancy it was lost.", most=50),
        "without_carer": Asked("How many others who qualify nobody is left to care for.", most=100),
        "work": Asked("Which work, by which one may retire earlier."),
        "working_days": days("Working days off."),
        "yearly_yield": Asked(
            "The funds' yield of the year before; for health, the rate between banks over nine months.",
            most=1,
        ),
        "years": years("Full years contributed."),
    }
)

ON = "on"
BIRTHS = frozenset({"birth", "born_on"})


def day_facts() -> Mapping[str, ColumnElement[Any]]:
    """Today, for whoever names no other day."""
    return {"today": TODAY}


@dataclass(frozen=True, slots=True)
class Taken:
    """An argument: its type and default, and to which parameter it goes, as a field where of a class."""

    name: str
    hint: Any
    default: Any
    parameter: str
    of: type[Any] | None = None


def taken_by(rule: Rule) -> Iterator[Taken]:
    """What a rule takes besides the law, dataclasses field by field."""
    hints = get_type_hints(rule)
    for name, parameter in list(inspect.signature(rule).parameters.items())[1:]:
        kind = hints[name]
        if is_dataclass(kind) and isinstance(kind, type):
            inner = get_type_hints(kind)
            for part in fields(kind):
                # Which months there are is known of a ledger alone.
                if inner[part.name] is determinations.Evidence:
                    continue
                default = inspect.Parameter.empty if part.default is MISSING else part.default
                yield Taken(part.name, inner[part.name], default, name, kind)
        else:
            yield Taken(name, kind, parameter.default, name)


def calculator(description: str, rule: Rule, regime: Regime, *, day: str = ON, **meanings: Asked) -> Any:  # noqa: ANN401 -- the annotation beside it says the type
    """Let anybody ask a rule: its arguments, and on which day, of which the regime names the law.

    `day` is the argument that is that day, where the rule itself takes it; `meanings` are of this rule alone.
    """
    taken = tuple(taken_by(rule))
    dataclasses = {each.parameter: each.of for each in taken if each.of}

    def estimate(today: date, **given: Any) -> Determination:  # noqa: ANN401 -- values of arguments
        """Say what the law says. Raises: NoFigures, DayOutside, MonthOutside."""
        on = given.get(day) or today
        law = _law(regime, on, today, day)
        _refuse_later(given, on)
        values = {each.name: given[each.name] for each in taken if not each.of and each.name in given}
        for parameter, kind in dataclasses.items():
            names = [each.name for each in taken if each.parameter == parameter and each.name in given]
            values[parameter] = kind(**{name: given[name] for name in names})
        try:
            return Determination.of(rule(law, **values))
        except NoParameter as unknown:
            raise NoFigures(first=regime.first, last=_last(today)) from unknown

    asked = [*taken, *([Taken(ON, date | None, None, ON)] if day == ON else [])]
    known = {**ARGUMENTS, **meanings}
    estimate.__signature__ = inspect.Signature(  # type: ignore[attr-defined]
        [
            inspect.Parameter("today", inspect.Parameter.POSITIONAL_OR_KEYWORD),
            *(
                inspect.Parameter(
                    each.name,
                    inspect.Parameter.KEYWORD_ONLY,
                    annotation=known[each.name].annotation(each.hint),
                    default=each.default,
                )
                for each in asked
            ),
        ]
    )
    return derived(description, estimate, facts=day_facts, rules=RULES)


def _last(today: date) -> date:
    """The last day that one may ask of: the law of later ones nobody knows."""
    return date(today.year + MOST_YEARS_AHEAD, 12, 31)


def _law(regime: Regime, on: date, today: date, argument: str) -> Law:
    """The law of the day of the event. Raises: NoFigures."""
    last = _last(today)
    if not regime.first <= on <= last:
        raise _said_of(NoFigures(first=regime.first, last=last), argument)
    return regime.on(on, parameters())


def _refuse_later(given: Mapping[str, Any], on: date) -> None:
    """Refuse who is born after the event, or joined after it. Raises: DayOutside, MonthOutside."""
    for name, value in given.items():
        if name in BIRTHS and not FIRST_BIRTH <= value <= on:
            raise _said_of(DayOutside(first=FIRST_BIRTH, last=on), name)
        if isinstance(value, Month) and not month_of(FIRST_BIRTH) <= value <= month_of(on):
            raise _said_of(MonthOutside(first=month_of(FIRST_BIRTH), last=month_of(on)), name)


def _said_of(fault: OperationFault, argument: str) -> OperationFault:
    """The fault, of an argument."""
    fault.stands_at(None, to_camel_case(argument))
    return fault
