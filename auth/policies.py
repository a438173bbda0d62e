"""Whose rows: the first wall. One policy a table, each named as its table and answering one question.

A policy is given the columns of a row and the capacity in which the viewer asks, and returns the SQL
condition of a yes. It stands in the statement, so it is seen in every snapshot and used by the index;
row-level security asks the same question again behind it (db/migrations/versions/*_walls.py). What no case
grants is refused.

Its docstring is the question, and below it the answer for each capacity that is not refused, on one line:
`CITIZEN: their own record.`, with EVERYBODY where no capacity matters. The page of rights
(docs/rights.md) is read out of these lines.

The viewer is read as `(SELECT vget(…))`, once a statement, and rights that can be taken back are read from
`grants`.
"""

from typing import Any

from sqlalchemy import (
    ColumnElement,
    Date,
    ScalarSelect,
    Text,
    Uuid,
    and_,
    any_,
    bindparam,
    cast,
    exists,
    false,
    func,
    literal_column,
    or_,
    select,
    true,
    type_coerce,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.sql.base import ReadOnlyColumnCollection
from sqlalchemy.sql.elements import KeyedColumnElement
from sqlalchemy.types import Integer

from auth.viewer import ViewerKind
from db.employers import employers as employers_table
from db.employments import employments as employments_table
from db.grants import grants as grants_table
from db.offices import offices as offices_table
from db.participants import participants as participants_table
from domain.dossiers import Applicant
from domain.working_calendar import VIETNAM

Columns = ReadOnlyColumnCollection[str, KeyedColumnElement[Any]]
Condition = ColumnElement[bool]


def viewers(key: str) -> ScalarSelect[Any]:
    """What the viewer said of itself under a key; NULL where it is unset or meant for another statement."""
    return select(func.vget(literal_column(f"'{key}'"), type_=Text)).scalar_subquery()


PRINCIPAL = select(cast(func.vget(literal_column("'principal'")), Uuid)).scalar_subquery()
ME = select(cast(func.vget(literal_column("'participant'")), Uuid)).scalar_subquery()
MY_SESSION = select(cast(func.vget(literal_column("'session_id'")), Uuid)).scalar_subquery()
TODAY = select(
    cast(func.timezone(literal_column(f"'{VIETNAM.key}'"), func.statement_timestamp()), Date)
).scalar_subquery()


def grants(grant: Columns) -> Condition:
    """Is this right the viewer's own, in the capacity in which the viewer asks, and in force?"""
    return and_(
        grant.principal == PRINCIPAL,
        grant.kind == viewers("kind"),
        or_(grant.valid_until.is_(None), grant.valid_until > func.statement_timestamp()),
    )


def in_force(employment: Columns) -> Condition:
    """Is the person employed today, in Vietnam?"""
    return and_(
        employment.started_on <= TODAY, or_(employment.ended_on.is_(None), employment.ended_on >= TODAY)
    )


def _array(column: Any, *conditions: Condition, item: Any, joined: Any) -> ColumnElement[Any]:  # noqa: ANN401 -- SQL of any type
    rows = select(column).select_from(joined).where(*conditions)
    return type_coerce(func.array(rows.scalar_subquery()), ARRAY(item))


def _my_employers() -> ColumnElement[Any]:
    grant = grants_table.alias("my_grant")
    return _array(grant.c.employer_id, grants(grant.c), item=Uuid, joined=grant)


def _my_offices() -> ColumnElement[Any]:
    grant, root, office = (
        grants_table.alias("my_grant"),
        offices_table.alias("my_office"),
        offices_table.alias("below"),
    )
    joined = grant.join(root, root.c.id == grant.c.office_id).join(
        office, office.c.id.between(root.c.id, root.c.last_id)
    )
    return _array(office.c.id, grants(grant.c), item=Integer, joined=joined)


def _my_people() -> ColumnElement[Any]:
    employment = employments_table.alias("my_employment")
    return _array(
        employment.c.participant_id,
        employment.c.employer_id == any_(_my_employers()),
        in_force(employment.c),
        item=Uuid,
        joined=employment,
    )


def _works_for_me(person: Columns, employer: ColumnElement[Any] | None = None) -> Condition:
    # Asked of each person, and no list of people: an employer may have many thousands.
    employment = employments_table.alias("my_employment")
    return exists(
        select(1).where(
            employment.c.participant_id == person.id,
            employment.c.employer_id == any_(_my_employers()),
            true() if employer is None else employment.c.employer_id == employer,
            in_force(employment.c),
        )
    )


def everybody(_row: Columns, _kind: str) -> Condition:
    """May the viewer see this?

    EVERYBODY: it is nobody's data.
    """
    return true()


def concerned(row: Columns, kind: str) -> Condition:
    """Is the viewer concerned?

    CITIZEN: what is about them.
    EMPLOYER: what an employer that they act for did.
    OFFICER, PARTNER: what lies in an office that they serve, or in one below it.
    """
    match kind:
        case ViewerKind.CITIZEN:
            return row.participant_id == ME
        case ViewerKind.EMPLOYER:
            return row.employer_id == any_(_my_employers())
        case ViewerKind.OFFICER | ViewerKind.PARTNER:
            return row.office_id == any_(_my_offices())
    return false()


def participants(participant: Columns, kind: str) -> Condition:
    """May the viewer see this person?

    CITIZEN: themself.
    EMPLOYER: whoever works today for an employer that they act for.
    OFFICER, PARTNER: whoever's record lies in an office that they serve, or in one below it.
    """
    match kind:
        case ViewerKind.CITIZEN:
            return participant.id == ME
        case ViewerKind.EMPLOYER:
            return _works_for_me(participant)
        case ViewerKind.OFFICER | ViewerKind.PARTNER:
            return participant.office_id == any_(_my_offices())
    return false()


def listed_participants(participant: Columns, kind: str) -> Condition:
    """May the viewer see these people?

    As `participants` says, of many: an employer's are gathered once. To find 20,000 people by their keys in
    one search takes a third of the time of as many searches.
    """
    return (
        participant.id == any_(_my_people())
        if kind == ViewerKind.EMPLOYER
        else participants(participant, kind)
    )


def identifiers(identifier: Columns, kind: str) -> Condition:
    """May the viewer see this masked number?

    CITIZEN: their own.
    EMPLOYER, OFFICER, PARTNER: those of whomever they may see.
    """
    if kind == ViewerKind.CITIZEN:
        return identifier.participant_id == ME
    person = participants_table.alias("person")
    return exists(select(1).where(person.c.id == identifier.participant_id, participants(person.c, kind)))


def employments(employment: Columns, kind: str) -> Condition:
    """May the viewer see this employment?

    CITIZEN: their own.
    EMPLOYER: those by an employer that they act for, the past ones too.
    OFFICER, PARTNER: those by the employers of an office that they serve, or of one below it.
    """
    return concerned(employment, kind)


def contributions(line: Columns, kind: str) -> Condition:
    """May the viewer see this line of the ledger?

    CITIZEN: their own.
    EMPLOYER: those that an employer that they act for paid.
    OFFICER, PARTNER: those of whomever they may see.
    """
    match kind:
        case ViewerKind.CITIZEN:
            return line.participant_id == ME
        case ViewerKind.EMPLOYER:
            return line.employer_id == any_(_my_employers())
        case ViewerKind.OFFICER | ViewerKind.PARTNER:
            person = participants_table.alias("person")
            return exists(select(1).where(person.c.id == line.participant_id, participants(person.c, kind)))
    return false()


def employer_accounts(account: Columns, kind: str) -> Condition:
    """May the viewer see this account?

    EMPLOYER: that of an employer that they act for.
    OFFICER: those of the employers of an office that they serve, or of one below it.
    """
    match kind:
        case ViewerKind.EMPLOYER:
            return account.employer_id == any_(_my_employers())
        case ViewerKind.OFFICER:
            employer = employers_table.alias("employer")
            return exists(
                select(1).where(
                    employer.c.id == account.employer_id, employer.c.office_id == any_(_my_offices())
                )
            )
    return false()


def dossiers(dossier: Columns, kind: str) -> Condition:
    """May the viewer see this dossier?

    CITIZEN: those about them, whoever filed them.
    EMPLOYER: those that an employer that they act for filed.
    OFFICER, PARTNER: those that lie in an office that they serve, or in one below it.
    """
    return concerned(dossier, kind)


def dossier_events(event: Columns, kind: str) -> Condition:
    """May the viewer see this event?

    CITIZEN, EMPLOYER, OFFICER, PARTNER: those of the dossiers that they may see.
    """
    return concerned(event, kind)


def sessions(session: Columns, _kind: str) -> Condition:
    """May the viewer see this session?

    EVERYBODY: those of their own account that are not over, in whatever capacity they were begun.
    """
    return and_(session.principal == PRINCIPAL, session.expires_at > func.statement_timestamp())


def may_file_for(participant: Columns, kind: str) -> Condition:
    """May the viewer file a dossier for this person?

    CITIZEN: for themself.
    EMPLOYER: for whoever works today for the employer that is named, if they act for it.
    """
    match kind:
        case ViewerKind.CITIZEN:
            return participant.id == ME
        case ViewerKind.EMPLOYER:
            return _works_for_me(participant, bindparam("employer_id", type_=Uuid))
    return false()


def may_accept(dossier: Columns, kind: str) -> Condition:
    """May the viewer accept this dossier?

    OFFICER: those that lie in an office that they serve, or in one below it.
    """
    return dossier.office_id == any_(_my_offices()) if kind == ViewerKind.OFFICER else false()


def may_withdraw(dossier: Columns, kind: str) -> Condition:
    """May the viewer withdraw this dossier?

    CITIZEN: those that they filed themself.
    EMPLOYER: those that an employer that they act for filed.
    """
    match kind:
        case ViewerKind.CITIZEN:
            return and_(dossier.applicant == Applicant.CITIZEN.value, dossier.participant_id == ME)
        case ViewerKind.EMPLOYER:
            return dossier.employer_id == any_(_my_employers())
    return false()
