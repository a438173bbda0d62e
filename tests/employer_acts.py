"""What employers and their office can do, as an SPA asks for it."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from auth.viewer import Viewer
from db.pool import Connection, Pool
from tests.dossier_acts import a_key
from tests.portal import done

SAID = "replayed errors { code message path params { name value } }"
FILE = f"""mutation ($input: FileContributionsInput!) {{ act: fileContributions(input: $input) {{
  {SAID} filing {{ id month lineCount filedAt employer {{ id }} }} }} }}"""
PAY = f"""mutation ($input: RecordPaymentInput!) {{ act: recordPayment(input: $input) {{
  {SAID} payment {{ id amount paidOn reference unallocated employer {{ id }} }} }} }}"""
EMPLOYMENT = f"{SAID} employment {{ id position startedOn endedOn participant {{ id fullName }} }}"
REGISTER = f"""mutation ($input: RegisterParticipantInput!) {{ act: registerParticipant(input: $input) {{
  {EMPLOYMENT} }} }}"""
START = f"""mutation ($input: StartEmploymentInput!) {{ act: startEmployment(input: $input) {{
  {EMPLOYMENT} }} }}"""
END = f"""mutation ($input: EndEmploymentInput!) {{ act: endEmployment(input: $input) {{
  {EMPLOYMENT} }} }}"""
ACCOUNT = """query ($id: ID!) { node(id: $id) { ... on Employer {
  account(first: 100) { nodes { month fund due paid } } } } }"""

Line = tuple[UUID, int] | tuple[UUID, int, str]


def a_line(person: UUID, base: int, to_month: str | None = None) -> dict[str, Any]:
    """What a list says of somebody."""
    return {"participant": f"Participant:{person}", "base": base} | (
        {"toMonth": to_month} if to_month else {}
    )


def a_list(employer: UUID, month: str, lines: Sequence[Any], *, key: str | None = None) -> dict[str, Any]:
    """The input of a list; a line may be written short."""
    written = [line if isinstance(line, dict) else a_line(*line) for line in lines]
    return {
        "idempotencyKey": key or a_key(),
        "employer": f"Employer:{employer}",
        "month": month,
        "lines": written,
    }


async def filed(
    pool: Pool,
    viewer: Viewer,
    employer: UUID,
    month: str,
    *lines: Any,  # noqa: ANN401 -- written short or long
    key: str | None = None,
) -> Any:  # noqa: ANN401 -- JSON
    """The payload of a list."""
    return (await done(pool, viewer, FILE, input=a_list(employer, month, lines, key=key)))["act"]


async def paid(pool: Pool, viewer: Viewer, employer: UUID, amount: int, **more: object) -> Any:  # noqa: ANN401 -- JSON
    """The payload of a payment; `more` is of its input."""
    wish = {
        "idempotencyKey": a_key(),
        "employer": f"Employer:{employer}",
        "amount": amount,
        "paidOn": "2026-11-20",
        "reference": a_key(),
        **more,
    }
    return (await done(pool, viewer, PAY, input=wish))["act"]


async def registered(pool: Pool, viewer: Viewer, employer: UUID, number: str, **more: object) -> Any:  # noqa: ANN401 -- JSON
    """The payload of a registration of a woman born in 1990; `more` is of its input."""
    wish = {
        "idempotencyKey": a_key(),
        "employer": f"Employer:{employer}",
        "fullName": "Nguyễn Thị Thử",
        "birthDate": "1990-01-01",
        "sex": "FEMALE",
        "personalNumber": number,
        "position": "Thợ may",
        "startedOn": "2026-10-05",
        **more,
    }
    return (await done(pool, viewer, REGISTER, input=wish))["act"]


async def started(pool: Pool, viewer: Viewer, employer: UUID, person: UUID, **more: object) -> Any:  # noqa: ANN401 -- JSON
    """The payload of an employment again; `more` is of its input."""
    wish = {
        "idempotencyKey": a_key(),
        "employer": f"Employer:{employer}",
        "participant": f"Participant:{person}",
        "position": "Tổ trưởng",
        "startedOn": "2026-10-05",
        **more,
    }
    return (await done(pool, viewer, START, input=wish))["act"]


async def ended(pool: Pool, viewer: Viewer, employment: UUID, ended_on: str, **more: object) -> Any:  # noqa: ANN401 -- JSON
    """The payload of an end; `more` is of its input."""
    wish = {
        "idempotencyKey": a_key(),
        "employment": f"Employment:{employment}",
        "endedOn": ended_on,
        **more,
    }
    return (await done(pool, viewer, END, input=wish))["act"]


def refused(payload: Any) -> list[tuple[str, list[str]]]:  # noqa: ANN401 -- JSON
    """What the agency refused, and where."""
    return [(error["code"], error["path"]) for error in payload["errors"]]


async def lines_of(owner: Connection, employer: UUID, person: UUID) -> list[tuple[date, date | None, int]]:
    """What an employer said of a person, in the order in which it did."""
    found = await owner.fetch(
        "SELECT from_month, to_month, base FROM contributions WHERE employer_id = $1 AND participant_id = $2"
        " ORDER BY recorded_at, id",
        employer,
        person,
    )
    return [tuple(row) for row in found]


async def account_of(owner: Connection, employer: UUID) -> dict[tuple[date, str], tuple[int, int]]:
    """What an employer owes and has paid, by month and fund."""
    found = await owner.fetch("SELECT * FROM employer_accounts WHERE employer_id = $1", employer)
    return {(row["month"], row["fund"]): (row["due"], row["paid"]) for row in found}


async def notices_of(owner: Connection, person: UUID) -> list[tuple[str, date, date | None]]:
    """What a person was told, in order."""
    found = await owner.fetch(
        "SELECT kind, from_month, to_month FROM notices WHERE participant_id = $1 ORDER BY id", person
    )
    return [tuple(row) for row in found]


async def check_account(owner: Connection, employer: UUID) -> None:
    """An account is the sum of its entries; arrears stand where it is not paid in full, and nowhere else."""
    entered = await owner.fetch(
        "SELECT month, fund, sum(due)::bigint AS due, sum(paid)::bigint AS paid FROM employer_entries"
        " WHERE employer_id = $1 GROUP BY month, fund",
        employer,
    )
    account = await account_of(owner, employer)
    assert account == {(row["month"], row["fund"]): (row["due"], row["paid"]) for row in entered}
    standing = await owner.fetch(
        "SELECT month, fund FROM employer_arrears WHERE employer_id = $1 AND settled_at IS NULL", employer
    )
    assert sorted(tuple(row) for row in standing) == sorted(
        place for place, (due, paid_of_it) in account.items() if due > paid_of_it
    )
