"""People and households: their names, ages and numbers."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from importlib.resources import files
from itertools import accumulate
from random import Random
from typing import Any

import yaml

from db.demonstration.moments import DAY
from db.demonstration.offices import Office, provinces
from domain.identifiers import personal_number_sex_digit, tax_code_check_digit

FEMALE, MALE = "FEMALE", "MALE"
YOUNGER_FROM = 1985
DAYS_OF_YEAR = 365
NEW_PROVINCES = date(2025, 7, 1)
STAY_WHERE_BORN = 0.86


@dataclass(frozen=True, slots=True)
class Words:
    """Words, some more frequent than others."""

    words: tuple[str, ...]
    up_to: tuple[int, ...]

    @classmethod
    def of(cls, frequencies: Mapping[str, int]) -> "Words":
        """Words by their frequencies."""
        return cls(tuple(frequencies), tuple(accumulate(frequencies.values())))

    def any(self, random: Random) -> str:
        """One of them, the frequent ones more often."""
        return random.choices(self.words, cum_weights=self.up_to)[0]


@cache
def _names() -> Mapping[str, Any]:
    document: Mapping[str, Any] = yaml.safe_load(files(__package__).joinpath("names.yaml").read_text("utf-8"))
    return document


@cache
def family_names(region: str) -> Words:
    """The family names of a region."""
    (everywhere,) = _names()["family"]["all"]
    return Words.of({**everywhere, **_names()["family"]["add"][region]})


@cache
def heroes() -> Words:
    """Those after whom streets and schools are named."""
    return Words.of(dict.fromkeys(_names()["heroes"], 1))


@cache
def _words(sex: str, part: str, age: str) -> Words:
    return Words.of(_names()[sex][part][age])


def a_name(random: Random, family_name: str, sex: str, birth_year: int) -> str:
    """Some full name: family name, middle name, given name."""
    age = "younger" if birth_year >= YOUNGER_FROM else "older"
    middle, given = _words(sex, "middle", age).any(random), _words(sex, "given", age).any(random)
    while given in middle.split():
        given = _words(sex, "given", age).any(random)
    return f"{family_name} {middle} {given}"


@dataclass(slots=True)
class Person:
    """Somebody of a household; `id` and `insured_since` come with the first insurance."""

    name: str
    sex: str
    birth_date: date
    relationship: str
    died_on: date | None = None
    id: bytes = b""
    insured_since: date = date.max

    @property
    def family_name(self) -> str:
        """The first word of the name."""
        return self.name.split(" ", 1)[0]

    def age(self, on: date) -> int:
        """The years completed on a day."""
        return (
            on.year
            - self.birth_date.year
            - ((on.month, on.day) < (self.birth_date.month, self.birth_date.day))
        )


CHILDREN = Words.of({"0": 12, "1": 33, "2": 43, "3": 12})
# At which age one leaves the parents' household here.
LEAVES_HOME = 27
OLDEST = 99


def a_household(random: Random, region: str, today: date) -> list[Person]:
    """A household, its head first: somebody alone, a couple, or up to three generations."""

    def person(relationship: str, sex: str, age: int, family_name: str = "") -> Person:
        birth_date = today - (age * 365 + age // 4 + 1 + random.randrange(DAYS_OF_YEAR)) * DAY
        family = family_name or family_names(region).any(random)
        return Person(a_name(random, family, sex, birth_date.year), sex, birth_date, relationship)

    shape = random.random()
    sex = MALE if random.random() < 0.74 else FEMALE
    if shape < 0.14:
        return [person("Chủ hộ", sex, random.randint(20, 45))]
    if shape < 0.20:
        return [person("Chủ hộ", FEMALE if random.random() < 0.7 else MALE, random.randint(62, 92))]
    age = random.randint(56, 86) if shape < 0.32 else random.randint(25, 61)
    head = person("Chủ hộ", sex, age)
    household = [head]
    if shape < 0.92:
        other, relationship = (FEMALE, "Vợ") if sex == MALE else (MALE, "Chồng")
        younger_by = random.randint(-1, 5) if other == FEMALE else random.randint(-5, 1)
        household.append(person(relationship, other, max(20, age - younger_by)))
    mother = next((member for member in household if member.sex == FEMALE), head)
    father = next((member for member in household if member.sex == MALE), head)
    if shape >= 0.32:
        ages = {mother.age(today) - random.randint(20, 37) for _ in range(int(CHILDREN.any(random)))}
        household += [
            person("Con", MALE if random.random() < 0.52 else FEMALE, age, father.family_name)
            for age in sorted(ages, reverse=True)
            if 0 <= age < LEAVES_HOME
        ]
        if random.random() < 0.2:
            household.append(person("Mẹ", FEMALE, min(OLDEST, age + random.randint(21, 33))))
    for member in household:
        _may_have_died(random, member, today)
    return household


def _may_have_died(random: Random, person: Person, today: date) -> None:
    """Of the old some have died in the last years; nobody before 66, when working lives are over."""
    age = person.age(today)
    if age > 66 and random.random() < (age - 66) * 0.008:
        since = min(8, age - 66)
        person.died_on = today - random.randrange(1, since * DAYS_OF_YEAR) * DAY


GOLDEN_RATIO = 0.618_034


@dataclass(slots=True)
class Serials:
    """Serial numbers that no other office gives out: of `offices` offices, each takes every so manieth."""

    number: int
    offices: int
    given: Counter[str] = field(default_factory=Counter)

    def next(self, series: str, digits: int) -> str:
        """The next serial of a series, scattered so that neighbours do not look alike.

        Raises: OverflowError when the series has no more.
        """
        size: int = 10**digits
        place = self.given[series] * self.offices + self.number
        if place >= size:
            raise OverflowError(f"no serial is left in the series {series}")
        self.given[series] += 1
        # A multiplier that ends in 3 has no factor in common with a power of ten, so no serial comes twice.
        multiplier = int(size * GOLDEN_RATIO) // 10 * 10 + 3
        return f"{(place * multiplier + size // 3) % size:0{digits}d}"


def birthplace(random: Random, office: Office, birth_date: date) -> str:
    """The three-digit code of the place of birth: of the province as it was then."""
    province = office.province
    if random.random() > STAY_WHERE_BORN:
        province = random.choice(provinces())
    return f"0{province.code}" if birth_date >= NEW_PROVINCES else random.choice(province.born)


def personal_number(serials: Serials, place: str, person: Person, *, taken: Sequence[str]) -> str:
    """The next personal number of a place, sex and year of birth (ND 137/2015 article 13) but those taken."""
    year = person.birth_date.year
    prefix = f"{place}{personal_number_sex_digit(year, is_female=person.sex == FEMALE)}{year % 100:02d}"
    number = prefix + serials.next(prefix, 6)
    return personal_number(serials, place, person, taken=taken) if number in taken else number


def tax_code(serials: Serials, prefix: str) -> str:
    """The next tax code of a province, with its check digit."""
    first_nine = prefix + serials.next(f"tax {prefix}", 7)
    check = tax_code_check_digit(first_nine)
    return tax_code(serials, prefix) if check is None else f"{first_nine}{check}"
