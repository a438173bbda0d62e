"""Calculators and the figures of the law, asked by nobody in particular."""

import json
import random
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLObjectType,
    get_named_type,
    is_non_null_type,
)
from hypothesis import given as given_any
from hypothesis import strategies as any_

from db.parameters import figures, parameters
from db.pool import Connection
from domain.examples import BENEFITS, LAST_DAYS, law_of_example, read_examples
from domain.examples.inputs import Inputs
from domain.months import Month, written_month
from domain.numerals import written
from schema.scalars import MOST_DONG
from selection.entities import Derived
from selection.faults import OperationFault
from tests.api.conftest import RunningPortal
from tests.portal import portal as translator

DOMAIN = Path(__file__).parents[1] / "domain"
CATALOGUE = translator().catalogue
ESTIMATE = CATALOGUE.schema.type_map["Estimate"]
assert isinstance(ESTIMATE, GraphQLObjectType)
FIELDS = ESTIMATE.fields
SAID = "code law day isMet unconfirmed findings { name unit value amount count parts { name amount } }"


async def estimated(portal: RunningPortal, field: str, said: str = SAID, /, **given: object) -> Any:  # noqa: ANN401 -- JSON
    """Ask one calculator, with all its arguments as variables."""
    answer = await asked(portal, field, said, **given)
    assert "errors" not in answer, answer
    return answer["data"]["estimate"][field]


async def asked(portal: RunningPortal, field: str, said: str = SAID, /, **given: object) -> Any:  # noqa: ANN401 -- JSON
    """Ask one calculator, and give the whole answer."""
    types = {name: FIELDS[field].args[name].type for name in given}
    head = ", ".join(f"${name}: {kind}" for name, kind in types.items())
    arguments = ", ".join(f"{name}: ${name}" for name in given)
    calls = f"({arguments})" if given else ""
    text = f"query{f'({head})' if head else ''} {{ estimate {{ {field}{calls} {{ {said} }} }} }}"
    return (await portal.ask(text, **given)).json()


def found(determination: Any) -> dict[str, Any]:  # noqa: ANN401 -- JSON
    """The findings by name, as text; of several their amounts by name."""
    return {
        finding["name"]: finding["value"]
        if finding["value"] is not None
        else {part["name"]: part["amount"] for part in finding["parts"]}
        for finding in determination["findings"]
    }


# ------------------------------------------------------------------- worked examples ---

CALCULATORS = {
    "average_salary_adjusted": "averageSalary",
    "contribution": "contribution",
    "funeral": "funeral",
    "health": "health",
    "health_copay_ceiling": "copaymentLeft",
    "household_health_premium": "householdHealthPremium",
    "late_payment": "latePayment",
    "maternity": "maternity",
    "maternity_eligibility": "maternityEligibility",
    "maternity_father": "fathersLeave",
    "maternity_voluntary": "voluntaryMaternity",
    "miscarriage": "miscarriage",
    "one_off": "oneOff",
    "one_off_eligibility": "oneOffEligibility",
    "pension": "pension",
    "pension_indexation": "pensionRaise",
    "prenatal_check": "prenatalChecks",
    "retirement_date": "retirementAge",
    "retirement_lump_sum": "retirementLumpSum",
    "sickness": "sickness",
    "sickness_child": "childSickness",
    "sickness_convalescence": "sicknessRecovery",
    "sickness_long_term": "longSickness",
    "survivor_lump_sum_active": "survivorsOfInsured",
    "survivor_lump_sum_pensioner": "survivorsOfPensioner",
    "survivor_monthly": "survivors",
    "unemployment": "unemployment",
    "voluntary_contribution": "voluntaryContribution",
    "work_injury": "workInjury",
    "work_injury_death": "workInjuryDeath",
    "work_injury_lump_sum": "workInjury",
    "work_injury_monthly": "workInjury",
}
# What an example calls otherwise than the calculators do; where none is named, its figure is the law's own.
CALLED = {
    "average_6m": "average",
    "base_salary": None,
    "copay_2026_h1": "paidBefore",
    "copay_this_year_before": "copaidBefore",
    "five_years": "hasFiveYears",
    "foreign_employee": "isForeign",
    "gestation_weeks": "weeks",
    "hazardous": "isHazardous",
    "illness": "cause",
    "infertility_treatment": "wasTreatedForInfertility",
    "months_after_retirement_age": "monthsAfterAge",
    "months_paid": "months",
    "paralysis": "needsAttendance",
    "pension_2026_06": "pension",
    "pregnancy_rest": "hadToRest",
    "regional_minimum_wage": None,
    "relatives_no_carer": "withoutCarer",
    "relatives_normal": "relatives",
    "retired_before_1995": "isBefore1995",
    "settlement_year": None,
    "sum_adjusted": None,
    "support_group": "group",
    "working_days_after_ordinary_limit": "days",
}
WORDS = {"ordinary": "ILLNESS", "support_exhausted": "EXHAUSTED"}
FOUND = {"after_8pct": "after_raise", "pension_2026_07": "pension", "remaining_h2": "left"}
# What the ordinary case is, where an example leaves it out and a calculator asks for it.
USUAL: Mapping[str, Mapping[str, object]] = {
    "funeral": {"contributionMonths": 180},
    "maternity": {"monthsIn12": 12},
    "miscarriage": {"monthsIn12": 0},
    "one_off": {"monthsBefore2014": 0, "monthsFrom2014": 0},
    "pension": {"lossPct": 81},
    "pension_indexation": {"on": "2026-07-01"},
    "health_copay_ceiling": {"on": "2026-07-01"},
    "sickness_convalescence": {"sickDaysInYear": 30, "daysSinceLeave": 0},
    "survivor_monthly": {"contributionMonths": 180},
    "voluntary_contribution": {},
}


