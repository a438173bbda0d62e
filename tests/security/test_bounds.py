"""A small text that asks for a great deal is refused before anybody works on it."""

from time import perf_counter

import pytest
from graphql import get_introspection_query

from api.graphql import RESPONSE_TYPE
from selection.costs import MOST_REPEATS
from selection.faults import CostTooHigh, DocumentRefused, TooManyFields, TooManyRepeats
from tests.api.conftest import RunningPortal
from tests.portal import portal as translator

# What is refused is refused by counting, which takes milliseconds; a busy machine is given time.
QUICK_S = 1.0

LADDER = 25


def ladder(type_name: str, rung: str) -> str:
    """Fragments each of which spreads the next one twice, so that the last is meant 2^25 times."""
    fragments = [
        f"fragment f{step} on {type_name} {{ {rung.replace('…', f'...f{step + 1}')} }}"
        for step in range(LADDER)
    ]
    return " ".join([*fragments, f"fragment f{LADDER} on {type_name} {{ __typename }}"])


EXPENSIVE = [
    (
        '{ node(id: "Office:1") { ...on Office { ...f0 } } }'
        + ladder("Office", "a: parent { … } b: parent { … }"),
        TooManyFields,
    ),
    ("{ viewer { ...f0 } }" + ladder("Viewer", "… …"), TooManyFields),
    ("{ __schema { types { ...f0 } } }" + ladder("__Type", "a: ofType { … } b: ofType { … }"), TooManyFields),
    ("{ viewer { kind } } " + ladder("Office", "a: parent { … } b: parent { … }"), TooManyFields),
    (
        "{ viewer { ...a } } fragment a on Viewer { ...b } fragment b on Viewer { kind ...a }",
        TooManyFields,
    ),
    (
        "{ viewer { kind } } fragment a on Viewer { ...b } fragment b on Viewer { kind ...a }",
        TooManyFields,
    ),
    ("{" + "viewer { kind } " * 480 + "}", TooManyRepeats),
    ("{" + "... { viewer { kind } } " * 250 + "}", TooManyRepeats),
    ("{" + f"viewer {{ {'kind ' * 10} }}" * 10 + "}", TooManyRepeats),
    ("{ viewer { kind } } fragment a on Query {" + "viewer { kind } " * 300 + "}", TooManyRepeats),
    (
        "{ __schema { types {"
        + " ".join(f"a{n}: fields {{ type {{ fields {{ type {{ name }} }} }} }}" for n in range(100))
        + "} } }",
        CostTooHigh,
    ),
]


@pytest.mark.parametrize(("text", "fault"), EXPENSIVE)
def test_expensive_text_is_refused_at_once(text: str, fault: type[DocumentRefused]) -> None:
    began = perf_counter()
    with pytest.raises(fault):
        translator().documents.read(text)
    assert perf_counter() - began < QUICK_S


@pytest.mark.parametrize("text", [text for text, _ in EXPENSIVE])
async def test_whoever_sends_it_is_told_and_the_portal_goes_on(portal: RunningPortal, text: str) -> None:
    response = await portal.ask(text)
    answer = response.json()
    assert response.status_code == 200
    assert "data" not in answer
    assert answer["errors"][0]["extensions"]["code"] in {
        "TOO_MANY_FIELDS",
        "TOO_MANY_REPEATS",
        "COST_TOO_HIGH",
    }
    assert response.elapsed.total_seconds() < QUICK_S


async def test_its_status_is_that_of_a_document_with_faults(portal: RunningPortal) -> None:
    response = await portal.post('{"query": "{' + "viewer { kind } " * 100 + '}"}', accept=RESPONSE_TYPE)
    assert response.status_code == 400
    assert response.headers["content-type"] == f"{RESPONSE_TYPE}; charset=utf-8"


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
    assert translator().documents.read(asked) is not None


def test_as_much_as_is_let_pass_is_read() -> None:
    aliased = " ".join(f"a{number}: __typename" for number in range(600))
    repeated = "viewer { kind } " * MOST_REPEATS
    assert translator().documents.read(f"{{ {aliased} {repeated} }}") is not None


def test_fragments_that_many_parts_of_a_page_share_are_let_pass() -> None:
    parts = "".join(
        f"fragment part{n} on Participant {{ id fullName ...name }}" for n in range(MOST_REPEATS - 1)
    )
    spreads = " ".join(f"...part{n}" for n in range(MOST_REPEATS - 1))
    text = f"{{ viewer {{ participant {{ {spreads} }} }} }} {parts} fragment name on Participant {{ sex }}"
    assert translator().documents.read(text) is not None
