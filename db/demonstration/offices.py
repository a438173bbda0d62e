"""The agency's offices: the centre, one in each of the 34 provinces, and those below them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import yaml

from db.demonstration.rows import Rows

CENTRE = "00000"


@dataclass(frozen=True, slots=True)
class Province:
    """A province; see places.yaml."""

    code: str
    name: str
    kind: str
    people: float
    wages: str
    tax: str
    names: str
    born: tuple[str, ...]
    offices: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Office:
    """An office that keeps people's records. `number` counts such offices from 0."""

    number: int
    id: int
    code: str
    agency_code: str
    name: str
    province: Province


@cache
def provinces() -> tuple[Province, ...]:
    """The provinces since 1 July 2025."""
    text = files(__package__).joinpath("places.yaml").read_text(encoding="utf-8")
    return tuple(
        Province(**{**place, "born": tuple(place["born"]), "offices": tuple(place["offices"])})
        for place in yaml.safe_load(text)
    )


@cache
def offices(agency: str) -> tuple[Office, ...]:
    """The offices that keep people's records, numbered in the order of the tree: the centre is 1."""
    listed: list[Office] = []
    office_id = 1
    for province in provinces():
        office_id += 1
        for number, name in enumerate(province.offices, start=1):
            office_id += 1
            listed.append(
                Office(
                    number=len(listed),
                    id=office_id,
                    code=f"0{province.code}{number:02d}",
                    agency_code=f"{agency}.{province.code}.{number:02d}",
                    name=name,
                    province=province,
                )
            )
    return tuple(listed)


def province_id(agency: str, code: str) -> int:
    """The number of the office of a province in the tree."""
    return next(office.id for office in offices(agency) if office.province.code == code) - 1


def add_offices(rows: Rows, agency: str) -> None:
    """Add the tree of the offices."""
    below = offices(agency)
    rows.add(
        "offices",
        id=1,
        last_id=below[-1].id,
        code=CENTRE,
        agency_code=agency,
        name_vi="Bảo hiểm xã hội Việt Nam",
        name_en="Vietnam Social Security",
    )
    for province in provinces():
        number = province_id(agency, province.code)
        rows.add(
            "offices",
            id=number,
            last_id=number + len(province.offices),
            parent_id=1,
            code=f"0{province.code}00",
            agency_code=f"{agency}.{province.code}",
            name_vi=f"Bảo hiểm xã hội {province.kind} {province.name}",
            name_en=f"{province.name} Social Security",
        )
    for office in below:
        rows.add(
            "offices",
            id=office.id,
            last_id=office.id,
            parent_id=province_id(agency, office.province.code),
            code=office.code,
            agency_code=office.agency_code,
            name_vi=f"Bảo hiểm xã hội cơ sở {office.name}",
            name_en=f"{office.name} Social Security Office",
        )


def shared_out(people: int, among: Sequence[Office], weights: Mapping[str, float]) -> Iterator[int]:
    """Share people out among offices by the population of their provinces; the shares add up exactly.

    `weights` makes the offices of some codes heavier than others.
    """
    shares = [
        office.province.people / len(office.province.offices) * weights.get(office.code, 1)
        for office in among
    ]
    total, before, given = sum(shares), 0.0, 0
    for share in shares:
        before += share
        part = round(people * before / total) - given
        given += part
        yield part
