"""Agreements, from the command line: recorded from a file, listed and revoked, as the database's owner."""

import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from typing import Any

import yaml
from graphql import GraphQLObjectType

from api.registering import as_owner
from api.settings import Settings
from auth.viewer import principal_of
from db import agreements
from db.connection import NOBODY, can_be_kept, transaction
from domain.refusals import Refusal
from schema.portal import schema


class NothingRecorded(Refusal):
    """Nothing of {file} was recorded; its faults are told above."""

    code = "NOTHING_RECORDED"
    vietnamese = "Không ghi nhận được gì từ {file}; các lỗi được nêu ở trên."


class AgreementKnown(Refusal):
    """The agreement {agreement} is recorded already, and never changed: revoke it, and record another."""

    code = "AGREEMENT_KNOWN"
    vietnamese = (
        "Thỏa thuận {agreement} đã được ghi nhận và không được sửa; hãy chấm dứt và ghi nhận bản khác."
    )


class NoAgreement(Refusal):
    """No agreement {agreement} stands: there is none of that code, or it is revoked already."""

    code = "NO_AGREEMENT"
    vietnamese = "Không có thỏa thuận {agreement} nào còn hiệu lực: không có mã này, hoặc đã bị chấm dứt."


@dataclass(frozen=True, slots=True)
class Kind:
    """What a value of the file has to be, in words, and whether it is."""

    said: str
    fits: Callable[[Any], bool]


def written(said: str, pattern: str) -> Kind:
    """A code of some form."""
    return Kind(said, lambda value: isinstance(value, str) and re.fullmatch(pattern, value) is not None)


A_TEXT = Kind("a text", lambda value: isinstance(value, str) and value.strip() != "" and can_be_kept(value))
A_DAY = Kind("a day, such as 2026-01-01", lambda value: type(value) is date)
A_NUMBER = Kind("a whole number above 0", lambda value: type(value) is int and 0 < value < 2**31)
SOME_DAYS = Kind("a whole number of days", lambda value: type(value) is int and 0 <= value < 2**15)
AGREEMENT_CODE = written(
    "a code, such as BYT-BHXH-2026-01, of at most 40 characters", r"(?=.{1,40}$)[A-Z0-9]+([-.][A-Z0-9]+)*"
)
PARTNER_CODE = written("a code, such as bo-y-te", r"[a-z0-9]+(-[a-z0-9]+)*")
PURPOSE_CODE = written("a code, such as HOSPITAL_ADMISSION", r"[A-Z][A-Z0-9_]*")
OFFICE_CODE = written('the code of an office, such as "00109", in quotes', r"0\d{4}")

# A name with `?` may be left out; a list has at least one.
FILE: Mapping[str, Any] = {
    "code": AGREEMENT_CODE,
    "partner": {"code": PARTNER_CODE, "name_vi": A_TEXT, "name_en": A_TEXT},
    "legal_basis": A_TEXT,
    "purposes": [
        {
            "code": PURPOSE_CODE,
            "name_vi": A_TEXT,
            "name_en": A_TEXT,
            "legal_basis": A_TEXT,
            "log_delay_days?": SOME_DAYS,
        }
    ],
    "population": OFFICE_CODE,
    "fields": [A_TEXT],
    "valid_from": A_DAY,
    "valid_to?": A_DAY,
    "rate": {"capacity": A_NUMBER, "restore_rate": A_NUMBER},
    "signed_by": A_TEXT,
    "recorded_by": A_TEXT,
    "accounts": [A_TEXT],
}


async def record(settings: Settings, text: str, file: str) -> None:
    """Enter the agreement of a file, and let its accounts act under it.

    Raises: NothingRecorded, AgreementKnown, CannotStart.
    """
    given, faults = read(text)
    async with as_owner(settings) as pool, transaction(pool, NOBODY) as connection:
        office = None if faults else await agreements.office_of(connection, given["population"])
        if office is None and not faults:
            faults = [f"population: there is no office {given['population']}"]
        if faults:
            sys.stderr.writelines(f"{file}: {fault}\n" for fault in faults)
            raise NothingRecorded(file=file)
        terms = {name: given.get(name) for name in ("code", "legal_basis", "signed_by", "recorded_by")}
        days = {name: given.get(name) for name in ("valid_from", "valid_to")}
        entered = await agreements.record(
            connection,
            partner=given["partner"],
            purposes=given["purposes"],
            terms={
                **terms,
                **days,
                **given["rate"],
                "fields": sorted(set(given["fields"])),
                "office_id": office,
            },
            grants_of=[
                {"principal": principal_of(settings.issuer, subject)} for subject in set(given["accounts"])
            ],
        )
        if entered is None:
            raise AgreementKnown(agreement=given["code"])


