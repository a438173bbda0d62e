"""Certificates of coverage: which months count, paid or not; their words and their codes."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.certificates import (
    CODE,
    LETTERS,
    Certificate,
    CertificatePeriodRefused,
    CertifiedMonths,
    Ledger,
    certificate_said,
    certified,
    check_period,
    code_said,
)
from domain.contributions import ContributionScheme
from domain.months import Month, Run, written_month
from domain.names import with_initials

MILL = ("DN0001", "Công ty Dệt")
YEAR = Run(Month(2025, 1), Month(2025, 12))


def told(*runs: object, unpaid: str = "", period: Run = YEAR) -> list[tuple[object, ...]]:
    """What is certified, without the employer's name."""
    owed = {("mill", written_month(month)) for month in unpaid.split()}
    ledger = Ledger(runs, owed, {"mill": MILL, "shop": ("DN0002", "Tiệm")})  # type: ignore[arg-type]
    return [
        (each.scheme.value, each.employer_code, str(each.first), str(each.last), each.is_paid)
        for each in certified(ledger, period)
    ]


def a_run(first: str, last: str, employer: str | None = "mill") -> list[object]:
    return [
        "COMPULSORY" if employer else "VOLUNTARY",
        employer,
        f"{first}-01",
        f"{last}-01",
        5_000_000,
        "line",
    ]


def test_months_outside_of_the_period_are_not_certified() -> None:
    assert told(a_run("2019-05", "2030-01")) == [("COMPULSORY", "DN0001", "2025-01", "2025-12", True)]
    assert told(a_run("2024-05", "2024-12")) == []
    assert told(a_run("2026-01", "2026-12")) == []


def test_a_month_that_the_employer_has_not_paid_stands_apart() -> None:
    assert told(a_run("2025-01", "2025-12"), unpaid="2025-03 2025-04 2025-12") == [
        ("COMPULSORY", "DN0001", "2025-01", "2025-02", True),
        ("COMPULSORY", "DN0001", "2025-03", "2025-04", False),
        ("COMPULSORY", "DN0001", "2025-05", "2025-11", True),
        ("COMPULSORY", "DN0001", "2025-12", "2025-12", False),
    ]


def test_what_one_employer_owes_is_not_held_against_another() -> None:
    both = told(a_run("2025-03", "2025-03"), a_run("2025-03", "2025-03", "shop"), unpaid="2025-03")
    assert [(code, is_paid) for _, code, _, _, is_paid in both] == [("DN0001", False), ("DN0002", True)]


def test_who_pays_alone_has_no_employer() -> None:
    assert told(a_run("2025-02", "2025-04", None)) == [("VOLUNTARY", None, "2025-02", "2025-04", True)]


@pytest.mark.parametrize(
    ("first", "last"), [("2026-11", "2026-12"), ("2026-12", "2026-12"), ("2026-05", "2026-04")]
)
def test_a_period_that_has_not_begun_or_ends_before_it_begins_is_refused(first: str, last: str) -> None:
    with pytest.raises(CertificatePeriodRefused) as refused:
        check_period(Run(written_month(first), written_month(last)), today=date(2026, 11, 29))
    assert (refused.value.path, refused.value.params) == (("toMonth",), {"last": "2026-11"})


def test_this_month_may_be_certified() -> None:
    check_period(Run(Month(2026, 11), Month(2026, 11)), today=date(2026, 11, 1))


def test_a_certificate_is_read_as_it_was_written() -> None:
    months = CertifiedMonths(
        ContributionScheme.COMPULSORY, *MILL, Month(2025, 1), Month(2025, 3), is_paid=False
    )
    one = Certificate(
        "AAAA-BBBB-CCCC-DDDD",
        datetime(2026, 11, 29, 1, 2, 3, 456_789, UTC),
        "Nguyễn Thị Lan",
        date(1992, 4, 18),
        YEAR,
        (months,),
    )
    assert certificate_said(one.text) == one
    assert months.months == 3
    assert "Công ty Dệt" in one.text


# ------------------------------------------------------------------ its code ---


@pytest.mark.parametrize(
    "typed",
    [
        "7Q2M-0XKD-91RV-44TA",
        "7q2m0xkd91rv44ta",
        " 7Q2M 0XKD 91RV 44TA\n",
        "7Q2M-OXKD-9IRV-44TA",
        "7Q2M-oXKD-9lRV-44TA",
    ],
)
def test_a_code_is_understood_however_it_is_typed(typed: str) -> None:
    assert code_said(typed) == "7Q2M-0XKD-91RV-44TA"


@pytest.mark.parametrize(
    "typed",
    ["", "7Q2M", "7Q2M-0XKD-91RV-44TU", "7Q2M-0XKD-91RV-44TA-7", "7" * 10_000, "7Q2M-0XKD-91RV-44T\0"],
)
def test_what_can_be_no_code_is_none(typed: str) -> None:
    assert code_said(typed) is None


@given(st.text(max_size=80))
def test_no_text_is_more_than_a_code_or_none(text: str) -> None:
    found = code_said(text)
    assert found is None or CODE.fullmatch(found.replace("-", ""))
    assert set((found or "").replace("-", "")) <= set(LETTERS)


# ------------------------------------------------------------------ of whom ---


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Nguyễn Thị Lan", "Nguyễn T. L."),
        ("Đỗ Đức Ân", "Đỗ Đ. Â."),
        ("Lan", "Lan"),
        ("", ""),
        ("Nguyễn  Văn   A", "Nguyễn V. A."),
    ],
)
def test_strangers_are_shown_the_family_name_and_initials(name: str, shown: str) -> None:
    assert with_initials(name) == shown
