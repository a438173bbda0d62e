"""A GraphQL interpreter over whole tables: it collects fields as the specification says, and looks at rows.

What the portal tells of a request's faults is modelled as the portal promises it: what a caller may not ask,
or asked wrongly, stands at the path of its field, without the places of lists, and makes null of the root
field it is under.
"""

import base64
import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import Enum
from functools import lru_cache
from pathlib import Path
from typing import Any
from uuid import UUID

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLUnionType,
    InlineFragmentNode,
    OperationDefinitionNode,
    Undefined,
    build_schema,
    get_named_type,
    get_nullable_type,
    is_leaf_type,
    parse,
    validate,
    value_from_ast,
    value_from_ast_untyped,
)
from graphql.execution.values import VariableValues, get_variable_values

from domain.months import Month
from schema import deadlines
from tests.oracle.meanings import (
    CALLED,
    COMPUTED,
    LINKS,
    LISTS,
    READS,
    RULES,
    SCOPES,
    TABLES,
    DayOutside,
    Listing,
    Ordering,
    access_right,
    column_of,
    deadline,
    reader,
    shown_of,
)
from tests.oracle.rights import Eyes
from tests.oracle.world import Row

SCHEMA = build_schema((Path(__file__).parents[2] / "schema.graphql").read_text())
NODES = sorted(found.name for found in SCHEMA.get_possible_types(SCHEMA.type_map["Node"]))  # type: ignore[arg-type]
# The arguments that name a row, and of which type it is.
NAMED = {
    "office": "Office",
    "service": "Service",
    "participant": "Participant",
    "employer": "Employer",
    "id": "Participant",
}
# What has one row, the viewer's.
SINGLE = {("Query", "viewer"): "Viewer", ("Query", "whoami"): "Caller"}
# What a type is made of that has no table.
PARTS = {("Agreement", "rate"): "Rate", ("Deadline", "limit"): "TimeLimit"}
MOST_ROWS, USUAL_ROWS = 100, 20

Found = tuple[str, Row]  # the name of a type, and a row of its table
Path_ = tuple[str | int, ...]


class Fault(Exception):  # noqa: N818 -- what a caller got wrong
    """A caller got something wrong: a code, and the path of the field."""

    def __init__(self, code: str, path: Path_) -> None:
        super().__init__(code, path)
        self.code, self.path = code, path


@dataclass(frozen=True)
class Said:
    """What an operation should answer: `data`, and the code and path of each fault."""

    data: Any
    faults: list[tuple[str, Path_]]


@lru_cache(maxsize=2_048)
def understood(text: str) -> DocumentNode:
    """A document that is valid."""
    document = parse(text)
    assert not validate(SCHEMA, document), validate(SCHEMA, document)
    return document


def interpreted(eyes: Eyes, text: str, given: Mapping[str, Any]) -> Said:
    """Answer an operation."""
    document = understood(text)
    fragments = {
        node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)
    }
    (operation,) = (node for node in document.definitions if isinstance(node, OperationDefinitionNode))
    variables = get_variable_values(SCHEMA, operation.variable_definitions or (), dict(given))
    assert isinstance(variables, VariableValues), variables
    return Interpreter(eyes, fragments, variables.coerced).answer(operation)


