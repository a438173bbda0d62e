"""The personas: people whose lives are always the same, so that a guide can tell of them.

Lan has sewn for Sông Hồng in Hà Nội for twelve years, and two dossiers are open about her; she acts for her
son Bảo, who goes to school. Minh, in
TP. Hồ Chí Minh, left an employer that had stopped paying for him, was without work, and found another.
Hoa, in Hà Nội, insures herself; her nephew Minh acts for her where benefits and their payment are concerned.
He has asked Lan to see to his book and card, and she has not answered yet.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from random import Random
from types import MappingProxyType

from db.demonstration.careers import Job, Line, voluntary_lines, with_lines
from db.demonstration.dossiers import Desk, Filed
from db.demonstration.employers import PAID_FIRST, Employer, trades
from db.demonstration.moments import DAY, Month, in_days_of, in_opening_hours, instant, key, month
from db.demonstration.people import FEMALE, MALE, Person

PERSONAL_NUMBERS: Mapping[str, str] = MappingProxyType(
    {"lan": "001192001234", "minh": "079085004321", "hoa": "001168007788"}
)

BAO = "001219005678"
TAKEN = (*PERSONAL_NUMBERS.values(), BAO)

LONG_BIEN, DONG_DA, TAN_BINH = "00109", "00103", "07906"
SONG_HONG = "Công ty Dệt may Sông Hồng"
GIA_DINH = "Công ty cổ phần Xây lắp Gia Định"
BEN_THANH = "Công ty TNHH Vận tải Bến Thành"

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

GARMENTS, CONSTRUCTION, TRANSPORT = 0, 5, 7


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
)
# As many of the office's people work for each as for the largest of the other employers.
WEIGHT = 60


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
            weight=WEIGHT,
            unpaid=founding.unpaid,
            paid_first=PAID_FIRST if founding.unpaid else frozenset(),
            account_since=founding.account_since,
        )
        for founding in FOUNDINGS
        if founding.office == office
    ]


@dataclass(frozen=True, slots=True)
class Child:
    """A child of a persona, for whom the persona acts, and the child's personal number."""

    person: Person
    number: str


@dataclass(frozen=True, slots=True)
class Life:
    """What a persona has lived: jobs, and insurance of their own; and their children."""

    subject: str
    person: Person
    address: str
    jobs: Sequence[Job] = ()
    voluntary: Sequence[Line] = ()
    children: Sequence[Child] = ()


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
        children=(Child(Person("Nguyễn Gia Bảo", MALE, date(2019, 3, 8), "Con"), BAO),),
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


LIVES: Mapping[str, Sequence[Callable[[Mapping[str, Employer], Month], Life]]] = MappingProxyType(
    {LONG_BIEN: (_lan,), TAN_BINH: (_minh,), DONG_DA: (_hoa,)}
)


def people_at(office: str) -> int:
    """How many people the personas of an office are, with their children."""
    employers = {employer.name: employer for employer in employers_at(office)}
    lives = [live(employers, month(2026)) for live in LIVES[office]]
    return sum(1 + len(life.children) for life in lives)


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
