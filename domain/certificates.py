"""Certificates of coverage: which months count in which scheme, at which employer, and whether they are paid.

What a certificate says is kept as it was written; it is genuine as long as nobody has changed it.
"""

import json
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from typing import Any

from domain.contributions import ContributionScheme
from domain.months import Month, Run, month_of, written_month
from domain.refusals import Refusal

# Crockford's base 32: none is mistaken for another; what is heard or typed for one of them is that one.
LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
MISTAKEN = str.maketrans("OIL", "011")
GROUPS, GROUP_LETTERS = 4, 4
CODE = re.compile(f"[{LETTERS}]{{{GROUPS * GROUP_LETTERS}}}")
SEPARATORS = re.compile(r"[\s-]+")
LONGEST_CODE = 64


class CertificatePeriodRefused(Refusal):
    """A certificate is of a period that has begun and does not end before it: up to {last}."""

    code = "CERTIFICATE_PERIOD_REFUSED"
    vietnamese = "Giấy xác nhận dành cho thời gian đã qua, không kết thúc trước khi bắt đầu: đến {last}."


@dataclass(frozen=True, slots=True)
class CertifiedMonths:
    """Months that count alike: in a scheme, at an employer or alone, all of them paid or all of them not."""

    scheme: ContributionScheme
    employer_code: str | None
    employer_name: str | None
    first: Month
    last: Month
    is_paid: bool

    @property
    def months(self) -> int:
        """How many."""
        return Run(self.first, self.last).months


@dataclass(frozen=True, slots=True)
class Ledger:
    """What the ledger says of a person, as known at one instant.

    `runs` are of `[scheme, employer, from, to, …]`, `unpaid` the months of employers that stand unpaid in a
    fund, `employers` have the code and the name of each.
    """

    runs: Sequence[Sequence[Any]]
    unpaid: Collection[tuple[str, Month]]
    employers: Mapping[str, tuple[str, str]]


def check_period(period: Run, *, today: date) -> None:
    """Refuse a period that has not begun, or ends before it begins.

    Raises: CertificatePeriodRefused.
    """
    if not period.first <= period.last <= month_of(today):
        raise CertificatePeriodRefused(path=("toMonth",), last=month_of(today))


def certified(ledger: Ledger, period: Run) -> Iterator[CertifiedMonths]:
    """The months of a period that count, in runs of equal ones, in the order of the ledger."""
    for scheme, employer, from_, to, *_ in ledger.runs:
        code, name = ledger.employers[employer] if employer else (None, None)
        begun, ended = (month_of(date.fromisoformat(day)) for day in (from_, to))
        begun, ended = max(begun, period.first), min(ended, period.last)
        for run, is_paid in _stretches(
            begun, ended, {month for by, month in ledger.unpaid if by == employer}
        ):
            yield CertifiedMonths(ContributionScheme(scheme), code, name, run.first, run.last, is_paid)


def _stretches(first: Month, last: Month, unpaid: Collection[Month]) -> Iterator[tuple[Run, bool]]:
    """Months in runs of paid and of unpaid ones."""
    month = first
    while month <= last:
        is_paid, begun = month not in unpaid, month
        while month <= last and (month not in unpaid) == is_paid:
            month = month.plus(1)
        yield Run(begun, month.plus(-1)), is_paid


@dataclass(frozen=True, slots=True)
class Certificate:
    """What a certificate says: of whom, of which period, which months count."""

    code: str
    issued_at: datetime
    holder: str
    birth_date: date
    period: Run
    months: tuple[CertifiedMonths, ...]

    @property
    def claims(self) -> dict[str, Any]:
        """The same in JSON's values: what is signed."""
        return {
            "code": self.code,
            "issuedAt": self.issued_at.isoformat(),
            "holder": self.holder,
            "birthDate": self.birth_date.isoformat(),
            "from": str(self.period.first),
            "to": str(self.period.last),
            "months": [
                {
                    "scheme": each.scheme.value,
                    "employerCode": each.employer_code,
                    "employerName": each.employer_name,
                    "from": str(each.first),
                    "to": str(each.last),
                    "isPaid": each.is_paid,
                }
                for each in self.months
            ],
        }

    @property
    def text(self) -> str:
        """The same as JSON text: what is kept."""
        return json.dumps(self.claims, ensure_ascii=False)


def certificate_said(text: str) -> Certificate:
    """Read a certificate out of its text."""
    said = json.loads(text)
    return Certificate(
        said["code"],
        datetime.fromisoformat(said["issuedAt"]),
        said["holder"],
        date.fromisoformat(said["birthDate"]),
        Run(written_month(said["from"]), written_month(said["to"])),
        tuple(
            CertifiedMonths(
                ContributionScheme(each["scheme"]),
                each["employerCode"],
                each["employerName"],
                written_month(each["from"]),
                written_month(each["to"]),
                each["isPaid"],
            )
            for each in said["months"]
        ),
    )


def code_said(words: str) -> str | None:
    """A verification code as it was issued, however it was typed; None where it can be none of ours."""
    if len(words) > LONGEST_CODE:
        return None
    letters = SEPARATORS.sub("", words).upper().translate(MISTAKEN)
    if not CODE.fullmatch(letters):
        return None
    return "-".join(letters[at : at + GROUP_LETTERS] for at in range(0, len(letters), GROUP_LETTERS))


def hash_of(code: str) -> bytes:
    """What a certificate is found by: whoever has the hash has no code."""
    return sha256(code.encode()).digest()
