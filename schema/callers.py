"""Who calls, for whoever writes a program: for whom the portal takes it, and what it may still ask."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import strawberry
from strawberry import Info

from auth import policies
from auth.viewer import Viewer, ViewerKind
from schema.agreements import Agreement, Partner
from schema.context import Context
from schema.employers import Employer
from schema.limits import Limits, rate_of
from schema.viewer import granted_employers
from selection import Connection, Order, entity, link, rows


def limits_of(info: Info[Context, None]) -> Limits:
    """What the viewer may ask, at once and over time."""
    return Limits.of(rate_of(info.context.viewer, info.context.rates))


def left_of(info: Info[Context, None]) -> int:
    """Units that the viewer may spend just now: what this very operation costs is paid already."""
    return info.context.left(info.context.viewer)


def known(description: str, said_of: Callable[[Viewer], Any]) -> Any:  # noqa: ANN401 -- the annotation beside it says the type
    """Expose what the door has learned of the viewer."""

    def resolver(info: Info[Context, None]) -> Any:  # noqa: ANN401
        return said_of(info.context.viewer)

    return strawberry.field(resolver=resolver, description=description)


@entity(None, visible_to=policies.everybody)
class Caller:
    """Who calls, as the portal understands this very request: ask it first when a program is new."""

    kind: ViewerKind = known(
        "In which capacity: ANONYMOUS where no token and no session is shown.", lambda viewer: viewer.kind
    )
    name: str | None = known(
        "The name that the token or the sign-in gave; null where it gave none.",
        lambda viewer: viewer.name or None,
    )
    client: str | None = known(
        "The program that the token was given to, by its `client_id`; null where no token names one.",
        lambda viewer: viewer.client,
    )
    assurance: int = known(
        "The level of the electronic identity, 1 to 3; 0 where there is none, as of a program.",
        lambda viewer: viewer.assurance,
    )
    scopes: list[str] = known(
        "What the token or the session may ask for, as far as the level of assurance suffices.",
        lambda viewer: sorted(viewer.scopes),
    )
    expires_at: datetime | None = known(
        "When the token or the session ends at the latest; null where there is neither.",
        lambda viewer: viewer.expires_at,
    )
    employers: Connection[Employer] = rows(
        "The employers that the caller acts for.", granted_employers, orders={"CODE": Order(("code", "id"))}
    )
    partner: Partner | None = link(
        "The partner whose program the caller is; null where it was never given an agreement.",
        lambda partner: partner.id == policies.PARTNER,
    )
    agreement: Agreement | None = link(
        "The agreement under which this very request is made, as `Ansinh-Purpose` and `Ansinh-Agreement` name"
        " it; null where it is under none.",
        lambda agreement: agreement.id == policies.AGREEMENT,
    )
    purpose: str | None = known(
        "For which purpose a partner asks, as `Ansinh-Purpose` says; null where nothing is said.",
        lambda viewer: viewer.purpose or None,
    )
    case_reference: str | None = known(
        "For which case of its own a partner asks, as `Ansinh-Case` says; null where nothing is said.",
        lambda viewer: viewer.case_reference or None,
    )
    limits: Limits = strawberry.field(
        resolver=limits_of, description="What the caller may ask, at once and over time."
    )
    remaining: int = strawberry.field(
        resolver=left_of,
        description="Units of cost that may be spent just now, after this operation has been paid for.",
    )
