"""What a contribution may be reckoned on, and at which rates: the dated parameters of the law.

Source: domain/data/parameters.yaml, which names the source of each.
"""

from collections.abc import Mapping
from datetime import date
from functools import cache

from db.demonstration.moments import Month, first_day, month_of
from db.parameters import figures, parameters
from domain.laws import SOCIAL_INSURANCE
from domain.parameters import Law

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
def law(of: Month) -> Law:
    """The law of the first day of a month."""
    day = first_day(of)
    return parameters().on(day, SOCIAL_INSURANCE.number(day))


@cache
def base_salary(of: Month) -> int:
    """The base salary of a month, in đồng."""
    return law(of).whole("base_salary").value


@cache
def minimum_wage(region: str, of: Month) -> int:
    """The minimum wage of a region (I to IV) in a month, in đồng: no contribution is reckoned on less."""
    return law(of).whole(f"regional_minimum_wage.{region}").value


def highest_base(of: Month) -> int:
    """The cap of every base, in đồng (Law 58/2014 article 89(3), Law 41/2024 article 31)."""
    return MOST_BASE_SALARIES * base_salary(of)


@cache
def lowest_income(of: Month) -> int:
    """The lowest income that voluntary insurance is reckoned on, in đồng."""
    return law(of).whole("voluntary_social_insurance.income_floor").value


@cache
def rates(of: Month) -> Mapping[str, int]:
    """What employer and employee pay together into each fund, in thousandths of the base."""
    path = "contribution_rates.compulsory_vietnamese"
    employee, employer = (law(of).table(f"{path}.{payer}").value for payer in ("employee", "employer"))
    return {
        fund: int(1_000 * (employee.get(name, 0) + employer.get(name, 0))) for name, fund in FUNDS.items()
    }


@cache
def changes() -> frozenset[Month]:
    """The months in which base salary or minimum wages change."""
    paths = ("base_salary", "regional_minimum_wage")
    return frozenset(month_of(leaf.first) for leaf in figures() if leaf.path.partition(".")[0] in paths)
