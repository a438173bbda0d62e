"""Agreements under which the agency shares data: with which partner, what for, about whom, which fields."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Annotated, Any

import strawberry
from sqlalchemy import ColumnElement, any_

from auth import policies
from auth.policies import viewers
from auth.viewer import ViewerKind
from db.agreements import agreements
from db.agreements import in_force as stands
from db.partners import partners
from db.purposes import purposes
from schema.limits import Rate
from schema.offices import Office
from selection import (
    Columns,
    Condition,
    Connection,
    Node,
    Order,
    computed,
    derived,
    entity,
    link,
    rows,
    stored,
)
from selection.literals import words


@entity(partners, visible_to=policies.everybody)
class Partner(Node):
    """Another agency or organisation whose programs ask (cơ quan phối hợp): a public fact."""

    code: str = stored("Its code, such as `bo-y-te`.")
    name_vi: str = stored("Its name in Vietnamese.")
    name_en: str = stored("Its name in English.")


@entity(purposes, visible_to=policies.everybody)
class Purpose:
    """A purpose for which partners may ask: a public fact."""

    code: str = stored("Its code: what a partner sends as `Ansinh-Purpose`.")
    name_vi: str = stored("Its name in Vietnamese.")
    name_en: str = stored("Its name in English.")
    legal_basis: str = stored("The law that it rests on.")
    log_delay_days: int = stored(
        "For how many days what is read for it is withheld from the person's log of who looked, where a law"
        " says so; usually 0."
    )


def purposes_of(agreement: Columns, purpose: Columns) -> Iterator[Condition]:
    """The purposes of an agreement."""
    yield purpose.code == any_(agreement.purposes)


def rate_facts(agreement: Columns) -> Mapping[str, ColumnElement[Any]]:
    """How much a partner may spend."""
    return {"capacity": agreement.capacity, "restore_rate": agreement.restore_rate}


def rate_agreed(capacity: int, restore_rate: int) -> Rate:
    """How much a partner may spend."""
    return Rate(capacity=capacity, restore_rate=restore_rate)


@entity(agreements, visible_to=policies.agreements)
class Agreement(Node):
    """What a partner may ask, about whom, why, for how long and how fast (ND 47/2020, ND 278/2025)."""

    code: str = stored("Its code: what a partner sends as `Ansinh-Agreement`.")
    partner: Partner = link("With whom it is.", lambda agreement, partner: partner.id == agreement.partner_id)
    legal_basis: str = stored("The law or decision that it rests on.")
    purposes: Connection[Purpose] = rows(
        "For what the partner may ask.", purposes_of, orders={"CODE": Order(("code",))}
    )
    fields: list[str] = stored(
        "Which fields of people's data it covers, each as `Participant.fullName`; any other is refused at its"
        " place with FIELD_OUTSIDE_AGREEMENT."
    )
    population: Office = link(
        "About whom: the people whose records lie in this office, or in one below it.",
        lambda agreement, office: office.id == agreement.office_id,
    )
    valid_from: date = stored("The first day.")
    valid_to: date | None = stored("The last day, included; null while no end is set.")
    rate: Rate = derived("How much the partner may spend under it.", rate_agreed, facts=rate_facts)
    is_in_force: bool = computed("Whether it stands: not revoked, and today is among its days.", stands)
    revoked_at: datetime | None = stored("When it was revoked; null where it was not.")
    revoked_reason: str | None = stored("Why it was revoked; null where it was not.")


def agreements_listed(
    agreement: Columns,
    *,
    in_force: Annotated[
        bool | None, strawberry.argument(description="Only those that stand, or only those that do not.")
    ] = None,
) -> Iterator[Condition]:
    """The agreements of a partner, or those that an officer has to know."""
    # People come to an agreement from the entry of who looked that names it.
    yield viewers("kind").in_([words(kind) for kind in (ViewerKind.OFFICER, ViewerKind.PARTNER)])
    if in_force is not None:
        yield stands(agreement) == in_force
