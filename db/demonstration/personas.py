"""The personas: people whose lives are always the same, so that a guide can tell of them.

Lan has sewn for Sông Hồng in Hà Nội for twelve years, and two dossiers are open about her; she acts for her
son Bảo, who goes to school. Minh, in
TP. Hồ Chí Minh, left an employer that had stopped paying for him, was without work, and found another.
Hoa, in Hà Nội, insures herself; her nephew Minh acts for her where benefits and their payment are concerned.
He has asked Lan to see to his book and card, and she has not answered yet.

Nga, in Hà Nội, has taught at one school for thirty years and retires soon. Mai, a seamstress there, has a
child and expects another. In TP. Hồ Chí Minh Hạnh has lost her husband, who was insured for fifteen years;
her two children and his mother live with her. Quang works for two employers at once.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from random import Random
from types import MappingProxyType
from typing import Any

from db.demonstration.careers import Job, Line, raises, voluntary_lines, with_lines
from db.demonstration.dossiers import Desk, Filed
from db.demonstration.employers import PAID_FIRST, Employer, trades
from db.demonstration.moments import DAY, Month, in_days_of, in_opening_hours, instant, key, month
from db.demonstration.people import FEMALE, MALE, Person
from db.demonstration.wages import base_salary
from domain.mandates import MandateBasis
from domain.money import dong

PERSONAL_NUMBERS: Mapping[str, str] = MappingProxyType(
    {
        "lan": "001192001234",
        "minh": "079085004321",
        "hoa": "001168007788",
        "nga": "001170002266",
        "mai": "001196004455",
        "hanh": "079182006612",
        "quang": "079090005599",
    }
)

BAO, THANG, HAN = "001219005678", "001093008844", "001321007711"
DUNG, HUY, DIEP, SAU = "079080003377", "079212004466", "079317008855", "079148001122"
TAKEN = (*PERSONAL_NUMBERS.values(), BAO, THANG, HAN, DUNG, HUY, DIEP, SAU)

LONG_BIEN, DONG_DA, TAN_BINH = "00109", "00103", "07906"
SONG_HONG = "Công ty Dệt may Sông Hồng"
GIA_DINH = "Công ty cổ phần Xây lắp Gia Định"
BEN_THANH = "Công ty TNHH Vận tải Bến Thành"
BO_DE = "Trường Trung học cơ sở Bồ Đề"

# Which office an officer serves, for which employer one acts, and for which its system does.
OFFICERS: Mapping[str, str] = MappingProxyType({"thu": LONG_BIEN, "son": TAN_BINH})
ACTS_FOR: Mapping[str, str] = MappingProxyType({"det-may": SONG_HONG})
SYSTEMS: Mapping[str, str] = MappingProxyType({"det-may-he-thong": SONG_HONG})


@dataclass(frozen=True, slots=True)
class Appointed:
    """Whom a persona has appointed to act for them, in which groups of services: accepted, or offered."""

    by: str
    agent: str
    service_groups: Sequence[str]
    is_accepted: bool


AGENTS = (
    Appointed("hoa", "minh", ("BENEFITS", "PAYMENT"), is_accepted=True),
    Appointed("minh", "lan", ("ISSUE_OF_BOOKS_AND_CARDS",), is_accepted=False),
)


@dataclass(frozen=True, slots=True)
class Shared:
    """What a partner may ask about the people of a province, and why; see db.agreements."""

    code: str
    partner: Mapping[str, str]
    legal_basis: str
    province: str
    purposes: Sequence[Mapping[str, str]]
    fields: Sequence[str]
    capacity: int = 500_000
    restore_rate: int = 10_000


AGREEMENTS: Mapping[str, Shared] = MappingProxyType(
    {
        "bo-y-te": Shared(
            code="BYT-BHXH-2026-01",
            partner={"code": "bo-y-te", "name_vi": "Bộ Y tế", "name_en": "Ministry of Health"},
            legal_basis="Nghị định 47/2020/NĐ-CP (minh họa)",
            province="01",
            purposes=(
                {
                    "code": "HOSPITAL_ADMISSION",
                    "name_vi": "Tiếp nhận khám bệnh, chữa bệnh BHYT",
                    "name_en": "Admission of a patient with health insurance",
                    "legal_basis": "Luật Bảo hiểm y tế (minh họa)",
                },
            ),
            fields=(
                "Query.participant",
                "Query.participantByNumber",
                "Participant.id",
                "Participant.fullName",
                "Participant.birthDate",
                "Participant.sex",
                "Participant.identifiers",
                "Identifier.kind",
                "Identifier.masked",
                "Identifier.validFrom",
                "Identifier.validTo",
            ),
        )
    }
)

GARMENTS, CONSTRUCTION, TRANSPORT, SCHOOL = 0, 5, 7, 11
# As many of the office's people work for an employer of the personas as for the largest of the others.
WEIGHT = 60.0


@dataclass(frozen=True, slots=True)
class Founding:
    """An employer of a persona's life; see db.demonstration.employers."""

    office: str
    name: str
    code: str
    tax_code: str
    trade: int
    account_since: Month
    unpaid: frozenset[Month] = frozenset()
    weight: float = WEIGHT


