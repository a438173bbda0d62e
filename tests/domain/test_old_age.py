"""Old age: both laws, both sexes, every threshold, and what more months do."""

from dataclasses import replace
from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from db.parameters import parameters
from domain.determinations import Determination
from domain.months import Month
from domain.old_age import (
    Retirement,
    allowance_until_social_pension,
    pension,
    pension_indexation,
    retirement_lump_sum,
    social_pension,
)
from domain.parameters import Law, NoParameter
from domain.retirement_age import Sex, Work

LAW = parameters().on(date(2026, 11, 22), "41/2024")
MAN = Retirement(Sex.MALE, 240, 10_000_000)
WOMAN = Retirement(Sex.FEMALE, 240, 10_000_000)
DAYS = [date(2016, 1, 1), date(2018, 1, 1), date(2021, 6, 1), date(2025, 6, 30)]
LAWS = [*(parameters().on(day, "58/2014") for day in DAYS), LAW]


def figure(found: Determination, name: str) -> Fraction:
    value = found.findings[name]
    assert isinstance(value, int | Fraction)
    return Fraction(value)


@pytest.mark.parametrize(
    ("sex", "months", "rate"),
    [
        (Sex.FEMALE, 180, "0.45"),
        (Sex.FEMALE, 181, "0.46"),
        (Sex.FEMALE, 186, "0.46"),
        (Sex.FEMALE, 187, "0.47"),
        (Sex.FEMALE, 359, "0.75"),
        (Sex.FEMALE, 480, "0.75"),
        (Sex.MALE, 180, "0.40"),
        (Sex.MALE, 186, "0.405"),
        (Sex.MALE, 215, "0.43"),
        (Sex.MALE, 234, "0.445"),
        (Sex.MALE, 235, "0.45"),
        (Sex.MALE, 240, "0.45"),
        (Sex.MALE, 246, "0.46"),
        (Sex.MALE, 420, "0.75"),
    ],
)
def test_the_rate_under_law_41(sex: Sex, months: int, rate: str) -> None:
    retirement = Retirement(sex, months, 10_000_000)
    assert pension(LAW, retirement).findings["rate"] == Fraction(rate)


@pytest.mark.parametrize(
    ("day", "man", "woman"),
    [
        (date(2016, 1, 1), "0.55", "0.60"),
        (date(2017, 12, 31), "0.55", "0.60"),
        (date(2018, 1, 1), "0.53", "0.55"),
        (date(2019, 7, 1), "0.51", "0.55"),
        (date(2020, 7, 1), "0.49", "0.55"),
        (date(2021, 7, 1), "0.47", "0.55"),
        (date(2022, 1, 1), "0.45", "0.55"),
        (date(2025, 6, 30), "0.45", "0.55"),
    ],
)
def test_the_rate_of_twenty_years_under_law_58(day: date, man: str, woman: str) -> None:
    law = parameters().on(day, "58/2014")
    assert pension(law, MAN).findings["rate"] == Fraction(man)
    assert pension(law, WOMAN).findings["rate"] == Fraction(woman)


def test_there_is_no_rate_under_a_law_not_in_force() -> None:
    for day, number in ((date(2025, 7, 1), "58/2014"), (date(2025, 6, 30), "41/2024")):
        with pytest.raises(NoParameter):
            pension(parameters().on(day, number), MAN)


def test_law_58_asks_for_twenty_years_and_law_41_for_fifteen() -> None:
    old = pension(parameters().on(date(2025, 6, 1), "58/2014"), replace(MAN, contribution_months=233))
    assert (old.is_met, old.findings["monthly"], old.changes[0].missing) == (False, 0, 7)
    assert old.changes[0].earliest == Month(2026, 1)
    assert not pension(LAW, replace(MAN, contribution_months=179)).is_met
    assert pension(LAW, replace(MAN, contribution_months=180)).is_met


@pytest.mark.parametrize(
    ("months", "said"),
    [
        (173, "7 more months, by 2027-06 at the earliest"),
        (174, "Pay the 6 missing months at once (Law 41/2024 art.33(7))"),
    ],
)
def test_up_to_six_missing_months_may_be_paid_at_once(months: int, said: str) -> None:
    found = pension(LAW, replace(MAN, contribution_months=months))
    assert [change.words.en for change in found.changes] == [said]


@pytest.mark.parametrize(
    ("early", "reduction"),
    [(0, 0), (1, 0), (5, 0), (6, 1), (11, 1), (12, 2), (17, 2), (18, 3), (20, 3), (24, 4), (60, 10)],
)
def test_each_half_year_before_the_age_takes_a_hundredth_off(early: int, reduction: int) -> None:
    found = pension(LAW, replace(MAN, contribution_months=300, months_early=early, loss_pct=61)).findings
    assert found["rate"] == Fraction(55 - reduction, 100)