def arguments_of(example: Mapping[str, Any]) -> dict[str, object]:
    """The arguments of the calculator that says what an example does."""
    benefit, inputs = example["benefit"], dict(example["inputs"])
    field = FIELDS[CALCULATORS[benefit]]
    given: dict[str, object] = {"on": str(day_of(example)), **USUAL.get(benefit, {})}
    for key, value in inputs.items():
        if key == "case":
            given |= case_of(value)
        elif key == "birth_date" and "birth" in field.args:
            given["birth"] = value
        elif key == "periods":
            given["periods"] = [{name: int(number) for name, number in period.items()} for period in value]
        elif key == "months" and benefit == "one_off":
            if not inputs.get("months_from_2014"):
                given["monthsFrom2014"] = int(value)
        elif name := called(key, benefit):
            given[name] = argument(str(field.args[name].type), value)
    if benefit == "one_off_eligibility":
        month = written_month(str(day_of(example))[:7])
        given |= {
            "birth": str(month.plus(-12 * int(inputs["age"])).first_day),
            "sex": "MALE",
            "contributionMonths": 12 * int(inputs["years"]),
        }
        del given["ground"]
    if benefit == "one_off" and "salary" in inputs:
        given["averageSalary"] = int(float(inputs["salary"]) * float(inputs.get("coefficient", 1)))
    return given


def called(key: str, benefit: str) -> str | None:
    """What a calculator calls an input."""
    if key in CALLED:
        return CALLED[key]
    if benefit == "one_off_eligibility":
        return {"reason": "ground", "first_contribution": "firstContribution"}.get(
            key, {"months_since_stop": "monthsSinceStop"}.get(key)
        )
    if benefit == "sickness" and key == "working_days":
        return "days"
    first, *rest = key.split("_")
    name = first + "".join(word.capitalize() for word in rest)
    return name if name in FIELDS[CALCULATORS[benefit]].args else None


def argument(kind: str, value: Any) -> object:  # noqa: ANN401 -- an example's
    """A value as JSON has it."""
    match kind.rstrip("!"):
        case "Int" | "Dong":
            return int(value)
        case "Boolean":
            return value == "true"
        case "Date" | "Month":
            return value
    return WORDS.get(value, str(value).upper())


def case_of(text: str) -> dict[str, object]:
    """The birth, or the visit, that an example tells in words."""
    if text in ("normal", "twins_surgery"):
        return {"children": 2, "hasSurgery": True} if "twins" in text else {}
    code = text.split()[1] if text.startswith("code") else "1.1"
    return {"code": code, "isInpatient": "inpatient" in text}


def day_of(example: Mapping[str, Any]) -> date:
    """The day of the event of an example."""
    inputs = Inputs(example["inputs"])
    if inputs.has("retirement_year"):
        return min(date(inputs.whole("retirement_year"), 12, 31), date(2026, 11, 22))
    law = law_of_example(parameters(), example["law"], inputs)
    # Whoever retires is no event of the past.
    return LAST_DAYS[example["law"]] if example["benefit"] == "retirement_date" else law.day