FOUNDINGS = (
    Founding(LONG_BIEN, SONG_HONG, "DN0001", "0199999014", GARMENTS, month(2023)),
    Founding(
        TAN_BINH,
        GIA_DINH,
        "DN0001",
        "0399999011",
        CONSTRUCTION,
        month(2022),
        frozenset(range(month(2023, 3), month(2023, 9))),
    ),
    Founding(TAN_BINH, BEN_THANH, "DN0002", "0399999029", TRANSPORT, month(2023)),
    Founding(LONG_BIEN, BO_DE, "HC0001", "0199999021", SCHOOL, month(2024), weight=4),
)


def employer_id(name: str) -> bytes:
    """The key of an employer of the personas' lives: always the same."""
    return key(Random(name), instant(date(2008, 1, 1), 0))


def employers_at(office: str) -> list[Employer]:
    """The employers of the personas' lives at an office."""
    return [
        Employer(
            id=employer_id(founding.name),
            name=founding.name,
            code=founding.code,
            tax_code=founding.tax_code,
            trade=trades()[0][founding.trade],
            weight=founding.weight,
            unpaid=founding.unpaid,
            paid_first=PAID_FIRST if founding.unpaid else frozenset(),
            account_since=founding.account_since,
        )
        for founding in FOUNDINGS
        if founding.office == office
    ]


@dataclass(frozen=True, slots=True)
class Relative:
    """Somebody of a persona's household, with their personal number and jobs.

    `basis` is why the persona acts for them, where it does.
    """

    person: Person
    number: str
    basis: MandateBasis | None = None
    jobs: Sequence[Job] = ()


@dataclass(frozen=True, slots=True)
class Life:
    """What a persona has lived: jobs, and insurance of their own; and who lives or lived with them."""

    subject: str
    person: Person
    address: str
    jobs: Sequence[Job] = ()
    voluntary: Sequence[Line] = ()
    relatives: Sequence[Relative] = ()


def _lan(employers: Mapping[str, Employer], last: Month) -> Life:
    """Sewing since September 2014, leading a line since 2021; two months of leave, a mistake set right."""
    random, sews = (
        Random("lan"),
        Job(employers[SONG_HONG], "Công nhân may", month(2014, 9), month(2020, 12), 15),
    )
    leave = Line(month(2019, 3), month(2019, 4), 0, in_days_of(random, month(2019, 3), 25, 28))
    sewing = with_lines(random, sews, "I", last)
    leading = with_lines(
        random, Job(employers[SONG_HONG], "Tổ trưởng chuyền may", month(2021), None), "I", last
    )
    right = Line(
        month(2022, 3),
        month(2022, 5),
        leading.lines[0].base + 900_000,
        in_days_of(random, month(2022, 8), 25, 28),
    )
    return Life(
        subject="lan",
        person=Person("Nguyễn Thị Lan", FEMALE, date(1992, 4, 18), "Chủ hộ"),
        address="Số 12, ngõ 75 đường Ngọc Lâm, Long Biên, Hà Nội",
        jobs=(_and(sewing, leave), _and(leading, right)),
        relatives=(_child("Nguyễn Gia Bảo", MALE, date(2019, 3, 8), BAO),),
    )


