"""Whatever 64 kB say, they take little of a processor's time before anything of them is executed.

Measured is the way from the bytes of a body to the arguments of a statement. For each kind of text the sizes
are tried that take longest: as much as a body holds, and just as much as is not refused, or is.
"""

import json
from collections.abc import Callable, Iterator
from time import thread_time

import pytest
from graphql import get_introspection_query, parse

from api.bodies import decoded
from auth.viewer import Viewer, ViewerKind
from schema.limits import MOST_BODY_BYTES
from selection.documents import Documents
from selection.faults import OperationFault
from selection.planner import Unplannable
from tests.people import EVERY_SCOPE
from tests.portal import portal

# On the machine of bench/RESULTS.md, which reads an introspection query in a millisecond when it does nothing
# else; where that takes longer, so may everything.
MOST_MS, INTROSPECTION_MS = 50, 1.0
INTROSPECTION = get_introspection_query()
TRIES = 8

OFFICER = Viewer(ViewerKind.OFFICER, scopes=EVERY_SCOPE)

Text = str | tuple[str, dict[str, object]]


def body_of(text: Text) -> bytes:
    """What is sent."""
    query, variables = text if isinstance(text, tuple) else (text, {})
    return json.dumps({"query": query, "variables": variables}, ensure_ascii=False).encode()


def work(body: bytes) -> tuple[float, bool]:
    """How many milliseconds a body takes that nobody has seen before, and whether it would be executed."""
    translator = portal()
    translator.documents = Documents(translator.catalogue)
    began = thread_time()
    try:
        asked = decoded(body)
        operation = translator.documents.read(asked["query"]).operation(None)
        is_executed = operation is not None
        if operation:
            translator.documents.price(operation, asked["variables"])
            variables = operation.coerce(asked["variables"])
            if operation.is_query:
                translator.plan(operation, OFFICER, variables).arguments(OFFICER, variables)
    except Unplannable:
        is_executed = True
    except OperationFault as fault:
        is_executed = fault.path is not None
    return (thread_time() - began) * 1e3, is_executed


def least_work(body: bytes) -> float:
    """How many milliseconds it takes, at best of several times where it takes too many."""
    took_ms, _ = work(body)
    return took_ms if took_ms <= MOST_MS else min(work(body)[0] / slowness() for _ in range(TRIES))


def slowness() -> float:
    """How many times as long as there everything takes here, just now."""

    def reading_ms() -> float:
        began = thread_time()
        parse(INTROSPECTION)
        return (thread_time() - began) * 1e3

    return max(1, min(reading_ms() for _ in range(3)) / INTROSPECTION_MS)


# ------------------------------------------------------------------------ kinds of text ---


def many(number: int, piece: str) -> str:
    """A piece so many times; `#` in it stands for the number of each."""
    return " ".join(piece.replace("#", str(each)) for each in range(number))


def next_of(number: int, piece: str) -> str:
    """A piece so many times, as many does; `+` in it stands for the next number."""
    return " ".join(piece.replace("#", str(each)).replace("+", str(each + 1)) for each in range(number))


TEXT = "query ($v: String!) {"
LONG = "query ($v: [DossierStatus!]) {"
ACT = 'acceptDossier(input: { idempotencyKey: "", dossier: "", expectedVersion: 1 })'
ON_VIEWER = "fragment f# on Viewer { "