@dataclass
class Interpreter:
    """One operation, seen with somebody's eyes."""

    eyes: Eyes
    fragments: Mapping[str, FragmentDefinitionNode]
    variables: Mapping[str, Any]
    faults: list[tuple[str, Path_]] = field(default_factory=list)

    def answer(self, operation: OperationDefinitionNode) -> Said:
        """Answer the root fields, each by itself."""
        root = SCHEMA.query_type
        assert root
        data: dict[str, Any] | None = {}
        for key, nodes in self.fields(root, [operation]).items():
            name = nodes[0].name.value
            if name == "__typename":
                value: Any = root.name
            else:
                try:
                    # What may not be asked is told first, then what an argument says wrong.
                    for is_bound in (False, True):
                        self.check(root, nodes, (key,), is_bound=is_bound)
                    value = self.value(root, {}, nodes, (key,))
                except Fault as fault:
                    self.faults.append((fault.code, fault.path))
                    value = None
                    if isinstance(root.fields[name].type, GraphQLNonNull):
                        data = None
            if data is not None:
                data[key] = value
        return Said(data, self.faults)

    # What is selected.

    def fields(self, parent: GraphQLObjectType, nodes: Any) -> dict[str, list[FieldNode]]:  # noqa: ANN401
        """The fields of an object by response key (specification, section 6.3.2)."""
        found: dict[str, list[FieldNode]] = {}
        spread: set[str] = set()
        for node in nodes:
            for selected in self.selected(parent, node, spread):
                found.setdefault((selected.alias or selected.name).value, []).append(selected)
        return found

    def selected(self, parent: GraphQLObjectType, node: Any, spread: set[str]) -> Iterator[FieldNode]:  # noqa: ANN401
        """The fields of a selection set, through fragments that apply."""
        for selection in node.selection_set.selections if node.selection_set else ():
            if not self.is_included(selection):
                continue
            if isinstance(selection, FieldNode):
                yield selection
                continue
            target: Any = selection
            if isinstance(selection, FragmentSpreadNode):
                if selection.name.value in spread:
                    continue
                spread.add(selection.name.value)
                target = self.fragments[selection.name.value]
            assert isinstance(target, InlineFragmentNode | FragmentDefinitionNode)
            condition = target.type_condition
            if condition is None or parent in types_of(SCHEMA.type_map[condition.name.value]):
                yield from self.selected(parent, target, spread)

    def is_included(self, selection: Any) -> bool:  # noqa: ANN401
        """Whether no @skip and no @include leaves it out."""
        for directive in selection.directives or ():
            value = self.literal(directive.arguments[0].value)
            if (directive.name.value == "skip") == value:
                return False
        return True

    def literal(self, node: Any) -> Any:  # noqa: ANN401
        """The value of an argument as it was written or sent."""
        return value_from_ast_untyped(node, dict(self.variables))

    def given(self, parent: GraphQLObjectType, nodes: list[FieldNode]) -> dict[str, Any]:
        """The arguments of a field that have a value, coerced: a list of one may be written as the one."""
        declared = parent.fields[nodes[0].name.value].args
        found = {
            argument.name.value: value_from_ast(
                argument.value, declared[argument.name.value].type, dict(self.variables)
            )
            for argument in nodes[0].arguments or ()
        }
        return {name: value for name, value in found.items() if value is not None and value is not Undefined}

    # What is wrong with it.

    def check(
        self, parent: GraphQLObjectType, nodes: list[FieldNode], path: Path_, *, is_bound: bool
    ) -> None:
        """Find what is wrong first below a field: what may not be asked or, if `is_bound`, a value."""
        name = nodes[0].name.value
        place = (parent.name, name)
        if name == "__typename":
            return
        given = self.given(parent, nodes)
        if is_bound:
            self.values(place, given, path)
        target = get_named_type(parent.fields[name].type)
        if place in READS:
            self.needs(READS[place], path, is_bound=is_bound)
        if listing := LISTS.get(place):
            self.needs(listing.type_name, path, is_bound=is_bound)
            self.page(listing, given, path, is_bound=is_bound)
            self.check_rows(target, nodes, path, is_bound=is_bound)
        elif place in LINKS or name in {"node", "nodes"}:
            for found in types_of(target):
                if name in {"node", "nodes"} and SCOPES.get(found.name) not in {None, *self.eyes.scopes}:
                    continue
                if place in LINKS and (not isinstance(target, GraphQLUnionType) or self.fields(found, nodes)):
                    self.needs(found.name, path, is_bound=is_bound)
                self.check_all(found, nodes, path, is_bound=is_bound)
        elif place in SINGLE:
            assert isinstance(target, GraphQLObjectType)
            self.check_all(target, nodes, path, is_bound=is_bound)

    def check_all(
        self, parent: GraphQLObjectType, nodes: list[FieldNode], path: Path_, *, is_bound: bool
    ) -> None:
        """Check every field of an object."""
        for key, inner in self.fields(parent, nodes).items():
            self.check(parent, inner, (*path, key), is_bound=is_bound)

    def check_rows(self, parent: Any, nodes: list[FieldNode], path: Path_, *, is_bound: bool) -> None:  # noqa: ANN401
        """Check what is selected of the rows of a page, in `nodes` and in `edges { node }`."""
        for key, inner in self.fields(parent, nodes).items():
            name = inner[0].name.value
            target: Any = get_named_type(parent.fields[name].type) if name != "__typename" else None
            if name in {"nodes", "node"}:
                self.check_all(target, inner, (*path, key), is_bound=is_bound)
            elif name == "edges":
                self.check_rows(target, inner, (*path, key), is_bound=is_bound)

    def needs(self, type_name: str, path: Path_, *, is_bound: bool) -> None:
        """Whether the viewer's scopes allow a type."""
        scope = SCOPES.get(type_name)
        if not is_bound and scope not in {None, *self.eyes.scopes}:
            raise Fault("STEP_UP_REQUIRED" if scope in self.eyes.withheld else "SCOPE_MISSING", path)

    def page(self, listing: Listing, given: Mapping[str, Any], path: Path_, *, is_bound: bool) -> None:
        """Whether a page may be asked for so."""
        if is_bound:
            for cursor in ("after", "before"):
                if cursor in given:
                    place_of(given[cursor], *listing.ordering(given), path)
            return
        if ("last" in given and ("first" in given or "after" in given)) or (
            "before" in given and "last" not in given
        ):
            raise Fault("BAD_PAGE_DIRECTION", path)
        if listing.ordering(given)[1].is_refused(given):
            raise Fault("ORDER_CANNOT_SEARCH", path)
        if not 1 <= given.get("last", given.get("first", USUAL_ROWS)) <= MOST_ROWS:
            raise Fault("BAD_PAGE_SIZE", path)

    def values(self, place: tuple[str, str], given: Mapping[str, Any], path: Path_) -> dict[str, Any]:
        """The arguments of a field, as the rows have them."""
        found: dict[str, Any] = {}
        for name, value in given.items():
            if name in NAMED and place != ("Query", "node"):
                read = row_key(NAMED[name], value)
                if read is None:
                    raise Fault("BAD_ID", path)
                found[name] = read
            elif name in {"asOf", "inPaymentOn", "on", "dueFrom", "dueTo", "from", "respondOn", "to"}:
                found[name] = date.fromisoformat(value)
            else:
                found[name] = value
        return found

    # What is there.

    def value(self, parent: GraphQLObjectType, row: Row, nodes: list[FieldNode], path: Path_) -> Any:  # noqa: ANN401
        """The value of a field of a row."""
        name = nodes[0].name.value
        place = (parent.name, name)
        if name == "__typename":
            return parent.name
        if name == "id" and parent.name in NODES:
            return f"{parent.name}:{row['id']}"
        if parent.name == "Viewer" and (said := self.viewer(name)) is not None:
            return said[0]
        target = get_named_type(parent.fields[name].type)
        given = self.values(place, self.given(parent, nodes), path)
        if listing := LISTS.get(place):
            return self.page_of(listing, row, nodes, given, path)
        if place in LINKS:
            return self.first(place, row, nodes, given, path)
        if not is_leaf_type(target) and (isinstance(row, Told) or place in RULES):
            return self.ruled(place, row, nodes, given, path)
        if not is_leaf_type(target) or place in CALLED:
            return self.special(place, row, nodes, given, path)
        if place in COMPUTED:
            return COMPUTED[place](self.eyes, row)
        if place == ("DossierEvent", "cursor"):
            return cursor("OLDEST", [row["seq"]])
        return written(row[column_of(parent.name, name)])

    def special(
        self,
        place: tuple[str, str],
        row: Row,
        nodes: list[FieldNode],
        given: Mapping[str, Any],
        path: Path_,
    ) -> Any:  # noqa: ANN401
        """What is neither stored, nor a list, nor found by a condition."""
        match place:
            case ("Query", "viewer" | "whoami"):
                return self.object((SINGLE[place], {}), nodes, path)
            case ("Query", "node"):
                return self.named(given["id"], nodes, path)
            case ("Query", "nodes"):
                return [self.named(one, nodes, (*path, number)) for number, one in enumerate(given["ids"])]
            case ("AccessEntry", "readerVi" | "readerEn"):
                return reader(self.eyes, row, CALLED[place])
            case ("AccessEntry", "fields"):
                told = [shown_of(name) for name in row["fields"]]
                return [
                    self.object(("ShownField", one), nodes, (*path, number))
                    for number, one in enumerate(told)
                ]
            case ("Dossier", "deadline"):
                try:
                    found = deadline(self.eyes, row, given)
                except DayOutside:
                    self.faults.append(("DAY_OUTSIDE", path))
                    return None
                return None if found is None else self.object(("Deadline", found), nodes, path)
            case (type_name, "accessRight"):
                found = access_right(self.eyes, TABLES[type_name], row)
                return self.object(("AccessRight", found), nodes, path)
            case ("Agreement", "rate") | ("Deadline", "limit"):
                return self.object((PARTS[place], row.get("limit", row)), nodes, path)
        raise KeyError(place)

    def ruled(
        self,
        place: tuple[str, str],
        row: Row,
        nodes: list[FieldNode],
        given: Mapping[str, Any],
        path: Path_,
    ) -> Any:  # noqa: ANN401
        """What a rule says of a row, or a part of what one has said."""
        try:
            said = row[column_of(*place)] if isinstance(row, Told) else RULES[place](self.eyes, row, given)
        except deadlines.DayOutside as fault:
            self.faults.append((fault.code, path))
            return None
        parent = SCHEMA.type_map[place[0]]
        assert isinstance(parent, GraphQLObjectType)
        return self.said(parent.fields[place[1]].type, said, nodes, path)

    def said(self, target: GraphQLOutputType, value: Any, nodes: list[FieldNode], path: Path_) -> Any:  # noqa: ANN401
        """What is selected of something that a rule says."""
        within = get_nullable_type(target)
        if value is None:
            return None
        # By the type, not by the value: a run of months is a pair.
        if isinstance(within, GraphQLList):
            return [
                self.said(within.of_type, one, nodes, (*path, number)) for number, one in enumerate(value)
            ]
        return self.object((get_named_type(within).name, Told(value)), nodes, path)

    def viewer(self, name: str) -> tuple[Any] | None:
        """What the viewer is."""
        match name:
            case "kind":
                return (self.eyes.kind,)
            case "name":
                return (self.eyes.name or None,)
            case "scopes":
                return (sorted(self.eyes.scopes),)
            case "assurance":
                return (self.eyes.assurance,)
        return None

    def object(self, found: Found, nodes: list[FieldNode], path: Path_) -> dict[str, Any]:
        """What is selected of a row."""
        parent = SCHEMA.type_map[found[0]]
        assert isinstance(parent, GraphQLObjectType)
        return {
            key: self.value(parent, found[1], inner, (*path, key))
            for key, inner in self.fields(parent, nodes).items()
        }

    def first(
        self,
        place: tuple[str, str],
        row: Row,
        nodes: list[FieldNode],
        given: Mapping[str, Any],
        path: Path_,
    ) -> Any:  # noqa: ANN401
        """The row that a field leads to, if the viewer may see it."""
        for type_name, leads in LINKS[place].items():
            target = SCHEMA.type_map[type_name]
            assert isinstance(target, GraphQLObjectType)
            if SCOPES.get(type_name) not in {None, *self.eyes.scopes}:
                continue
            for found in self.eyes.world[TABLES[type_name]]:
                if leads(self.eyes, row, found, given) and self.eyes.may_see(TABLES[type_name], found):
                    return self.object((type_name, found), nodes, path)
        return None

    def named(self, identifier: str, nodes: list[FieldNode], path: Path_) -> Any:  # noqa: ANN401
        """The row of a global identifier; nothing where it is hidden, absent, or no identifier."""
        type_name = identifier.partition(":")[0]
        key = row_key(type_name, identifier) if type_name in NODES else None
        if key is None or SCOPES.get(type_name) not in {None, *self.eyes.scopes}:
            return None
        found = self.eyes.world.find(TABLES[type_name], key)
        if found is None or not self.eyes.may_see(TABLES[type_name], found):
            return None
        return self.object((type_name, found), nodes, path)

    def page_of(
        self,
        listing: Listing,
        parent: Row,
        nodes: list[FieldNode],
        given: Mapping[str, Any],
        path: Path_,
    ) -> dict[str, Any]:
        """A page of a list."""
        name, order = listing.ordering(given)
        table = TABLES[listing.type_name]
        rows = [
            row
            for row in self.eyes.world[table]
            if listing.has(self.eyes, parent, row, given) and self.eyes.may_see(table, row) and order.has(row)
        ]
        rows.sort(key=lambda row: sort_key(order, row), reverse=order.descending)
        total = len(rows)
        at = given.get("after", given.get("before"))
        if at is not None:
            place = place_of(at, name, order, path)
            is_after = ("after" in given) != order.descending
            rows = [
                row
                for row in rows
                if (sort_key(order, row) > place if is_after else sort_key(order, row) < place)
            ]
        is_backwards = "last" in given
        size = given.get("last", given.get("first", USUAL_ROWS))
        shown = rows[-size:] if is_backwards else rows[:size]
        facts = {
            "hasNextPage": at is not None if is_backwards else len(rows) > size,
            "hasPreviousPage": len(rows) > size if is_backwards else at is not None,
            "startCursor": cursor_of(name, order, shown[0]) if shown else None,
            "endCursor": cursor_of(name, order, shown[-1]) if shown else None,
        }
        return self.connection(listing, (name, order), shown, total, facts, nodes, path)

    def connection(
        self,
        listing: Listing,
        order: tuple[str, Ordering],
        shown: list[Row],
        total: int,
        facts: Mapping[str, Any],
        nodes: list[FieldNode],
        path: Path_,
    ) -> dict[str, Any]:
        """What is selected of a page."""
        connection = SCHEMA.type_map[f"{listing.type_name}Connection"]
        page_info, edge = SCHEMA.type_map["PageInfo"], SCHEMA.type_map[f"{listing.type_name}Edge"]
        assert isinstance(connection, GraphQLObjectType)
        assert isinstance(page_info, GraphQLObjectType)
        assert isinstance(edge, GraphQLObjectType)
        said: dict[str, Any] = {}
        for key, inner in self.fields(connection, nodes).items():
            match inner[0].name.value:
                case "__typename":
                    said[key] = connection.name
                case "totalCount":
                    said[key] = total
                case "totalCountIsExact":
                    said[key] = True
                case "pageInfo":
                    said[key] = {
                        fact: facts.get(node.name.value, page_info.name)
                        for fact, (node, *_) in self.fields(page_info, inner).items()
                    }
                case "nodes":
                    said[key] = [
                        self.object((listing.type_name, row), inner, (*path, key, number))
                        for number, row in enumerate(shown)
                    ]
                case "edges":
                    fields = self.fields(edge, inner)
                    said[key] = [
                        {
                            name: self.edge(listing, order, row, below, (*path, key, number, name))
                            for name, below in fields.items()
                        }
                        for number, row in enumerate(shown)
                    ]
        return said

    def edge(
        self, listing: Listing, order: tuple[str, Ordering], row: Row, nodes: list[FieldNode], path: Path_
    ) -> Any:  # noqa: ANN401
        """What is selected of an edge."""
        match nodes[0].name.value:
            case "cursor":
                return cursor_of(*order, row)
            case "node":
                return self.object((listing.type_name, row), nodes, path)
        return f"{listing.type_name}Edge"