def examples() -> Iterator[Any]:
    """Those of the worked examples that have a calculator."""
    for example in read_examples((DOMAIN / "benefit_examples.yaml").read_text(encoding="utf-8")):
        if example["benefit"] in CALCULATORS:
            yield pytest.param(example, id=example["id"])


def test_all_examples_but_those_of_the_calendar_have_a_calculator() -> None:
    all_of_them = read_examples((DOMAIN / "benefit_examples.yaml").read_text(encoding="utf-8"))
    without = [example["benefit"] for example in all_of_them if example["benefit"] not in CALCULATORS]
    assert (len(all_of_them), without) == (67, ["deadline", "deadline"])


@pytest.mark.parametrize("example", [*examples()])
async def test_a_calculator_finds_what_the_worked_example_does(
    portal: RunningPortal, example: Mapping[str, Any]
) -> None:
    inputs = Inputs(example["inputs"])
    rule = BENEFITS[example["benefit"]](law_of_example(parameters(), example["law"], inputs), inputs)
    said = found(await estimated(portal, CALCULATORS[example["benefit"]], **arguments_of(example)))
    for name in example["expected"]:
        value = rule[name]
        expected = (
            dict(value)
            if isinstance(value, Mapping)
            else {str(number): amount for number, amount in enumerate(value, 1)}
            if isinstance(value, tuple)
            else written(value)
        )
        assert said[FOUND.get(name, name)] == expected, name


# ------------------------------------------------------------------- the day of the law ---

CHANGES = [
    ("contribution", {"salary": 150_000_000}, "base_unemployment", "2025-12-31", 99_200_000, 106_200_000),
    ("contribution", {"salary": 60_000_000}, "base_social_health", "2026-06-30", 46_800_000, 50_600_000),
    (
        "contribution",
        {"salary": 1_000_000, "payer": "STATE_SALARY"},
        "base_social_health",
        "2025-06-30",
        1_000_000,
        2_340_000,
    ),
    ("voluntaryContribution", {"income": 1_500_000}, "support_per_month", "2025-06-30", 33_000, 66_000),
    ("maternity", {"average": 0, "monthsIn12": 6, "childOrder": 2}, "months", "2026-06-30", 6, 7),
    ("maternity", {"average": 0, "monthsIn12": 6}, "lump_sum", "2026-06-30", 4_680_000, 5_060_000),
    ("fathersLeave", {"average": 0, "childOrder": 2}, "working_days", "2026-06-30", 5, 10),
    ("sickness", {"lastMonthSalary": 0, "days": 1, "halfDays": 1}, "paid_days", "2025-06-30", "1", "1.5"),
    ("voluntaryMaternity", {"monthsIn12": 6, "children": 1}, "amount", "2025-06-30", 0, 2_000_000),
    ("unemployment", {"average": 0, "months": 12}, "starts_on_working_day", "2025-12-31", 16, 11),
    ("funeral", {"contributionMonths": 12}, "amount", "2026-06-30", 23_400_000, 25_300_000),
    ("workInjuryDeath", {}, "lump_sum", "2019-06-30", 36 * 1_390_000, 36 * 1_490_000),
    ("health", {"cost": 1_000_000, "cardLevel": 4, "code": "1.18"}, "fund", "2026-06-30", 0, 400_000),
    (
        "pension",
        {"sex": "MALE", "contributionMonths": 180, "averageSalary": 10_000_000},
        "rate",
        "2025-06-30",
        "0",
        "0.4",
    ),
]


@pytest.mark.parametrize(("field", "given", "name", "last", "before", "after"), CHANGES)
async def test_the_law_of_the_day_is_asked_on_both_sides_of_a_change(
    portal: RunningPortal,
    field: str,
    given: Mapping[str, object],
    name: str,
    last: str,
    before: object,
    after: object,
) -> None:
    following = str(date.fromordinal(date.fromisoformat(last).toordinal() + 1))
    on_last, on_following = [await estimated(portal, field, **given, on=day) for day in (last, following)]
    assert (found(on_last)[name], found(on_following)[name]) == (str(before), str(after))
    assert (on_last["day"], on_following["day"]) == (last, following)


