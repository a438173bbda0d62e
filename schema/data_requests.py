"""Requests about one's own data: to see, correct, delete or restrict it, or to object."""

from collections.abc import Iterator
from datetime import date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

import strawberry
from sqlalchemy import and_, any_
from strawberry import Info

import db.data_requests
from auth import policies, rights
from auth.scopes import Scope
from db.calendar import TODAY
from db.data_requests import LONGEST_ANSWER, LONGEST_CONCERN, LONGEST_WISH, Wish, data_requests
from db.dossiers import Right
from db.pool import Connection
from domain.data_requests import DataRequestKind, DataRequestOutcome, DataRequestStatus
from domain.dossiers import Actor
from domain.names import clean_text
from domain.refusals import NotFound
from schema.access_rights import AccessRight, seen_by
from schema.acts import Act, Moment, Payload, key_of, perform
from schema.context import Context
from schema.enums import described
from schema.offices import Office
from selection import Columns, Condition, Node, Order, computed, entity, fetched, link, stored

if TYPE_CHECKING:
    from schema.participants import Participant

described(
    DataRequestKind,
    ACCESS="Xem, nhận bản sao: to see them, or to get a copy; what this schema shows of them is had at once,"
    " signed, by GET /account/export.",
    CORRECTION="Chỉnh sửa: to correct them.",
    DELETION="Xóa: to delete what no law demands to be kept.",
    OBJECTION="Phản đối: to stop using them for something.",
    RESTRICTION="Hạn chế xử lý: to keep them, and not to use them meanwhile.",
)
described(
    DataRequestStatus,
    DONE="Đã thực hiện: it has been done.",
    FILED="Đã gửi: it waits for an answer.",
    REFUSED="Từ chối: it is refused, and the answer says why.",
)
described(
    DataRequestOutcome,
    DONE="Đã thực hiện: it has been done.",
    REFUSED="Từ chối: it is refused, and the answer says why.",
)


def is_overdue(request: Columns) -> Condition:
    """Does it stand unanswered after the day by which it was to be answered?"""
    return and_(is_open(request), request.answer_by < TODAY)


def is_open(request: Columns) -> Condition:
    """Does it wait for an answer?"""
    return request.status == DataRequestStatus.FILED.value


@entity(
    data_requests,
    visible_to=policies.data_requests,
    needs=Scope.DATA_REQUEST_READ,
    about="participant_id",
    by_right=rights.held,
)
class DataRequest(Node):
    """What a person asks about their own data (yêu cầu về dữ liệu cá nhân; Law 91/2025 article 4)."""

    kind: DataRequestKind = stored("What is asked for.")
    concerns: str = stored("Which data, in the person's words, such as `birth date`.")
    wish: str = stored("What should be done, in the person's words.")
    filed_at: datetime = stored("When it was filed.")
    answer_by: date = stored("The last day to answer it, as it was counted when it was filed.")
    act_by: date = stored("The last day to act on it, as it was counted when it was filed.")
    is_overdue: bool = computed(
        "Whether it stands unanswered after the day by which it was to be answered.", is_overdue
    )
    unconfirmed: bool = stored("Whether the agency has yet to confirm by which time limits it was counted.")
    status: DataRequestStatus = stored("Where it stands.")
    answer: str | None = stored("What the agency says to it; null until it is answered.")
    answered_at: datetime | None = stored("When it was answered; null until then.")
    version: int = stored("How often it was changed, from 1: say it when answering.")
    office: Office = link(
        "The office that answers it: that which kept the person's record when it was filed.",
        lambda request, office: office.id == request.office_id,
    )
    participant: Annotated["Participant", strawberry.lazy("schema.participants")] | None = link(
        "Whose data it is about; null where the viewer may not see the person.",
        lambda request, participant: participant.id == request.participant_id,
    )
    access_right: AccessRight = seen_by(rights.held)


class DataRequestOrder(StrEnum):
    """An order of requests about people's data."""

    DUE = "DUE"
    NEWEST = "NEWEST"


described(
    DataRequestOrder,
    DUE="By the last day to answer them; only those that wait for an answer.",
    NEWEST="The newest first; refused with `overdue`.",
)

NEWEST_DATA_REQUEST = {"NEWEST": Order(("id",), descending=True)}
DATA_REQUEST_ORDERS = {
    DataRequestOrder.NEWEST: Order(("id",), descending=True, unsearchable=("overdue",)),
    DataRequestOrder.DUE: Order(("answer_by", "id"), only=is_open),
}


