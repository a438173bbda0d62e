"""Calculators and the figures of the law, asked by nobody in particular."""

import json
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from graphql import GraphQLObjectType

from db.parameters import figures, parameters
from domain.examples import BENEFITS, LAST_DAYS, law_of_example, read_examples
from domain.examples.inputs import Inputs
from domain.months import written_month
from schema.determinations import written
from schema.portal import schema
from tests.api.conftest import RunningPortal

DOMAIN = Path(__file__).parents[1] / "domain"
ESTIMATE = schema._schema.type_map["Estimate"]  # noqa: SLF001 -- graphql-core's own, as the translator takes it
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
