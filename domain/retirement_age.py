"""The retirement age, in months of age, and the month it is reached in.

Source: Labour Code 45/2019 article 169; ND 135/2020 articles 3 to 5.
"""

import re
from datetime import date
from enum import StrEnum

from domain.determinations import Change, Condition, Determination, Words, all_of, at_least, claim
from domain.months import MONTHS_IN_YEAR, Month, month_of
from domain.parameters import Citation, Dated, Law

AGE = re.compile(r"(\d+)y(\d+)m")
LAST_YEAR_BEFORE_STEPS = 2020
LAST_STEP = 2035
HARD_WORK_MONTHS = 15 * MONTHS_IN_YEAR

RETIRED = Words("Được nghỉ hưu theo tuổi", "May retire by age")
OLD_ENOUGH = Words("Đã đủ tuổi nghỉ hưu", "Has reached the retirement age")
WAIT = Words("Đủ tuổi trong tháng {month}", "Reaches it in {month}")
HARD_WORK = Words(
    "Từ {need} tháng làm nghề nặng nhọc, ở vùng khó khăn hoặc trong hầm lò",
    "{need} months or more of hazardous work, in a hard area or underground",
)


class Sex(StrEnum):
    """The sex, by which the ages still differ."""

    MALE = "male"
    FEMALE = "female"


class Work(StrEnum):
    """The work done, by which one may retire earlier."""

    NORMAL = "normal"
    HAZARDOUS = "hazardous_or_hard_area"
    UNDERGROUND_COAL = "underground_coal"


# As `retirement_age.early_by_law` has it.
MONTHS_EARLIER = {
    Work.NORMAL: 0,
    Work.HAZARDOUS: 5 * MONTHS_IN_YEAR,
    Work.UNDERGROUND_COAL: 10 * MONTHS_IN_YEAR,
}


def retirement_age(law: Law, sex: Sex, year: int) -> Dated[int]:
    """The age, in months, for those who reach it in a year.

    Raises: NoParameter.
    """
    row = f"table.{min(year, LAST_STEP)}" if year > LAST_YEAR_BEFORE_STEPS else "before_2021"
    said = law.numbers(f"retirement_age.{row}.{sex}", AGE)
    years, months = said.value
    return Dated(years * MONTHS_IN_YEAR + months, said.path, said.source, said.confidence)


def retirement_month(law: Law, birth: date, sex: Sex, work: Work = Work.NORMAL) -> tuple[Month, Dated[int]]:
    """The month in which the retirement age of that month's own year is first reached, and that age.

    Raises: NoParameter.
    """
    for year in range(LAST_YEAR_BEFORE_STEPS, LAST_STEP + 1):
        age = retirement_age(law, sex, year)
        reached = month_of(birth).plus(age.value - MONTHS_EARLIER[work])
        if reached.year <= year:
            break
    return reached, age


def age_reached(law: Law, birth: date, reached: Month, where: str, *ages: Citation) -> Condition:
    """Has the birthday come that falls in the month in which the age is reached?"""
    birthday = date(reached.year, reached.month, min(birth.day, reached.last_day.day))
    change = Change(WAIT.about(month=reached), earliest=reached)
    return claim("AGE_REACHED", OLD_ENOUGH, where, is_met=birthday <= law.day, change=change, cites=ages)


def retirement_date(
    law: Law,
    *,
    birth: date,
    sex: Sex,
    work: Work = Work.NORMAL,
    hard_work_months: int = HARD_WORK_MONTHS,
) -> Determination:
    """The last day before retirement, and the day from which a pension is paid: the next.

    Of whom only the year of birth is known, 1 January of it counts.
    Raises: NoParameter. Source: ND 135/2020 articles 3 to 5.
    """
    reached, age = retirement_month(law, birth, sex, work)
    cites: list[Citation] = [age, law.words("retirement_age.retirement_moment")]
    parts = [age_reached(law, birth, reached, "ND 135/2020 art.4", age)]
    if work is not Work.NORMAL:
        cites.append(law.words(f"retirement_age.early_by_law.{work}"))
        parts.append(
            at_least(
                "HARD_WORK",
                HARD_WORK,
                "ND 135/2020 art.5",
                hard_work_months,
                HARD_WORK_MONTHS,
                after=month_of(law.day),
            )
        )
    return Determination(
        "RETIREMENT_DATE",
        law.number,
        law.day,
        all_of("RETIREMENT", RETIRED, "Labour Code 45/2019 art.169", *parts),
        {
            "age_months": age.value - MONTHS_EARLIER[work],
            "retirement_moment": reached.last_day,
            "pension_from": reached.plus(1).first_day,
        },
        tuple(cites),
    )
