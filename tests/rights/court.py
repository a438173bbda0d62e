"""One world behind both walls, behind each alone, and behind none; what is told of it is judged."""

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import asyncpg

from auth.viewer import Viewer
from db import roles
from db.pool import Pool
from db.server import SUPERUSER
from selection.answers import Translator
from tests.conftest import Database
from tests.oracle import world
from tests.oracle.interpreter import Said, interpreted
from tests.oracle.operations import Operation
from tests.oracle.rights import Eyes
from tests.oracle.test_oracle import VIEWERS, Court, is_same, is_too_much, where
from tests.oracle.world import World
from tests.patience import open_patient_pool
from tests.portal import portal, without_policies
from tests.rights.ways import Way
from tests.walls import row_security_off

BOTH, POLICIES, ROW_SECURITY, NEITHER = (
    "both walls",
    "the policies alone",
    "row security alone",
    "no wall",
)
# Each wall alone must do; with none the questions must find what the walls hide.
STANDING = (BOTH, POLICIES, ROW_SECURITY)


@dataclass(frozen=True)
class Walls:
    """One way to guard the world: a database, and a translator with or without policies."""

    pool: Pool
    translator: Translator


@dataclass(frozen=True)
class Assize:
    """The world, everybody's eyes, and the walls."""

    world: World
    walls: Mapping[str, Walls]
    database: Database

    @cached_property
    def eyes(self) -> Mapping[str, Eyes]:
        """How each viewer sees it, by the law."""
        court = Court(self.walls[BOTH].pool, self.world)
        return {name: court.eyes(viewer) for name, viewer in VIEWERS.items()}

    def law(self, name: str, way: Way, variables: Mapping[str, Any]) -> Said:
        """What the law says a viewer is told."""
        return interpreted(self.eyes[name], way.text, variables)

    async def told(self, walls: str, viewer: Viewer, way: Way, variables: Mapping[str, Any]) -> Said:
        """What the portal tells."""
        guarded = self.walls[walls]
        operation = Operation(way.text, dict(variables), dict(variables), is_rich=False)
        return await Court(guarded.pool, self.world).compiled(operation, viewer, guarded.translator)

    async def differs(
        self, walls: str, name: str, way: Way, variables: Mapping[str, Any], law: Said | None = None
    ) -> str | None:
        """Say where the portal and the law differ; None where they agree."""
        said = law or self.law(name, way, variables)
        told = await self.told(walls, VIEWERS[name], way, variables)
        if is_same(told, said) and not is_too_much(told):
            return None
        shown = json.dumps(variables, ensure_ascii=False)
        return f"{way}, as {name}, behind {walls}: {where(told, said)}\n{way.text}\nvariables: {shown}"


@asynccontextmanager
async def assize(database: Database) -> AsyncIterator[Assize]:
    """Two databases with the same world, one with row-level security and one without."""
    async with database.beside("rights") as own:
        superuser = await asyncpg.connect(own.url(SUPERUSER))
        await world.people_it(superuser)
        tables = await world.read(superuser)
        await superuser.close()
        async with row_security_off(database, "rights_open", template=own.name) as open_database:
            pools = [
                await open_patient_pool(where_to.url(roles.API), size=4, name="rights")
                for where_to in (own, open_database)
            ]
            guarded, unguarded = pools
            yield Assize(
                tables,
                {
                    BOTH: Walls(guarded, portal()),
                    POLICIES: Walls(unguarded, portal()),
                    ROW_SECURITY: Walls(guarded, without_policies()),
                    NEITHER: Walls(unguarded, without_policies()),
                },
                own,
            )
            for pool in pools:
                await pool.close()


__all__ = [
    "BOTH",
    "NEITHER",
    "POLICIES",
    "ROW_SECURITY",
    "STANDING",
    "VIEWERS",
    "Assize",
    "Walls",
    "assize",
]
