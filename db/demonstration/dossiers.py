"""Dossiers that people and employers have filed lately, with their events."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from random import Random
from uuid import NAMESPACE_OID, uuid5

from db.demonstration.careers import Job
from db.demonstration.moments import DAY, Instant, in_opening_hours, instant, key
from db.demonstration.offices import Office
from db.demonstration.people import FEMALE, Person
from db.demonstration.rows import Rows
from domain.dossiers import ActorKind, Applicant, DossierCode, DossierStatus, EventKind
from domain.services import TimeLimit, time_limit
from domain.working_calendar import WorkingCalendar, due_on

# Of so many people one has a dossier.
PEOPLE_A_DOSSIER = 20
REFERENCE_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LEFT_AT_S = 16 * 3_600

REQUESTS = {
    "CS-01": "Đề nghị giải quyết chế độ ốm đau cho người lao động theo giấy ra viện kèm theo.",
    "CS-02": "Đề nghị giải quyết chế độ thai sản cho người lao động sinh con.",
    "CS-03": "Đề nghị giải quyết trợ cấp dưỡng sức, phục hồi sức khỏe sau ốm đau.",
    "CS-07": "Đề nghị giải quyết hưởng lương hưu hằng tháng.",
    "CS-08": "Đề nghị giải quyết hưởng bảo hiểm xã hội một lần.",
    "CT-01": "Đề nghị chuyển sang nhận lương hưu qua tài khoản cá nhân.",
    "SOTHE-01": "Đề nghị điều chỉnh thông tin trên sổ bảo hiểm xã hội cho khớp với căn cước.",
    "THU-01": "Đề nghị điều chỉnh mức đóng bảo hiểm xã hội của người lao động.",
    "THU-02": "Đề nghị điều chỉnh mức đóng bảo hiểm xã hội tự nguyện.",
    "THU-03": "Đề nghị gia hạn thẻ bảo hiểm y tế hộ gia đình.",
    "YT-03": "Đề nghị thanh toán trực tiếp chi phí khám bệnh, chữa bệnh bảo hiểm y tế.",
}
REASONS = (
    "Nộp nhầm thủ tục.",
    "Đã bổ sung ở hồ sơ khác.",
    "Tôi xin nộp lại sau khi có đủ giấy tờ.",
    "Không còn nhu cầu.",
)


@dataclass(frozen=True, slots=True)
class Offer:
    """A service as it is offered today."""

    service_id: str
    version_id: bytes
    valid_from: date
    limits: Mapping[str, TimeLimit]


@dataclass(slots=True)
class Filed:
    """A dossier, and when it was filed, accepted and withdrawn."""

    offer: Offer
    person: Person
    job: Job | None
    submitted: tuple[date, Instant]
    accepted: tuple[date, Instant] | None = None
    withdrawn: Instant | None = None
    reason: str | None = None

    @property
    def applicant(self) -> Applicant:
        """Who filed it."""
        return Applicant.EMPLOYER if self.job else Applicant.CITIZEN


@dataclass(slots=True)
class Desk:
    """An office's desk: where dossiers come in, and one officer accepts them.

    `accounts` has the accounts of those who can sign in, by the keys of person or employer.
    """

    office: Office
    officer: bytes
    accounts: Mapping[bytes, bytes]
    calendar: WorkingCalendar
    offers: Mapping[str, Offer]
    today: date
    filed: list[Filed] = field(default_factory=list)

    def some(self, random: Random, people: Sequence[tuple[Person, Sequence[Job]]]) -> None:
        """Take in dossiers of some of the people."""
        adults = [
            (person, jobs)
            for person, jobs in people
            if person.died_on is None and person.age(self.today) >= 18
        ]
        wanted = int(len(people) / PEOPLE_A_DOSSIER + random.random())
        for person, jobs in random.sample(adults, min(wanted, len(adults))):
            current = next((job for job in jobs if job.ended is None), None)
            job = current if random.random() < 0.5 else None
            service_id = random.choice(tuple(self._asked_for(person, jobs, by_employer=job is not None)))
            self._take_in(random, self.offers[service_id], person, job)

    def _asked_for(self, person: Person, jobs: Sequence[Job], *, by_employer: bool) -> Iterator[str]:
        """The services that somebody of this age and history asks for."""
        age = person.age(self.today)
        if by_employer:
            yield from ("CS-01", "CS-01", "CS-03", "THU-01")
            if person.sex == FEMALE and 20 <= age <= 40:
                yield from ("CS-02", "CS-02")
            return
        is_working = any(job.ended is None for job in jobs)
        yield from ("SOTHE-01", "YT-03")
        if jobs and not is_working:
            yield from ("CT-01", "CS-07") if age >= 60 else ("CS-08",)
        if not is_working:
            yield from ("THU-03",) if age >= 60 else ("THU-02", "THU-03")

    def _take_in(self, random: Random, offer: Offer, person: Person, job: Job | None) -> None:
        chance = random.random()
        back = random.randrange(20, 300) if chance < 0.2 else random.randrange(1, 4 if chance < 0.6 else 14)
        earliest = max(offer.valid_from, (job.started_on if job else person.insured_since) + DAY)
        day = min(max(self.today - back * DAY, earliest), self.today - DAY)
        filed = Filed(offer, person, job, (day, in_opening_hours(random, day)))
        if chance >= 0.6 or chance < 0.1:
            self.accept(random, filed)
        if chance < 0.2:
            left = (filed.accepted or filed.submitted)[0] + random.randint(1, 4) * DAY
            if left < self.today:
                filed.withdrawn = instant(left, LEFT_AT_S)
                filed.reason = random.choice(REASONS)
        self.filed.append(filed)

    def accept(self, random: Random, filed: Filed) -> None:
        """Accept a dossier on the next working day, if that is over."""
        day = filed.submitted[0] + DAY
        while not self.calendar.is_working_day(day):
            day += DAY
        if day < self.today:
            filed.accepted = (day, in_opening_hours(random, day))

    def _account_of(self, owner: bytes) -> bytes:
        """The account of a person or employer; for those who cannot sign in, one that nobody has."""
        return self.accounts.get(owner) or uuid5(NAMESPACE_OID, owner.hex()).bytes

    def add(self, random: Random, rows: Rows) -> None:
        """Add the dossiers, their events, and the serials of the days."""
        serials: Counter[date] = Counter()
        for filed in sorted(self.filed, key=lambda filed: filed.accepted[1] if filed.accepted else 0):
            code = None
            if filed.accepted:
                serials[filed.accepted[0]] += 1
                code = str(
                    DossierCode(self.office.agency_code, filed.accepted[0], serials[filed.accepted[0]])
                )
            self._add_one(random, rows, filed, code)
        for day, last_serial in serials.items():
            rows.add("dossier_code_serials", office_id=self.office.id, day=day, last_serial=last_serial)

    def _add_one(self, random: Random, rows: Rows, filed: Filed, code: str | None) -> None:
        employer_id = filed.job.employer.id if filed.job else None
        actor_kind = ActorKind.EMPLOYER if filed.job else ActorKind.CITIZEN
        submitted_by = self._account_of(employer_id or filed.person.id)
        dossier_id = key(random, filed.submitted[1])
        events: list[tuple[EventKind, DossierStatus, Instant, ActorKind, bytes]] = [
            (EventKind.SUBMITTED, DossierStatus.NEW, filed.submitted[1], actor_kind, submitted_by)
        ]
        if filed.accepted:
            events.append(
                (
                    EventKind.ACCEPTED,
                    DossierStatus.ACCEPTED,
                    filed.accepted[1],
                    ActorKind.OFFICER,
                    self.officer,
                )
            )
        if filed.withdrawn:
            events.append(
                (EventKind.WITHDRAWN, DossierStatus.WITHDRAWN, filed.withdrawn, actor_kind, submitted_by)
            )
        limit = time_limit(filed.offer.limits, filed.applicant)
        rows.add(
            "dossiers",
            id=dossier_id,
            reference="-".join("".join(random.choices(REFERENCE_LETTERS, k=4)) for _ in range(3)),
            code=code,
            service_id=filed.offer.service_id,
            service_version_id=filed.offer.version_id,
            participant_id=filed.person.id,
            employer_id=employer_id,
            office_id=self.office.id,
            applicant=filed.applicant,
            submitted_by=submitted_by,
            request=REQUESTS[filed.offer.service_id],
            status=events[-1][1],
            version=len(events),
            submitted_at=filed.submitted[1],
            accepted_at=filed.accepted and filed.accepted[1],
            due_on=due_on(filed.accepted[0], limit, self.calendar) if filed.accepted and limit else None,
            closed_at=filed.withdrawn,
        )
        for seq, (kind, status, at, actor_kind_of_event, actor) in enumerate(events, start=1):
            rows.add(
                "dossier_events",
                dossier_id=dossier_id,
                seq=seq,
                kind=kind,
                status=status,
                at=at,
                actor_kind=actor_kind_of_event,
                actor=actor,
                reason=filed.reason if kind is EventKind.WITHDRAWN else None,
                participant_id=filed.person.id,
                employer_id=employer_id,
                office_id=self.office.id,
            )
