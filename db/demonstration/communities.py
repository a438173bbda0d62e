"""A community: an office with its people, households, employers and dossiers.

Every office is made by itself, by a chance of its own, so offices may be made in any order, several at once.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from random import Random
from types import MappingProxyType
from uuid import NAMESPACE_OID, UUID, uuid5

from db.demonstration import personas
from db.demonstration.benefits import payments_to
from db.demonstration.careers import (
    VOLUNTARY_FROM,
    Job,
    Line,
    bases,
    health_lines,
    jobs_of,
    retires_in,
    voluntary_lines,
)
from db.demonstration.dossiers import Desk, Offer
from db.demonstration.employers import Employer, add_employer, employers_of
from db.demonstration.health_cards import HOUSEHOLD, Card, cards_of, five_years_on
from db.demonstration.moments import (
    CLOSES_S,
    DAY,
    OPENS_S,
    YEAR,
    Month,
    first_day,
    instant,
    key,
    month_of,
)
from db.demonstration.offices import Office, offices
from db.demonstration.people import (
    NEW_PROVINCES,
    Person,
    Serials,
    a_household,
    birthplace,
    heroes,
    personal_number,
)
from db.demonstration.rows import Rows
from db.identifiers import IdentifierKeys
from db.services import SERVICE_GROUPS
from domain.identifiers import IdentifierKind
from domain.mandates import MandateBasis, last_day_as_minor
from domain.names import folded, sort_key
from domain.working_calendar import WorkingCalendar

# What is copaid of a visit by the level of the card, in percent, and how many go to hospital in a year.
COPAYING = {3: 5, 4: 20}
GOES_TO_HOSPITAL = 0.3

# Ages: until when one studies rather than works; until and from when the card is free of charge.
STUDIES_UNTIL, FREE_UNTIL, FREE_FROM = 22, 6, 80

HOUSEHOLDS_FROM = date(2015, 1, 1)
FREE_CARDS_FROM = date(2010, 1, 1)
LAST_YEAR_OF_CARDS, CARDS_UNTIL = 2000, date(2015, 12, 15)

# Numbers are given out for life since then; before, people had identity cards of nine digits (Law 59/2014).
PERSONAL_NUMBERS_FROM = date(2016, 1, 1)
# The card's number is the social insurance number since then (QD 1666/QD-BHXH 2020).
SHORT_CARD_NUMBERS_FROM = date(2021, 4, 1)
# The personal number becomes the social insurance number from then on; how far this has come is unconfirmed.
ONE_NUMBER_FROM = date(2025, 8, 1)
# What showed that somebody acts for another of the household.
EVIDENCE: Mapping[MandateBasis, str] = MappingProxyType(
    {MandateBasis.PARENT: "Giấy khai sinh", MandateBasis.HEIR: "Giấy chứng tử, giấy chứng nhận kết hôn"}
)


@dataclass(frozen=True, slots=True)
class World:
    """What all communities share; `principals` has the personas' accounts. All is before `today`."""

    seed: int
    today: date
    agency: str
    keys: IdentifierKeys
    principals: Mapping[str, UUID]
    offers: Mapping[str, Offer]
    calendar: WorkingCalendar

    @property
    def last(self) -> Month:
        """The last month that the ledger knows: the one before this."""
        return month_of(self.today) - 1


def found(world: World, number: int, people: int) -> Rows:
    """Make the community of an office with so many people, the personas of the office among them."""
    community = Community(world, offices(world.agency)[number], people)
    community.settle()
    return community.rows


@dataclass(frozen=True, slots=True)
class Insurance:
    """How somebody is and was insured: by jobs, and alone, by scheme; `since` is the first day of it all."""

    since: date
    jobs: Sequence[Job] = ()
    alone: Mapping[str, Sequence[Line]] = field(default_factory=dict)


