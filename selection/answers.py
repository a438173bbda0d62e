"""From a document to its answer: one plan, one statement, the bytes that PostgreSQL wrote.

An answer comes in one of two ways, and is the same in both. `Translator.answer` serves an operation that is
planned whole, ahead of strawberry. Where strawberry executes (introspection beside data, mutations,
subscriptions), `Translator.install` has given every declared field a resolver that runs the same plan for its
part.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from time import perf_counter
from typing import Any, Protocol, cast

import orjson
from graphql import (
    GraphQLObjectType,
    GraphQLResolveInfo,
    GraphQLSchema,
    get_named_type,
    is_abstract_type,
)
from graphql.execution.values import VariableValues

from db.connection import Statement
from db.pool import Connection, Pool
from selection.arguments import NO_FUNCTIONS, Functions, Path, Reader
from selection.catalogue import Catalogue, catalogue_of
from selection.collection import Selected, below
from selection.completion import Complete, RuleRefused, completion
from selection.documents import Documents, Operation, usual_variables
from selection.entities import Fetched, Followed
from selection.faults import OperationFault
from selection.marks import UNWITNESSED, Places, Shown, Witness, taken_out
from selection.planner import Planner, Unplannable
from selection.plans import HIDDEN, HIDDEN_TYPE, ROW_KEY, Part
from selection.statements import statement


class Viewer(Protocol):
    """As much of the viewer as the translator needs."""

    @property
    def binding(self) -> str:
        """The viewer as PostgreSQL reads it."""

    @property
    def kind(self) -> str:
        """The capacity in which the viewer asks."""

    @property
    def scopes(self) -> frozenset[Any]:
        """The scopes that the viewer holds."""

    @property
    def withheld(self) -> Mapping[Any, int]:
        """The scopes that the viewer would hold after signing in at a higher level, each with that level."""

    @property
    def fields(self) -> frozenset[str] | None:
        """The fields of what is somebody's that the viewer may ask for; None for all of them."""


@dataclass(frozen=True, slots=True)
class Plan:
    """A statement ready to run, and how its answer is put together, part by part."""

    parts: tuple[Part, ...]
    statement: Statement
    readers: Mapping[str, Reader]
    completions: tuple[Complete | None, ...]
    places: Places
    document: str
    witness: Witness

    def arguments(
        self, viewer: Viewer, variables: VariableValues, given: Mapping[str, Any] | None = None
    ) -> list[Any]:
        """The values of `$1`, `$2`, …: those of the variables, and those given by name.

        Raises: OperationFault where an argument has no meaning, with its path.
        """
        values = {name: read(variables) for name, read in self.readers.items()}
        return self.statement.arguments({**values, **(given or {}), "viewer": viewer.binding})

    async def run(
        self,
        connection: Connection | Pool,
        viewer: Viewer,
        variables: VariableValues,
        given: Mapping[str, Any] | None = None,
    ) -> Sequence[str]:
        """Run the statement as the viewer and return the JSON text of each part, as PostgreSQL wrote it.

        Where it shows something of somebody else, the witness has taken note of it before.
        """
        texts, shown = await self.read(connection, viewer, variables, given)
        await self.tell(viewer, shown)
        return texts

    async def read(
        self,
        connection: Connection | Pool,
        viewer: Viewer,
        variables: VariableValues,
        given: Mapping[str, Any] | None = None,
    ) -> tuple[Sequence[str], Sequence[Shown]]:
        """Run the statement as the viewer; the witness is told of what it shows before that is released."""
        arguments = self.arguments(viewer, variables, given)
        row = await connection.fetchrow(self.statement.sql, *arguments)
        assert row is not None  # noqa: S101 -- the viewer's row is always there
        texts = tuple(row.values())
        return taken_out(texts, self.places) if self.places else (texts, ())

    async def tell(self, viewer: Viewer, shown: Sequence[Shown]) -> None:
        """Tell the witness what is shown, where it is anything."""
        if shown:
            await self.witness.saw(viewer, shown, self.document)

    def completed(self, texts: Sequence[str], variables: VariableValues) -> bytes:
        """The object of all parts as JSON; where nothing is derived, the texts go out untouched.

        Raises: RuleRefused.
        """
        written = (
            orjson.dumps(complete(orjson.loads(text), variables)) if complete else text.encode()
            for complete, text in zip(self.completions, texts, strict=True)
        )
        members = (
            b'"%b":%b' % (part.key.encode(), value) for part, value in zip(self.parts, written, strict=True)
        )
        return b"{%b}" % b",".join(members)

    async def tree(
        self,
        connection: Connection | Pool,
        viewer: Viewer,
        variables: VariableValues,
        given: Mapping[str, Any] | None = None,
    ) -> dict[str, Any]:
        """The same object for strawberry to execute on: where something is derived, what its rule gave."""
        return self.decoded(await self.run(connection, viewer, variables, given), variables)

    def decoded(self, texts: Sequence[str], variables: VariableValues) -> dict[str, Any]:
        """The texts as Python's objects, with what rules say of them."""
        return {
            part.key: complete(orjson.loads(text), variables) if complete else orjson.loads(text)
            for part, complete, text in zip(self.parts, self.completions, texts, strict=True)
        }


