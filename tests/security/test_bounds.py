"""A small text that asks for a great deal is refused before anybody works on it, and the portal goes on."""

import pytest
from graphql import get_introspection_query

from api.graphql import RESPONSE_TYPE
from selection.bounds import MOST_REPEATS
from tests.api.conftest import RunningPortal
from tests.portal import portal as translator

# Too many bytes, or too many tokens, as a text is that goes on for long enough.
LARGE = {"TOO_LARGE", "GRAPHQL_PARSE_FAILED"}


def ladder(rungs: int, type_name: str, rung: str, last: str = "__typename") -> str:
    """Fragments each of which spreads the next one twice, so that the last is meant 2^rungs times."""
    fragments = [
        f"fragment f{step} on {type_name} {{ {rung.replace('…', f'...f{step + 1}')} }}"
        for step in range(rungs)
    ]
    return " ".join([*fragments, f"fragment f{rungs} on {type_name} {{ {last} }}"])


def aliased(number: int, field: str) -> str:
    """One field under so many names."""
    return "{" + " ".join(f"a{each}: {field}" for each in range(number)) + "}"


async def refused(portal: RunningPortal, text: str) -> str:
    """The code of the one fault of a document; and whoever asks next is answered."""
    response = await portal.ask(text)
    assert response.status_code in {200, 413}
    assert "data" not in response.json()
    [error] = response.json()["errors"]
    assert await portal.told("{ __typename }") == {"__typename": "Query"}
    code: str = error["extensions"]["code"]
    return code


@pytest.mark.parametrize("times", [21, 100, 199, 201, 3_000])
@pytest.mark.parametrize(
    ("before", "level"),
    [
        ("{ ", "child { "),
        ('{ node(id: "Office:1") { ... on Office { ', "parent { "),
        ("{ ", "... { "),
        ("{ ", "... on Query { viewer { "),
        ("subscription { ", "child { "),
    ],
)
async def test_g1_depth_without_end(portal: RunningPortal, before: str, level: str, times: int) -> None:
    text = before + level * times + "id" + " }" * (before.count("{") + times * level.count("{"))
    if times == 21 and "..." in level and "viewer" not in level:
        assert translator().documents.read(text.replace("id", "__typename"))
        return
    assert await refused(portal, text) in {"TOO_DEEP", *LARGE}


@pytest.mark.parametrize("rungs", [17, 25, 59, 60])
@pytest.mark.parametrize(
    ("before", "type_name", "rung"),
    [
        ('{ node(id: "Office:1") { ...f0 } }', "Office", "a: parent { … } b: parent { … }"),
        ("{ viewer { ...f0 } }", "Viewer", "… …"),
        ("{ __schema { types { ...f0 } } }", "__Type", "a: ofType { … } b: ofType { … }"),
        ("{ viewer { kind } }", "Office", "… …"),
        ("mutation { ...f0 }", "Mutation", "… …"),
    ],
)
async def test_g2_fragments_that_double(
    portal: RunningPortal, before: str, type_name: str, rung: str, rungs: int
) -> None:
    assert await refused(portal, f"{before} {ladder(rungs, type_name, rung)}") in {
        "TOO_MANY_FIELDS",
        "TOO_DEEP",
        *LARGE,
    }


@pytest.mark.parametrize("rungs", [17, 25, 59])
async def test_g2_fragments_that_double_and_end_in_nothing(portal: RunningPortal, rungs: int) -> None:
    text = f"{{ viewer {{ ...f0 }} }} {ladder(rungs, 'Viewer', '… …', last='')}"
    assert await refused(portal, text) == "TOO_MANY_FIELDS"


@pytest.mark.parametrize("times", [MOST_REPEATS + 1, 100, 240, 3_000])
@pytest.mark.parametrize(
    "text",
    [
        'node(id: "x") { id } ',
        "... { viewer { kind } } ",
        "viewer { kind kind kind kind kind kind kind kind kind } ",
        "viewer { kind } name: viewer { kind } ",
    ],
)
async def test_g3_one_field_repeated(portal: RunningPortal, text: str, times: int) -> None:
    assert await refused(portal, "{" + text * times + "}") in {"TOO_MANY_REPEATS", *LARGE}


