"""Filings: an employer's list of a month, and why a line of one is refused.

A list says of each person on which base their contribution is reckoned, from its month on. It is taken whole
or not at all.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from uuid import UUID

from domain.contributions import Tariff
from domain.months import Month
from domain.refusals import NotFound, Refusal, Refusals

MOST_LINES = 10_000
# Who has more wrong mends these first.
MOST_TOLD = 100
# Since Law 58/2014: what was before is the office's to correct.
FIRST_MONTH = Month(2016, 1)
LAST_MONTH = Month(9999, 12)

# Of each person employed in the month of a list: the last month of the employment, None while it goes on.
Employed = Mapping[UUID, Month | None]


@dataclass(frozen=True, slots=True)
class FiledLine:
    """What a list says of a person: from its month on, until a later one where `to_month` is absent.

    `named_by` is by what it names them; whom it does not find it names all the same.
    """

    participant_id: UUID | None
    base: int
    to_month: Month | None = None
    named_by: str = "participant"


class FilingMonthRefused(Refusal):
    """A list is of a month from {first} to {last}."""

    code = "FILING_MONTH_REFUSED"
    vietnamese = "Danh sách là của một tháng từ {first} đến {last}."


class LineCountRefused(Refusal):
    """A list has between 1 and {most} lines."""

    code = "LINE_COUNT_REFUSED"
    vietnamese = "Một danh sách có từ 1 đến {most} dòng."


class PersonNotNamed(Refusal):
    """A line names a person by their identifier or by their personal number: by one of the two."""

    code = "PERSON_NOT_NAMED"
    vietnamese = "Mỗi dòng nêu một người bằng mã định danh hoặc bằng số định danh cá nhân: một trong hai."


class PersonTwice(Refusal):
    """This person stands in line {line} already."""

    code = "PERSON_TWICE"
    vietnamese = "Người này đã có ở dòng {line}."


class BaseRefused(Refusal):
    """A base is a whole number of đồng a month: 0 where nothing is due, and never less."""

    code = "BASE_REFUSED"
    vietnamese = "Mức đóng là số nguyên đồng mỗi tháng: 0 khi không phải đóng, không được âm."


class MonthRefused(Refusal):
    """A month is written as 2026-11."""

    code = "MONTH_REFUSED"
    vietnamese = "Tháng được viết như 2026-11."


class BaseBelowFloor(Refusal):
    """The base of a month is at least {floor} đồng in {month}, or 0 where nothing is due."""

    code = "BASE_BELOW_FLOOR"
    vietnamese = "Mức đóng tháng {month} ít nhất là {floor} đồng, hoặc 0 khi không phải đóng."


class LastMonthRefused(Refusal):
    """A line lasts to a month from {first} to {last}: as long as the person is employed here."""

    code = "LAST_MONTH_REFUSED"
    vietnamese = (
        "Một dòng kéo dài đến tháng từ {first} đến {last}: trong thời gian người đó làm việc tại đây."
    )


def check_month(month: Month, *, this_month: Month) -> None:
    """Let a month pass of which a list may be.

    Raises: FilingMonthRefused.
    """
    if not FIRST_MONTH <= month <= this_month:
        raise FilingMonthRefused(path=("month",), first=FIRST_MONTH, last=this_month)


def check_count(lines: Collection[object]) -> None:
    """Let a list pass that has lines, and not too many.

    Raises: LineCountRefused.
    """
    if not 1 <= len(lines) <= MOST_LINES:
        raise LineCountRefused(path=("lines",), most=MOST_LINES)


def check_lines(
    lines: Sequence[FiledLine], *, month: Month, employed: Employed, tariffs: Sequence[Tariff]
) -> None:
    """Let a list pass of which every line is right.

    Raises: Refusals, which say of each line what is wrong.
    Source: Law 41/2024 article 31(1) (the floor); who earns more than the cap is filed with what they earn.
    """
    floor = max(tariff.floor for tariff in tariffs)
    found = list(islice(_wrong(lines, month, employed, floor), MOST_TOLD))
    if found:
        raise Refusals(found)


def _wrong(lines: Sequence[FiledLine], month: Month, employed: Employed, floor: int) -> Iterator[Refusal]:
    first_seen: dict[UUID, int] = {}
    for number, line in enumerate(lines):
        place = ("lines", number)
        if line.base < 0:
            yield BaseRefused(path=(*place, "base"))
        elif 0 < line.base < floor:
            yield BaseBelowFloor(path=(*place, "base"), floor=floor, month=month)
        # Who is employed elsewhere, or is nobody, is not here.
        if line.participant_id is None or line.participant_id not in employed:
            yield NotFound(path=(*place, line.named_by))
            continue
        if line.participant_id in first_seen:
            yield PersonTwice(path=(*place, line.named_by), line=first_seen[line.participant_id])
        first_seen.setdefault(line.participant_id, number)
        last = employed[line.participant_id]
        if line.to_month and not month <= line.to_month <= (last or line.to_month):
            yield LastMonthRefused(path=(*place, "toMonth"), first=month, last=last or LAST_MONTH)
