"""Whoever asks for much in few words is charged for all of it, or refused before any of it is done."""

from typing import Any

import pytest

from api.rates import Rates
from auth.viewer import ViewerKind
from db.pool import Connection
from schema.limits import Rate
from selection.costs import ACT, MOST_COST
from selection.entities import COMMON_ROWS, MOST_ROWS
from tests import people
from tests.api.conftest import Account, RunningPortal, a_persona, global_id

DOSSIERS = "query ($first: Int) { dossiers(first: $first) { nodes { id } } }"
FIFTY = range(50)


@pytest.fixture
async def lan(portal: RunningPortal, owner: Connection) -> Account:
    """A citizen with more dossiers than a page has where nothing is said."""
    lan = await portal.citizen(owner)
    for _ in range(COMMON_ROWS + 1):
        await people.a_dossier(owner, participant=lan.participant)
    return lan


def cost_of(answer: Any) -> int:  # noqa: ANN401 -- JSON
    """What was charged for an answer."""
    requested: int = answer["extensions"]["cost"]["requested"]
    return requested


def code_of(answer: Any) -> str:  # noqa: ANN401 -- JSON
    """Why nothing was answered."""
    [error] = answer["errors"]
    code: str = error["extensions"]["code"]
    return code


@pytest.mark.parametrize("size", [1_000_000, MOST_ROWS + 1, 0, -1])
async def test_g7_no_page_has_that_many_rows(portal: RunningPortal, lan: Account, size: int) -> None:
    for text, variables in (
        (f"{{ dossiers(first: {size}) {{ nodes {{ id }} }} }}", {}),
        (DOSSIERS, {"first": size}),
    ):
        answer = (await portal.ask(text, lan, **variables)).json()
        assert answer["data"] is None
        assert code_of(answer) == "BAD_PAGE_SIZE"
        assert cost_of(answer) <= 1 + MOST_ROWS


@pytest.mark.parametrize("variables", [{}, {"first": None}])
async def test_g7_a_page_of_which_nothing_is_said_has_twenty_rows(
    portal: RunningPortal, lan: Account, variables: dict[str, None]
) -> None:
    for text in (DOSSIERS, "{ dossiers { nodes { id } } }"):
        asked = {} if "$" not in text else variables
        answer = (await portal.ask(text, lan, **asked)).json()
        assert len(answer["data"]["dossiers"]["nodes"]) == COMMON_ROWS
        assert cost_of(answer) == 1 + COMMON_ROWS


@pytest.mark.parametrize("size", [1, 7, COMMON_ROWS, MOST_ROWS])
async def test_g7_a_page_is_priced_at_the_value_of_its_variable(
    portal: RunningPortal, lan: Account, size: int
) -> None:
    answer = (await portal.ask(DOSSIERS, lan, first=size)).json()
    assert len(answer["data"]["dossiers"]["nodes"]) == min(size, COMMON_ROWS + 1)
    assert cost_of(answer) == 1 + size


@pytest.mark.parametrize(
    ("head", "size", "variables"),
    [("", "100", {}), ("query ($n: Int)", "$n", {"n": 100}), ("query ($n: Int = 100)", "$n", {})],
)
async def test_g8_pages_in_pages_in_pages_are_refused_by_what_they_come_to(
    portal: RunningPortal, head: str, size: str, variables: dict[str, int]
) -> None:
    below = f"below(first: {size}) {{ nodes {{ below(first: {size}) {{ nodes {{ id }} }} }} }}"
    text = f"{head} {{ viewer {{ offices(first: {size}) {{ nodes {{ {below} }} }} }} }}"
    answer = (await portal.ask(text, **variables)).json()
    assert "data" not in answer
    assert answer["errors"][0]["extensions"] == {
        "code": "COST_TOO_HIGH",
        "requested": 1 + 1 + 100 * (1 + 1 + 100 * (1 + 1 + 100)),
        "limit": MOST_COST,
        "costliest": ["viewer", "offices", "nodes", "below", "nodes", "below"],
    }


async def test_g21_fifty_lookups_by_alias_are_charged_fifty_times(
    portal: RunningPortal, lan: Account
) -> None:
    aliases = " ".join(f'a{number}: dossier(reference: "{number:08}") {{ id }}' for number in FIFTY)
    answer = (await portal.ask(f"{{ {aliases} }}", lan)).json()
    assert set(answer["data"].values()) == {None}
    assert cost_of(answer) == len(FIFTY)


async def test_g21_fifty_acts_by_alias_are_charged_fifty_times_and_none_is_done(
    portal: RunningPortal, owner: Connection
) -> None:
    lan = await portal.citizen(owner)
    dossier = await people.a_dossier(owner, participant=lan.participant)
    aliases = " ".join(
        f'a{number}: withdrawDossier(input: {{idempotencyKey: "{number:016}",'
        f' dossier: "{global_id(dossier)}", expectedVersion: {number}}}) {{ errors {{ code }} }}'
        for number in FIFTY
    )
    for text in (
        f"mutation {{ {aliases} }}",
        f"mutation {{ ...all }} fragment all on Mutation {{ {aliases} }}",
        f"mutation {{ ... on Mutation {{ {aliases} }} }}",
    ):
        answer = (await portal.ask(text, lan)).json()
        assert "data" not in answer
        assert code_of(answer) == "TOO_MANY_ACTS"
        assert cost_of(answer) == len(FIFTY) * ACT
    assert await owner.fetchval("SELECT status FROM dossiers WHERE id = $1", dossier) == "NEW"


async def test_g21_two_acts_are_one_too_many(portal: RunningPortal) -> None:
    act = (
        'withdrawDossier(input: {idempotencyKey: "k", dossier: "d", expectedVersion: 1}) { errors { code } }'
    )
    answer = (await portal.ask(f"mutation {{ {act} again: {act} }}")).json()
    assert code_of(answer) == "TOO_MANY_ACTS"


async def test_g21_whoever_goes_on_trying_has_to_wait(
    portal: RunningPortal, monkeypatch: pytest.MonkeyPatch
) -> None:
    small = Rate(capacity=120, restore_rate=1)
    monkeypatch.setattr(portal.door, "rates", Rates(dict.fromkeys(ViewerKind, small)))
    account = portal.account(a_persona(ViewerKind.CITIZEN))
    aliases = " ".join(f'a{number}: dossier(reference: "{number:08}") {{ id }}' for number in FIFTY)
    tried = [await portal.ask(f"{{ {aliases} }}", account) for _ in range(3)]
    assert [each.status_code for each in tried] == [200, 200, 429]
    assert [each.json()["extensions"]["cost"]["remaining"] for each in tried] == [70, 20, 20]
    assert 28 <= int(tried[-1].headers["retry-after"]) <= 30
    assert tried[-1].json()["errors"][0]["extensions"]["code"] == "RATE_EXCEEDED"


async def test_whoever_follows_is_told_once_what_it_cost(portal: RunningPortal, owner: Connection) -> None:
    lan = await portal.citizen(owner)
    dossier = await people.a_dossier(owner, participant=lan.participant)
    await people.an_event(owner, dossier, "WITHDRAWN", "WITHDRAWN")
    async with portal.line(lan) as line:
        await line.follow(dossier)
        first, second = [(await line.hear())["payload"] for _ in range(2)]
    assert first["extensions"]["cost"]["requested"] == 1 + COMMON_ROWS
    assert "extensions" not in second