@pytest.mark.parametrize(
    ("loss", "early", "is_met"),
    [(60, 1, False), (61, 60, True), (61, 61, False), (80, 61, False), (81, 120, True), (81, 121, False)],
)
def test_how_early_depends_on_the_capacity_lost(*, loss: int, early: int, is_met: bool) -> None:
    assert pension(LAW, replace(MAN, loss_pct=loss, months_early=early)).is_met is is_met


def test_early_retirement_needs_twenty_years() -> None:
    found = pension(LAW, replace(MAN, contribution_months=239, months_early=12, loss_pct=61))
    assert [change.words.en for change in found.changes] == ["1 more months, by 2026-12 at the earliest"]


def test_a_pension_is_not_below_the_base_salary_after_twenty_compulsory_years() -> None:
    poor = replace(MAN, average_salary=3_000_000)
    assert pension(LAW, poor).findings["monthly"] == 2_530_000
    assert pension(replace(LAW, day=date(2026, 6, 30)), poor).findings["monthly"] == 2_340_000
    assert pension(LAW, replace(poor, contribution_months=239)).findings["monthly"] == 1_350_000
    assert pension(LAW, replace(poor, compulsory_months=239)).findings["monthly"] == 1_350_000
    assert pension(LAW, replace(poor, joined=Month(2025, 6))).findings["monthly"] == 2_530_000
    assert pension(LAW, replace(poor, joined=Month(2025, 7))).findings["monthly"] == 1_350_000


@pytest.mark.parametrize(
    ("birth", "early", "work", "is_met"),
    [
        (date(1965, 5, 22), 0, Work.NORMAL, True),
        (date(1965, 5, 23), 0, Work.NORMAL, False),
        (date(1965, 11, 22), 0, Work.NORMAL, False),
        (date(1969, 11, 22), 60, Work.NORMAL, True),
        (date(1969, 11, 23), 60, Work.NORMAL, False),
        (date(1970, 5, 22), 0, Work.HAZARDOUS, True),
        (date(1975, 5, 22), 0, Work.UNDERGROUND_COAL, True),
    ],
)
def test_a_pension_waits_for_the_age(*, birth: date, early: int, work: Work, is_met: bool) -> None:
    retirement = replace(MAN, birth=birth, months_early=early, loss_pct=81, work=work)
    assert pension(LAW, retirement).is_met is is_met


def test_years_under_a_treaty_count_though_fewer_than_fifteen() -> None:
    found = pension(LAW, replace(MAN, contribution_months=120, is_under_treaty=True))
    assert (found.is_met, found.findings["rate"]) == (True, Fraction("0.225"))
    assert not pension(LAWS[3], replace(MAN, contribution_months=120, is_under_treaty=True)).is_met


@given(
    st.sampled_from(LAWS),
    st.builds(
        Retirement,
        sex=st.sampled_from(Sex),
        contribution_months=st.integers(0, 600),
        average_salary=st.integers(0, 10**8),
        months_early=st.integers(0, 60),
        loss_pct=st.just(61),
        is_under_treaty=st.booleans(),
    ),
)
def test_more_months_or_a_later_retirement_never_lower_a_pension(law: Law, one: Retirement) -> None:
    better = [
        replace(one, contribution_months=one.contribution_months + 1),
        replace(one, average_salary=Fraction(one.average_salary) + 1),
        replace(one, months_early=max(one.months_early - 1, 0)),
    ]
    before = pension(law, one)
    assert 0 <= figure(before, "rate") <= Fraction(75, 100)
    for other in better:
        after = pension(law, other)
        assert figure(after, "monthly") >= figure(before, "monthly")
        assert figure(after, "rate") >= figure(before, "rate")


@pytest.mark.parametrize(
    ("day", "number", "man", "woman"),
    [
        (date(2017, 12, 31), "58/2014", 30, 25),
        (date(2018, 1, 1), "58/2014", 31, 30),
        (date(2021, 1, 1), "58/2014", 34, 30),
        (date(2022, 1, 1), "58/2014", 35, 30),
        (date(2025, 7, 1), "41/2024", 35, 30),
    ],
)
def test_the_lump_sum_starts_beyond_the_full_rate(day: date, number: str, man: int, woman: int) -> None:
    law = parameters().on(day, number)
    for sex, years in ((Sex.MALE, man), (Sex.FEMALE, woman)):
        at = retirement_lump_sum(law, sex=sex, contribution_months=12 * years, average_salary=10_000_000)
        above = retirement_lump_sum(
            law, sex=sex, contribution_months=12 * years + 1, average_salary=10_000_000
        )
        assert (at.is_met, at.findings["amount"], at.changes[0].missing) == (False, 0, 1)
        assert (above.is_met, above.findings["amount"]) == (True, 2_500_000)
        assert above.findings["years_for_75pct"] == years