@pytest.mark.parametrize(
    ("field", "given", "last", "laws"),
    [
        ("maternityEligibility", {"monthsIn12": 6}, "2025-06-30", ("58/2014", "41/2024")),
        ("unemployment", {"average": 0, "months": 12}, "2025-12-31", ("38/2013", "74/2025")),
        ("workInjuryDeath", {}, "2016-06-30", ("58/2014", "84/2015")),
        ("pensionRaise", {"pension": 1}, "2026-06-30", ("ND 75/2024", "ND 162/2026")),
    ],
)
async def test_a_determination_names_the_law_that_it_asked(
    portal: RunningPortal, field: str, given: Mapping[str, object], last: str, laws: tuple[str, str]
) -> None:
    following = str(date.fromordinal(date.fromisoformat(last).toordinal() + 1))
    said = [(await estimated(portal, field, **given, on=day))["law"] for day in (last, following)]
    assert tuple(said) == laws


async def test_without_a_day_the_law_of_today_is_asked(portal: RunningPortal) -> None:
    said = await estimated(portal, "workInjuryDeath")
    today = (await estimated(portal, "funeral", contributionMonths=12))["day"]
    assert said["day"] == today >= "2026-11-22"


# ------------------------------------------------------------------- reasons ---


async def test_what_is_not_met_says_what_would_change_it(portal: RunningPortal) -> None:
    said = await estimated(
        portal,
        "unemployment",
        "isMet conditions { code depth isMet value change { textVi textEn missing earliest } }"
        " changes { textEn } condition { code parts { code } }",
        average=10_000_000,
        months=5,
        on="2026-11-22",
    )
    [recent] = [condition for condition in said["conditions"] if condition["code"] == "RECENT_MONTHS"]
    assert not said["isMet"]
    assert recent == {
        "code": "RECENT_MONTHS",
        "depth": 1,
        "isMet": False,
        "value": "5",
        "change": {
            "textVi": "Còn thiếu 7 tháng, sớm nhất là 2027-06",
            "textEn": "7 more months, by 2027-06 at the earliest",
            "missing": 7,
            "earliest": "2027-06",
        },
    }
    assert said["changes"] == [{"textEn": "7 more months, by 2027-06 at the earliest"}]
    tree = [said["condition"]["code"], *(part["code"] for part in said["condition"]["parts"])]
    assert tree == [condition["code"] for condition in said["conditions"]]


async def test_what_rests_on_a_figure_that_nobody_has_confirmed_says_so(portal: RunningPortal) -> None:
    said = "unconfirmed cites { path value confidence source }"
    second = await estimated(portal, "fathersLeave", said, average=0, childOrder=2, on="2026-07-01")
    first = await estimated(portal, "fathersLeave", said, average=0, on="2026-07-01")
    assert (second["unconfirmed"], first["unconfirmed"]) == (True, False)
    assert {
        "path": "maternity.father_second_child_working_days",
        "value": "10",
        "confidence": "UNSURE",
        "source": "Law 113/2025; ND 168/2026",
    } in second["cites"]


async def test_money_is_a_number_and_a_share_is_exact_text(portal: RunningPortal) -> None:
    said = await estimated(
        portal, "pension", sex="FEMALE", contributionMonths=186, averageSalary=10_000_001, on="2026-03-01"
    )
    by_name = {finding["name"]: finding for finding in said["findings"]}
    assert by_name["rate"] == {
        "name": "rate",
        "unit": "SHARE",
        "value": "0.46",
        "amount": None,
        "count": None,
        "parts": [],
    }
    assert by_name["monthly"]["amount"] == 4_600_000
    assert by_name["eligible"]["value"] == "true"


async def test_what_no_decimals_can_write_is_a_fraction(portal: RunningPortal) -> None:
    periods = [{"year": 2025, "months": 1, "salary": 100}, {"year": 2026, "months": 2, "salary": 50}]
    said = found(await estimated(portal, "averageSalary", periods=periods, on="2026-03-01"))
    assert (said["average"], said["average_exact"]) == ("67", "200/3")


@given_any(any_.fractions(max_denominator=10**6))
def test_a_share_is_written_exactly(share: Fraction) -> None:
    text = written(share)
    assert Fraction(text) == share
    assert ("/" in text) == bool(strip(share.denominator) > 1)


def strip(denominator: int) -> int:
    """What is left of a denominator without its twos and fives."""
    while denominator % 2 == 0 or denominator % 5 == 0:
        denominator //= 2 if denominator % 2 == 0 else 5
    return denominator


