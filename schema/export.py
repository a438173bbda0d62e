"""Everything that the schema shows a person of themself: what asks for it is made of the schema itself.

So a type that is added is exported from then on, by the same plans and behind the same policies as everything
else. What is one of a person's own things is asked for whole; of what is nobody's (an office, a service) its
name and numbers; of whom or what has its own place elsewhere, its identifier.

Source: Law 91/2025/QH15 article 4 (to see and to get one's data); ND 43/2021 article 11 (an extract of one's
own data, signed by the agency, with the value of a certificate).
"""

from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from graphql import (
    GraphQLField,
    GraphQLObjectType,
    get_named_type,
    get_nullable_type,
    is_leaf_type,
    is_list_type,
    is_required_argument,
)

from selection.catalogue import Catalogue
from selection.entities import Link, Rows

ROOT, PERSON = "Viewer", "Participant"
# A page of a list: small enough that it never costs more than one may ask at once.
PAGE = 50
# What says something of who looks, not of whom is looked at.
OF_THE_READER = frozenset({"AccessRight"})


# Tables that name a person, and of which no type of the schema shows anything yet: an export says so.
NOT_INCLUDED: tuple[str, ...] = ()

# Answers a document with variables.
Ask = Callable[[str, Mapping[str, Any]], Awaitable[Any]]


@dataclass(frozen=True, slots=True)
class List:
    """A list of an object: of which type its rows are, and the document that asks for a page of it."""

    field: str
    target: str
    document: str


@dataclass(frozen=True, slots=True)
class Export:
    """The documents of an export: for the viewer, and for each list of what is theirs, by its type.

    `needs` are the scopes that they take; `fields` those of people's data that they show, as the ledger names
    them.
    """

    viewer: str
    lists: Mapping[str, Sequence[List]]
    needs: frozenset[Any]
    fields: Sequence[str]

    @property
    def documents(self) -> Iterator[str]:
        """All documents."""
        yield self.viewer
        for lists in self.lists.values():
            yield from (each.document for each in lists)

    async def gathered(self, ask: Ask) -> Mapping[str, Any]:
        """Ask for everything, each list to its end."""
        viewer: dict[str, Any] = (await ask(self.viewer, {}))["viewer"]
        await self._fill(ask, ROOT, viewer)
        if person := viewer["participant"]:
            await self._fill(ask, PERSON, person)
        return viewer

    async def _fill(self, ask: Ask, name: str, thing: dict[str, Any]) -> None:
        for each in self.lists[name]:
            rows = thing[each.field] = await _all_rows(ask, each, thing)
            for row in rows:
                await self._fill(ask, each.target, row)


async def _all_rows(ask: Ask, each: List, thing: Mapping[str, Any]) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    named = {"id": thing["id"]} if "$id" in each.document else {}
    page: dict[str, Any] = {"hasNextPage": True, "endCursor": None}
    while page["hasNextPage"]:
        [owner] = (await ask(each.document, named | {"after": page["endCursor"]})).values()
        if owner is not None and each.field not in owner:
            owner = owner["participant"]
        # What was taken back meanwhile is nobody's to export.
        if owner is None:
            break
        rows += owner[each.field]["nodes"]
        page = owner[each.field]["pageInfo"]
    return rows


def export_of(catalogue: Catalogue) -> Export:
    """Make the documents of an export out of a schema."""
    walk = _Walk(catalogue)
    viewer = f"query Export {{ viewer {{ {walk.all_of(ROOT)} participant {{ {walk.all_of(PERSON)} }} }} }}"
    lists: dict[str, Sequence[List]] = {}
    waiting = [ROOT, PERSON]
    while waiting:
        name = waiting.pop()
        if name not in lists:
            lists[name] = walk.lists_of(name)
            waiting += [each.target for each in lists[name]]
    return Export(viewer, lists, frozenset(walk.needs), sorted(walk.fields))