async def test_g3_one_field_repeated_in_a_fragment_that_nobody_spreads(portal: RunningPortal) -> None:
    text = "{ viewer { kind } } fragment a on Query {" + "viewer { kind } " * 240 + "}"
    assert await refused(portal, text) == "TOO_MANY_REPEATS"


@pytest.mark.parametrize(
    "field", ['dossier(reference: "x") { id }', 'node(id: "x") { id }', "services { nodes { id } }"]
)
@pytest.mark.parametrize("number", [101, 5_000])
async def test_g4_many_aliases(portal: RunningPortal, field: str, number: int) -> None:
    assert await refused(portal, aliased(number, field)) in {"TOO_MANY_LINKS", *LARGE}


@pytest.mark.parametrize("field", ["__typename", "viewer { kind }"])
async def test_g4_five_thousand_aliases_of_what_costs_nothing(portal: RunningPortal, field: str) -> None:
    assert await refused(portal, aliased(5_000, field)) in LARGE


@pytest.mark.parametrize(
    "text",
    [
        "{ viewer { ...f } } fragment f on Viewer { ...f }",
        "{ viewer { ...f } } fragment f on Viewer { ...g } fragment g on Viewer { kind ...f }",
        "{ viewer { kind } } fragment f on Viewer { ...g } fragment g on Viewer { kind ...f }",
        "{ ...f } fragment f on Query { viewer { kind } ... { ...f } }",
        "subscription { ...f } fragment f on Subscription { ...f }",
    ],
)
async def test_g6_fragments_in_a_circle(portal: RunningPortal, text: str) -> None:
    assert await refused(portal, text) == "GRAPHQL_VALIDATION_FAILED"


async def test_introspection_that_multiplies(portal: RunningPortal) -> None:
    fields = " ".join(f"a{n}: fields {{ type {{ fields {{ type {{ name }} }} }} }}" for n in range(80))
    assert await refused(portal, f"{{ __schema {{ types {{ {fields} }} }} }}") == "COST_TOO_HIGH"


async def test_its_status_is_that_of_a_document_with_faults(portal: RunningPortal) -> None:
    response = await portal.post('{"query": "{' + "viewer { kind } " * 100 + '}"}', accept=RESPONSE_TYPE)
    assert response.status_code == 400
    assert response.headers["content-type"].startswith(RESPONSE_TYPE)


async def test_over_a_socket_it_is_told_too(portal: RunningPortal) -> None:
    async with portal.line() as line:
        await line.ask("subscription {" + 'dossierEvents(dossier: "Dossier:1") { seq } ' * 100 + "}")
        said = await line.hear()
    assert said["type"] == "error"
    assert said["payload"][0]["extensions"]["code"] == "TOO_MANY_REPEATS"


def test_what_explorers_ask_of_the_schema_is_let_pass() -> None:
    asked = get_introspection_query(
        specified_by_url=True,
        directive_is_repeatable=True,
        schema_description=True,
        input_value_deprecation=True,
    )
    assert translator().documents.read(asked)


def test_as_much_as_is_let_pass_is_read() -> None:
    repeated = "viewer { kind } " * MOST_REPEATS
    assert translator().documents.read(f"{{ {aliased(450, '__typename').strip('{}')} {repeated} }}")


def test_fragments_that_many_parts_of_a_page_share_are_let_pass() -> None:
    parts = "".join(
        f"fragment part{n} on Participant {{ id fullName ...name }}" for n in range(MOST_REPEATS - 1)
    )
    spreads = " ".join(f"...part{n}" for n in range(MOST_REPEATS - 1))
    text = f"{{ viewer {{ participant {{ {spreads} }} }} }} {parts} fragment name on Participant {{ sex }}"
    assert translator().documents.read(text)
