"""Requests about one's own data: what a person may ask for, and by when the agency answers and acts.

Source: Law 91/2025/QH15 article 4 (the rights), ND 356/2025 (by when); domain/data/data_requests.yaml.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from domain.refusals import Refusal
from domain.services import TimeLimit, written_time_limit
from domain.working_calendar import WorkingCalendar, due_on

# What the ledger says that an export of one's own data was for, and its words in Vietnamese and in English.
EXPORT_PURPOSE = "DATA_EXPORT"
EXPORTED_FOR = ("Trích xuất dữ liệu của chính mình", "An export of one's own data")


class DataRequestKind(StrEnum):
    """What a person asks of the agency about their own data."""

    ACCESS = "ACCESS"
    CORRECTION = "CORRECTION"
    DELETION = "DELETION"
    OBJECTION = "OBJECTION"
    RESTRICTION = "RESTRICTION"


class DataRequestStatus(StrEnum):
    """Where a request stands."""

    DONE = "DONE"
    FILED = "FILED"
    REFUSED = "REFUSED"


class DataRequestOutcome(StrEnum):
    """How a request is answered."""

    DONE = "DONE"
    REFUSED = "REFUSED"


class DataRequestAnswered(Refusal):
    """This request has been answered: {status}."""

    code = "DATA_REQUEST_ANSWERED"
    vietnamese = "Yêu cầu này đã được trả lời: {status}."


@dataclass(frozen=True, slots=True)
class TimeLimits:
    """The time limits of the law from a day on; unconfirmed where nobody has compared them with its text."""

    valid_from: date
    answer: TimeLimit
    act: Mapping[DataRequestKind, TimeLimit]
    is_unconfirmed: bool


@dataclass(frozen=True, slots=True)
class Clocks:
    """By when the agency answers a request, and by when it has acted on it; both days included."""

    answer_by: date
    act_by: date
    is_unconfirmed: bool


@cache
def time_limits() -> Sequence[TimeLimits]:
    """All time limits, the latest first."""
    text = files("domain").joinpath("data/data_requests.yaml").read_text(encoding="utf-8")
    found = [_limits(entry) for entry in yaml.safe_load(text)]
    return sorted(found, key=lambda limits: limits.valid_from, reverse=True)


def clocks(kind: DataRequestKind, filed_on: date, calendar: WorkingCalendar) -> Clocks:
    """Count from the day of filing, by the time limits in force on it.

    Raises: CalendarEnds.
    """
    limits = next(limits for limits in time_limits() if limits.valid_from <= filed_on)
    return Clocks(
        due_on(filed_on, limits.answer, calendar),
        due_on(filed_on, limits.act[kind], calendar),
        limits.is_unconfirmed,
    )


def _limits(entry: Mapping[str, Any]) -> TimeLimits:
    return TimeLimits(
        entry["valid_from"],
        written_time_limit(entry["answer"]),
        {kind: written_time_limit(entry["act"][kind]) for kind in DataRequestKind},
        entry["unconfirmed"],
    )