def data_requests_of(participant: Columns, request: Columns) -> Iterator[Condition]:
    """What a person has asked about their own data."""
    yield request.participant_id == participant.id


def data_requests_listed(
    request: Columns,
    *,
    status: Annotated[
        list[DataRequestStatus] | None, strawberry.argument(description="Only those in one of these states.")
    ] = None,
    overdue: Annotated[
        bool | None,
        strawberry.argument(description="Only open ones that are overdue; if false, only those in time."),
    ] = None,
) -> Iterator[Condition]:
    """The requests that the viewer may see."""
    if status is not None:
        yield request.status == any_(status)  # type: ignore[arg-type]  # a bind parameter
    if overdue is not None:
        yield is_overdue(request) == overdue


# ------------------------------------------------------------ what one can do ---


@strawberry.input(description="What a person asks about their own data.")
class FileDataRequestInput:
    """What a person asks about their own data."""

    idempotency_key: str = strawberry.field(description="Chosen by the client, new for every new wish.")
    kind: DataRequestKind = strawberry.field(description="What is asked for.")
    concerns: str = strawberry.field(
        description=f"Which data, such as `birth date`; at most {LONGEST_CONCERN} characters."
    )
    wish: str = strawberry.field(
        description=f"What should be done, and why; at most {LONGEST_WISH:,} characters."
    )


@strawberry.input(description="How an officer answers a request.")
class AnswerDataRequestInput:
    """How an officer answers a request."""

    idempotency_key: str = strawberry.field(description="Chosen by the client, new for every new wish.")
    data_request: strawberry.ID = strawberry.field(description="The request.")
    expected_version: int = strawberry.field(description="The version that the officer saw.")
    outcome: DataRequestOutcome = strawberry.field(description="Whether it was done or is refused.")
    answer: str = strawberry.field(
        description=f"What was done, or why not; at most {LONGEST_ANSWER:,} characters."
    )


@strawberry.type(description="What an act on a request did.")
class DataRequestPayload(Payload):
    """What an act on a request did."""

    data_request: DataRequest | None = fetched("The request after the act; null where the agency said no.")


async def file_data_request(
    info: Info[Context, None],
    input: Annotated[FileDataRequestInput, strawberry.argument(description="What is asked.")],  # noqa: A002 -- GraphQL's name
) -> DataRequestPayload:
    """Ask something about one's own data; the days to answer and to act on it are counted from today."""
    viewer = info.context.viewer

    async def act(connection: Connection, actor: Actor, moment: Moment) -> UUID:
        if viewer.participant_id is None:
            raise NotFound(path=("participant",))
        return await db.data_requests.file(
            connection,
            actor,
            Wish(
                input.kind,
                clean_text(input.concerns, LONGEST_CONCERN, path=("concerns",)),
                clean_text(input.wish, LONGEST_WISH, lines=True, path=("wish",)),
            ),
            participant_id=viewer.participant_id,
            right=Right(policies.may_file_data_request_for, viewer.kind),
            now=moment.now,
            today=moment.today,
        )

    return await _perform(info, Scope.DATA_REQUEST_FILE, input, act)


async def answer_data_request(
    info: Info[Context, None],
    input: Annotated[AnswerDataRequestInput, strawberry.argument(description="How it is answered.")],  # noqa: A002 -- GraphQL's name
) -> DataRequestPayload:
    """Answer, as an officer of its office, what a person has asked about their data; an answer is final."""
    viewer = info.context.viewer

    async def act(connection: Connection, actor: Actor, moment: Moment) -> UUID:
        return await db.data_requests.answer(
            connection,
            actor,
            key_of(info, "DataRequest", input.data_request, "dataRequest"),
            input.outcome,
            clean_text(input.answer, LONGEST_ANSWER, lines=True, path=("answer",)),
            right=Right(policies.may_answer_data_request, viewer.kind),
            expected_version=input.expected_version,
            now=moment.now,
        )

    return await _perform(info, Scope.DATA_REQUEST_ANSWER, input, act)


async def _perform(info: Info[Context, None], scope: Scope, wish: Any, act: Act) -> DataRequestPayload:  # noqa: ANN401 -- any input
    done = await perform(info, wish, act, scope, Scope.DATA_REQUEST_READ, Scope.PARTICIPANT_READ)
    return DataRequestPayload.of(done, info.context.language)
