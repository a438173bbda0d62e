"""Worked examples of health insurance."""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from domain.determinations import Finding
from domain.examples.inputs import Benefit, Inputs, UnknownValue
from domain.health import (
    REGISTERED,
    Hospital,
    Visit,
    codes_by_words,
    health,
    health_copay_ceiling,
    household_health_premium,
    path_of_code,
)
from domain.parameters import Law

CODE = re.compile(r"code (?P<code>\d\.\d{1,2}|\d)(?P<more>[ ,].*)?", re.DOTALL)
WARD = re.compile(r"\b(?P<where>in|out)patient\b")
# Cases that are named in words; the rest of the table's own words are found in it.
NAMED = {
    "registered facility": REGISTERED,
    "commune": "1.2",
    "commune station": "1.2",
    "with referral": "1.3",
    "referral": "1.3",
    "emergency": "2",
}
WITHOUT_REFERRAL = re.compile(
    r"(?:(?:self-referral|self-referred|without referral|no referral),? (?:to )?)?"
    r"(?P<level>central|provincial|district)(?: level| hospital)?,?(?: (?:in|out)patient)?"
    r"(?:,? (?:self-referral|self-referred|without referral|no referral))?"
)
MEMBERS = 100
MONTHS = 1200
SECOND_HALF_OF_2026 = date(2026, 7, 1)
FIRST_HALF_OF_2026 = date(2026, 1, 1)


def _health(law: Law, inputs: Inputs) -> Mapping[str, Finding]:
    text = str(inputs.values["case"]).lower() if inputs.has("case") else "registered facility"
    ward = WARD.search(text)
    code, hospital = _code(law, text), WITHOUT_REFERRAL.fullmatch(text)
    level = Hospital(hospital["level"]) if hospital else None
    is_same_in_a_ward = level is Hospital.DISTRICT or (code and law.has(f"{path_of_code(code)}.factor"))
    if not (code or level) or not (ward or is_same_in_a_ward):
        raise UnknownValue("case", inputs.values.get("case"))
    visit = Visit(
        cost=inputs.whole("cost"),
        card_level=inputs.whole("card_level", 4, least=1, most=5),
        code=code or REGISTERED,
        hospital=level,
        is_inpatient=bool(ward and ward["where"] == "in"),
        has_five_years=inputs.flag("five_years"),
        copaid_before=inputs.whole("copay_this_year_before"),
    )
    return health(law, visit).findings


def _code(law: Law, text: str) -> str | None:
    """The code that a case names, by itself or in words."""
    said = CODE.fullmatch(text)
    if said and law.has(path_of_code(said["code"])):
        return said["code"]
    return NAMED.get(text) or codes_by_words(law).get(text)


def _health_copay_ceiling(law: Law, inputs: Inputs) -> Mapping[str, Finding]:
    now = replace(law, day=SECOND_HALF_OF_2026)
    former = law.parameters.on(FIRST_HALF_OF_2026, law.number)
    found = health_copay_ceiling(now, former, paid_before=inputs.whole("copay_2026_h1"))
    return {"remaining_h2": found.findings["left"]}


def _household_health_premium(law: Law, inputs: Inputs) -> Mapping[str, Finding]:
    return household_health_premium(
        law,
        members=inputs.whole("members", 1, least=1, most=MEMBERS),
        months=inputs.whole("months", 12, most=MONTHS),
    ).findings


BENEFITS: Mapping[str, Benefit] = {
    "health": _health,
    "health_copay_ceiling": _health_copay_ceiling,
    "household_health_premium": _household_health_premium,
}
