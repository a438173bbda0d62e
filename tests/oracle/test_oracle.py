"""What the portal answers is what whole tables say, for operations that nobody has written.

`make prove` asks five thousand of them, and other ones: PROVE is their number, SEED the first seed.
"""

import json
import os
from collections import Counter
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, replace
from typing import Any

import asyncpg
import pytest
from sqlalchemy import Text, false
from sqlalchemy.types import TypeEngine

from auth.agreements import Agreement
from auth.scopes import Scope
from auth.viewer import ANONYMOUS, Viewer, ViewerKind
from db import roles
from db.pool import Pool
from db.server import SUPERUSER
from schema.portal import schema
from selection import statements
from selection.answers import Translator
from selection.documents import Documents, Role
from selection.faults import OperationFault, TooDeep, TooManyFields, TooManyLinks, TooManyRepeats
from selection.planner import Planner
from tests.conftest import Database
from tests.oracle import world
from tests.oracle.interpreter import Said, interpreted
from tests.oracle.operations import Operation, an_operation
from tests.oracle.rights import Eyes
from tests.oracle.world import DAY, TODAY, World, account, key
from tests.patience import open_patient_pool
from tests.people import all_fields
from tests.portal import NOTEBOOK, code_of, execute, portal

OPERATIONS = int(os.environ.get("PROVE", "300"))
FIRST_SEED = int(os.environ.get("SEED", "1"))
CHUNKS = 10
EVERY = frozenset(Scope)


def person(number: int, *, scopes: frozenset[Scope] = EVERY) -> Viewer:
    """A citizen."""
    return Viewer(
        ViewerKind.CITIZEN, account(20 + number), key(1, number), name=f"Người {number}", scopes=scopes
    )


def somebody(kind: ViewerKind, number: int, *, scopes: frozenset[Scope] = EVERY) -> Viewer:
    """Somebody whose rights are rows."""
    return Viewer(kind, account(number), name=f"Ông {number}", scopes=scopes)


def representative(mandate: int, number: int) -> Viewer:
    """A person who acts for another by a mandate."""
    own = person(3)
    return replace(
        own,
        kind=ViewerKind.REPRESENTATIVE,
        participant_id=key(1, number),
        representative_id=own.participant_id,
        mandate_id=key(9, mandate),
        assurance=2,
    )


def a_partner(number: int, agreement: int, *, scopes: frozenset[Scope] = EVERY) -> Viewer:
    """A partner, under an agreement that allows every field, whatever the register says of it."""
    allowed = Agreement(
        key(13, agreement),
        f"OR-{agreement}",
        key(10, 1),
        "bo-mot",
        {"TAX": DAY},
        all_fields(),
        TODAY,
        None,
        10**9,
        10**9,
    )
    return replace(
        somebody(ViewerKind.PARTNER, number, scopes=scopes),
        partner_id=allowed.partner_id,
        agreement=allowed,
        purpose="TAX",
    )


VIEWERS = {
    "nobody": ANONYMOUS,
    "a person": person(0),
    "a person with a browser": replace(person(0), session_id=key(8, 2)),
    "a person with a full name like another's": person(1),
    "a person without a record": Viewer(ViewerKind.CITIZEN, account(60), scopes=EVERY),
    "a person who reads dossiers only": person(2, scopes=frozenset({Scope.DOSSIER_READ})),
    "a person at level 1": Viewer.proven(
        ViewerKind.CITIZEN, EVERY, 1, principal=account(20), participant_id=key(1, 0), name="Người 0"
    ),
    "who acts for somebody": representative(1, 0),
    "who acts for somebody in one group": representative(2, 1),
    "who acted, until it was revoked": representative(4, 0),
    "a parent for the child": representative(8, 0),
    "a guardian for whom they guard": representative(9, 1),
    "an heir": representative(10, 1),
    "an employer": somebody(ViewerKind.EMPLOYER, 1),
    "an employer twice": somebody(ViewerKind.EMPLOYER, 2),
    "an employer whose right has ended": somebody(ViewerKind.EMPLOYER, 3),
    "an officer of a district": somebody(ViewerKind.OFFICER, 4),
    "an officer of a province": somebody(ViewerKind.OFFICER, 5),
    "an officer whose right has ended": somebody(ViewerKind.OFFICER, 6),
    "an officer of two places": somebody(ViewerKind.OFFICER, 8),
    "an officer without numbers": somebody(ViewerKind.OFFICER, 5, scopes=EVERY - {Scope.IDENTIFIER_READ}),
    "a partner": a_partner(7, 1),
    "a partner without scopes": a_partner(7, 1, scopes=frozenset()),
    "a partner whose agreement is revoked": a_partner(9, 2),
}