@pytest.mark.parametrize(
    ("months", "after", "halves_before", "halves_after"),
    [(444, 12, 2, 2), (444, 24, 0, 4), (444, 36, 0, 4), (447, 15, 2, 3), (446, 13, 2, 3), (433, 0, 3, 0)],
)
def test_years_after_the_age_count_four_times_under_law_41(
    months: int, after: int, halves_before: int, halves_after: int
) -> None:
    found = retirement_lump_sum(
        LAW,
        sex=Sex.MALE,
        contribution_months=months,
        average_salary=10_000_000,
        months_after_age=after,
    ).findings
    assert found["excess_years_before_age"] == Fraction(halves_before, 2)
    assert found["excess_years_after_age"] == Fraction(halves_after, 2)
    assert found["amount"] == 2_500_000 * halves_before + 10_000_000 * halves_after


def test_law_58_pays_half_a_salary_for_every_year() -> None:
    found = retirement_lump_sum(
        LAWS[3], sex=Sex.MALE, contribution_months=444, average_salary=10_000_000, months_after_age=24
    ).findings
    assert (found["amount"], found["excess_years_after_age"]) == (10_000_000, 0)


@given(st.sampled_from(LAWS), st.sampled_from(Sex), st.integers(0, 700), st.integers(0, 120))
def test_more_months_never_lower_the_lump_sum(law: Law, sex: Sex, months: int, after: int) -> None:
    def amount(months: int, after: int) -> Fraction:
        found = retirement_lump_sum(
            law,
            sex=sex,
            contribution_months=months,
            average_salary=10_000_000,
            months_after_age=after,
        )
        return figure(found, "amount")

    assert amount(months + 1, after) >= amount(months, after)
    assert amount(months, after + 1) >= amount(months, after)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (3_240_740, 3_799_999),
        (3_240_741, 3_800_000),
        (3_000_000, 3_540_000),
        (3_400_000, 3_800_000),
        (3_518_518, 3_800_000),
        (3_518_519, 3_800_001),
        (5_000_000, 5_400_000),
    ],
)
def test_the_earliest_pensions_are_lifted(before: int, after: int) -> None:
    assert pension_indexation(LAW, pension=before, is_before_1995=True).findings["pension"] == after


@pytest.mark.parametrize(
    ("day", "raised", "lifted"),
    [
        (date(2022, 1, 1), 2_148_000, 2_148_000),
        (date(2023, 7, 1), 2_416_000, 2_416_000),
        (date(2024, 7, 1), 2_300_000, 2_600_000),
        (date(2026, 6, 30), 2_300_000, 2_600_000),
        (date(2026, 7, 1), 2_160_000, 2_460_000),
    ],
)
def test_each_decree_raises_in_its_own_way(day: date, raised: int, lifted: int) -> None:
    law = parameters().on(day, "58/2014")
    found = pension_indexation(law, pension=2_000_000, is_before_1995=True).findings
    assert (found["after_raise"], found["pension"]) == (raised, lifted)


def test_what_is_not_drawn_is_not_raised() -> None:
    found = pension_indexation(LAW, pension=0, is_before_1995=True)
    assert (found.is_met, found.findings["pension"]) == (False, 0)


@given(drawn=st.integers(1, 10**8), is_before_1995=st.booleans())
def test_a_raise_keeps_the_order_of_pensions(*, drawn: int, is_before_1995: bool) -> None:
    one, more = (
        figure(pension_indexation(LAW, pension=dong, is_before_1995=is_before_1995), "pension")
        for dong in (drawn, drawn + 1)
    )
    assert drawn <= one <= more


@pytest.mark.parametrize(
    ("age", "is_poor", "draws", "monthly"),
    [
        (74, False, False, 0),
        (75, False, False, 500_000),
        (69, True, False, 0),
        (70, True, False, 500_000),
        (80, True, True, 0),
    ],
)
def test_the_social_pension(*, age: int, is_poor: bool, draws: bool, monthly: int) -> None:
    found = social_pension(LAW, age_years=age, is_poor=is_poor, draws_pension=draws)
    assert (found.findings["monthly"], found.is_met) == (monthly, monthly > 0)


def test_there_is_no_social_pension_before_law_41() -> None:
    with pytest.raises(NoParameter):
        social_pension(LAWS[3], age_years=80)


def test_who_lacks_years_draws_what_was_paid_in() -> None:
    found = allowance_until_social_pension(
        LAW, birth=date(1964, 12, 20), sex=Sex.MALE, contribution_months=125, average_salary=4_000_000
    )
    assert found.findings == {"months": 168, "monthly": 500_000}


@pytest.mark.parametrize(
    ("birth", "months", "code"),
    [
        (date(1966, 5, 10), 100, "AGE_REACHED"),
        (date(1964, 12, 20), 180, "FEW_YEARS"),
        (date(1964, 12, 20), 0, "PAID"),
        (date(1951, 11, 1), 100, "NOT_YET_SOCIAL"),
    ],
)
def test_the_allowance_has_its_conditions(birth: date, months: int, code: str) -> None:
    found = allowance_until_social_pension(
        LAW, birth=birth, sex=Sex.MALE, contribution_months=months, average_salary=4_000_000
    )
    assert [part.code for part in found.condition.parts if not part.is_met] == [code]
    assert found.findings == {"months": 0, "monthly": 0}