# ------------------------------------------------------------------- what is none ---

WRONG = [
    ("contribution", {"salary": -1}, "NUMBER_OUTSIDE", "salary"),
    ("contribution", {"salary": 10**12 + 1}, "NUMBER_OUTSIDE", "salary"),
    ("contribution", {"salary": 1, "unpaidDays": 32}, "NUMBER_OUTSIDE", "unpaidDays"),
    ("workInjury", {"lossPct": 101}, "NUMBER_OUTSIDE", "lossPct"),
    ("maternity", {"average": 1, "monthsIn12": 13}, "NUMBER_OUTSIDE", "monthsIn12"),
    ("householdHealthPremium", {"members": 0, "months": 12}, "NUMBER_OUTSIDE", "members"),
    ("contribution", {"salary": 1, "on": "2015-12-31"}, "NO_FIGURES", "on"),
    ("contribution", {"salary": 1, "on": "2099-01-01"}, "NO_FIGURES", "on"),
    ("socialPension", {"ageYears": 80, "on": "2025-06-30"}, "NO_FIGURES", "on"),
    ("health", {"cost": 1, "cardLevel": 4, "code": "3.1", "on": "2020-01-01"}, "NO_FIGURES", None),
    ("health", {"cost": 1, "cardLevel": 4, "code": "7.7"}, "VISIT_CODE_UNKNOWN", "code"),
    (
        "averageSalary",
        {"periods": [{"year": 2015, "months": 12, "salary": 1}], "on": "2019-01-01"},
        "NO_FIGURES",
        None,
    ),
    ("averageSalary", {"periods": [{"year": 2015, "months": 13, "salary": 1}]}, "NUMBER_OUTSIDE", "periods"),
    (
        "voluntaryMissing",
        {"income": 1, "months": 60, "monthlyYield": "0.11"},
        "NUMBER_OUTSIDE",
        "monthlyYield",
    ),
    ("averageSalary", {"periods": [{"year": 2015, "salary": 1}] * 101}, "TOO_MANY_VALUES", "periods"),
    (
        "entitledRelative",
        {"kin": "CHILD", "sex": "MALE", "birth": "2026-05-02", "on": "2026-05-01"},
        "DAY_OUTSIDE",
        "birth",
    ),
    (
        "adoption",
        {"average": 1, "bornOn": "2026-05-02", "adoptedOn": "2026-05-01", "monthsIn12": 6},
        "DAY_OUTSIDE",
        "bornOn",
    ),
    (
        "oneOffEligibility",
        {
            "birth": "1990-01-01",
            "sex": "MALE",
            "firstContribution": "2026-12",
            "contributionMonths": 1,
            "monthsSinceStop": 1,
            "on": "2026-11-30",
        },
        "MONTH_OUTSIDE",
        "firstContribution",
    ),
]


@pytest.mark.parametrize(("field", "given", "code", "name"), WRONG)
async def test_a_wrong_input_is_refused_at_its_argument(
    portal: RunningPortal, field: str, given: Mapping[str, object], code: str, name: str | None
) -> None:
    answer = await asked(portal, field, **given)
    assert answer["data"] == {"estimate": {field: None}}
    [error] = answer["errors"]
    assert (error["extensions"]["code"], error["path"]) == (code, ["estimate", field])
    assert error["extensions"].get("argument") == name


UNREADABLE = [
    ("contribution", {"salary": 2**63}),
    ("contribution", {"salary": 1.5}),
    ("contribution", {"salary": "1"}),
    ("contribution", {"salary": 1, "region": "V"}),
    ("contribution", {"salary": 1, "on": "2026-02-30"}),
    ("pension", {"sex": "MALE", "contributionMonths": 2**31, "averageSalary": 1}),
    ("pension", {"sex": "MALE", "contributionMonths": 1, "averageSalary": 1, "joined": "2026-13"}),
    ("voluntaryAhead", {"income": 1, "years": 2, "monthlyYield": "NaN"}),
    ("voluntaryAhead", {"income": 1, "years": 2, "monthlyYield": "1e9"}),
    ("voluntaryAhead", {"income": 1, "years": 2, "monthlyYield": "0." + "1" * 99}),
]


