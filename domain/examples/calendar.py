"""Worked examples of the calendar."""

import re
from collections.abc import Mapping
from datetime import date, time

from domain.deadlines import counted_from
from domain.determinations import Finding
from domain.examples.inputs import Benefit, Inputs, UnknownValue
from domain.parameters import Law
from domain.services import TimeLimit, TimeUnit
from domain.working_calendar import calendar_decided, due_on

RECEIVED = re.compile(r"\d{4}-\d{2}-\d{2}(?:[T ].+)?")
HOUR = re.compile(r"\d{2}:\d{2}(?::\d{2})?")
# The years for which the days off are known or can be estimated.
YEARS = range(2000, 2090)
WORKING_DAYS = 1000
# As many years as that many working days may last.
FURTHER_YEARS = 6


def _deadline(_: Law, inputs: Inputs) -> Mapping[str, Finding]:
    received_on, hour = _received(inputs)
    said = str(inputs.values["cut_off"]) if inputs.has("cut_off") else None
    cut_off = _hour("cut_off", said, said) if said else None
    limit = TimeLimit(inputs.whole("working_days", most=WORKING_DAYS), TimeUnit.WORKING_DAYS)
    calendar = calendar_decided(received_on.year, received_on.year + FURTHER_YEARS, frozenset())
    accepted_on = counted_from(received_on, hour, cut_off, calendar)
    return {"due": due_on(accepted_on, limit, calendar), "counted_from": accepted_on}


def _received(inputs: Inputs) -> tuple[date, time]:
    """The day and the hour when it was received; without an hour, at the beginning of the day.

    Raises: UnknownValue.
    """
    text = str(inputs.values.get("received"))
    if not RECEIVED.fullmatch(text):
        raise UnknownValue("received", text)
    try:
        day = date.fromisoformat(text[:10])
    except ValueError as problem:
        raise UnknownValue("received", text) from problem
    if day.year not in YEARS:
        raise UnknownValue("received", text)
    return day, _hour("received", text[11:] or "00:00", text)


def _hour(key: str, hour: str, text: str) -> time:
    """The time of day in a text.

    Raises: UnknownValue.
    """
    try:
        return time.fromisoformat(hour if HOUR.fullmatch(hour) else "")
    except ValueError as problem:
        raise UnknownValue(key, text) from problem


BENEFITS: Mapping[str, Benefit] = {"deadline": _deadline}
