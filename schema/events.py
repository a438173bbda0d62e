"""What happened to a dossier."""

import asyncio
import random
from collections.abc import AsyncGenerator, Iterator
from contextlib import suppress
from datetime import datetime
from typing import Annotated

import strawberry
from sqlalchemy import and_
from strawberry import Info

from auth import policies, rights
from auth.scopes import Scope
from db.events import dossier_events
from db.outages import UNREACHABLE
from domain.dossiers import ActorKind, DossierStatus, EventKind
from schema.access_rights import AccessRight, seen_by
from schema.context import Context
from schema.enums import described
from schema.filers import Filer
from schema.mandates import Mandate
from schema.offices import Office
from selection import (
    Columns,
    Condition,
    Cursor,
    Followed,
    Order,
    computed,
    cursor_text,
    either,
    entity,
    link,
    stored,
)
from selection.cursors import read_cursor
from selection.entities import MOST_ROWS
from selection.faults import OperationFault

described(
    DossierStatus,
    NEW="Mới đăng ký: submitted, not yet examined.",
    ACCEPTED="Được tiếp nhận: complete; code issued, the clock runs.",
    NOT_ACCEPTED="Không được tiếp nhận: refused at intake. Final.",
    IN_PROCESS="Đang xử lý: with the professional unit.",
    SUPPLEMENT_REQUESTED="Yêu cầu bổ sung giấy tờ: papers are missing; the clock is stopped.",
    PAYMENT_REQUESTED="Yêu cầu thực hiện nghĩa vụ tài chính: a payment is due; the clock is stopped.",
    WITHDRAWN="Công dân yêu cầu rút hồ sơ: withdrawn by the applicant. Final.",
    STOPPED="Dừng xử lý: not eligible.",
    DECIDED="Đã xử lý xong: decided; the result is ready.",
    RETURNED="Đã trả kết quả: the result was handed over. Final.",
)


described(
    EventKind,
    ACCEPTED="An officer accepted it, and the agency's code was issued.",
    SUBMITTED="It was filed.",
    WITHDRAWN="The applicant withdrew it.",
)


described(
    ActorKind,
    CITIZEN="The applicant, in person.",
    EMPLOYER="Somebody for the employer.",
    OFFICER="An officer of the agency.",
    REPRESENTATIVE="Somebody for the applicant, by a mandate.",
    SYSTEM="The portal itself.",
)

EVENT_ORDER = Order(("seq",))
EVENT_ORDERS = {"OLDEST": EVENT_ORDER}


@entity(
    dossier_events,
    visible_to=policies.dossier_events,
    needs=Scope.DOSSIER_READ,
    about="participant_id",
    by_right=rights.concerned,
)
class DossierEvent:
    """Something that happened to a dossier. Events are added, never changed; their numbers have no gap."""

    cursor: Cursor = computed(
        "Its place among the dossier's events: the same in lists and subscriptions.",
        lambda event: cursor_text("OLDEST", [event.seq]),
    )
    seq: int = stored("Its number within the dossier, from 1, without gaps.")
    kind: EventKind = stored("What happened.")
    status: DossierStatus = stored("Where the dossier stood afterwards.")
    at: datetime = stored("When it happened.")
    actor_kind: ActorKind = stored("In which capacity somebody acted.")
    reason: str | None = stored("The reason given, where there is one.")
    on_behalf_of: Filer | None = either(
        "Whom the actor represented: the employer, or the person by a mandate; null where they acted in"
        " person or for the agency, or the viewer may not see the person.",
        Employer=lambda event, employer: and_(
            event.actor_kind == ActorKind.EMPLOYER.value, employer.id == event.employer_id
        ),
        Participant=lambda event, participant: and_(
            event.mandate_id.is_not(None), participant.id == event.participant_id
        ),
    )
    mandate: Mandate | None = link(
        "By which mandate a representative acted; null where nobody did, or the viewer may not see it.",
        lambda event, mandate: mandate.id == event.mandate_id,
    )
    office: Office = link(
        "The office that held the dossier then.", lambda event, office: office.id == event.office_id
    )
    access_right: AccessRight = seen_by(rights.concerned)


def events_of(dossier: Columns, event: Columns) -> Iterator[Condition]:
    """The events of a dossier."""
    yield event.dossier_id == dossier.id


# Whoever follows a dossier looks again at least this often, so that a right that was taken back ends within
# it.
LOOK_AGAIN_S = 4.0


class FollowingEnded(OperationFault):
    """There is no such dossier, or it is no longer for you."""

    code = "NOT_FOUND"
    vietnamese = "Không có hồ sơ này, hoặc hồ sơ không còn thuộc quyền của bạn."


async def dossier_events_followed(
    info: Info[Context, None],
    dossier: Annotated[strawberry.ID, strawberry.argument(description="The dossier to follow.")],
    after: Annotated[
        Cursor | None,
        strawberry.argument(description="The last event already known; from the first one where absent."),
    ] = None,
) -> AsyncGenerator[DossierEvent, None]:
    """What happens to a dossier: first what happened after the cursor, then each event as it happens.

    Nothing is left out or told twice. Each look asks anew whether the viewer may see the dossier.
    """
    context = info.context
    dossier_id = context.translator.key("Dossier", dossier)
    seq = read_cursor(after).value(0, 1, "OLDEST", int) if after is not None else 0
    feed = context.translator.follow(
        info._raw_info,  # noqa: SLF001 -- strawberry's way to graphql-core's
        context.viewer,
        Followed("Dossier", events_of, EVENT_ORDER),
        dossier_id,
    )
    with context.listener.watch(dossier_id) as changes:
        while True:
            try:
                page = await feed.after(context.pool, (seq,))
            except UNREACHABLE:
                page = []  # an outage ends no subscription: the listener wakes everybody when it is over
            if page is None:
                raise FollowingEnded
            for place, event in page:
                yield event  # type: ignore[misc]  # a row that a plan brought stands for its type
                seq = place[0]
            # What commits after the read has left a mark that ends the wait at once.
            if len(page) < MOST_ROWS:
                with suppress(TimeoutError):
                    async with asyncio.timeout(LOOK_AGAIN_S * random.uniform(0.75, 1)):  # noqa: S311 -- no secret
                        await changes.wait(seq)
