"""What an operation costs, told from its text: before it is validated, planned or executed.

The cost is in units of about one row that PostgreSQL touches, from what the schema's authors declared. A page
costs what is asked of each row as often as the page is long. How long is often a variable's value: so the
cost is a sum of products, worked out for the variables of a request in a microsecond.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from math import ceil, prod
from types import MappingProxyType
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    GraphQLInterfaceType,
    GraphQLObjectType,
    IntValueNode,
    ListValueNode,
    NullValueNode,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
    ValueNode,
    VariableNode,
    get_named_type,
    is_required_argument,
    value_from_ast_untyped,
)

from selection.bounds import Fragments, fields_of, fragments_of, name_of, operations_of, refuse_excess
from selection.catalogue import Catalogue
from selection.entities import COMMON_ROWS, MOST_ROWS, Derived, Either, Fetched, Link, Nodes, Rows
from selection.faults import CostTooHigh, TooManyActs, TooManyLinks

# Each is a sub-select of the one statement: to plan it takes us a quarter of a millisecond.
MOST_LINKS = 60
# What may be of any type has one for each type, and takes us twice as long.
LINKS_OF_NODES = 2
# An act is a transaction with a key of its own. Whoever tries fifty codes sends fifty requests.
MOST_ACTS = 1
# A hundred dossiers with twenty events each come to 2,400; a hundred of a hundred of a hundred to a million.
MOST_COST = 10_000

# What a field costs by what was declared for it, in units of about one row touched. A scalar costs nothing.
ROW = 1
# A rule in Python, over facts of other tables: about what five rows take.
DERIVATION = 5
# At most 10,001 keys are counted, none of them read, fetched or written out.
COUNT = 100
# A transaction: the row that is locked, its event, the outbox, the key, each with its indexes.
ACT = 20
# What explorers ask of the schema comes to 40,000 of these. PostgreSQL has no part in them.
INTROSPECTED = 1 / 20

# How long the lists of introspection are, about.
LENGTHS: Mapping[str, int] = MappingProxyType(
    {
        "args": 1,
        "directives": 5,
        "enumValues": 2,
        "fields": 4,
        "inputFields": 1,
        "interfaces": 1,
        "possibleTypes": 8,
        "types": 70,
    }
)

LINKS = (Derived, Either, Fetched, Link, Nodes, Rows)

Variables = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Length:
    """How long a list is: what the first of these variables that is there says, or else a number."""

    names: tuple[str, ...]
    otherwise: int

    def of(self, variables: Variables) -> int:
        """The number of rows; what no page may have, and is refused later, counts as the longest."""
        for name in self.names:
            match variables.get(name):
                case None:
                    continue
                case list() as items if len(items) < MOST_ROWS:
                    return len(items)
                case int() | float() as rows if 0 <= rows < MOST_ROWS:
                    return int(rows)
                case _:
                    return MOST_ROWS
        return self.otherwise


# Stands for the page that `nodes` and `edges` are in, until the walk comes back to its arguments.
EACH = Length((), 1)

Terms = Mapping[tuple[Length, ...], float]
NOTHING: Terms = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Cost:
    """The cost of an operation: a sum of products of units with the lengths of lists."""

    terms: Terms
    defaults: Variables = field(default_factory=dict)

    def of(self, variables: Variables) -> int:
        """The cost for the variables of a request, as they were sent; the least there is is 1."""
        if len(self.terms) == 1 and () in self.terms:
            return max(ROW, ceil(self.terms[()]))
        given = {**self.defaults, **variables} if self.defaults else variables
        return max(ROW, ceil(sum(_worth(self.terms, given))))

    @property
    def least(self) -> int:
        """The cost where every page that a variable measures is empty."""
        return max(ROW, ceil(self.terms.get((), 0)))

    @property
    def most(self) -> int:
        """The cost where every page that a variable measures is as long as one may be."""
        return self.of({name: MOST_ROWS for lengths in self.terms for each in lengths for name in each.names})


@dataclass(frozen=True, slots=True)
class Asked:
    """What a part of a document asks."""

    links: int
    terms: Terms


def costs_of(document: DocumentNode, catalogue: Catalogue) -> dict[str, Cost]:
    """The cost of each operation by its name, of a document that asks for no more than anybody does.

    The document need not be valid: what the schema does not have costs nothing.
    Raises: DocumentRefused.
    """
    refuse_excess(document)
    walk = Walk(catalogue, fragments_of(document))
    return {name_of(operation): _cost(operation, walk) for operation in operations_of(document)}


def _cost(operation: OperationDefinitionNode, walk: "Walk") -> Cost:
    asked = walk.below(operation.selection_set, walk.root(operation))
    cost = Cost(asked.terms, _defaults(operation))
    if operation.operation is OperationType.MUTATION:
        # What stands under one key is done once; `__typename` does nothing.
        acts = {
            (node.alias or node.name).value
            for node, _ in fields_of(operation.selection_set, walk.fragments)
            if node.name.value != "__typename"
        }
        if len(acts) > MOST_ACTS:
            raise TooManyActs(most=MOST_ACTS, requested=cost.least)
    if asked.links > MOST_LINKS:
        raise TooManyLinks(most=MOST_LINKS)
    if cost.least > MOST_COST:
        raise walk.too_high(operation, cost.least, MOST_COST, {})
    return cost


class Walk:
    """One walk through a document that has an end. A field is priced once, however often it is asked."""

    def __init__(self, catalogue: Catalogue, fragments: Fragments) -> None:
        self.catalogue, self.fragments = catalogue, fragments
        # By the identity of a field: it stands in one place, and the document keeps it meanwhile.
        self.known: dict[int, Asked] = {}

    def root(self, operation: OperationDefinitionNode) -> str:
        """The type that an operation begins at."""
        found = self.catalogue.schema.get_root_type(operation.operation)
        return found.name if found else ""

    def below(self, selection_set: SelectionSetNode | None, parent: str) -> Asked:
        """What a selection asks of an object."""
        asked = [self.of(node, on) for node, on in fields_of(selection_set, self.fragments, parent)]
        return Asked(sum(each.links for each in asked), _together(each.terms for each in asked))

    def of(self, node: FieldNode, parent: str) -> Asked:
        """What a field asks, with everything below it."""
        if id(node) not in self.known:
            below = self.below(node.selection_set, self.target(parent, node.name.value))
            declared = self.catalogue.declaration(parent, node.name.value)
            links = LINKS_OF_NODES if isinstance(declared, Nodes) else int(isinstance(declared, LINKS))
            self.known[id(node)] = Asked(below.links + links, self.priced(node, parent, below.terms))
        return self.known[id(node)]

    def target(self, parent: str, name: str) -> str:
        """The type that a field leads to; no name where the schema does not have it."""
        if name in ("__schema", "__type"):
            return f"__{name[2:].capitalize()}"
        parent_type = self.catalogue.schema.type_map.get(parent)
        if not isinstance(parent_type, GraphQLObjectType | GraphQLInterfaceType):
            return ""
        found = parent_type.fields.get(name)
        return get_named_type(found.type).name if found else ""

    def priced(self, node: FieldNode, parent: str, below: Terms) -> Terms:
        """The cost of a field, with what is asked below it."""
        name = node.name.value
        match self.catalogue.declaration(parent, name):
            case Rows():
                return _measured(_together([_of(ROW), _each(_of(ROW)), below]), _page_length(node))
            case Nodes(many=many):
                length = _length(_arguments(node), "ids", otherwise=0) if many else EACH
                return _measured(_each(_together([_of(ROW), below])), length)
            case Link() | Fetched():
                return _together([_of(ROW), below])
            case Either(conditions=conditions):
                return _together([_of(ROW * len(conditions)), below])
            case Derived(rules=rules):
                return _together([_of(DERIVATION * rules), below])
        return self._undeclared(name, parent, below)

    def _undeclared(self, name: str, parent: str, below: Terms) -> Terms:
        """The cost of a field of a page, of an act, of what is followed, of introspection, of a payload."""
        schema = self.catalogue.schema
        if parent.endswith("Connection"):
            if name in ("totalCount", "totalCountIsExact"):
                return _of(COUNT)
            if name in ("nodes", "edges"):
                return _each(below)
        elif schema.mutation_type and parent == schema.mutation_type.name:
            return _together([_of(ACT), below])
        elif schema.subscription_type and parent == schema.subscription_type.name:
            # Each look brings a page of what is followed, and the row that it belongs to.
            row = _together([_of(ROW), below])
            return _together([_of(ROW), _measured(_each(row), Length((), COMMON_ROWS))])
        elif (parent.startswith("__") or name.startswith("__")) and name != "__typename":
            return _together([_of(INTROSPECTED), *([below] * LENGTHS.get(name, 1))])
        elif schema.query_type and parent == schema.query_type.name:
            asked = schema.query_type.fields.get(name)
            # What strawberry looks for by itself is a row, however it is looked for.
            if asked and any(map(is_required_argument, asked.args.values())):
                return _together([_of(ROW), below])
        return below

    def too_high(
        self, operation: OperationDefinitionNode, requested: int, limit: int, variables: Variables
    ) -> CostTooHigh:
        """Say that an operation costs too much, and which of its fields costs most."""
        path = self.costliest(operation.selection_set, self.root(operation), variables)
        return CostTooHigh(requested=requested, limit=limit, costliest=list(path))

    def costliest(
        self, selection_set: SelectionSetNode | None, parent: str, variables: Variables
    ) -> Iterator[str]:
        """The way to the field that costs most, by response keys: at each step to the one below that does."""
        fields = [
            (sum(_worth(self.of(node, on).terms, variables)), node, on)
            for node, on in fields_of(selection_set, self.fragments, parent)
        ]
        cost, node, on = max(fields, key=lambda each: each[0], default=(0, None, ""))
        if node is not None and cost:
            yield (node.alias or node.name).value
            yield from self.costliest(node.selection_set, self.target(on, node.name.value), variables)


# Sums of products.


def _of(units: float) -> Terms:
    return {(): units}


def _together(several: Iterable[Terms]) -> Terms:
    terms: dict[tuple[Length, ...], float] = {}
    for each in several:
        for lengths, units in each.items():
            terms[lengths] = terms.get(lengths, 0) + units
    return terms


def _each(terms: Terms) -> Terms:
    """For each row of the page that this is in."""
    return {(EACH, *lengths): units for lengths, units in terms.items()}


def _measured(terms: Terms, length: Length) -> Terms:
    """Say how long the page is."""
    return _together(
        {lengths: units}
        if lengths[:1] != (EACH,)
        else {(length, *lengths[1:]): units}
        if length.names
        else {lengths[1:]: units * length.otherwise}
        for lengths, units in terms.items()
    )


def _worth(terms: Terms, variables: Variables) -> Iterator[float]:
    for lengths, units in terms.items():
        yield units * prod([length.of(variables) for length in lengths])


# What a document says.


def _defaults(operation: OperationDefinitionNode) -> dict[str, Any]:
    return {
        definition.variable.name.value: value_from_ast_untyped(definition.default_value)
        for definition in operation.variable_definitions or ()
        if definition.default_value
    }


def _arguments(node: FieldNode) -> dict[str, ValueNode]:
    return {argument.name.value: argument.value for argument in node.arguments or ()}


def _page_length(node: FieldNode) -> Length:
    """How long a page is: as `last` says, or else `first`, or as is usual."""
    return _length(_arguments(node), "last", "first", otherwise=COMMON_ROWS)


def _length(given: Mapping[str, ValueNode], *arguments: str, otherwise: int) -> Length:
    names: list[str] = []
    for argument in arguments:
        match given.get(argument):
            case VariableNode(name=name):
                names.append(name.value)
            case None | NullValueNode():
                continue
            case IntValueNode(value=digits) if len(digits) < len(str(MOST_ROWS)):
                return Length(tuple(names), max(int(digits), 0))
            case ListValueNode(values=items) if len(items) < MOST_ROWS:
                return Length(tuple(names), len(items))
            case _:
                return Length(tuple(names), MOST_ROWS)
    return Length(tuple(names), otherwise)
