"""The retirement age: each step of the roadmap, and those who may retire earlier."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from db.parameters import parameters
from domain.months import Month, month_of
from domain.retirement_age import Sex, Work, retirement_age, retirement_date, retirement_month

LAW = parameters().on(date(2026, 11, 22), "ND 135/2020")


@pytest.mark.parametrize(
    ("sex", "birth", "moment"),
    [
        (Sex.MALE, date(1960, 12, 31), date(2020, 12, 31)),
        (Sex.MALE, date(1961, 1, 1), date(2021, 4, 30)),
        (Sex.MALE, date(1961, 9, 30), date(2021, 12, 31)),
        (Sex.MALE, date(1961, 10, 1), date(2022, 4, 30)),
        (Sex.MALE, date(1964, 12, 20), date(2026, 6, 30)),
        (Sex.MALE, date(1966, 3, 31), date(2027, 12, 31)),
        (Sex.MALE, date(1966, 4, 1), date(2028, 4, 30)),
        (Sex.FEMALE, date(1965, 12, 31), date(2020, 12, 31)),
        (Sex.FEMALE, date(1966, 1, 1), date(2021, 5, 31)),
        (Sex.FEMALE, date(1966, 8, 31), date(2021, 12, 31)),
        (Sex.FEMALE, date(1966, 9, 1), date(2022, 5, 31)),
        (Sex.FEMALE, date(1975, 4, 30), date(2034, 12, 31)),
        (Sex.FEMALE, date(1975, 5, 1), date(2035, 5, 31)),
        (Sex.FEMALE, date(2000, 2, 29), date(2060, 2, 29)),
    ],
)
def test_the_month_of_retirement_follows_the_roadmap(sex: Sex, birth: date, moment: date) -> None:
    found = retirement_date(LAW, birth=birth, sex=sex).findings
    assert found["retirement_moment"] == moment
    assert found["pension_from"] == month_of(moment).plus(1).first_day


@pytest.mark.parametrize("year", range(2021, 2036))
def test_the_table_is_the_formula(year: int) -> None:
    steps = year - 2020
    assert retirement_age(LAW, Sex.MALE, year).value == min(62 * 12, 60 * 12 + 3 * steps)
    assert retirement_age(LAW, Sex.FEMALE, year).value == min(60 * 12, 55 * 12 + 4 * steps)


def test_hard_work_lets_one_retire_earlier_after_fifteen_years_of_it() -> None:
    birth = date(1970, 3, 5)
    usual, _ = retirement_month(LAW, birth, Sex.MALE)
    hard, _ = retirement_month(LAW, birth, Sex.MALE, Work.HAZARDOUS)
    coal, _ = retirement_month(LAW, birth, Sex.MALE, Work.UNDERGROUND_COAL)
    assert (usual, hard, coal) == (Month(2032, 3), Month(2026, 9), Month(2020, 3))
    found = retirement_date(LAW, birth=birth, sex=Sex.MALE, work=Work.HAZARDOUS, hard_work_months=179)
    assert [change.missing for change in found.changes] == [1]
    assert retirement_date(LAW, birth=birth, sex=Sex.MALE, work=Work.HAZARDOUS).is_met


def test_who_is_too_young_is_told_when() -> None:
    [change] = retirement_date(LAW, birth=date(1966, 5, 10), sex=Sex.MALE).changes
    assert (change.earliest, change.words.en) == (Month(2028, 5), "Reaches it in 2028-05")


@given(st.dates(date(1940, 1, 1), date(2050, 12, 31)), st.sampled_from(Sex), st.sampled_from(Work))
def test_the_younger_never_retire_earlier(birth: date, sex: Sex, work: Work) -> None:
    younger = month_of(birth).plus(1).first_day
    assert retirement_month(LAW, birth, sex, work)[0] < retirement_month(LAW, younger, sex, work)[0]