def viewer_of(seed: int) -> tuple[str, Viewer]:
    """Who asks the operation of a seed."""
    return list(VIEWERS.items())[seed % len(VIEWERS)]


@dataclass(frozen=True)
class Court:
    """The world as the portal sees it, and as the oracle does."""

    pool: Pool
    world: World

    async def differs(self, seed: int, *, translator: Translator | None = None) -> str | None:
        """Say where the portal and the oracle differ on the operation of a seed; None where they agree."""
        operation = an_operation(seed, self.world)
        # With the variables of the other request the document may have another plan, which is kept beside.
        for asked in (replace(operation, variables=operation.others), operation):
            name, viewer = viewer_of(seed)
            said = interpreted(self.eyes(viewer), asked.text, asked.variables)
            answers = [await self.compiled(asked, viewer, translator or portal())]
            if translator is None and asked is operation:
                answers.append(await self.executed(asked, viewer))
            for answer in answers:
                if not is_same(answer, said) and not is_too_much(answer):
                    return f"seed {seed}, as {name}: {where(answer, said)}\n{asked}"
        return None

    def eyes(self, viewer: Viewer) -> Eyes:
        """The oracle's way to see with a viewer's eyes."""
        scopes = frozenset(scope.value for scope in viewer.scopes)
        return Eyes(
            self.world,
            viewer.kind.value,
            viewer.principal,
            viewer.participant_id,
            viewer.name,
            scopes,
            viewer.session_id,
            frozenset(scope.value for scope in viewer.withheld),
            viewer.assurance,
            viewer.mandate_id,
            viewer.representative_id,
            viewer.agreement_id,
            viewer.partner_id,
        )

    async def compiled(self, operation: Operation, viewer: Viewer, translator: Translator) -> Said:
        """What is answered ahead of strawberry: all of it, or the first thing that is wrong."""
        try:
            answer = await translator.answer(self.pool, viewer, operation.text, None, operation.variables)
        except OperationFault as fault:
            return Said(None, [(fault.code, tuple(fault.path or ()))])
        return Said(None, [LEFT]) if answer is None else Said(json.loads(answer.data), [])

    async def executed(self, operation: Operation, viewer: Viewer) -> Said:
        """What strawberry answers."""
        result = await execute(self.pool, viewer, operation.text, **operation.variables)
        errors = result.errors or ()
        return Said(result.data, [(str(code_of(error)), tuple(error.path or ())) for error in errors])


# What is left to strawberry, since something is wrong at one place.
LEFT = ("LEFT", ())
# What asks for more than anybody needs is refused before it is looked at, and the oracle knows no bounds.
TOO_MUCH = {
    "COST_TOO_HIGH",
    *(fault.code for fault in (TooDeep, TooManyFields, TooManyLinks, TooManyRepeats)),
}


def is_too_much(answer: Said) -> bool:
    """Whether an operation was refused for its size alone."""
    return (
        [(code, path) for code, path in answer.faults if code in TOO_MUCH and not path] == answer.faults != []
    )


def where(answer: Said, oracle: Said) -> str:
    """The first place at which an answer is not the oracle's."""
    if set(answer.faults) != set(oracle.faults):
        return f"{answer.faults} rather than {oracle.faults}"
    path, one, other = "data", answer.data, oracle.data
    while type(one) is type(other) and isinstance(one, dict | list) and len(one) == len(other):
        if isinstance(one, dict) and list(one) != list(other):
            break
        keys = list(one) if isinstance(one, dict) else range(len(one))
        key = next((key for key in keys if json.dumps(one[key]) != json.dumps(other[key])), None)
        if key is None:
            break
        path, one, other = f"{path}.{key}", one[key], other[key]
    return f"{path}: {one} rather than {other}"


def is_same(answer: Said, oracle: Said) -> bool:
    """Whether an answer is the oracle's, the order of its keys included."""
    if answer.faults == [LEFT]:
        return bool(oracle.faults)
    if answer.data is None and answer.faults:
        # Where all is null, whoever was wrong first has told why.
        return set(answer.faults) <= set(oracle.faults)
    return answer.faults == oracle.faults and json.dumps(answer.data) == json.dumps(oracle.data)