async def revoke(settings: Settings, code: str, reason: str) -> None:
    """End an agreement now. Raises: NoAgreement, CannotStart."""
    async with as_owner(settings) as pool, transaction(pool, NOBODY) as connection:
        if not await agreements.revoke(connection, code, reason):
            raise NoAgreement(agreement=code)


async def review(settings: Settings) -> None:
    """Say of every agreement with whom it is, what for, and whether it stands. Raises: CannotStart."""
    async with as_owner(settings) as pool, transaction(pool, NOBODY) as connection:
        known = await agreements.known_agreements(connection)
    for row in known:
        until = f"to {row['valid_to']}" if row["valid_to"] else "without an end"
        state = "in force" if row["is_in_force"] else "not in force"
        if row["revoked_at"]:
            state = f"revoked on {row['revoked_at']:%Y-%m-%d}: {row['revoked_reason']}"
        covers = f"{' '.join(row['purposes'])}  {len(row['fields'])} fields"
        period = f"{row['valid_from']} {until}"
        sys.stdout.write(f"{row['code']}  {row['partner']}  {period}  {state}  {covers}\n")


# ------------------------------------------------------------------------ the file ---


def read(text: str) -> tuple[Mapping[str, Any], list[str]]:
    """What a file says, and what is wrong with it."""
    try:
        given = yaml.safe_load(text)
    # A day that there is not is no error of YAML's own.
    except (yaml.YAMLError, ValueError) as fault:
        return {}, [" ".join(str(fault).split())]
    faults = list(misfits(given, FILE, ""))
    # What has its form is looked at for its meaning.
    return given, faults or list(mistakes(given))


def misfits(given: Any, shape: Any, place: str) -> Iterator[str]:  # noqa: ANN401 -- what somebody wrote
    """Where something has not the form that it has to have."""
    match shape:
        case Kind():
            if not shape.fits(given):
                yield f"{place}: it is {shape.said}"
        case [inner]:
            if not isinstance(given, list) or not given:
                yield f"{place}: it is a list, and not empty"
                return
            for number, item in enumerate(given, start=1):
                yield from misfits(item, inner, f"{place} {number}")
        case _:
            yield from _misfits_of_names(given, shape, place)


def _misfits_of_names(given: Any, shape: Mapping[str, Any], place: str) -> Iterator[str]:  # noqa: ANN401
    known = {name.removesuffix("?"): inner for name, inner in shape.items()}
    if not isinstance(given, dict):
        yield f"{place or 'the file'}: it has names, each with a value: {', '.join(known)}"
        return
    for name in given.keys() - known.keys():
        yield f"{place} {name}: there is no such name{nearest(str(name), known)}".strip()
    for name, inner in known.items():
        if name in given:
            yield from misfits(given[name], inner, f"{place} {name}".strip())
        elif f"{name}?" not in shape:
            yield f"{place} {name}: it is missing".strip()


def mistakes(given: Mapping[str, Any]) -> Iterator[str]:
    """What has its form, and cannot be meant."""
    if given.get("valid_to") and given["valid_to"] < given["valid_from"]:
        yield "valid_to: it is before valid_from"
    codes = [purpose["code"] for purpose in given["purposes"]]
    if len(set(codes)) < len(codes):
        yield "purposes: one is there twice"
    known = fields_known()
    for name in sorted(set(given["fields"]) - known):
        yield f"fields: the schema has no {name}{nearest(name, known)}"


def fields_known() -> frozenset[str]:
    """Every field of the schema, as `Type.field`."""
    return frozenset(
        f"{name}.{field}"
        for name, found in schema._schema.type_map.items()  # noqa: SLF001 -- strawberry has no other name for it
        if isinstance(found, GraphQLObjectType) and not name.startswith("__")
        for field in found.fields
    )


def nearest(name: str, known: Iterable[str]) -> str:
    """The name that may have been meant, as the end of a sentence; nothing where none is near."""
    return "".join(f"; did you mean {near}?" for near in get_close_matches(name, known, n=1))