@pytest.mark.parametrize(("field", "given"), UNREADABLE)
async def test_what_is_no_value_of_its_type_is_refused_by_its_variable(
    portal: RunningPortal, field: str, given: Mapping[str, object]
) -> None:
    answer = await asked(portal, field, **given)
    [error] = answer["errors"]
    assert error["extensions"]["code"] == "BAD_USER_INPUT"
    name, _ = (
        list(given.items())[-1] if field != "pension" or "joined" in given else ("contributionMonths", 0)
    )
    assert f"'${name}'" in error["message"]


async def test_no_number_is_infinite_or_none(portal: RunningPortal) -> None:
    for number in ("NaN", "Infinity", "1e400"):
        body = f'{{"query": "{{ __typename }}", "variables": {{"salary": {number}}}}}'
        answer = (await portal.post(body)).json()
        assert answer["errors"][0]["extensions"]["code"] in {"NUMBER_REFUSED", "NOT_JSON"}


async def test_who_asks_for_a_day_without_figures_is_told_the_days_that_have_them(
    portal: RunningPortal,
) -> None:
    answer = await asked(portal, "unemployment", average=1, months=12, on="2014-12-31")
    [error] = answer["errors"]
    assert error["extensions"]["first"] == "2015-01-01"
    assert "2015-01-01" in error["message"]


async def test_one_wrong_calculator_leaves_the_others_answered(portal: RunningPortal) -> None:
    both = [
        f"{key}: funeral(contributionMonths: {months}) {{ isMet }}" for key, months in (("a", -1), ("b", 12))
    ]
    answer = (await portal.ask(f"{{ estimate {{ {' '.join(both)} }} }}")).json()
    assert answer["data"] == {"estimate": {"a": None, "b": {"isMet": True}}}
    assert [error["path"] for error in answer["errors"]] == [["estimate", "a"]]


async def test_a_fault_is_told_in_vietnamese_too(portal: RunningPortal) -> None:
    text = '{ estimate { funeral(contributionMonths: 12, on: "2001-01-01") { isMet } } }'
    answer = (await portal.post(json.dumps({"query": text}), accept_language="vi")).json()
    assert answer["errors"][0]["message"].startswith("Các mức theo luật")


# Values of each kind of argument: at the ends of what is let through, between, and beyond.
SOME = {
    "Boolean": (False, True),
    "Date": [date.fromisoformat(day) for day in ("1900-01-01", "1966-02-28", "2025-06-30", "2026-11-22")],
    "Month": [Month(1900, 1), Month(2000, 1), Month(2025, 7), Month(2026, 11)],
    "Share": [Fraction(0), Fraction(412_345, 10**8), Fraction(1, 10), Fraction(1)],
    "String": ["1.1", "1.18", "3.1", "9", "7.7"],
}
NUMBERS = (0, 1, 2, 5, 6, 12, 13, 31, 36, 60, 81, 100, 180, 240, 1_200, 10**6, 5 * 10**7, 10**12, 10**12 + 1)


def a_value(chance: random.Random, kind: GraphQLInputType) -> Any:  # noqa: ANN401 -- of any argument
    """A value as it comes out of a request."""
    named = get_named_type(kind)
    if isinstance(named, GraphQLEnumType):
        return named.coerce_input_value(chance.choice(list(named.values)))
    if isinstance(named, GraphQLInputObjectType):
        periods = range(chance.choice((0, 1, 100)))
        return [{name: a_value(chance, part.type) for name, part in named.fields.items()} for _ in periods]
    return chance.choice(SOME.get(named.name, NUMBERS))


@pytest.mark.parametrize("field", FIELDS)
def test_whatever_is_asked_a_calculator_answers_or_refuses_and_its_sums_can_be_written(field: str) -> None:
    chance = random.Random(field)  # noqa: S311 -- no secret
    rule = CATALOGUE.declarations["Estimate", field]
    assert isinstance(rule, Derived)
    answered = 0
    for _ in range(200):
        given = {}
        with suppress(OperationFault):
            for name, parameter in CATALOGUE.parameters["Estimate", field].items():
                kind = FIELDS[field].args[name].type
                if is_non_null_type(kind) or chance.random() < 0.5:
                    given[parameter.name] = parameter.convert(a_value(chance, kind))
            said = rule.rule(date(2026, 11, 22), **given)
            answered += 1
            amounts = [finding.amount or 0 for finding in said.findings]
            amounts += [part.amount for finding in said.findings for part in finding.parts]
            assert max(map(abs, amounts), default=0) <= MOST_DONG
    assert answered