class _Walk:
    """One walk through the types of a schema."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.catalogue = catalogue
        self.fields: set[str] = set()
        self.needs: set[Any] = set()

    def lists_of(self, name: str) -> list[List]:
        """The lists of an object of one's own; of what is nobody's, none."""
        if not self._is_own(name):
            return []
        return [
            List(field_name, target, self._paged(name, field_name, target))
            for field_name, field in self._object(name).fields.items()
            if isinstance(self.catalogue.declaration(name, field_name), Rows)
            for target in [self._row(field)]
        ]

    def _paged(self, name: str, field: str, target: str) -> str:
        self._note(name, field)
        page = f"nodes {{ {self.all_of(target)} }} pageInfo {{ hasNextPage endCursor }}"
        listed = f"{field}(first: {PAGE}, after: $after) {{ {page} }}"
        if name == ROOT:
            return f"query Export_{field}($after: Cursor) {{ viewer {{ {listed} }} }}"
        if name == PERSON:
            # As the viewer's own, and not by an identifier, which may be of any type: that is planned sooner.
            return (
                f"query Export_{name}_{field}($after: Cursor) {{ viewer {{ participant {{ {listed} }} }} }}"
            )
        asked = f"node(id: $id) {{ ... on {name} {{ {listed} }} }}"
        return f"query Export_{name}_{field}($id: ID!, $after: Cursor) {{ {asked} }}"

    def all_of(self, name: str, above: tuple[str, ...] = ()) -> str:
        """All that an object says by itself, without its lists, nor what it has of its own kind."""
        if entity := self.catalogue.entities.get(name):
            self._need(entity.needs)
        found = [
            self._of(name, field_name, field, (*above, name))
            for field_name, field in self._object(name).fields.items()
        ]
        return " ".join(filter(None, found))

    def _of(self, name: str, field_name: str, field: GraphQLField, above: tuple[str, ...]) -> str:
        target = get_named_type(field.type)
        declaration = self.catalogue.declaration(name, field_name)
        # The person stands in one place, with their lists.
        is_person = name == ROOT and target.name == PERSON
        if (
            isinstance(declaration, Rows)
            or target.name in OF_THE_READER
            or is_person
            or any(is_required_argument(argument) for argument in field.args.values())
        ):
            return ""
        self._note(name, field_name)
        if is_leaf_type(target):
            return field_name
        kinds = self.catalogue.object_types(target)
        if not isinstance(target, GraphQLObjectType):
            named = " ".join(f"... on {kind.name} {{ {self._named(kind.name)} }}" for kind in kinds)
            return f"{field_name} {{ __typename {named} }}"
        if not isinstance(declaration, Link):
            # A condition has parts that are conditions: they stand in a list beside it, too.
            return "" if target.name in above else f"{field_name} {{ {self.all_of(target.name, above)} }}"
        return f"{field_name} {{ {self._named(target.name)} }}"

    def _named(self, name: str) -> str:
        """What names an object that has its own place elsewhere; of what is nobody's, all its numbers."""
        if self._is_own(name):
            return "id"
        fields = self._object(name).fields.items()
        return " ".join(
            field_name
            for field_name, field in fields
            if is_leaf_type(get_named_type(field.type)) and not is_list_type(get_nullable_type(field.type))
        )

    def _row(self, field: GraphQLField) -> str:
        connection = get_named_type(field.type)
        assert isinstance(connection, GraphQLObjectType)  # noqa: S101 -- rows are served as a connection
        return str(get_named_type(connection.fields["nodes"].type).name)

    def _is_own(self, name: str) -> bool:
        entity = self.catalogue.entities.get(name)
        return entity is not None and (entity.table is None or bool(entity.about))

    def _object(self, name: str) -> GraphQLObjectType:
        found = self.catalogue.schema.type_map[name]
        assert isinstance(found, GraphQLObjectType)  # noqa: S101 -- what has fields is an object
        return found

    def _note(self, name: str, field: str) -> None:
        self._need(getattr(self.catalogue.declaration(name, field), "needs", None))
        entity = self.catalogue.entities.get(name)
        if entity is not None and entity.about:
            self.fields.add(f"{name}.{field}")

    def _need(self, scope: str | None) -> None:
        if scope is not None:
            self.needs.add(scope)