@pytest.fixture(scope="module")
async def court(database: Database) -> AsyncIterator[Court]:
    """A database of its own, with the world in it and nothing else."""
    async with database.beside("oracle") as own:
        superuser = await asyncpg.connect(own.url(SUPERUSER))
        await world.people_it(superuser)
        pool = await open_patient_pool(own.url(roles.API), size=4, name="oracle")
        yield Court(pool, await world.read(superuser))
        await pool.close()
        await superuser.close()


@pytest.mark.parametrize("chunk", range(CHUNKS))
async def test_the_portal_answers_what_the_tables_say(court: Court, chunk: int) -> None:
    for seed in range(FIRST_SEED + chunk, FIRST_SEED + OPERATIONS, CHUNKS):
        difference = await court.differs(seed)
        assert difference is None, difference


async def test_most_operations_are_answered_and_a_third_is_rich(court: Court) -> None:
    count = Counter[str]()
    for seed in range(1, 301):
        operation = an_operation(seed, court.world)
        said = interpreted(court.eyes(viewer_of(seed)[1]), operation.text, operation.variables)
        count["answered"] += not said.faults
        count["rich"] += operation.is_rich
        count["some rows"] += not said.faults and '": [{' in json.dumps(said.data)
    assert count["answered"] >= 200
    assert count["some rows"] >= 70
    assert count["rich"] >= 90


# -------------------------------------------------------------- what the oracle would find ---


def with_wrong_policy(translator: Translator, _: pytest.MonkeyPatch) -> None:
    """Nobody sees a dossier. What shows too much would be caught by row-level security, which is behind."""
    entities = dict(translator.catalogue.entities)
    entities["Dossier"] = replace(entities["Dossier"], visible_to=lambda *_: false())
    translator.catalogue = replace(translator.catalogue, entities=entities)
    translator.documents = Documents(translator.catalogue)


def with_wrong_cursor(_: Translator, monkeypatch: pytest.MonkeyPatch) -> None:
    """A page begins with the row of its cursor."""
    right = statements.beyond
    monkeypatch.setattr(
        statements,
        "beyond",
        lambda *given, **more: right(*given, **more).replace(") <", ") <=").replace(") >", ") >="),
    )


def with_wrong_count(_: Translator, monkeypatch: pytest.MonkeyPatch) -> None:
    """A list is counted to three."""
    monkeypatch.setattr(statements, "MOST_COUNTED", 3)


def with_wrong_null(_: Translator, monkeypatch: pytest.MonkeyPatch) -> None:
    """A text that is not there is an empty one."""
    right = statements.json_of

    def wrong(value: str, sql_type: TypeEngine[Any], *, nullable: bool) -> str:
        written = right(value, sql_type, nullable=nullable)
        return written.replace("'null'", "'\"\"'") if isinstance(sql_type, Text) else written

    monkeypatch.setattr(statements, "json_of", wrong)


def with_wrong_tie(_: Translator, monkeypatch: pytest.MonkeyPatch) -> None:
    """A page begins after all rows that are like the one of its cursor in the first column of the order."""
    right = statements.beyond
    monkeypatch.setattr(statements, "beyond", lambda keys, place, **more: right(keys[:1], place[:1], **more))


def with_wrong_shape(_: Translator, monkeypatch: pytest.MonkeyPatch) -> None:
    """One plan serves whatever variables are there, also those whose values decide on the plan."""
    monkeypatch.setattr(Role, "shape", lambda _role, value: value is not None)


def with_wrong_rule(_: Translator, monkeypatch: pytest.MonkeyPatch) -> None:
    """A rule is not told the arguments of its field."""
    monkeypatch.setattr(Planner, "_values", lambda *_: {})


PLANTS = (
    with_wrong_policy,
    with_wrong_cursor,
    with_wrong_count,
    with_wrong_null,
    with_wrong_tie,
    with_wrong_shape,
    with_wrong_rule,
)


@pytest.mark.parametrize("plant", PLANTS)
async def test_what_is_wrong_in_the_translator_is_found(
    court: Court, monkeypatch: pytest.MonkeyPatch, plant: Callable[[Translator, pytest.MonkeyPatch], None]
) -> None:
    translator = Translator(schema._schema, NOTEBOOK)  # noqa: SLF001 -- as the door takes it
    plant(translator, monkeypatch)
    # Viewers take turns, so the more there are, the later one comes by who could notice.
    for seed in range(1, 601):
        if await court.differs(seed, translator=translator):
            return
    pytest.fail("nothing was found")
