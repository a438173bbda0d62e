"""Health insurance cards: as what somebody is insured, who pays, and since when without a break."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import cache
from importlib.resources import files

import yaml

from domain.determinations import Change, Determination, Words, claim
from domain.months import MONTHS_IN_YEAR, month_of, months_later
from domain.parameters import Law

FIVE_YEARS = Words("Tham gia đủ {years} năm liên tục", "Insured {years} years without a break")
ON_THE_DAY = Words("Đủ 5 năm liên tục từ ngày {day}", "It will be five years on {day}")


class HealthPayer(StrEnum):
    """Who pays for the health insurance of a person."""

    EMPLOYMENT = "EMPLOYMENT"
    HOUSEHOLD = "HOUSEHOLD"
    SOCIAL_INSURANCE = "SOCIAL_INSURANCE"
    STATE = "STATE"
    STATE_SUPPORTED = "STATE_SUPPORTED"


@dataclass(frozen=True, slots=True)
class HealthObject:
    """As what somebody is insured: the first two letters of the card, who pays, and the words for it."""

    code: str
    payer: HealthPayer
    words: Words


@cache
def health_objects() -> Mapping[str, HealthObject]:
    """All that somebody can be insured as, by code.

    Source: QD 1351/QD-BHXH of 2015.
    """
    text = files("domain").joinpath("data/health_objects.yaml").read_text(encoding="utf-8")
    return {
        code: HealthObject(code, HealthPayer(payer), Words(*words))
        for payer, objects in yaml.safe_load(text).items()
        for code, words in objects.items()
    }


@dataclass(frozen=True, slots=True, order=True)
class Validity:
    """The days of a card, both included; without an end, `last` is the last day that there is."""

    first: date
    last: date = date.max


def continuous_since(cards: Iterable[Validity], day: date, gap_months: int) -> date | None:
    """Since when somebody is insured up to a day; a break of no more than so many months is none.

    None where no card is valid on the day.
    """
    begun = sorted((card for card in cards if card.first <= day), reverse=True)
    if not any(card.last >= day for card in begun):
        return None
    since = day
    for card in begun:
        if card.last < since and since > months_later(card.last + timedelta(days=1), gap_months):
            break
        since = card.first
    return since


def health_continuity(
    law: Law, cards: Iterable[Validity], *, printed: date | None = None
) -> Determination | None:
    """Since when somebody is insured without a break, and when that is five years; None without a card.

    The day printed on the card, where there is one, holds: it may rest on cards that are not known here.
    Raises: NoParameter. Source: Law on HI article 22(1)(c); ND 146/2018 article 12.
    """
    years, gap = (
        law.whole("health_insurance.continuity.years"),
        law.whole("health_insurance.continuity.gap_months"),
    )
    since = continuous_since(cards, law.day, gap.value)
    if since is None:
        return None
    reached = printed or months_later(since, years.value * MONTHS_IN_YEAR)
    condition = claim(
        "FIVE_YEARS",
        FIVE_YEARS.about(years=years.value),
        "Law on HI art.22",
        is_met=reached <= law.day,
        change=Change(ON_THE_DAY.about(day=reached), earliest=month_of(reached)),
        cites=(years, gap),
    )
    findings = {"continuous_since": since, "five_years_on": reached}
    return Determination("HEALTH_CONTINUITY", law.number, law.day, condition, findings)