async def test_many_calculators_in_one_document_are_refused(portal: RunningPortal) -> None:
    many = " ".join(f"a{number}: workInjuryDeath {{ isMet }}" for number in range(60))
    answer = (await portal.ask(f"{{ estimate {{ {many} }} }}")).json()
    assert answer["errors"][0]["extensions"]["code"] == "TOO_MANY_LINKS"
    some = " ".join(f"a{number}: workInjuryDeath {{ isMet }}" for number in range(59))
    answer = (await portal.ask(f"{{ estimate {{ {some} }} }}")).json()
    assert answer["extensions"]["cost"]["requested"] == 1 + 59 * 20


# ------------------------------------------------------------------- the figures themselves ---

FIGURES = "path value unit validFrom validTo source confidence unconfirmed"


async def parameters_on(portal: RunningPortal, day: str | None, prefix: str = "") -> list[Any]:
    """The figures of a day."""
    asked_for = f"legalParameters(asOf: $day, pathPrefix: $prefix) {{ {FIGURES} }}"
    text = f"query($day: Date, $prefix: String!) {{ {asked_for} }}"
    listed: list[Any] = (await portal.told(text, day=day, prefix=prefix))["legalParameters"]
    return listed


async def test_a_figure_is_told_with_its_days_and_its_source(portal: RunningPortal) -> None:
    assert await parameters_on(portal, "2026-06-30", "base_salary") == [
        {
            "path": "base_salary",
            "value": "2340000",
            "unit": "VND/month",
            "validFrom": "2024-07-01",
            "validTo": "2026-06-30",
            "source": "ND 73/2024/ND-CP",
            "confidence": "READ",
            "unconfirmed": False,
        }
    ]
    [following] = await parameters_on(portal, "2026-07-01", "base_salary")
    assert (following["value"], following["validTo"]) == ("2530000", None)


async def test_a_figure_that_is_not_confirmed_says_so(portal: RunningPortal) -> None:
    told = {one["path"]: one["unconfirmed"] for one in await parameters_on(portal, "2026-11-22")}
    assert told["unemployment.starts"]
    assert not told["unemployment.rate"]


async def test_the_figures_of_a_law_end_with_it(portal: RunningPortal) -> None:
    [before] = await parameters_on(portal, "2025-06-30", "maternity.father_window_days")
    [after] = await parameters_on(portal, "2025-07-01", "maternity.father_window_days")
    assert (before["value"], before["validTo"], after["value"], after["validFrom"]) == (
        "30",
        "2025-06-30",
        "60",
        "2025-07-01",
    )


@pytest.mark.parametrize("day", ["2008-01-01", "2016-03-01", "2024-12-31", "2025-07-01", "2026-11-22"])
async def test_no_figure_stands_twice_on_a_day(portal: RunningPortal, day: str) -> None:
    paths = [one["path"] for one in await parameters_on(portal, day)]
    assert len(paths) == len(set(paths)) > 100


@pytest.mark.parametrize("example", [*examples()])
async def test_what_a_determination_cites_is_among_the_figures_of_its_day(
    portal: RunningPortal, example: Mapping[str, Any]
) -> None:
    said = await estimated(
        portal, CALCULATORS[example["benefit"]], "day cites { path source }", **arguments_of(example)
    )
    paths = {leaf.path for leaf in figures() if leaf.first <= date.fromisoformat(said["day"]) <= leaf.last}
    for cite in said["cites"]:
        assert any(path == cite["path"] or path.startswith(f"{cite['path']}.") for path in paths), cite


async def test_figures_cost_what_they_take(portal: RunningPortal) -> None:
    answer = (await portal.ask("{ legalParameters { path } }")).json()
    assert answer["extensions"]["cost"]["requested"] == 100


README = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("pasted", re.findall(r"```graphql\n(.*?)```", README, re.DOTALL))
async def test_what_the_readme_pastes_into_the_explorer_is_answered(
    portal: RunningPortal, owner: Connection, pasted: str
) -> None:
    reader = await portal.citizen(owner) if "viewer" in pasted else None
    assert all((await portal.told(pasted, reader)).values())


async def test_the_readme_says_what_the_calculator_does(portal: RunningPortal) -> None:
    months = [
        found(await estimated(portal, "maternity", average=0, monthsIn12=8, childOrder=2, on=day))["months"]
        for day in ("2026-06-15", "2026-08-15")
    ]
    assert months == ["6", "7"]
