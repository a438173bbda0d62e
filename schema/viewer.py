"""Who is asking, and what is theirs: where an SPA starts."""

from collections.abc import Iterator

from sqlalchemy import Integer, Text, cast, exists, func, select
from sqlalchemy.dialects.postgresql import ARRAY

from auth import policies
from auth.policies import MANDATE, PERSON
from auth.viewer import ViewerKind
from db.grants import grants
from schema.employers import Employer
from schema.mandates import NEWEST_MANDATE, Mandate, mandates_held, mandates_to_act_by
from schema.offices import Office
from schema.participants import Participant
from schema.sessions import NEWEST_SESSION, Session, sessions_standing
from selection import Columns, Condition, Connection, Order, computed, entity, link, rows
from selection.literals import number, words


def granted_offices(office: Columns) -> Iterator[Condition]:
    """The offices that the viewer serves."""
    grant = grants.alias("granted")
    yield exists(select(1).where(grant.c.office_id == office.id, policies.grants(grant.c)))


def granted_employers(employer: Columns) -> Iterator[Condition]:
    """The employers that the viewer acts for."""
    grant = grants.alias("granted")
    yield exists(select(1).where(grant.c.employer_id == employer.id, policies.grants(grant.c)))


@entity(None, visible_to=policies.everybody)
class Viewer:
    """Who is asking, in which capacity, and what is theirs."""

    kind: ViewerKind = computed(
        "In which capacity the viewer asks.", lambda: func.vget(words("kind"), type_=Text)
    )
    name: str | None = computed(
        "The name that the sign-in gave.", lambda: func.vget(words("name"), type_=Text)
    )
    scopes: list[str] = computed(
        "What the token or session may ask for, as far as the level of assurance suffices.",
        lambda: func.coalesce(
            func.string_to_array(func.vget(words("scopes")), words(" ")),
            cast(words("{}"), ARRAY(Text)),
        ),
    )
    assurance: int = computed(
        "The level of the electronic identity that was signed in with, 1 to 3; 0 where there is none.",
        lambda: func.coalesce(cast(func.vget(words("assurance")), Integer), number(0)),
    )
    participant: Participant | None = link(
        "The viewer's own record, or whom a representative acts for; null where the viewer has none.",
        lambda participant: participant.id == PERSON,
    )
    acting_for: Connection[Mandate] = rows(
        "For whom the viewer may act today: choose by the header `Ansinh-Acting-For`, or by `actingFor` in"
        " the payload of `connection_init`, with the mandate's `id`.",
        mandates_to_act_by,
        orders=NEWEST_MANDATE,
    )
    mandates: Connection[Mandate] = rows(
        "All mandates that the viewer was ever given, also those still to be accepted.",
        mandates_held,
        orders=NEWEST_MANDATE,
    )
    mandate: Mandate | None = link(
        "By which mandate the viewer acts; null where they act for themself.",
        lambda mandate: mandate.id == MANDATE,
    )
    offices: Connection[Office] = rows(
        "The offices that the viewer serves, each with all below it.",
        granted_offices,
        orders={"CODE": Order(("code", "id"))},
    )
    sessions: Connection[Session] = rows(
        "The browsers in which the viewer's account is signed in, the last begun first.",
        sessions_standing,
        orders=NEWEST_SESSION,
    )
    employers: Connection[Employer] = rows(
        "The employers that the viewer acts for.", granted_employers, orders={"CODE": Order(("code", "id"))}
    )
