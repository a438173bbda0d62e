"""What a contribution may be reckoned on, and at which rates: the dated parameters of the law.

Source: domain/data/parameters.yaml, which names the source of each.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from db.demonstration.moments import Month, first_day, month_of

# The first month of which the regional minimum wages are known: no history is older.
FIRST_MONTH = month_of(date(2010, 1, 1))
MOST_BASE_SALARIES = 20
FUNDS = {
    "health": "HEALTH",
    "occupational": "OCCUPATIONAL",
    "retirement_survivor": "RETIREMENT_SURVIVORS",
    "sickness_maternity": "SICKNESS_MATERNITY",
    "unemployment": "UNEMPLOYMENT",
}


@cache
def parameters() -> Mapping[str, Any]:
    """The dated parameters of the law."""
    text = files("domain").joinpath("data/parameters.yaml").read_text(encoding="utf-8")
    document: Mapping[str, Any] = yaml.safe_load(text)
    return document


def in_force(rows: Iterable[Mapping[str, Any]], of: Month) -> Mapping[str, Any]:
    """The row in force on the first day of a month."""
    day = first_day(of)
    return max(
        (row for row in rows if row["effective_from"] <= day),
        key=lambda row: row["effective_from"],
    )


@cache
def base_salary(of: Month) -> int:
    """The base salary of a month, in đồng."""
    return int(in_force(parameters()["base_salary"]["rows"], of)["value"])


@cache
def minimum_wage(region: str, of: Month) -> int:
    """The minimum wage of a region (I to IV) in a month, in đồng: no contribution is reckoned on less."""
    return int(in_force(parameters()["regional_minimum_wage"]["rows"], of)[region])


def highest_base(of: Month) -> int:
    """The cap of every base, in đồng (Law 58/2014 article 89(3), Law 41/2024 article 31)."""
    return MOST_BASE_SALARIES * base_salary(of)


@cache
def lowest_income(of: Month) -> int:
    """The lowest income that voluntary insurance is reckoned on, in đồng."""
    return int(in_force(parameters()["voluntary_social_insurance"]["income_floor"], of)["value"])


@cache
def rates(of: Month) -> Mapping[str, int]:
    """What employer and employee pay together into each fund, in thousandths of the base."""
    row = in_force(parameters()["contribution_rates"]["compulsory_vietnamese"], of)
    return {
        fund: round(1_000 * (row["employee"].get(name, 0) + row["employer"].get(name, 0)))
        for name, fund in FUNDS.items()
    }


@cache
def changes() -> frozenset[Month]:
    """The months in which base salary or minimum wages change."""
    rows = (*parameters()["base_salary"]["rows"], *parameters()["regional_minimum_wage"]["rows"])
    return frozenset(month_of(row["effective_from"]) for row in rows)
