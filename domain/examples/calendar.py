"""Worked examples of the calendar."""

import re
from collections.abc import Mapping
from datetime import datetime, time

from domain.deadlines import counted_from
from domain.determinations import Finding
from domain.examples.inputs import Benefit, Inputs, UnknownValue
from domain.parameters import Law
from domain.services import TimeLimit, TimeUnit
from domain.working_calendar import calendar_decided, due_on

RECEIVED = re.compile(r"\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2})?)?")
CUT_OFF = re.compile(r"\d{2}:\d{2}")
# The years for which the days off are known or can be estimated.
YEARS = range(2000, 2090)
WORKING_DAYS = 1000
# As many years as that many working days may last.
FURTHER_YEARS = 6


def _deadline(_: Law, inputs: Inputs) -> Mapping[str, Finding]:
    received, cut_off = _received(inputs), _cut_off(inputs)
    limit = TimeLimit(inputs.whole("working_days", most=WORKING_DAYS), TimeUnit.WORKING_DAYS)
    calendar = calendar_decided(received.year, received.year + FURTHER_YEARS, frozenset())
    accepted_on = counted_from(received, cut_off, calendar)
    return {"due": due_on(accepted_on, limit, calendar), "counted_from": accepted_on}


def _received(inputs: Inputs) -> datetime:
    """When it was received; without an hour, at the beginning of the day.

    Raises: UnknownValue.
    """
    text = str(inputs.values.get("received"))
    try:
        received = datetime.fromisoformat(text if RECEIVED.fullmatch(text) else "")
    except ValueError as problem:
        raise UnknownValue("received", text) from problem
    if received.year not in YEARS:
        raise UnknownValue("received", text)
    return received


def _cut_off(inputs: Inputs) -> time | None:
    """The time of day after which it counts as received the next working day; None where there is none.

    Raises: UnknownValue.
    """
    if not inputs.has("cut_off"):
        return None
    text = str(inputs.values["cut_off"])
    try:
        return time.fromisoformat(text if CUT_OFF.fullmatch(text) else "")
    except ValueError as problem:
        raise UnknownValue("cut_off", text) from problem


BENEFITS: Mapping[str, Benefit] = {"deadline": _deadline}