def _minh(employers: Mapping[str, Employer], last: Month) -> Life:
    """Driving machines until August 2023, the last six months unpaid; in transport since February 2024."""
    random = Random("minh")
    return Life(
        subject="minh",
        person=Person("Trần Văn Minh", MALE, date(1985, 9, 2), "Chủ hộ"),
        address="Số 204, đường Cộng Hòa, Tân Bình, Hồ Chí Minh",
        jobs=(
            with_lines(
                random, Job(employers[GIA_DINH], "Lái máy", month(2012, 3), month(2023, 8), 5), "I", last
            ),
            with_lines(
                random, Job(employers[BEN_THANH], "Điều hành vận tải", month(2024, 2), None, 19), "I", last
            ),
        ),
    )


def _hoa(_employers: Mapping[str, Employer], last: Month) -> Life:
    """At the market all her life; she insures herself since 2016, a year at a time."""
    return Life(
        subject="hoa",
        person=Person("Lê Thị Hoa", FEMALE, date(1968, 12, 5), "Chủ hộ"),
        address="Số 8, phố Khâm Thiên, Đống Đa, Hà Nội",
        voluntary=tuple(voluntary_lines(Random("hoa"), month(2016, 3), last)),
    )


# A teacher's coefficients: of ND 25/CP 1993, since October 2004 of ND 204/2004/ND-CP, then beyond the scale.
COEFFICIENTS: Mapping[Month, Fraction] = MappingProxyType(
    {
        month(1995, 9): Fraction("1.78"),
        month(1998, 9): Fraction("2.02"),
        month(2001, 9): Fraction("2.26"),
        month(2004, 9): Fraction("2.50"),
        month(2004, 10): Fraction("3.33"),
        month(2007, 9): Fraction("3.66"),
        month(2010, 9): Fraction("3.99"),
        month(2013, 9): Fraction("4.32"),
        month(2016, 9): Fraction("4.65"),
        month(2019, 9): Fraction("4.98"),
        month(2022, 9): Fraction("4.98") * Fraction("1.05"),
    }
)
# What a coefficient multiplied before the figures of domain/data/parameters.yaml begin: ND 25/CP 1993,
# 6/CP 1997, 175/1999, 77/2000, 03/2003, 118/2005, 94/2006.
MINIMUM_SALARIES: Mapping[Month, int] = MappingProxyType(
    {
        month(1993, 4): 120_000,
        month(1997): 144_000,
        month(2000): 180_000,
        month(2001): 210_000,
        month(2003): 290_000,
        month(2005, 10): 350_000,
        month(2006, 10): 450_000,
    }
)
BASE_SALARIES_FROM = month(2008)


def state_base(of: Month) -> int:
    """What a month of the teacher is reckoned on: the coefficient times the base salary."""
    minimum = base_salary(of) if of >= BASE_SALARIES_FROM else _of(MINIMUM_SALARIES, of)
    return dong(_of(COEFFICIENTS, of) * minimum)


def _of(since: Mapping[Month, Any], of: Month) -> Any:  # noqa: ANN401 -- what the mapping has
    return since[max(first for first in since if first <= of)]


def _nga(employers: Mapping[str, Employer], last: Month) -> Life:
    """Teaching since September 1995 at one school, without a gap."""
    random, lines, base = Random("nga"), [], 0
    teaches = Job(employers[BO_DE], "Giáo viên", min(COEFFICIENTS), None, 5)
    for of in range(teaches.started, last + 1):
        if state_base(of) != base:
            base = state_base(of)
            lines.append(Line(of, None, base, in_days_of(random, of, 10, 24)))
    return Life(
        subject="nga",
        person=Person("Đỗ Thị Nga", FEMALE, date(1970, 4, 18), "Chủ hộ"),
        address="Số 31, phố Bồ Đề, Long Biên, Hà Nội",
        jobs=(replace(teaches, lines=tuple(lines)),),
    )


def _mai(employers: Mapping[str, Employer], last: Month) -> Life:
    """Sewing since February 2023; her daughter is small, and she expects a second child in December 2026."""
    sews = Job(employers[SONG_HONG], "Công nhân may", month(2023, 2), None, 6)
    return Life(
        subject="mai",
        person=Person("Trần Thị Mai", FEMALE, date(1996, 7, 21), "Chủ hộ"),
        address="Số 5, ngõ 310 đường Nguyễn Văn Cừ, Long Biên, Hà Nội",
        jobs=(_plain(Random("mai"), sews, last),),
        relatives=(
            Relative(Person("Đặng Văn Thắng", MALE, date(1993, 11, 2), "Chồng"), THANG),
            _child("Đặng Gia Hân", FEMALE, date(2021, 3, 14), HAN),
        ),
    )


