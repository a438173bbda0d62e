"""Strawberry as its users run it: a resolver for each field that is looked up, and dataloaders."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any, Generic, TypeVar, cast

import strawberry
from starlette.requests import Request
from starlette.responses import Response
from starlette.websockets import WebSocket
from strawberry.asgi import GraphQL
from strawberry.dataloader import DataLoader
from strawberry.extensions import ParserCache, ValidationCache
from strawberry.schema.config import StrawberryConfig

from auth.tokens import Verifier
from auth.viewer import Viewer as Asking
from bench.peers import HERE, serve
from db.pool import Pool
from selection.entities import COMMON_ROWS

STATEMENTS = {
    part[: part.index("\n")]: part[part.index("\n") :]
    for part in re.split(r"^-- (?=[a-z_]+$)", (HERE / "peers.sql").read_text(), flags=re.MULTILINE)[1:]
}


@dataclass
class Context:
    """One request: who asks, and what has been looked up for it."""

    pool: Pool
    viewer: Asking
    loaders: dict[tuple[str, int], DataLoader[Any, Any]] = field(default_factory=dict)

    async def find(self, name: str, rows: int, *values: object) -> list[dict[str, Any]]:
        """Ask PostgreSQL as the viewer."""
        sql = (
            "WITH viewer AS MATERIALIZED (SELECT vset($1))"  # noqa: S608 -- of statements that are ours
            " SELECT (SELECT coalesce(json_agg(found), '[]')"
            f" FROM ({STATEMENTS[name].replace(':rows', str(rows))}) AS found) FROM viewer"
        )
        row = await self.pool.fetchrow(sql, self.viewer.binding, *values)
        assert row is not None  # noqa: S101 -- the viewer's row is always there
        found: list[dict[str, Any]] = json.loads(row[0])
        return found

    def link(self, name: str) -> DataLoader[Any, Any]:
        """Look up one row for each key."""

        async def load(keys: Sequence[Any]) -> list[Any]:
            found = {row["key"]: row for row in await self.find(name, 0, list(keys))}
            return [found.get(key) for key in keys]

        return self.loaders.setdefault((name, 0), DataLoader(load))

    def rows(self, name: str, count: int) -> DataLoader[Any, Any]:
        """Look up the first rows for each owner."""

        async def load(owners: Sequence[Any]) -> list[Any]:
            found: dict[Any, list[Any]] = {owner: [] for owner in owners}
            for row in await self.find(name, count, list(owners)):
                found[row["owner"]].append(row)
            return [found[owner] for owner in owners]

        return self.loaders.setdefault((name, count), DataLoader(load))


Info = strawberry.Info[Context, None]
Row = strawberry.Parent[Any]


@strawberry.type
class Office:
    id: strawberry.ID
    code: str
    nameVi: str
    nameEn: str


@strawberry.type
class Identifier:
    id: strawberry.ID
    kind: str
    masked: str
    validFrom: str
    validTo: str | None


@strawberry.type
class Employer:
    id: strawberry.ID
    code: str
    name: str
    taxCode: str


@strawberry.type
class Service:
    id: strawberry.ID
    code: str
    group: str
    nameVi: str
    nameEn: str
    nationalCode: str | None


@strawberry.type
class Event:
    seq: int
    kind: str
    status: str
    at: str
    actorKind: str
    reason: str | None


T = TypeVar("T")


@strawberry.type
class PageInfo:
    hasNextPage: bool


@strawberry.type
class Page(Generic[T]):
    nodes: list[T]
    pageInfo: PageInfo | None


def page(nodes: list[Any], *, has_next_page: bool = False) -> Any:  # noqa: ANN401 -- rows stand for their types
    """A page of rows."""
    return {"nodes": nodes, "pageInfo": {"hasNextPage": has_next_page}}


@strawberry.type
class Employment:
    id: strawberry.ID
    position: str
    startedOn: str
    endedOn: str | None

    @strawberry.field
    async def employer(row: Row, info: Info) -> Employer:
        return await info.context.link("employers").load(row["employer"])


@strawberry.type
class Dossier:
    id: strawberry.ID
    reference: str
    code: str | None
    status: str
    version: int
    applicant: str
    submittedAt: str
    acceptedAt: str | None
    dueOn: str | None
    closedAt: str | None

    @strawberry.field
    async def service(row: Row, info: Info) -> Service:
        return await info.context.link("services").load(row["service"])

    @strawberry.field
    async def participant(
        row: Row, info: Info
    ) -> Annotated["Participant", strawberry.lazy("bench.dataloaders")]:
        return await info.context.link("participants").load(row["participant"])

    @strawberry.field
    async def events(row: Row, info: Info, last: int) -> Page[Event]:
        found = await info.context.rows("events_of", last).load(row["key"])
        return page(found[::-1])


@strawberry.type
class Participant:
    id: strawberry.ID
    fullName: str
    birthDate: str
    sex: str
    diedOn: str | None

    @strawberry.field
    async def office(row: Row, info: Info) -> Office:
        return await info.context.link("offices").load(row["office"])

    @strawberry.field
    async def identifiers(row: Row, info: Info, first: int = COMMON_ROWS) -> Page[Identifier]:
        return page(await info.context.rows("identifiers_of", first).load(row["key"]))

    @strawberry.field
    async def employments(row: Row, info: Info, first: int = COMMON_ROWS) -> Page[Employment]:
        return page(await info.context.rows("employments_of", first).load(row["key"]))

    @strawberry.field
    async def dossiers(row: Row, info: Info, first: int = COMMON_ROWS) -> Page[Dossier]:
        return page(await info.context.rows("dossiers_of", first).load(row["key"]))


@strawberry.type
class Viewer:
    kind: str
    name: str


@strawberry.type
class Query:
    @strawberry.field
    async def viewer(self, info: Info) -> Viewer:
        viewer = info.context.viewer
        return cast("Viewer", {"kind": viewer.kind.value, "name": viewer.name})

    @strawberry.field
    async def participant(self, info: Info, id: strawberry.ID) -> Participant | None:
        return await info.context.link("participants").load(id.partition(":")[2])

    @strawberry.field
    async def dossiers(self, info: Info, first: int = COMMON_ROWS) -> Page[Dossier]:
        return page(await info.context.find("dossiers", first))

    @strawberry.field
    async def services(self, info: Info, first: int = COMMON_ROWS) -> Page[Service]:
        found = await info.context.find("services_listed", first + 1)
        return page(found[:first], has_next_page=len(found) > first)


def value_of(row: Any, name: str) -> Any:  # noqa: ANN401 -- of any type
    """The value of a field without a resolver: rows are dictionaries, as JSON brings them."""
    return row[name]


class Strawberry(GraphQL[Context, None]):
    """Strawberry's endpoint, with the same check of tokens."""

    def __init__(self, pool: Pool, verifier: Verifier) -> None:
        schema = strawberry.Schema(
            Query,
            extensions=[ParserCache, ValidationCache],
            config=StrawberryConfig(auto_camel_case=False, default_resolver=value_of),
        )
        super().__init__(schema, graphql_ide=None)
        self.pool, self.verifier = pool, verifier

    async def get_context(self, request: Request | WebSocket, response: Response | WebSocket) -> Context:  # noqa: ARG002 -- strawberry's signature
        """Who asks."""
        token = request.headers["authorization"].removeprefix("Bearer ")
        return Context(self.pool, await self.verifier.viewer(token))


if __name__ == "__main__":
    serve(Strawberry)
