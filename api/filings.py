"""Lists of months as files: CSV for whoever has more people than a request of GraphQL can name.

It is the mutation `fileContributions` in another dress: the same act, the same answer, the same errors by
line, which count from 0 after the line of names.

Source: RFC 4180 (CSV); draft-ietf-httpapi-idempotency-key-header (the key).
"""

import csv
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route
from starlette.types import Receive, Scope, Send

from api.bodies import body_of
from api.faults import NotUtf8, RequestFault, refusal, written
from api.graphql import UTF_8, Asked, Door, media_type_of
from api.headers import header_of
from api.languages import language_of
from api.observations import observation_of
from domain.filings import MOST_TOLD, BaseRefused, MonthRefused
from domain.months import WRITTEN
from domain.refusals import Refusal as Refused
from schema.scalars import MOST_DONG

FILINGS = "/filings"
CSV_TYPE = "text/csv"
# A line names a person in 48 characters, a base in 17, a month in 7.
MOST_LIST_BYTES = 1_000_000
# A line takes PostgreSQL about as long as a tenth of a row that is read.
LINES_A_UNIT = 10
NAMES = {
    "participant": "participant",
    "personal_number": "personalNumber",
    "base": "base",
    "to_month": "toMonth",
}
DIGITS = re.compile(r"-?[0-9]{1,16}")
FILE = """
mutation FileContributions($input: FileContributionsInput!) {
  fileContributions(input: $input) {
    errors { code message path params { name value } }
    replayed
    filing { id month lineCount filedAt }
  }
}
"""


class ListMalformed(RequestFault):
    """A list is CSV: a first line that names its columns, then a line for each person.

    Its columns are {names}: `base`, one of `participant` and `personal_number`, and `to_month` if need be.
    """

    code = "LIST_MALFORMED"
    vietnamese = (
        "Danh sách là tệp CSV: dòng đầu nêu tên cột, sau đó mỗi người một dòng. Các cột là {names}: `base`,"
        " một trong hai cột `participant` và `personal_number`, và `to_month` nếu cần."
    )


class ListNotCsv(RequestFault):
    """Send a list as `text/csv`, in UTF-8."""

    code = "LIST_NOT_CSV"
    vietnamese = "Hãy gửi danh sách dưới dạng `text/csv`, bằng UTF-8."
    status = 415


def filing_routes(door: Door) -> list[BaseRoute]:
    """Route lists: behind the door, where it is known who files them."""
    return [Route(FILINGS, Desk(door), methods=["POST"], name="filings")]


class Desk:
    """Takes lists."""

    def __init__(self, door: Door) -> None:
        self.door = door

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Take a list, and file it as the mutation does; or say what is wrong with how it is written."""
        request = Request(scope, receive)
        try:
            lines, refused = read_lines(await _text(request))
            self.door.rates.spend(request, scope["viewer"], len(lines) // LINES_A_UNIT)
        except ClientDisconnect:
            return
        except RequestFault as fault:
            await refusal(request, fault)(scope, receive, send)
            return
        if refused:
            await _refused(request, refused)(scope, receive, send)
            return
        wish = {
            "idempotencyKey": header_of(scope, b"idempotency-key") or "",
            "employer": request.query_params.get("employer", ""),
            "month": request.query_params.get("month", ""),
            "lines": lines,
        }
        asked = Asked(FILE, {"input": wish}, None, None)
        await self.door.serve(request, asked, receive, send)


async def _text(request: Request) -> str:
    """Read a list. Raises: ListNotCsv, NotUtf8, as `body_of`."""
    media_type, parameters = media_type_of(header_of(request.scope, b"content-type") or "")
    if media_type != CSV_TYPE or parameters.get("charset", UTF_8) != UTF_8:
        raise ListNotCsv
    body = await body_of(request, MOST_LIST_BYTES)
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise NotUtf8 from error


def read_lines(text: str) -> tuple[Sequence[Mapping[str, Any]], Sequence[Refused]]:
    """Read the lines of a list, and what is wrong with how they are written.

    Raises: ListMalformed.
    """
    malformed = ListMalformed(names=", ".join(NAMES))
    first, _, rest = text.partition("\n")
    # Where a comma parts whole numbers from fractions, spreadsheets part columns by semicolons.
    separator = ";" if ";" in first else ","
    columns = [name.strip() for name in first.split(separator)]
    if "base" not in columns or len(set(columns)) != len(columns) or set(columns) - NAMES.keys():
        raise malformed
    lines, refused = list[Mapping[str, Any]](), list[Refused]()
    try:
        for number, cells in enumerate(_rows(rest, separator)):
            if len(cells) != len(columns):
                raise malformed
            said = {NAMES[name]: cell.strip() for name, cell in zip(columns, cells, strict=True)}
            line: dict[str, Any] = {name: value for name, value in said.items() if value}
            refused += _misread(line, number)
            lines.append(line)
    except csv.Error as error:
        raise malformed from error
    return lines, refused[:MOST_TOLD]


def _rows(text: str, separator: str) -> Iterator[list[str]]:
    return (cells for cells in csv.reader(text.splitlines(), delimiter=separator, strict=True) if cells)


def _misread(line: dict[str, Any], number: int) -> Iterator[Refused]:
    """Put numbers in the place of digits; say what is none, and which month is none."""
    base = line.get("base", "")
    if DIGITS.fullmatch(base) and abs(int(base)) <= MOST_DONG:
        line["base"] = int(base)
    else:
        yield BaseRefused(path=("lines", number, "base"))
    if "toMonth" in line and not WRITTEN.fullmatch(line["toMonth"]):
        yield MonthRefused(path=("lines", number, "toMonth"))


def _refused(request: Request, refused: Sequence[Refused]) -> Response:
    """Answer as the mutation does where the agency says no."""
    language = language_of(request)
    observation = observation_of(request)
    for no in refused:
        observation.refuse(no.code)
    errors = [
        {
            "code": no.code,
            "message": no.message(language),
            "path": [str(step) for step in no.path],
            "params": [{"name": name, "value": value} for name, value in no.params.items()],
        }
        for no in refused
    ]
    payload = {"errors": errors, "replayed": False, "filing": None}
    return Response(
        written({"data": {"fileContributions": payload}}),
        headers={"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"},
        media_type="application/json; charset=utf-8",
    )
