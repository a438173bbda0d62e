"""Who looked at what the agency knows of a person: the ledger, as the person reads it."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Annotated, Any

import strawberry
from sqlalchemy import ColumnElement, Date, case, cast, func, select

from auth import policies, rights
from auth.scopes import Scope
from auth.viewer import ViewerKind
from db.access_ledger import access_ledger
from db.employers import employers
from db.offices import offices
from db.purposes import purposes
from domain.access_ledger import (
    AccessRightKind,
    FieldShown,
    reader_in_english,
    reader_in_vietnamese,
    shown,
)
from domain.data_requests import EXPORT_PURPOSE, EXPORTED_FOR
from domain.reveals import REVEALED_FOR
from domain.working_calendar import VIETNAM
from schema.agreements import Agreement
from schema.employers import Employer
from schema.enums import described
from schema.offices import Office
from selection import Columns, Condition, Node, Order, Reads, computed, derived, entity, link, stored
from selection.literals import words

described(
    ViewerKind,
    ANONYMOUS="Nobody signed in: public facts only.",
    CITIZEN="A person, for themself.",
    EMPLOYER="Somebody who acts for an employer.",
    OFFICER="An officer of the agency.",
    PARTNER="Another agency's system.",
    REPRESENTATIVE="A person, for somebody else, by a mandate.",
)

described(
    AccessRightKind,
    OWN="Của chính mình: the data are the viewer's own.",
    MANDATE="Theo ủy quyền hoặc giám hộ: somebody represents the person.",
    EMPLOYMENT="Theo quan hệ lao động: the person works or worked for the employer.",
    OFFICE="Theo nhiệm vụ: the office is in charge.",
    AGREEMENT="Theo thỏa thuận chia sẻ dữ liệu: another agency has an agreement.",
)

NEWEST_ENTRY = {"NEWEST": Order(("id",), descending=True)}


@strawberry.type(description="Something that was shown, in plain words.")
class ShownField:
    """Something that was shown, in plain words."""

    name: str = strawberry.field(description="Its name in this schema, such as `Participant.fullName`.")
    name_vi: str = strawberry.field(description="What it is, in Vietnamese.")
    name_en: str = strawberry.field(description="What it is, in English.")


def reader_facts(entry: Columns, office: Columns, employer: Columns) -> Mapping[str, ColumnElement[Any]]:
    """What says who looked."""

    def of_office(name: ColumnElement[Any]) -> ColumnElement[Any]:
        return select(name).where(office.id == entry.office_id).scalar_subquery()

    return {
        "kind": entry.reader_kind,
        "name": entry.reader_name,
        "office_vi": of_office(office.name_vi),
        "office_en": of_office(office.name_en),
        "employer": select(employer.name).where(employer.id == entry.employer_id).scalar_subquery(),
    }


READS = (Reads(offices, policies.everybody), Reads(employers, policies.everybody))


# What one of ours looks for, in Vietnamese and in English; a partner's purposes are in the register.
OWN_PURPOSES = {**REVEALED_FOR, EXPORT_PURPOSE: EXPORTED_FOR}


def _purpose(entry: Columns, *, in_english: bool) -> ColumnElement[Any]:
    """What for, as one says it: by the name in the register, else as we say it."""
    # The register is public, and no look-up of its own: a hundred entries name a few purposes.
    register = purposes.alias("its_purpose")
    name = register.c.name_en if in_english else register.c.name_vi
    is_partners = entry.reader_kind == words(ViewerKind.PARTNER)
    registered = select(name).where(register.c.code == entry.purpose, is_partners).scalar_subquery()
    revealed = case(
        *((entry.purpose == words(code), words(said[in_english])) for code, said in OWN_PURPOSES.items()),
        else_=entry.purpose,
    )
    return func.coalesce(registered, revealed)


def purpose_in_vietnamese(entry: Columns) -> ColumnElement[Any]:
    """What for, as one says it."""
    return _purpose(entry, in_english=False)


def purpose_in_english(entry: Columns) -> ColumnElement[Any]:
    """What for, as one says it."""
    return _purpose(entry, in_english=True)


def field_facts(entry: Columns) -> Mapping[str, ColumnElement[Any]]:
    """What was shown."""
    return {"fields": entry.fields}


def shown_fields(fields: list[str]) -> list[FieldShown]:
    """What was shown, in plain words."""
    return [shown(name) for name in fields]


@entity(
    access_ledger,
    visible_to=policies.access_ledger,
    needs=Scope.ACCESS_READ,
    about="subject_id",
    by_right=rights.own,
)
class AccessEntry(Node):
    """That somebody was shown something of a person. It is kept for good, and looking at it is kept too."""

    at: datetime = stored("When it was shown.")
    reader_kind: ViewerKind = stored("In which capacity somebody looked.")
    reader_vi: str = derived(
        "Who looked, in Vietnamese.", reader_in_vietnamese, facts=reader_facts, reads=READS
    )
    reader_en: str = derived("Who looked, in English.", reader_in_english, facts=reader_facts, reads=READS)
    right: AccessRightKind = stored("By which right.", column="right_kind")
    office: Office | None = link(
        "The office for which an officer looked.", lambda entry, office: office.id == entry.office_id
    )
    employer: Employer | None = link(
        "The employer for which somebody looked.", lambda entry, employer: employer.id == entry.employer_id
    )
    agreement: Agreement | None = link(
        "The agreement under which a partner looked.",
        lambda entry, agreement: agreement.id == entry.agreement_id,
    )
    purpose: str = stored("What for, by the code that the reader gave; empty where nothing was said.")
    purpose_vi: str = computed("The same in Vietnamese.", purpose_in_vietnamese)
    purpose_en: str = computed("The same in English.", purpose_in_english)
    case_reference: str = stored("For which case of the reader's own; empty where none was named.")
    fields: list[ShownField] = derived("What was shown.", shown_fields, facts=field_facts)
    document: str = stored("The SHA-256 of the document that asked, in hexadecimal; empty where none did.")
    withheld_until: datetime | None = stored(
        "Until when it was kept from the person, for a lawful cause; null where it was told at once."
    )


def entries_about(
    participant: Columns,
    entry: Columns,
    *,
    from_day: Annotated[
        date | None, strawberry.argument(name="from", description="Only from this day on, in Vietnam.")
    ] = None,
    to_day: Annotated[
        date | None, strawberry.argument(name="to", description="Only up to this day, included.")
    ] = None,
) -> Iterator[Condition]:
    """What others were shown of a person."""
    yield entry.subject_id == participant.id
    day = cast(func.timezone(words(VIETNAM.key), entry.at), Date)
    if from_day is not None:
        yield day >= from_day
    if to_day is not None:
        yield day <= to_day
