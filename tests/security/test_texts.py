"""Texts as they come from keyboards, copied pages and worse: I1 to I3 of the catalogue."""

import unicodedata
from typing import Any

import pytest

from db.dossiers import LONGEST_REQUEST
from db.events import LONGEST_REASON
from db.pool import Connection
from domain.numerals import grouped
from tests import people
from tests.api.conftest import SUBMIT, WITHDRAW, Account, RunningPortal, global_id

SEARCH = "query ($prefix: String) { participants(namePrefix: $prefix) { nodes { fullName } } }"


def decomposed(text: str) -> str:
    return unicodedata.normalize("NFD", text)


async def found(portal: RunningPortal, officer: Account, prefix: str) -> list[str]:
    """The names that a search finds."""
    told = await portal.told(SEARCH, officer, prefix=prefix)
    return [person["fullName"] for person in told["participants"]["nodes"]]


async def an_officer_of(portal: RunningPortal, owner: Connection, *names: str) -> Account:
    """An officer whose office has people of these names."""
    office = await people.an_office(owner)
    for name in names:
        await people.a_participant(owner, office=office, name=name)
    return await portal.officer(owner, office)


async def said_of(portal: RunningPortal, lan: Account, owner: Connection, request: str) -> Any:  # noqa: ANN401 -- JSON
    """What comes of filing a dossier with this text."""
    wish = {
        "idempotencyKey": "k",
        "service": f"Service:{await people.a_service(owner)}",
        "request": request,
    }
    return (await portal.told(SUBMIT, lan, input=wish))["submitDossier"]


async def kept(portal: RunningPortal, owner: Connection, request: str) -> str:
    """The text of a dossier, as it is told after it was filed."""
    lan = await portal.citizen(owner)
    payload = await said_of(portal, lan, owner, request)
    assert payload["errors"] == []
    told = await portal.told(
        "query ($id: ID!) { node(id: $id) { ... on Dossier { request } } }", lan, id=payload["dossier"]["id"]
    )
    text: str = told["node"]["request"]
    return text


# ------------------------------------------------------------ how it is typed ---


@pytest.mark.parametrize("stored", ["Nguyễn Thị Lan", decomposed("Nguyễn Thị Lan")], ids=["NFC", "NFD"])
@pytest.mark.parametrize("form", ["NFC", "NFD", "NFKC", "NFKD"])
async def test_i1_name_is_found_however_it_is_typed(
    portal: RunningPortal, owner: Connection, stored: str, form: str
) -> None:
    officer = await an_officer_of(portal, owner, stored, "Trần Văn Minh")
    assert await found(portal, officer, unicodedata.normalize(form, "Nguyễn Thị L")) == [stored]


@pytest.mark.parametrize("prefix", ["Đặng", "đặng", "DANG", "dang", decomposed("ĐẶNG"), "đa\u0323\u0306ng"])
async def test_i1_barred_d_is_found_as_d(portal: RunningPortal, owner: Connection, prefix: str) -> None:
    officer = await an_officer_of(portal, owner, "Đặng Văn Đức", "Ðặng Văn Ðức")
    assert await found(portal, officer, prefix) == ["Đặng Văn Đức"]


async def test_i1_eth_is_another_letter(portal: RunningPortal, owner: Connection) -> None:
    officer = await an_officer_of(portal, owner, "Đặng Văn Đức", "Ðặng Văn Ðức")
    assert await found(portal, officer, "ðặng") == ["Ðặng Văn Ðức"]


async def test_i1_text_is_kept_composed(portal: RunningPortal, owner: Connection) -> None:
    text = "Kính gửi cơ quan: đề nghị cấp lại sổ"
    assert await kept(portal, owner, decomposed(text)) == text


# ---------------------------------------------------- what cannot be printed ---


UNPRINTABLE = {
    "NUL": "\0",
    "half a character": "\ud800",
    "the other half": "\udc00",
    "direction override": "\u202e",
    "isolate": "\u2066",
    "zero-width space": "\u200b",
    "zero-width joiner": "\u200d",
    "byte order mark": "\ufeff",
    "emoji": "😀",
    "escape": "\x1b",
    "private": "\ue000",
    "line separator": "\u2028",
}


@pytest.mark.parametrize("character", UNPRINTABLE.values(), ids=UNPRINTABLE)
async def test_i2_what_cannot_be_printed_is_refused_at_its_place(
    portal: RunningPortal, owner: Connection, character: str
) -> None:
    lan = await portal.citizen(owner)
    [error] = (await said_of(portal, lan, owner, f"La{character}n"))["errors"]
    assert (error["code"], error["path"]) == ("CHARACTER_REFUSED", ["request"])
    assert f"U+{ord(character):04X}" in error["message"]
    assert not await owner.fetchval("SELECT count(*) FROM dossiers WHERE submitted_by = $1", lan.principal)