KINDS: dict[str, Callable[[int], Text]] = {
    # Deep.
    "braces": lambda n: "{" * n,
    "fields": lambda n: "{ node(id: 1) { ... on Office {" + "parent {" * n + "id" + "}" * (n + 3),
    "inline fragments": lambda n: "{ viewer {" + "... {" * n + "kind" + "}" * (n + 2),
    "typed inline fragments": lambda n: "{ viewer {" + "... on Viewer {" * n + "kind" + "}" * (n + 2),
    "lists": lambda n: "{ nodes(ids: " + "[" * n + "]" * n + ") { id } }",
    "objects": lambda n: (
        "mutation { submitDossier(input: " + "{ a: " * n + "1" + "}" * n + ") { replayed } }"
    ),
    "list types": lambda n: "query ($v: " + "[" * n + "Int" + "]" * n + ") { viewer { kind } }",
    "introspection": lambda n: "{ __schema { types {" + "fields { type {" * n + "name" + "} }" * n + "} } }",
    "types of types": lambda n: "{ __schema { types {" + "ofType {" * n + "name" + "}" * (n + 3),
    # Wide.
    "aliases": lambda n: f"{{ {many(n, 'a#: __typename')} }}",
    "aliases of an object": lambda n: f"{{ {many(n, 'a#: viewer { kind }')} }}",
    "unknown fields": lambda n: f"{{ viewer {{ {many(n, 'a#')} }} }}",
    "unknown roots": lambda n: f"{{ {many(n, 'a#')} }}",
    "repeats": lambda n: "{ viewer {" + "kind " * n + "} }",
    "repeated objects": lambda n: "{" + 'node(id: "x") { id } ' * n + "}",
    "repeats with other arguments": lambda n: f"{{ {many(n, 'node(id: #) { id }')} }}",
    "nineteen repeats": lambda n: "{" + many(19, f"viewer {{ {many(n, 'a#: kind')} }}") + "}",
    "nineteen fragments": lambda n: (
        "{" + many(19, f"viewer {{ {many(n, '...f#')} }}") + "}" + many(n, ON_VIEWER + "a#: kind }")
    ),
    "links": lambda n: "{" + many(n, 'a#: dossier(reference: "x") { id }') + "}",
    "pages": lambda n: f"{{ {many(n, 'a#: dossiers { nodes { id } pageInfo { hasNextPage } }')} }}",
    "derived": lambda n: f'{{ dossier(reference: "x") {{ {many(n, "a#: deadline { dueOn }")} }} }}',
    "nodes": lambda n: f"{{ {many(n, 'a#: node(id: 1) { id }')} }}",
    "counts": lambda n: f"{{ dossiers {{ {many(n, 'a#: totalCount')} }} }}",
    "subscriptions": lambda n: f"subscription {{ {many(n, 'a#: dossierEvents(dossier: 1) { seq }')} }}",
    "acts": lambda n: f"mutation {{ {many(n, f'a#: {ACT} {{ replayed }}')} }}",
    "fields of an act": lambda n: f"mutation {{ {ACT} {{ {many(n, 'a#: replayed')} }} }}",
    # Fragments.
    "ladder": lambda n: "{ viewer { ...f0 } }" + next_of(n, ON_VIEWER + "...f+ ...f+ }"),
    "ladder that nobody climbs": lambda n: "{ viewer { kind } }" + next_of(n, ON_VIEWER + "...f+ ...f+ }"),
    "ladder to nothing": lambda n: (
        "{ viewer { ...f0 } }" + next_of(n, ON_VIEWER + "...f+ ...f+ }") + f"fragment f{n} on Viewer {{ }}"
    ),
    "everything in everything": lambda n: (
        "{ viewer { ...f0 } }"
        + " ".join(
            f"fragment f{one} on Viewer {{ {' '.join(f'...f{other}' for other in range(one + 1, n))} }}"
            for one in range(n)
        )
    ),
    "chain": lambda n: "{ viewer { ...f0 } }" + next_of(n, ON_VIEWER + "a#: kind ...f+ }"),
    "deep chain": lambda n: (
        "{ ...f0 }" + next_of(n, "fragment f# on Query {" + "... {" * 40 + "...f+" + "}" * 41)
    ),
    "all in one place": lambda n: (
        f"{{ viewer {{ {many(n, '...f#')} }} }}" + many(n, ON_VIEWER + "a#: kind }")
    ),
    "empty ones": lambda n: f"{{ viewer {{ {many(n, '...f#')} }} }}" + many(n, ON_VIEWER + "}"),
    "the same chain in many places": lambda n: (
        f"{{ {many(n, 'a#: viewer { ...f0 }')} }}" + next_of(n, ON_VIEWER + "...f+ }")
    ),
    "objects that are merged": lambda n: (
        f"{{ {many(n, '...f#')} }}" + many(n, "fragment f# on Query { viewer { a#: kind } }")
    ),
    "circle": lambda n: f"{{ viewer {{ ...f0 }} }} {next_of(n, ON_VIEWER + '...f+ }')}".replace(
        f"...f{n} ", "...f0 "
    ),
    "circles": lambda n: "{ viewer { kind } }" + many(n, ON_VIEWER + "...f# }"),
    "unused": lambda n: "{ viewer { kind } }" + many(n, ON_VIEWER + "kind }"),
    "of one name": lambda n: "{ viewer { kind } }" + many(n, "fragment f on Viewer { kind }"),
    "unknown": lambda n: f"{{ viewer {{ {many(n, '...f#')} }} }}",
    "inline, apart": lambda n: f"{{ viewer {{ {many(n, '... on Viewer { a#: kind }')} }} }}",
    "inline, impossible": lambda n: f"{{ viewer {{ {many(n, '... on Dossier { id }')} }} }}",
    "inline, of types that overlap": lambda n: (
        "{ node(id: 1) {" + many(n, "... on Office { a#: id } ... on Dossier { a#: id }") + "} }"
    ),
    "of derived fields": lambda n: (
        "{"
        + many(9, 'a#: dossier(reference: "x") { ...f }')
        + "} fragment f on Dossier {"
        + many(n, "b#: deadline { dueOn }")
        + "}"
    ),
    "of fields": lambda n: (
        f"{{ {many(9, 'a#: viewer { ...f }')} }} fragment f on Viewer {{ {many(n, 'b#: kind')} }}"
    ),
    # Operations and variables.
    "operations": lambda n: many(n, "query q# { viewer { kind } }"),
    "nameless operations": lambda n: "{ a } " * n,
    "operations of one name": lambda n: "query q { viewer { kind } } " * n,
    "operations and a chain": lambda n: (
        many(n, "query q#($v: Boolean!) { ...f0 }")
        + next_of(n, "fragment f# on Query { ...f+ }")
        + f"fragment f{n} on Query {{ viewer {{ kind @skip(if: $v) }} }}"
    ),
    "operations and one fragment": lambda n: (
        many(n, "query q#($v: Boolean!) { ...f }")
        + f"fragment f on Query {{ viewer {{ {many(n, 'a#: kind @skip(if: $v)')} }} }}"
    ),
    "variables": lambda n: f"query ({many(n, '$v#: Int')}) {{ viewer {{ kind }} }}",
    "variables of one name": lambda n: f"query ({'$v: Int ' * n}) {{ viewer {{ kind }} }}",
    "variables of no type": lambda n: f"query ({many(n, '$v#: T#')}) {{ viewer {{ kind }} }}",
    "variables with lists": lambda n: f"query ({many(n, '$v#: [ID!] = [1, 2]')}) {{ viewer {{ kind }} }}",
    "variables in use": lambda n: (
        f"query ({many(n, '$v#: String!')}) {{ {many(n, 'a#: dossier(reference: $v#) { id }')} }}",
        {f"v{each}": "x" for each in range(n)},
    ),
    "variables in a list": lambda n: (
        f"query ({many(n, '$v#: ID!')}) {{ nodes(ids: [{many(n, '$v#')}]) {{ id }} }}",
        {f"v{each}": "x" for each in range(n)},
    ),
    "variables of pages": lambda n: (
        f"query ({many(n, '$v#: Int')}) {{ viewer {{"
        + next_of(n, "a#: offices(first: $v#) { nodes { below(first: $v#) { nodes { id } } } }")
        + "} }",
        {f"v{each}": 1 for each in range(n)},
    ),
    "undefined variables": lambda n: f"{{ {many(n, 'a#: dossier(reference: $v#) { id }')} }}",
    "one variable in many places": lambda n: (
        f"query ($v: Boolean!) {{ viewer {{ {many(n, 'a#: kind @skip(if: $v)')} }} }}",
        {"v": True},
    ),
    # Values.
    "values that nobody asked for": lambda n: (
        "{ viewer { kind } }",
        {f"v{each}": each for each in range(n)},
    ),
    "identifiers": lambda n: ("query ($v: [ID!]!) { nodes(ids: $v) { id } }", {"v": ["x"] * n}),
    "identifiers that are numbers": lambda n: (
        "query ($v: [ID!]!) { nodes(ids: $v) { id } }",
        {"v": [1] * n},
    ),
    "identifiers that are none": lambda n: ("query ($v: [ID!]!) { nodes(ids: $v) { id } }", {"v": [{}] * n}),
    "identifiers that are null": lambda n: (
        "query ($v: [ID!]!) { nodes(ids: $v) { id } }",
        {"v": [None] * n},
    ),
    "identifiers in the text": lambda n: f"{{ nodes(ids: [{'1 ' * n}]) {{ id }} }}",
    "a hundred identifiers in many places": lambda n: (
        f"query ($v: [ID!]!) {{ {many(n, 'a#: nodes(ids: $v) { id }')} }}",
        {"v": ["Office:1"] * 100},
    ),
    "enum values": lambda n: (f"{LONG} dossiers(status: $v) {{ totalCount }} }}", {"v": ["NEW"] * n}),
    "enum values that are none": lambda n: (
        f"{LONG} dossiers(status: $v) {{ totalCount }} }}",
        {"v": ["N"] * n},
    ),
    "enum values in many places": lambda n: (
        f"{LONG} {many(60, 'a#: dossiers(status: $v) { nodes { id } }')} }}",
        {"v": ["NEW"] * n},
    ),
    "enum values in the text": lambda n: f"{{ dossiers(status: [{'NEW ' * n}]) {{ totalCount }} }}",
    "a text in many places": lambda n: (
        f"{TEXT} {many(60, 'a#: dossier(reference: $v) { id }')} }}",
        {"v": "x" * n},
    ),
    "marks in many places": lambda n: (
        f"{TEXT} {many(60, 'a#: participants(namePrefix: $v) { nodes { id } }')} }}",
        {"v": "e" + "\u0301\u0323" * n},
    ),
    "a cursor in many places": lambda n: (
        f"query ($v: Cursor) {{ {many(60, 'a#: services(after: $v) { nodes { id } }')} }}",
        {"v": "W" * n},
    ),
    "input fields": lambda n: (
        "mutation ($i: SubmitDossierInput!) { submitDossier(input: $i) { replayed } }",
        {"i": {f"f{each}": 1 for each in range(n)}},
    ),
    "input fields in the text": lambda n: (
        f"mutation {{ submitDossier(input: {{ {many(n, 'f#: 1')} }}) {{ replayed }} }}"
    ),
    "one value in lists": lambda n: (
        f"query ($v: {'[' * 90}Int{']' * 90}) {{ viewer {{ kind }} }}",
        {"v": [1] * n},
    ),
    "lists for many variables": lambda n: (
        f"query ({many(200, '$v#: [ID!]')}) {{ viewer {{ kind }} }}",
        {f"v{each}": [1] * (n // 200) for each in range(200)},
    ),
    "arguments": lambda n: f"{{ dossier({many(n, 'a#: 1')}) {{ id }} }}",
    "arguments of one name": lambda n: "{ dossier(" + "a: 1 " * n + ") { id } }",
    # Signs.
    "text": lambda n: '{ dossier(reference: "' + "x" * n + '") { id } }',
    "letters": lambda n: '{ dossier(reference: "' + "ế" * n + '") { id } }',
    "marks": lambda n: '{ dossier(reference: "e' + "\u0301\u0323" * n + '") { id } }',
    "escapes": lambda n: '{ dossier(reference: "' + "\\u0041" * n + '") { id } }',
    "escaped lines": lambda n: '{ dossier(reference: "' + "\\n" * n + '") { id } }',
    "text without end": lambda n: '{ dossier(reference: "' + "x" * n,
    "block": lambda n: '{ dossier(reference: """' + "x\n" * n + '""") { id } }',
    "block of nothing": lambda n: '{ dossier(reference: """' + " \n" * n + '""") { id } }',
    "block without end": lambda n: '{ dossier(reference: """' + "x\n" * n,
    "quotes in a block": lambda n: '{ dossier(reference: """' + '\\"""' * n + '""") { id } }',
    "comments": lambda n: "{ viewer { kind } }" + "#\n" * n,
    "comment": lambda n: "#" + "x" * n + "\n{ viewer { kind } }",
    "lines": lambda n: "\n" * n + "{ viewer { kind } }",
    "lines before mistakes": lambda n: "\n" * n + f"{{ {many(300, 'a#')} }}",
    "lines before many mistakes in one": lambda n: "\n" * n + f"query ({'$v: Int ' * 300}) {{ a }}",
    "commas": lambda n: "{ viewer { kind" + "," * n + "} }",
    "marks of order": lambda n: "\ufeff" * n + "{ viewer { kind } }",
    "name": lambda n: "{ " + "a" * n + " }",
    "long aliases": lambda n: f"{{ {many(n, 'a' * 500 + '#: viewer { kind }')} }}",
    "type": lambda n: "{ node(id: 1) { ... on " + "T" * n + " { id } } }",
    "digits": lambda n: "{ services(first: " + "9" * n + ") { nodes { id } } }",
    "digits of identifiers": lambda n: f"{{ {many(n, 'a#: node(id: ' + '9' * 1_000 + ') { id }')} }}",
    "digits of a default": lambda n: (
        "query ($v: Int = " + "9" * n + ") { services(first: $v) { nodes { id } } }"
    ),
    "digits behind the point": lambda n: "{ services(first: 1." + "9" * n + ") { nodes { id } } }",
    "directives": lambda n: "{ viewer { kind" + " @skip(if: false)" * n + "} }",
    "unknown directives": lambda n: f"{{ viewer {{ kind {many(n, '@d#')} }} }}",
    "directives of fields": lambda n: f"{{ viewer {{ {many(n, 'a#: kind @include(if: true)')} }} }}",
    "directives of an operation": lambda n: f"query {'@d ' * n} {{ viewer {{ kind }} }}",
    "definitions of types": lambda n: "{ viewer { kind } }" + many(n, "type T# { a: Int }"),
    "extensions of the schema": lambda n: "{ viewer { kind } }" + "extend schema @a " * n,
}


def sizes(kind: Callable[[int], Text]) -> Iterator[int]:
    """The sizes that take longest: what fits into a body, and where a text begins to be refused."""
    largest = last_where(lambda n: len(body_of(kind(n))) <= MOST_BODY_BYTES)
    yield largest
    edge = last_where(lambda n: n <= largest and work(body_of(kind(n)))[1])
    yield from sorted({edge, min(edge + 1, largest), min(2 * edge, largest), largest // 2} - {0, largest})


def last_where(holds: Callable[[int], bool]) -> int:
    """The largest number for which something holds, about; 0 where it does for none."""
    below, above = 0, 1
    while holds(above):
        below, above = above, 2 * above
    while above - below > 1 + below // 100:
        middle = (below + above) // 2
        below, above = (middle, above) if holds(middle) else (below, middle)
    return below


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_no_kind_of_text_takes_long(kind: Callable[[int], Text]) -> None:
    took = {size: least_work(body_of(kind(size))) for size in sizes(kind)}
    assert {size: took_ms for size, took_ms in took.items() if took_ms > MOST_MS} == {}
