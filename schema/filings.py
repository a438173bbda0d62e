"""Filings: an employer's list of a month, and the act of filing one."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import strawberry
from sqlalchemy import func
from strawberry import Info

import db.filings
from auth import policies
from auth.scopes import Scope
from db.dossiers import Right
from db.filings import filings
from db.pool import Connection
from domain.dossiers import Actor
from domain.filings import MOST_LINES, MOST_TOLD, FiledLine, PersonNotNamed, check_count
from domain.identifiers import IdentifierKind
from domain.months import Month
from domain.refusals import Refusal as Refused
from domain.refusals import Refusals
from schema.acts import Moment, Payload, key_of, perform
from schema.context import Context
from schema.scalars import MONTH, Dong
from selection import Node, Order, computed, entity, fetched, link, stored

if TYPE_CHECKING:
    from schema.employers import Employer

NEWEST_FILING = {"NEWEST": Order(("id",), descending=True)}


@entity(filings, visible_to=policies.filings, needs=Scope.CONTRIBUTION_READ)
class Filing(Node):
    """An employer's list of a month: of each person on it, on which base the contribution is reckoned."""

    month: Month = computed("The month.", lambda filing: func.to_char(filing.month, MONTH))
    line_count: int = stored("How many people are on it.")
    filed_at: datetime = stored("When it was filed.")
    employer: Annotated["Employer", strawberry.lazy("schema.employers")] = link(
        "Whose it is.", lambda filing, employer: employer.id == filing.employer_id
    )


# ------------------------------------------------------------ what one can do ---


@strawberry.input(description="What a list says of a person.")
class FiledLineInput:
    """What a list says of a person."""

    participant: strawberry.ID | None = strawberry.field(
        description="The `Participant`, who is employed there in the month; or else `personalNumber`.",
        default=None,
    )
    personal_number: str | None = strawberry.field(
        description="The person's personal number, of 12 digits; or else `participant`.", default=None
    )
    base: Dong = strawberry.field(
        description="What a month's contribution is reckoned on: 0 where nothing is due, else at least the"
        " floor of the month (Law 41/2024 article 31). Above its cap it is reckoned on the cap."
    )
    to_month: Month | None = strawberry.field(
        description="The last month of which it is so, included; until a later list says otherwise where"
        " absent, or to the end of the employment.",
        default=None,
    )


@strawberry.input(description="An employer's list of a month.")
class FileContributionsInput:
    """An employer's list of a month."""

    idempotency_key: str = strawberry.field(description="Chosen by the client, new for every new wish.")
    employer: strawberry.ID = strawberry.field(description="The employer, for which the viewer acts.")
    month: Month = strawberry.field(description="The month from which on the lines say what is so.")
    lines: list[FiledLineInput] = strawberry.field(
        description=f"At most {MOST_LINES:,}, each person once; more than a request may have go to `/filings`"
        " as CSV. Whoever is not on it stays as they are."
    )


@strawberry.type(description="What filing a list did.")
class FilingPayload(Payload):
    """What filing a list did."""

    filing: Filing | None = fetched("The list as it was filed; null where the agency said no.")


async def file_contributions(
    info: Info[Context, None],
    input: Annotated[FileContributionsInput, strawberry.argument(description="The list.")],  # noqa: A002 -- GraphQL's name
) -> FilingPayload:
    """File, for an employer, on which bases its people's contributions of a month are reckoned.

    All of it or nothing: `errors` say which lines are wrong, by `path` as `lines`, `17`, `base`. What a line
    says and stands already is not said again. Each person of whom it says something new is told.
    """
    right = Right(policies.may_act_for, info.context.viewer.kind)

    async def act(connection: Connection, actor: Actor, moment: Moment) -> UUID:
        employer_id = key_of(info, "Employer", input.employer, "employer")
        check_count(input.lines)
        return await db.filings.file(
            connection,
            actor,
            employer_id,
            input.month,
            await _named(info, connection, employer_id, input.lines),
            right=right,
            today=moment.today,
        )

    done = await perform(
        info,
        input,
        act,
        Scope.CONTRIBUTION_FILE,
        Scope.CONTRIBUTION_READ,
        Scope.EMPLOYMENT_READ,
        Scope.ACCOUNT_READ,
    )
    return FilingPayload.of(done, info.context.language)


async def _named(
    info: Info[Context, None], connection: Connection, employer_id: UUID, lines: Sequence[FiledLineInput]
) -> list[FiledLine]:
    """Find whom the lines name. Raises: Refusals, with the lines that name nobody in one way."""
    keys, refused, found = info.context.identifier_keys, list[Refused](), list[FiledLine]()
    hashes = {
        line.personal_number: keys.blind_index(IdentifierKind.PERSONAL_NUMBER, line.personal_number)
        for line in lines
        if line.personal_number is not None
    }
    by_number = await db.filings.employed_by_number(connection, employer_id, list(hashes.values()))
    for number, line in enumerate(lines):
        try:
            if (line.participant is None) == (line.personal_number is None):
                raise PersonNotNamed(path=("participant",))
            if line.personal_number is not None:
                person = by_number.get(hashes[line.personal_number])
                found.append(FiledLine(person, line.base, line.to_month, "personalNumber"))
            else:
                person = key_of(info, "Participant", line.participant or "", "participant")
                found.append(FiledLine(person, line.base, line.to_month))
        except Refused as no:
            no.path = ("lines", number, *no.path)
            refused.append(no)
    if refused:
        raise Refusals(refused[:MOST_TOLD])
    return found
