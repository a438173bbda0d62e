"""A cursor is one of ours, or it is refused: whatever somebody makes of the text."""

import base64
import json
from datetime import date
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from db.connection import compiled
from db.pool import Pool
from selection.cursors import LONGEST_CURSOR, Place, cursor_text, read_cursor
from selection.faults import BadCursor
from selection.literals import words
from selection.statements import beyond
from tests.people import ANONYMOUS
from tests.portal import ask, code_of, portal

KEY = "01a20650-390f-751f-b9c4-8fe711d0670f"


def cursor(value: Any) -> str:  # noqa: ANN401 -- any JSON
    """A text in the form of a cursor."""
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


def test_a_cursor_is_read_as_it_was_written() -> None:
    place = read_cursor(cursor(["DUE", "2026-12-01", KEY]))
    assert place == Place("DUE", ("2026-12-01", KEY))
    assert place.value(0, 2, "DUE", date) == date(2026, 12, 1)
    assert place.value(1, 2, "DUE", UUID) == UUID(KEY)


async def test_postgresql_writes_what_is_read(pool: Pool) -> None:
    name = "Nguyễn 'Ế' \"x\" \\ 😀 " * 8
    row = await pool.fetchrow(compiled(select(cursor_text("NAME", [words(name), words(KEY)]))).sql)
    assert row
    (text,) = row.values()
    assert read_cursor(text) == Place("NAME", (name, KEY))
    assert set(text) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x",
        "====",
        "ế",
        "W10",
        cursor([]),
        cursor("text"),
        cursor({"a": 1, "b": 2}),
        cursor([1, 2]),
        cursor([None]),
        cursor([["NEWEST"], KEY]),
        cursor(["NEWEST"]),
        cursor(["OLDEST", KEY]),
        cursor(["NEWEST", KEY, KEY]),
        cursor(["NEWEST", "x"]),
        cursor(["NEWEST", None]),
        cursor(["NEWEST", 1]),
        cursor(["NEWEST", {"a": 1}]),
        base64.b64encode(b"[" * 700).decode(),
        base64.b64encode(b'["NEWEST", NaN]').decode(),
        base64.b64encode(b'["NEWEST", 1e999]').decode(),
        base64.b64encode(b"\xff\xfe").decode(),
        "x" * (LONGEST_CURSOR + 1),
    ],
)
async def test_what_is_no_cursor_of_the_list_is_refused(pool: Pool, text: str) -> None:
    query = (
        "query ($after: Cursor) { services(first: 1) { nodes { versions(after: $after) { totalCount } } } }"
    )
    with pytest.raises(BadCursor) as fault:
        await ask(pool, ANONYMOUS, query, after=text)
    assert code_of(fault.value) == "BAD_CURSOR"


@pytest.mark.parametrize("value", [2**31, -(2**31) - 1, 1e999, float("nan"), "x", None, [], "\0"])
def test_a_number_in_a_cursor_is_one_that_postgresql_has(value: Any) -> None:  # noqa: ANN401 -- any JSON
    with pytest.raises(BadCursor):
        Place("OLDEST", (value,)).value(0, 1, "OLDEST", int)


@pytest.mark.parametrize("value", ["\0", "\ud800"])
def test_a_text_in_a_cursor_is_one_that_postgresql_has(value: str) -> None:
    with pytest.raises(BadCursor):
        Place("NAME", (value,)).value(0, 1, "NAME", str)


@given(st.text(max_size=60) | st.binary(max_size=60).map(lambda data: base64.b64encode(data).decode()))
def test_any_text_is_a_cursor_or_refused(text: str) -> None:
    try:
        place = read_cursor(text)
        place.value(0, 1, "NEWEST", UUID)
    except BadCursor:
        return
    assert place.order == "NEWEST"


def test_the_place_is_one_comparison_of_rows() -> None:
    # Which an index over the same columns answers; `a > $1 OR (a = $1 AND b > $2)` it would not.
    condition = beyond(["due_on", "id"], ["$2::DATE", "$3::UUID"], descending=True)
    assert condition == "(due_on, id) < ($2::DATE, $3::UUID)"


def test_a_cursor_tells_nothing_that_the_row_does_not_show() -> None:
    # Its order's name and the columns of that order; each of them is a field of the type.
    shown = {
        "id",
        "seq",
        "due_on",
        "answer_by",
        "started_on",
        "valid_from",
        "code",
        "kind",
        "applies_to",
        "sort_name",
        "month",
        "fund",
        "paid_on",
        "recorded_at",
    }
    for declaration in portal().catalogue.declarations.values():
        for order in getattr(declaration, "orders", {}).values():
            assert set(order.columns) <= shown