@dataclass(frozen=True, slots=True)
class Brought:
    """The rows that a payload shows, and what they show of others; it is told before they are released."""

    rows: Mapping[str, Any]
    plan: Plan
    viewer: Viewer
    shown: Sequence[Shown]

    async def tell(self) -> None:
        """Tell the witness."""
        await self.plan.tell(self.viewer, self.shown)


@dataclass(frozen=True, slots=True)
class Timing:
    """How long the steps of an answer took, in milliseconds: the names that `Server-Timing` carries."""

    parse_ms: float
    plan_ms: float
    db_ms: float


@dataclass(frozen=True, slots=True)
class Answer:
    """The object of the response's `data`, as JSON, and how long its steps took."""

    data: bytes
    timing: Timing


@dataclass(frozen=True, slots=True)
class Feed:
    """What one subscriber follows: a plan that is run again from the last place."""

    plan: Plan
    viewer: Viewer
    variables: VariableValues
    columns: tuple[str, ...]
    owner_key: Any

    async def after(
        self, pool: Pool, place: tuple[Any, ...]
    ) -> list[tuple[tuple[Any, ...], dict[str, Any]]] | None:
        """The rows after a place, each with its own; None where the viewer may not see their owner."""
        given = {ROW_KEY: self.owner_key, **dict(zip(self.columns, place, strict=True))}
        owner = (await self.plan.tree(pool, self.viewer, self.variables, given))["owner"]
        if owner is None:
            return None
        return [
            (tuple(row[f"{HIDDEN}{column}"] for column in self.columns), row)
            for row in owner["page"]["nodes"]
        ]


