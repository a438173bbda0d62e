"""Who worked for whom, and how an employer says so."""

from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

import strawberry
from strawberry import Info

import db.employments
from auth import policies, rights
from auth.scopes import Scope
from db.dossiers import Right
from db.employments import Job, Person, employments
from db.pool import Connection
from domain.dossiers import Actor
from domain.employments import LONGEST_NAME, LONGEST_POSITION
from domain.identifiers import IdentifierKind, IdentityNotConfirmed, is_personal_number_of
from domain.names import clean_text
from schema.access_rights import AccessRight, seen_by
from schema.acts import Act, Moment, Payload, key_of, perform
from schema.context import Context
from schema.employers import Employer
from schema.sexes import Sex
from selection import Columns, Condition, Node, Order, entity, fetched, link, stored

if TYPE_CHECKING:
    from schema.participants import Participant

NEWEST_EMPLOYMENT = {"NEWEST": Order(("started_on", "id"), descending=True, tells=("startedOn",))}


@entity(
    employments,
    visible_to=policies.employments,
    needs=Scope.EMPLOYMENT_READ,
    about="participant_id",
    by_right=rights.concerned,
)
class Employment(Node):
    """That a person works or worked for an employer, from one day to another."""

    position: str = stored("The position held.")
    started_on: date = stored("The first day.")
    ended_on: date | None = stored("The last day, included; null while it goes on.")
    employer: Employer = link(
        "The employer.", lambda employment, employer: employer.id == employment.employer_id
    )
    participant: Annotated["Participant", strawberry.lazy("schema.participants")] | None = link(
        "The person; null where the viewer may not see the person.",
        lambda employment, participant: participant.id == employment.participant_id,
    )
    access_right: AccessRight = seen_by(rights.concerned)


def employments_of(participant: Columns, employment: Columns) -> Iterator[Condition]:
    """The employments of a person."""
    yield employment.participant_id == participant.id


# ------------------------------------------------------------ what one can do ---


@strawberry.input(description="Whom an employer hires, as the identity card says.")
class RegisterParticipantInput:
    """Whom an employer hires, as the identity card says."""

    idempotency_key: str = strawberry.field(description="Chosen by the client, new for every new wish.")
    employer: strawberry.ID = strawberry.field(description="The employer, for which the viewer acts.")
    full_name: str = strawberry.field(
        description=f"Family name, middle names and given name: at most {LONGEST_NAME} characters."
    )
    birth_date: date = strawberry.field(description="The day of birth.")
    sex: Sex = strawberry.field(description="The sex in the civil status.")
    personal_number: str = strawberry.field(description="The personal number, of 12 digits.")
    position: str = strawberry.field(description=f"The position held: at most {LONGEST_POSITION} characters.")
    started_on: date = strawberry.field(description="The first day: at most a year ahead.")


@strawberry.input(description="Whom an employer employs again.")
class StartEmploymentInput:
    """Whom an employer employs again."""

    idempotency_key: str = strawberry.field(description="Chosen by the client, new for every new wish.")
    employer: strawberry.ID = strawberry.field(description="The employer, for which the viewer acts.")
    participant: strawberry.ID = strawberry.field(
        description="The `Participant`, who has worked there before; register whoever has not."
    )
    position: str = strawberry.field(description=f"The position held: at most {LONGEST_POSITION} characters.")
    started_on: date = strawberry.field(description="The first day: at most a year ahead.")


@strawberry.input(description="Which employment ends.")
class EndEmploymentInput:
    """Which employment ends."""

    idempotency_key: str = strawberry.field(description="Chosen by the client, new for every new wish.")
    employment: strawberry.ID = strawberry.field(description="The employment.")
    ended_on: date = strawberry.field(description="The last day, included: at most a year ahead.")


@strawberry.type(description="What an act on an employment did.")
class EmploymentPayload(Payload):
    """What an act on an employment did."""

    employment: Employment | None = fetched("The employment after the act; null where the agency said no.")


async def register_participant(
    info: Info[Context, None],
    input: Annotated[RegisterParticipantInput, strawberry.argument(description="Whom one hires.")],  # noqa: A002 -- GraphQL's name
) -> EmploymentPayload:
    """Say, for an employer, whom it hires: who is not known yet is registered; who is known is found.

    Somebody is found by number, name, birth date and sex together. The person is told.
    """
    context = info.context
    right = Right(policies.may_act_for, context.viewer.kind)

    async def act(connection: Connection, _actor: Actor, moment: Moment) -> UUID:
        name = clean_text(input.full_name, LONGEST_NAME, path=("fullName",))
        number = input.personal_number.strip()
        is_female = input.sex is Sex.FEMALE
        if not is_personal_number_of(number, input.birth_date, is_female=is_female):
            raise IdentityNotConfirmed(path=("personalNumber",))
        sealed = context.identifier_keys.seal(IdentifierKind.PERSONAL_NUMBER, number)
        return await db.employments.register(
            connection,
            key_of(info, "Employer", input.employer, "employer"),
            Person(name, input.birth_date, input.sex.value, sealed),
            _job(input),
            right=right,
            today=moment.today,
        )

    return await _perform(info, Scope.PARTICIPANT_REGISTER, input, act)


async def start_employment(
    info: Info[Context, None],
    input: Annotated[StartEmploymentInput, strawberry.argument(description="Whom one employs again.")],  # noqa: A002 -- GraphQL's name
) -> EmploymentPayload:
    """Say, for an employer, whom it employs again who has worked there before. The person is told."""
    kind = info.context.viewer.kind

    async def act(connection: Connection, _actor: Actor, moment: Moment) -> UUID:
        return await db.employments.start(
            connection,
            key_of(info, "Employer", input.employer, "employer"),
            key_of(info, "Participant", input.participant, "participant"),
            _job(input),
            right=Right(policies.may_act_for, kind),
            known=Right(policies.may_start_employment_after, kind),
            today=moment.today,
        )

    return await _perform(info, Scope.EMPLOYMENT_FILE, input, act)


async def end_employment(
    info: Info[Context, None],
    input: Annotated[EndEmploymentInput, strawberry.argument(description="Which employment ends.")],  # noqa: A002 -- GraphQL's name
) -> EmploymentPayload:
    """Say, for an employer, that an employment has ended: from the month after nothing is due for it.

    The person is told.
    """
    kind = info.context.viewer.kind

    async def act(connection: Connection, actor: Actor, moment: Moment) -> UUID:
        return await db.employments.end(
            connection,
            actor,
            key_of(info, "Employment", input.employment, "employment"),
            input.ended_on,
            right=Right(policies.may_end_employment, kind),
            acting=Right(policies.may_act_for, kind),
            today=moment.today,
        )

    return await _perform(
        info, Scope.EMPLOYMENT_FILE, input, act, Scope.CONTRIBUTION_READ, Scope.ACCOUNT_READ
    )


def _job(wish: RegisterParticipantInput | StartEmploymentInput) -> Job:
    return Job(clean_text(wish.position, LONGEST_POSITION, path=("position",)), wish.started_on)


async def _perform(
    info: Info[Context, None],
    scope: Scope,
    wish: Any,  # noqa: ANN401 -- any input
    act: Act,
    *more: Scope,
) -> EmploymentPayload:
    done = await perform(info, wish, act, scope, Scope.EMPLOYMENT_READ, *more)
    return EmploymentPayload.of(done, info.context.language)