class Told(Mapping[str, Any]):
    """Something that a rule says, read as a row."""

    def __init__(self, value: Any) -> None:  # noqa: ANN401
        self.value = value

    def __getitem__(self, name: str) -> Any:  # noqa: ANN401
        return getattr(self.value, name)

    def __iter__(self) -> Iterator[str]:
        return iter(())

    def __len__(self) -> int:
        return 0


def types_of(found: Any) -> list[GraphQLObjectType]:  # noqa: ANN401
    """The types that objects of a type may have."""
    if isinstance(found, GraphQLInterfaceType | GraphQLUnionType):
        return sorted(SCHEMA.get_possible_types(found), key=lambda one: one.name)
    return [found]


def row_key(type_name: str, identifier: str) -> Any:  # noqa: ANN401
    """The key in a global identifier of a type; None where it is not one, or not as we write it."""
    prefix, _, text = identifier.partition(":")
    try:
        key: Any = {"Office": int, "Service": str}.get(type_name, UUID)(text)
    except ValueError:
        return None
    is_small = not isinstance(key, int) or -(2**31) <= key < 2**31
    return key if prefix == type_name and str(key) == text and is_small and "\0" not in text else None


def written(value: Any) -> Any:  # noqa: ANN401
    """A value in JSON."""
    match value:
        case datetime() | date():
            return re.sub(r"(\.\d*?)0+(?=\D|$)", r"\1", value.isoformat())
        case list():
            return [written(one) for one in value]
        case UUID() | Month():
            return str(value)
        case Enum():
            return value.name
    return value