def _hanh(employers: Mapping[str, Employer], last: Month) -> Life:
    """Her husband drove for Bến Thành since June 2010 and died in November 2025; his mother is old."""
    drove = Job(employers[BEN_THANH], "Lái xe", month(2010, 6), month(2025, 11), 8)
    husband = Person("Phan Văn Dũng", MALE, date(1980, 1, 25), "Chồng", died_on=date(2025, 11, 30))
    return Life(
        subject="hanh",
        person=Person("Ngô Thị Hạnh", FEMALE, date(1982, 9, 30), "Chủ hộ"),
        address="Số 77, đường Bàu Cát, Tân Bình, Hồ Chí Minh",
        relatives=(
            Relative(husband, DUNG, MandateBasis.HEIR, (_plain(Random("dung"), drove, last),)),
            _child("Phan Gia Huy", MALE, date(2012, 8, 14), HUY),
            _child("Phan Ngọc Diệp", FEMALE, date(2017, 10, 2), DIEP),
            Relative(Person("Lý Thị Sáu", FEMALE, date(1948, 2, 15), "Mẹ chồng"), SAU),
        ),
    )


def _quang(employers: Mapping[str, Employer], last: Month) -> Life:
    """Directing lorries since May 2019 and, besides, building sites since September 2024."""
    random = Random("quang")
    lorries = Job(employers[BEN_THANH], "Điều hành vận tải", month(2019, 5), None, 2)
    sites = Job(employers[GIA_DINH], "Kỹ sư xây dựng", month(2024, 9), None, 3)
    return Life(
        subject="quang",
        person=Person("Bùi Minh Quang", MALE, date(1990, 6, 12), "Chủ hộ"),
        address="Số 19, đường Hoàng Hoa Thám, Tân Bình, Hồ Chí Minh",
        jobs=(_plain(random, lorries, last), _plain(random, sites, last)),
    )


def _child(name: str, sex: str, born_on: date, number: str) -> Relative:
    return Relative(Person(name, sex, born_on, "Con"), number, MandateBasis.PARENT)


def _plain(random: Random, job: Job, last: Month) -> Job:
    """The job with its raises alone: every month of it counts."""
    lines = [*raises(random, job, "I", last)]
    if job.ended is not None:
        lines.append(Line(job.ended + 1, None, 0, in_days_of(random, job.ended + 1, 1, 9)))
    return replace(job, lines=tuple(lines))


LIVES: Mapping[str, Sequence[Callable[[Mapping[str, Employer], Month], Life]]] = MappingProxyType(
    {LONG_BIEN: (_lan, _nga, _mai), TAN_BINH: (_minh, _hanh, _quang), DONG_DA: (_hoa,)}
)


def people_at(office: str) -> int:
    """How many people the personas of an office are, with their relatives."""
    employers = {employer.name: employer for employer in employers_at(office)}
    lives = [live(employers, month(2026)) for live in LIVES[office]]
    return sum(1 + len(life.relatives) for life in lives)


def lives_at(office: str, employers: Sequence[Employer], last: Month) -> Iterator[Life]:
    """The personas whose records an office keeps, as far as the month `last`."""
    by_name = {employer.name: employer for employer in employers}
    for live in LIVES.get(office, ()):
        yield live(by_name, last)


def file_dossiers(desk: Desk, lives: Sequence[Life]) -> None:
    """File what is open about Lan: she had her book corrected, and her employer claims for her sick days."""
    for life in lives:
        if life.subject == "lan":
            random = Random("lan's dossiers")
            day = desk.today - 4 * DAY
            book = Filed(desk.offers["SOTHE-01"], life.person, None, (day, in_opening_hours(random, day)))
            desk.accept(random, book)
            while not book.accepted:
                # The agency was closed: then she filed it earlier.
                day -= DAY
                book.submitted = (day, in_opening_hours(random, day))
                desk.accept(random, book)
            day = desk.today - DAY
            sick = Filed(
                desk.offers["CS-01"], life.person, life.jobs[-1], (day, in_opening_hours(random, day))
            )
            desk.filed += [book, sick]


def _and(job: Job, line: Line) -> Job:
    return replace(job, lines=tuple(sorted((*job.lines, line), key=lambda line: line.recorded)))
