"""What happened to a dossier."""

from collections.abc import Iterator
from datetime import datetime
from enum import StrEnum

from auth import policies
from auth.scopes import Scope
from db.events import dossier_events
from domain.dossiers import DossierStatus
from schema.enums import described
from schema.offices import Office
from selection import Columns, Condition, Cursor, Order, computed, cursor_text, entity, link, stored

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


class DossierEventKind(StrEnum):
    """What happened to a dossier."""

    ACCEPTED = "ACCEPTED"
    SUBMITTED = "SUBMITTED"
    WITHDRAWN = "WITHDRAWN"


described(
    DossierEventKind,
    ACCEPTED="An officer accepted it, and the agency's code was issued.",
    SUBMITTED="It was filed.",
    WITHDRAWN="The applicant withdrew it.",
)


class ActorKind(StrEnum):
    """In which capacity somebody acted."""

    CITIZEN = "CITIZEN"
    EMPLOYER = "EMPLOYER"
    OFFICER = "OFFICER"
    SYSTEM = "SYSTEM"


described(
    ActorKind,
    CITIZEN="The applicant.",
    EMPLOYER="Somebody for the employer.",
    OFFICER="An officer of the agency.",
    SYSTEM="The portal itself.",
)

EVENT_ORDER = Order(("seq",))
EVENT_ORDERS = {"OLDEST": EVENT_ORDER}


@entity(dossier_events, visible_to=policies.dossier_events, needs=Scope.DOSSIER_READ)
class DossierEvent:
    """Something that happened to a dossier. Events are added, never changed; their numbers have no gap."""

    cursor: Cursor = computed(
        "Its place among the dossier's events: the same in lists and subscriptions.",
        lambda event: cursor_text("OLDEST", [event.seq]),
    )
    seq: int = stored("Its number within the dossier, from 1, without gaps.")
    kind: DossierEventKind = stored("What happened.")
    status: DossierStatus = stored("Where the dossier stood afterwards.")
    at: datetime = stored("When it happened.")
    actor_kind: ActorKind = stored("In which capacity somebody acted.")
    reason: str | None = stored("The reason given, where there is one.")
    office: Office = link("The office that held the dossier then.", lambda event, office: office.id == event.office_id)


def events_of(dossier: Columns, event: Columns) -> Iterator[Condition]:
    """The events of a dossier."""
    yield event.dossier_id == dossier.id