def sort_key(order: Ordering, row: Row) -> tuple[Any, ...]:
    """Where a row stands in an order: texts by their letters' numbers."""
    return tuple(row[column] for column in order.columns)


def cursor(name: str, values: list[Any]) -> str:
    """The place of a row, as lists give it."""
    text = json.dumps([name, *map(written, values)], ensure_ascii=False)
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def cursor_of(name: str, order: Ordering, row: Row) -> str:
    """The cursor of a row in an order."""
    return cursor(name, [row[column] for column in order.columns])


READERS: Mapping[str, Callable[[Any], Any]] = {
    "id": lambda value: UUID(value) if isinstance(value, str) and value.count("-") == 4 else value,
    "answer_by": date.fromisoformat,
    "paid_on": date.fromisoformat,
    "due_on": date.fromisoformat,
    "month": date.fromisoformat,
    "recorded_at": datetime.fromisoformat,
    "started_on": date.fromisoformat,
    "valid_from": date.fromisoformat,
}


def same(value: Any) -> Any:  # noqa: ANN401
    """A value as it is."""
    return value


def place_of(text: str, name: str, order: Ordering, path: Path_) -> tuple[Any, ...]:
    """The place in a cursor. Raises: Fault where it is none of this order."""
    try:
        said, *values = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        place = tuple(
            READERS.get(column, same)(value) for column, value in zip(order.columns, values, strict=True)
        )
    except (ValueError, TypeError, AttributeError) as error:
        raise Fault("BAD_CURSOR", path) from error
    if said != name:
        raise Fault("BAD_CURSOR", path)
    return place
