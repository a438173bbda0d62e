"""By which right: what lets a viewer see a row that the policy lets them see. One function a table, as there.

A function is given the columns of a row and the capacity in which the viewer asks, and returns the key of the
right as SQL: of the office that an officer serves, of the employer that somebody acts for. An empty one says
that the capacity itself is the right (a mandate, an agreement), and None that the data are the viewer's own,
so that nobody has to know. The keys are noted in the ledger.
"""

from typing import Any

from sqlalchemy import (
    ColumnElement,
    ScalarSelect,
    Text,
    and_,
    func,
    literal_column,
    select,
    type_coerce,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.sql.elements import Grouping
from sqlalchemy.types import Integer

from auth import policies
from auth.policies import Columns
from auth.viewer import ViewerKind
from db.employments import employments as employments_table
from db.grants import grants as grants_table
from db.grants import offices_served
from db.households import households as households_table
from db.participants import participants as participants_table

Right = ColumnElement[Any] | None

CAPACITY: ColumnElement[str] = literal_column("''", Text)
NOTHING: ColumnElement[Any] = literal_column("NULL")


def concerned(row: Columns, kind: str) -> Right:
    """The office or the employer that a row carries itself."""
    return _right(kind, office=_served(row.office_id), employer=row.employer_id)


def held(row: Columns, kind: str) -> Right:
    """The office that a row lies in, which no employer sees."""
    return _right(kind, office=_served(row.office_id), employer=NOTHING)


def participants(person: Columns, kind: str) -> Right:
    """The office that serves the person's own, or the employer that the person works for."""
    return _right(kind, office=_served(person.office_id), employer=_employer_of(person.id))


def identifiers(identifier: Columns, kind: str) -> Right:
    """As of the person whose number it is."""
    person = participants_table.alias("person")
    office = select(_served(person.c.office_id)).where(person.c.id == identifier.participant_id)
    asked = office.correlate_except(person).scalar_subquery()
    return _right(kind, office=asked, employer=_employer_of(identifier.participant_id))


def contributions(line: Columns, kind: str) -> Right:
    """The office that serves the person's own, or the employer that the line is of."""
    person = participants_table.alias("person")
    office = select(_served(person.c.office_id)).where(person.c.id == line.participant_id)
    asked = office.correlate_except(person).scalar_subquery()
    return _right(kind, office=asked, employer=line.employer_id)


def household_members(member: Columns, kind: str) -> Right:
    """The office that the household belongs to; no employer sees it."""
    household = households_table.alias("household")
    office = select(_served(household.c.office_id)).where(household.c.id == member.household_id)
    return _right(kind, office=office.correlate_except(household).scalar_subquery(), employer=NOTHING)


def of_health(row: Columns, kind: str) -> Right:
    """The office that serves the person's own; no employer sees it."""
    person = participants_table.alias("person")
    office = select(_served(person.c.office_id)).where(person.c.id == row.participant_id)
    return _right(kind, office=office.correlate_except(person).scalar_subquery(), employer=NOTHING)


def notices(_notice: Columns, kind: str) -> Right:
    """The mandate alone: nobody else is shown what a person was told."""
    return _right(kind, office=NOTHING, employer=NOTHING)


def own(_row: Columns, _kind: str) -> Right:
    """Of what is noted even where somebody looks at their own."""
    return CAPACITY


def _right(kind: str, *, office: ColumnElement[Any], employer: ColumnElement[Any]) -> Right:
    match kind:
        case ViewerKind.OFFICER:
            return office
        case ViewerKind.EMPLOYER:
            return employer
        case ViewerKind.PARTNER | ViewerKind.REPRESENTATIVE:
            return CAPACITY
    return None


def _served(office_id: ColumnElement[Any]) -> ColumnElement[Any]:
    """Which of the offices that the viewer serves has this one below it.

    An office and all below it are one range of numbers, so it is the last that begins at or before this one.
    Both arrays are made once a statement.
    """
    served = select(offices_served.c.id).order_by(offices_served.c.id).scalar_subquery()
    starts = type_coerce(func.array(served), ARRAY(Integer))
    return type_coerce(Grouping(starts), ARRAY(Integer))[func.width_bucket(office_id, starts)]


def _employer_of(person: ColumnElement[Any]) -> ScalarSelect[Any]:
    """Which of the employers that the viewer acts for the person works for today: the first, if several."""
    grant, employment = grants_table.alias("my_grant"), employments_table.alias("my_employment")
    return (
        select(employment.c.employer_id)
        .select_from(employment.join(grant, grant.c.employer_id == employment.c.employer_id))
        .where(
            and_(
                employment.c.participant_id == person,
                policies.grants(grant.c),
                policies.in_force(employment.c),
            )
        )
        .order_by(employment.c.id)
        .limit(literal_column("1"))
        .correlate_except(grant, employment)
        .scalar_subquery()
    )