class Translator:
    """Answers the operations of one schema."""

    def __init__(
        self, schema: GraphQLSchema, witness: Witness = UNWITNESSED, keyed: Functions = NO_FUNCTIONS
    ) -> None:
        self.witness = witness
        self.catalogue: Catalogue = catalogue_of(schema, keyed)
        self.documents = Documents(self.catalogue)
        self.plans_found = self.plans_made = 0

    def key(self, entity: str, identifier: str) -> Any:  # noqa: ANN401 -- the key's own type
        """The key inside a global identifier of one entity.

        Raises: BadIdentifier.
        """
        return self.catalogue.key_readers[entity](identifier)

    async def answer(
        self,
        pool: Pool,
        viewer: Viewer,
        text: str,
        operation_name: str | None,
        inputs: Mapping[str, Any],
    ) -> Answer | None:
        """Answer a query whole, or return None where ordinary execution has to.

        Raises: DocumentRefused; OperationFault, with its path, where the viewer may not ask this or an
        argument has no meaning.
        """
        started = perf_counter()
        operation = self.documents.read(text).operation(operation_name)
        if not operation:
            return None
        parsed = perf_counter()
        variables = operation.coerce(inputs)
        if not operation.is_query:
            return None
        try:
            plan = self.plan(operation, viewer, variables)
        except Unplannable:
            return None
        planned = perf_counter()
        texts = await plan.run(pool, viewer, variables)
        done = perf_counter()
        try:
            data = plan.completed(texts, variables)
        except RuleRefused:
            return None
        return Answer(
            data,
            Timing((parsed - started) * 1e3, (planned - parsed) * 1e3, (done - planned) * 1e3),
        )

    def plan(self, operation: Operation, viewer: Viewer, variables: VariableValues) -> Plan:
        """Find or make the plan of a whole query.

        Raises: Unplannable where a field is not declared; OperationFault where the viewer may not ask for
        one.
        """
        root = self.catalogue.schema.query_type
        assert root is not None  # noqa: S101 -- a schema has queries
        selections = [operation.node.selection_set]
        return self.planned(
            operation, viewer, variables, (), lambda planner: planner.parts(root, selections, ())
        )

    def plan_ahead(self, operation: Operation, viewer: Viewer) -> Iterator[Plan]:
        """Make the plans that a viewer of some kind is likely to need, one at each step.

        What the viewer may not ask, and what strawberry executes, has none.
        """
        if operation.is_query:
            for variables in usual_variables(operation, self.catalogue.schema):
                with suppress(Unplannable, OperationFault):
                    yield self.plan(operation, viewer, variables)

    def planned(
        self,
        operation: Operation,
        viewer: Viewer,
        variables: VariableValues,
        path: Path,
        parts: Callable[[Planner], Sequence[Part]],
    ) -> Plan:
        """Find or make a plan for the capacity of the viewer and the shape of the variables.

        `path` tells the plans of an operation apart: a part that strawberry executes has its own.
        """
        # What is withheld is not in the key: what it would shape is refused, and no refusal is kept.
        key = (path, viewer.kind, operation.scopes & viewer.scopes, viewer.fields, operation.shape(variables))
        known: Plan | str | None = operation.variants.get(key)
        if isinstance(known, Plan):
            self.plans_found += 1
            return known
        if known is not None:
            raise Unplannable(known)
        selected = Selected(self.catalogue.schema, operation.fragments, variables)
        planner = Planner(
            self.catalogue,
            selected,
            frozenset(viewer.scopes),
            viewer.withheld,
            viewer.fields,
            is_executed=bool(path),
        )
        try:
            found = tuple(parts(planner))
        except Unplannable as unplannable:
            # Its words alone: the exception would keep the variables of whoever asked.
            operation.variants.put(key, str(unplannable))
            raise
        written, places = statement(found, viewer.kind)
        plan = Plan(
            found,
            written,
            planner.readers,
            tuple(completion(part, is_executed=bool(path)) for part in found),
            places,
            operation.document if places else "",
            self.witness,
        )
        operation.variants.put(key, plan)
        self.plans_made += 1
        return plan

    # Where strawberry executes.

    def planned_part(
        self,
        info: GraphQLResolveInfo[Any],
        viewer: Viewer,
        parts: Callable[[Planner], Sequence[Part]],
    ) -> tuple[Plan, VariableValues]:
        """Find or make the plan for what strawberry resolves just now."""
        # Strawberry hands on the coerced values alone, not what graphql-core wraps them in.
        variables = VariableValues({}, cast("dict[str, Any]", info.variable_values))
        operation = self.documents.operation_of(info.operation, info.fragments)
        return self.planned(operation, viewer, variables, _path(info), parts), variables

    async def bring(
        self,
        connection: Connection,
        info: GraphQLResolveInfo[Any],
        viewer: Viewer,
        row_key: Any,  # noqa: ANN401
    ) -> Brought:
        """Read the rows that the payload of a mutation shows, in the transaction of its act.

        Nothing of it is released before it is told, which is after the act has been committed.
        """
        payload = get_named_type(info.return_type)
        assert isinstance(payload, GraphQLObjectType)  # noqa: S101 -- payloads are objects

        def parts(planner: Planner) -> list[Part]:
            selected = planner.selected.fields(payload, below(info.field_nodes))
            found = [planner.fetched(payload, key, nodes, _path(info)) for key, nodes in selected.items()]
            return [part for part in found if part is not None]

        plan, variables = self.planned_part(info, viewer, parts)
        if not plan.parts:
            return Brought({}, plan, viewer, ())
        texts, shown = await plan.read(connection, viewer, variables, {ROW_KEY: row_key})
        return Brought(plan.decoded(texts, variables), plan, viewer, shown)

    def follow(
        self,
        info: GraphQLResolveInfo[Any],
        viewer: Viewer,
        followed: Followed,
        owner_key: Any,  # noqa: ANN401
    ) -> Feed:
        """Plan what a subscription follows; the plan serves every look of every subscriber."""
        target = get_named_type(info.return_type)
        assert isinstance(target, GraphQLObjectType)  # noqa: S101 -- events are objects
        plan, variables = self.planned_part(
            info,
            viewer,
            lambda planner: [planner.followed(target, info.field_nodes, followed, _path(info))],
        )
        return Feed(plan, viewer, variables, followed.order.columns, owner_key)

    def install(self) -> None:
        """Give every declared field a resolver that runs a plan, or reads what a plan has brought."""
        for type_name, field_name in self.catalogue.declarations:
            graphql_type = self.catalogue.schema.type_map[type_name]
            assert isinstance(graphql_type, GraphQLObjectType)  # noqa: S101 -- declarations stand on objects
            field = graphql_type.fields[field_name]
            if graphql_type is self.catalogue.schema.query_type:
                field.resolve = resolved
            elif isinstance(self.catalogue.declaration(type_name, field_name), Fetched):
                field.resolve = brought_by_act
            else:
                field.resolve = brought
        for graphql_type in self.catalogue.schema.type_map.values():
            if is_abstract_type(graphql_type):
                graphql_type.resolve_type = type_of
            elif graphql_type.name in self.catalogue.entities:
                # What a plan brings is a mapping, no instance of the class that strawberry would look for.
                cast("GraphQLObjectType", graphql_type).is_type_of = None
            elif isinstance(graphql_type, GraphQLObjectType) and _is_page_type(graphql_type):
                for field in graphql_type.fields.values():
                    field.resolve = brought

    async def resolve_root(self, info: GraphQLResolveInfo[Any]) -> Any:  # noqa: ANN401
        """Answer one root field of a query that strawberry executes."""
        viewer: Viewer = info.context.viewer
        key = str(info.path.key)
        plan, variables = self.planned_part(
            info, viewer, lambda planner: [planner.part(info.parent_type, key, info.field_nodes, ())]
        )
        return (await plan.tree(info.context.pool, viewer, variables))[key]


async def resolved(_source: object, info: GraphQLResolveInfo[Any], **_arguments: object) -> Any:  # noqa: ANN401
    """Answer a root field by the translator of this request: several may share a schema."""
    return await info.context.translator.resolve_root(info)


def brought(source: Mapping[str, Any], info: GraphQLResolveInfo[Any], **_arguments: object) -> Any:  # noqa: ANN401
    """Read from what a plan brought, under the response key."""
    return source[str(info.path.key)]


def brought_by_act(source: Any, info: GraphQLResolveInfo[Any], **_arguments: object) -> Any:  # noqa: ANN401
    """Read from the rows that a payload brought; null where the act was refused."""
    return source.rows.get(str(info.path.key))


def type_of(source: object, *_: object) -> str:
    """Say which type an object of an abstract type has: a row says it, what a rule gave is named so."""
    name: str = source[HIDDEN_TYPE] if isinstance(source, Mapping) else type(source).__name__
    return name


def _path(info: GraphQLResolveInfo[Any]) -> Path:
    return tuple(info.path.as_list())


def _is_page_type(graphql_type: GraphQLObjectType) -> bool:
    return graphql_type.name == "PageInfo" or graphql_type.name.endswith(("Connection", "Edge"))
