"""Which law is asked on a day: by regime, one after the other."""

from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

from domain.parameters import LAW_41, Law, NoParameter, Parameters

LAW_58 = "58/2014"
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Regime:
    """A part of social security: the laws on it, each with the first day of which it is asked."""

    laws: tuple[tuple[date, str], ...]

    @property
    def first(self) -> date:
        """The first day of which the rules of this house know the law."""
        return self.laws[0][0]

    def on(self, day: date, parameters: Parameters) -> Law:
        """The law of a day.

        Raises: NoParameter, before the first.
        """
        if day < self.first:
            raise NoParameter(f"no law on {day}")
        return parameters.on(day, self.number(day))

    def number(self, day: date) -> str:
        """The number of the law that is asked of a day; of all before the first day, that of the first."""
        return next((number for first, number in reversed(self.laws) if first <= day), self.laws[0][1])

    def spans(self) -> dict[str, tuple[date, date]]:
        """From when until when each law is asked."""
        ends = [first - DAY for _, (first, _) in pairwise(self.laws)]
        return {
            number: (first, last) for (first, number), last in zip(self.laws, [*ends, date.max], strict=True)
        }


SOCIAL_INSURANCE = Regime(((date(2016, 1, 1), LAW_58), (date(2025, 7, 1), LAW_41)))
# What nobody had a right to before.
SINCE_LAW_41 = Regime(((date(2025, 7, 1), LAW_41),))
WORK_INJURY = Regime(((date(2016, 1, 1), LAW_58), (date(2016, 7, 1), "84/2015")))
UNEMPLOYMENT = Regime(((date(2015, 1, 1), "38/2013"), (date(2026, 1, 1), "74/2025")))
# Households insure together, and copayments have a ceiling, since Law 46/2014.
HEALTH = Regime(((date(2015, 1, 1), "25/2008"),))
RETIREMENT_AGE = Regime(((date(2021, 1, 1), "ND 135/2020"),))
PENSION_RAISES = Regime(
    (
        (date(2022, 1, 1), "ND 108/2021"),
        (date(2023, 7, 1), "ND 42/2023"),
        (date(2024, 7, 1), "ND 75/2024"),
        (date(2026, 7, 1), "ND 162/2026"),
    )
)

# From when until when what is of one law alone is asked.
SPANS = {
    LAW_58: SOCIAL_INSURANCE.spans()[LAW_58],
    LAW_41: SOCIAL_INSURANCE.spans()[LAW_41],
    "84/2015": WORK_INJURY.spans()["84/2015"],
}