class Community:
    """A community in the making: `settle` fills its rows."""

    def __init__(self, world: World, office: Office, people: int) -> None:
        self.world = world
        self.office = office
        self.people = people
        self.rows = Rows()
        self.random = Random(f"{world.seed} {office.code}")
        self.serials = Serials(office.number, len(offices(world.agency)))
        self.employers: list[Employer] = [
            *personas.employers_at(office.code),
            *employers_of(self.random, office, self.serials, people, world.last),
        ]
        self.histories: list[tuple[Person, Sequence[Job]]] = []
        self.households = 0

    def settle(self) -> None:
        """Fill the community."""
        lives = tuple(personas.lives_at(self.office.code, self.employers, self.world.last))
        for life in lives:
            alone = {"VOLUNTARY": life.voluntary} if life.voluntary else {}
            random = Random(life.subject)
            insurance = self._since_first(random, life.person, life.jobs, alone)
            household = self._a_household(life.address)
            number = personas.PERSONAL_NUMBERS[life.subject]
            self._enter(random, life.person, household, insurance, number)
            for relative in life.relatives:
                self._enter_relative(Random(relative.number), relative, life.person, household)
        while len(self.histories) < self.people:
            members = a_household(self.random, self.office.province.names, self.world.today)
            household = self._a_household(self._an_address())
            for person in members[: self.people - len(self.histories)]:
                place = birthplace(self.random, self.office, person.birth_date)
                number = personal_number(self.serials, place, person, taken=personas.TAKEN)
                self._enter(self.random, person, household, self._insurance_of(person), number)
        for employer in self.employers:
            add_employer(self.rows, employer, self.office)
        self._open_desk(lives)

    def _a_household(self, address: str) -> bytes:
        """Add a household without members."""
        self.households += 1
        household = key(self.random, instant(HOUSEHOLDS_FROM, self.households))
        self.rows.add(
            "households",
            id=household,
            code=f"{self.office.code[1:]}{self.households:06d}",
            office_id=self.office.id,
            address=address,
        )
        return household

    def _an_address(self) -> str:
        """Some address: in towns at a street, elsewhere in a village, which the South calls ấp."""
        province = self.office.province
        place, number = f"{self.office.name}, {province.name}", self.random.randint(1, 300)
        if self.random.random() < (0.8 if province.kind.lower() == "thành phố" else 0.3):
            return f"Số {number}, đường {heroes().any(self.random)}, {place}"
        village = "Ấp" if province.names in {"south", "delta"} else "Thôn"
        return f"{village} {number % 14 + 1}, {place}"

    # ------------------------------------------------------------ a person ---

    def _insurance_of(self, person: Person) -> Insurance:
        """Decide how somebody is insured: by age, and by chance."""
        random, today = self.random, self.world.today
        age, born, chance = person.age(today), month_of(person.birth_date), random.random()
        until = min(self.world.last, month_of(person.died_on or today))
        if age < FREE_UNTIL or born + FREE_UNTIL * YEAR > until:
            return self._since_first(random, person)
        if age >= 18 and chance < (0.35 if age < STUDIES_UNTIL else 0.54):
            region = self.office.province.wages
            jobs = jobs_of(random, person, self.employers, region, self.world.last)
            if jobs:
                ended = jobs[-1].ended
                is_covered = ended is None or until >= retires_in(person) or random.random() < 0.3
                health = () if is_covered or ended is None else tuple(health_lines(random, ended + 1, until))
                return self._since_first(random, person, jobs, {"HEALTH_ONLY": health})
        start = max(until - random.randrange(4 * YEAR), born + FREE_UNTIL * YEAR)
        alone = {"HEALTH_ONLY": tuple(health_lines(random, start, until)) if age < FREE_FROM else ()}
        if STUDIES_UNTIL <= age < retires_in(person) // YEAR - person.birth_date.year and chance > 0.92:
            start = min(until, max(VOLUNTARY_FROM + random.randrange(8 * YEAR), born + 20 * YEAR))
            alone["VOLUNTARY"] = tuple(voluntary_lines(random, start, until))
        return self._since_first(random, person, (), alone)

    def _since_first(
        self,
        random: Random,
        person: Person,
        jobs: Sequence[Job] = (),
        alone: Mapping[str, Sequence[Line]] | None = None,
    ) -> Insurance:
        """Say since when: since the first job or payment, else since a card was given free of charge."""
        alone = alone or {}
        days = [job.started_on for job in jobs] + [
            first_day(lines[0].from_month) for lines in alone.values() if lines
        ]
        if not days:
            free_card = FREE_CARDS_FROM + random.randrange(6 * 365) * DAY
            days = [min(max(person.birth_date + 30 * DAY, free_card), self.world.today - DAY)]
        return Insurance(min(days), jobs, alone)

    def _enter(
        self, random: Random, person: Person, household: bytes, insurance: Insurance, number: str
    ) -> None:
        """Add a person with everything that is known of them."""
        registered = instant(insurance.since, OPENS_S)
        person.id, person.insured_since = key(random, registered), insurance.since
        self.rows.add(
            "participants",
            id=person.id,
            full_name=person.name,
            folded_name=folded(person.name),
            sort_name=sort_key(person.name),
            birth_date=person.birth_date,
            sex=person.sex,
            died_on=person.died_on,
            office_id=self.office.id,
            household_id=None if person.died_on else household,
            registered_at=registered,
        )
        insured_as = self._insure(person, insurance)
        self.rows.add(
            "household_members",
            id=key(random, registered),
            household_id=household,
            participant_id=person.id,
            relationship=person.relationship,
            takes_part=insured_as == HOUSEHOLD,
            valid_from=max(HOUSEHOLDS_FROM, person.birth_date),
            valid_to=person.died_on,
        )
        for kind, identifier, valid_from, valid_to in self._numbers(random, person, insurance, number):
            sealed = self.world.keys.seal(kind, identifier)
            self.rows.add(
                "identifiers",
                id=key(random, registered),
                participant_id=person.id,
                kind=kind,
                ciphertext=sealed.ciphertext,
                key_version=sealed.key_version,
                blind_index=sealed.blind_index,
                masked=sealed.masked,
                valid_from=valid_from,
                valid_to=valid_to,
            )
        for job in insurance.jobs:
            self._employ(random, person, job)
        for scheme, lines in insurance.alone.items():
            self._record(random, person, scheme, None, lines)
        self.histories.append((person, insurance.jobs))

    def _insure(self, person: Person, insurance: Insurance) -> tuple[str, int] | None:
        """Add the person's cards, what was copaid this year, and what is paid; say as what they are insured.

        It is by a chance of its own, so that whatever else is made stays as it was.
        """
        random, last, today = Random(person.id), self.world.last, self.world.today
        # Who insures alone for a pension insures with the household for health.
        paid = insurance.alone.get("HEALTH_ONLY") or insurance.alone.get("VOLUNTARY", ())
        cards = cards_of(person, insurance.jobs, paid, since=insurance.since, until=last)
        facility = f"{self.office.province.code:0>2}{random.randrange(1, 200):03}"
        for card in cards:
            issued = instant(card.first, OPENS_S)
            self.rows.add(
                "health_cards",
                id=key(random, issued),
                participant_id=person.id,
                object_code=card.kind[0],
                benefit_level=card.level,
                valid_from=card.first,
                valid_to=None if card.last == date.max else card.last,
                five_years_on=five_years_on(cards, card),
                facility_code=facility,
                issued_at=issued,
            )
        for payment in payments_to(random, person, insurance.jobs, last):
            if person.died_on and person.died_on < payment.valid_from:
                continue
            recorded = instant(payment.valid_from, OPENS_S)
            self.rows.add(
                "benefits",
                id=key(random, recorded),
                participant_id=person.id,
                office_id=self.office.id,
                kind=payment.kind,
                payment="MONTHLY",
                decision_number=f"{random.randint(1, 9_999)}/QĐ-BHXH",
                amount=payment.amount,
                valid_from=payment.valid_from,
                valid_to=person.died_on,
                recorded_at=recorded,
            )
        held = next((card for card in cards if card.first < today <= card.last), None)
        if held is None:
            return None
        if held.level in COPAYING and random.random() < GOES_TO_HOSPITAL:
            self._copay(random, person, held)
        return held.kind

    def _copay(self, random: Random, person: Person, card: Card) -> None:
        """Add what somebody has copaid of visits this year."""
        since = max(card.first, self.world.today.replace(month=1, day=1))
        days = sorted(random.randrange((self.world.today - since).days) for _ in range(random.randint(1, 3)))
        for visit, after in enumerate(days, start=1):
            paid_on = since + after * DAY
            self.rows.add(
                "health_copayments",
                id=key(random, instant(paid_on, CLOSES_S)),
                participant_id=person.id,
                paid_on=paid_on,
                amount=random.randint(5, 80) * 100_000 * COPAYING[card.level] // 100,
                visit_reference=f"KCB-{paid_on:%y%m%d}-{visit}",
                recorded_at=instant(paid_on, CLOSES_S),
            )

    def _enter_relative(
        self, random: Random, relative: personas.Relative, persona: Person, household: bytes
    ) -> None:
        """Add somebody of a persona's household, and that the persona acts for them where it does."""
        person, basis = relative.person, relative.basis
        insurance = self._since_first(random, person, relative.jobs)
        self._enter(random, person, household, insurance, relative.number)
        if basis is None:
            return
        since = person.died_on + DAY if person.died_on else person.insured_since
        recorded = instant(since, OPENS_S)
        self.rows.add(
            "mandates",
            id=key(random, recorded),
            participant_id=person.id,
            represented_name=person.name,
            representative_id=persona.id,
            representative_name=persona.name,
            office_id=self.office.id,
            basis=basis,
            service_groups=SERVICE_GROUPS,
            minimum_assurance=2,
            valid_from=since,
            valid_to=last_day_as_minor(person.birth_date) if basis is MandateBasis.PARENT else None,
            evidence=EVIDENCE[basis],
            given_by=uuid5(NAMESPACE_OID, self.office.code).bytes,
            given_kind="OFFICER",
            given_at=recorded,
            accepted_at=recorded,
        )

    def _numbers(
        self, random: Random, person: Person, insurance: Insurance, number: str
    ) -> Iterator[tuple[IdentifierKind, str, date, date | None]]:
        """The numbers by which somebody is and was known, each with its first and last day."""
        since, today, province = insurance.since, self.world.today, self.office.province
        yield IdentifierKind.PERSONAL_NUMBER, number, max(person.birth_date, PERSONAL_NUMBERS_FROM), None
        if person.birth_date.year <= LAST_YEAR_OF_CARDS and random.random() < 0.25:
            issued = min(
                date(person.birth_date.year + random.randint(15, 25), random.randint(1, 12), 15), CARDS_UNTIL
            )
            replaced = PERSONAL_NUMBERS_FROM + random.randrange(8 * 365) * DAY
            prefix = province.tax
            yield (
                IdentifierKind.IDENTITY_CARD_NUMBER,
                prefix + self.serials.next(f"card {prefix}", 7),
                issued,
                replaced,
            )
        if since >= ONE_NUMBER_FROM:
            yield IdentifierKind.SOCIAL_INSURANCE_NUMBER, number, since, None
            return
        prefix = province.code if since >= NEW_PROVINCES else random.choice(province.born)[1:]
        insured_as = prefix + self.serials.next(f"insured {prefix}", 8)
        changed = None
        if not person.died_on and random.random() < 0.35:
            changed = ONE_NUMBER_FROM + random.randrange((today - ONE_NUMBER_FROM).days) * DAY
            yield IdentifierKind.SOCIAL_INSURANCE_NUMBER, number, changed, None
        yield IdentifierKind.SOCIAL_INSURANCE_NUMBER, insured_as, since, changed and changed - DAY
        yield IdentifierKind.HEALTH_CARD_NUMBER, insured_as, max(since, SHORT_CARD_NUMBERS_FROM), None
        if since < SHORT_CARD_NUMBERS_FROM and random.random() < 0.4:
            old = f"{self._card_group(person, insurance)}{prefix}{insured_as}"
            yield IdentifierKind.HEALTH_CARD_NUMBER, old, since, SHORT_CARD_NUMBERS_FROM - DAY

    def _card_group(self, person: Person, insurance: Insurance) -> str:
        """Who pays for the card, and its level: the first three characters of an old card number."""
        if insurance.jobs:
            return "HT3" if retires_in(person) < self.world.last else "DN4"
        return "TE1" if person.age(SHORT_CARD_NUMBERS_FROM) < FREE_UNTIL else "GD4"

    def _employ(self, random: Random, person: Person, job: Job) -> None:
        """Add a job, its lines, and what the employer owes for it."""
        self.rows.add(
            "employments",
            id=key(random, instant(job.started_on, OPENS_S)),
            participant_id=person.id,
            employer_id=job.employer.id,
            office_id=self.office.id,
            position=job.position,
            started_on=job.started_on,
            ended_on=job.ended_on,
        )
        self._record(random, person, "COMPULSORY", job.employer, job.lines)
        since, last = job.employer.account_from(self.world.last), self.world.last
        for of, base in enumerate(bases(job.lines, since, last), start=since):
            if base:
                job.employer.payroll[of].append(base)

    def _record(
        self, random: Random, person: Person, scheme: str, employer: Employer | None, lines: Sequence[Line]
    ) -> None:
        for line in lines:
            self.rows.add(
                "contributions",
                id=key(random, line.recorded),
                participant_id=person.id,
                employer_id=employer and employer.id,
                scheme=scheme,
                from_month=first_day(line.from_month),
                to_month=None if line.to_month is None else first_day(line.to_month),
                base=line.base,
                recorded_at=line.recorded,
            )

    # ------------------------------------------------------------ dossiers ---

    def _open_desk(self, lives: Sequence[personas.Life]) -> None:
        """Add the dossiers that the office has on its desk."""
        principals = self.world.principals
        officer = next(
            (
                principals[subject]
                for subject, office in personas.OFFICERS.items()
                if office == self.office.code
            ),
            uuid5(NAMESPACE_OID, self.office.code),
        )
        accounts = {life.person.id: principals[life.subject].bytes for life in lives}
        for employer in self.employers:
            for subject, name in personas.ACTS_FOR.items():
                if employer.name == name:
                    accounts[employer.id] = principals[subject].bytes
        desk = Desk(
            office=self.office,
            officer=officer.bytes,
            accounts=accounts,
            calendar=self.world.calendar,
            offers=self.world.offers,
            today=self.world.today,
        )
        personas.file_dossiers(desk, lives)
        theirs = sum(1 + len(life.relatives) for life in lives)
        desk.some(self.random, self.histories[theirs:])
        desk.add(self.random, self.rows)