@pytest.mark.parametrize("character", UNPRINTABLE.values(), ids=UNPRINTABLE)
async def test_i2_search_for_it_finds_nobody(
    portal: RunningPortal, owner: Connection, character: str
) -> None:
    officer = await an_officer_of(portal, owner, "Nguyễn Thị Lan")
    answer = (await portal.ask(SEARCH, officer, prefix=f"Nguy{character}ễn")).json()
    if "errors" in answer:
        [error] = answer["errors"]
        assert (error["extensions"], error["path"]) == (
            {"code": "BAD_TEXT", "argument": "namePrefix"},
            ["participants"],
        )
    else:
        assert answer["data"]["participants"]["nodes"] == []


@pytest.mark.parametrize("character", UNPRINTABLE.values(), ids=UNPRINTABLE)
async def test_i2_identifier_with_it_is_none(
    portal: RunningPortal, owner: Connection, character: str
) -> None:
    lan = await portal.citizen(owner)
    for text in (
        "query ($v: ID!) { participant(id: $v) { id } }",
        "query ($v: String!) { dossier(reference: $v) { id } }",
        "query ($v: String!) { service(code: $v) { id } }",
    ):
        answer = (await portal.ask(text, lan, v=f"Participant:{character}")).json()
        codes = [error["extensions"]["code"] for error in answer.get("errors", ())]
        assert codes in ([], ["BAD_ID"], ["BAD_TEXT"])
        assert set(answer["data"].values()) == {None}


# ---------------------------------------------------- too short, too long, odd ---


@pytest.mark.parametrize("text", ["L", "ễ", decomposed("ễ"), "a" * LONGEST_REQUEST, "ễ" * LONGEST_REQUEST])
async def test_i3_text_of_any_length_that_may_be_is_kept(
    portal: RunningPortal, owner: Connection, text: str
) -> None:
    assert await kept(portal, owner, text) == unicodedata.normalize("NFC", text)


async def test_i3_longest_text_is_as_long_in_either_form(portal: RunningPortal, owner: Connection) -> None:
    assert await kept(portal, owner, decomposed("ễ" * LONGEST_REQUEST)) == "ễ" * LONGEST_REQUEST


@pytest.mark.parametrize("text", ["a" * (LONGEST_REQUEST + 1), "e" + "\u0302" * (LONGEST_REQUEST + 1)])
async def test_i3_longer_text_is_refused(portal: RunningPortal, owner: Connection, text: str) -> None:
    [error] = (await said_of(portal, await portal.citizen(owner), owner, text))["errors"]
    assert (error["code"], error["path"]) == ("TEXT_TOO_LONG", ["request"])
    assert grouped(LONGEST_REQUEST, "en") in error["message"]


async def test_i3_longer_reason_is_refused_at_its_own_place(portal: RunningPortal, owner: Connection) -> None:
    lan = await portal.citizen(owner)
    dossier = global_id(await people.a_dossier(owner, participant=lan.participant))
    wish = {
        "idempotencyKey": "k",
        "dossier": dossier,
        "expectedVersion": 1,
        "reason": "a" * (LONGEST_REASON + 1),
    }
    [error] = (await portal.told(WITHDRAW, lan, input=wish))["withdrawDossier"]["errors"]
    assert (error["code"], error["path"]) == ("TEXT_TOO_LONG", ["reason"])


@pytest.mark.parametrize("marks", ["\u0301", "\u0302\u0303\u0323", "a \u0301", "\u20dd"])
async def test_i3_marks_without_a_letter_are_refused(
    portal: RunningPortal, owner: Connection, marks: str
) -> None:
    [error] = (await said_of(portal, await portal.citizen(owner), owner, marks))["errors"]
    assert (error["code"], error["path"]) == ("MARK_WITHOUT_LETTER", ["request"])


@pytest.mark.parametrize("nothing", [" ", "\u00a0\u3000", "\n\t\n"])
async def test_i3_nothing_is_no_text(portal: RunningPortal, owner: Connection, nothing: str) -> None:
    payload = await said_of(portal, await portal.citizen(owner), owner, nothing)
    assert [error["code"] for error in payload["errors"]] == ["TEXT_MISSING"]


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        '=HYPERLINK("http://evil.example", "Lan")',
        "@SUM(1+1)*cmd|' /C calc'!A0",
        "{{ 7 * 7 }} ${7 * 7} %s",
        "</title><!-- -->&amp;",
        "../../etc/passwd",
    ],
)
async def test_i3_markup_and_formulas_are_kept_as_text(
    portal: RunningPortal, owner: Connection, text: str
) -> None:
    assert await kept(portal, owner, text) == text
