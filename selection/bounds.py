"""How much a document may ask, told from its text alone: before it is validated, planned or executed.

A fragment counts as often as it is spread, so a few hundred bytes can name more fields than anybody can plan;
introspection lists every type with every field; and graphql-core, to find out whether the fields that answer
under one key agree, compares each of them with each other.
"""

from collections.abc import Iterable, Iterator, Mapping
from math import inf
from types import MappingProxyType

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionNode,
    SelectionSetNode,
)

from selection.faults import TooManyFields, TooManyRepeats, TooMuchIntrospection

# The page of a person has 60 fields, the introspection that explorers send 250.
MOST_FIELDS = 1_000
# Components that each ask for the same name of the same thing; and the types that a `node` may be.
MOST_REPEATS = 20
# What explorers send comes to 40,000.
MOST_INTROSPECTED = 200_000

# How long the lists of introspection are, about. None of the schema's own fields has such a name.
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
NO_LENGTHS: Mapping[str, int] = MappingProxyType({})

Fragments = Mapping[str, FragmentDefinitionNode]


def refuse_beyond(document: DocumentNode) -> None:
    """Let a document pass that asks for no more than anybody does.

    Raises: TooManyFields, TooManyRepeats, TooMuchIntrospection.
    """
    fragments = {
        definition.name.value: definition
        for definition in document.definitions
        if isinstance(definition, FragmentDefinitionNode)
    }
    roots = [
        definition.selection_set
        for definition in document.definitions
        if isinstance(definition, OperationDefinitionNode)
    ]
    count = _Count(fragments, NO_LENGTHS)
    size = sum(map(count.below, roots))
    # What no operation spreads is a fault of the document, but is validated all the same.
    unused = [fragment.selection_set for name, fragment in fragments.items() if name not in count.sizes]
    if size + sum(map(count.below, unused)) > MOST_FIELDS:
        raise TooManyFields(most=MOST_FIELDS)
    if sum(map(_Count(fragments, LENGTHS).below, roots)) > MOST_INTROSPECTED:
        raise TooMuchIntrospection
    for root in (*roots, *unused):
        _refuse_repeats([root], fragments)


class _Count:
    """Counts fields, each as often as its fragment is spread and as long as the list that it is in.

    A fragment within itself has no end. Each is counted once, so this takes no longer than the text.
    """

    def __init__(self, fragments: Fragments, lengths: Mapping[str, int]) -> None:
        self.fragments, self.lengths = fragments, lengths
        self.sizes: dict[str, float] = {}

    def below(self, selection_set: SelectionSetNode | None) -> float:
        """How many fields a selection has."""
        return sum(map(self.of, selection_set.selections)) if selection_set else 0

    def of(self, node: SelectionNode) -> float:
        """How many fields a field, or a fragment, comes to."""
        match node:
            case FieldNode(name=name, selection_set=inner):
                return 1 + self.lengths.get(name.value, 1) * self.below(inner)
            case InlineFragmentNode(selection_set=inner):
                return self.below(inner)
            case FragmentSpreadNode(name=name) if name.value in self.fragments:
                if name.value not in self.sizes:
                    self.sizes[name.value] = inf
                    self.sizes[name.value] = self.below(self.fragments[name.value].selection_set)
                return self.sizes[name.value]
        return 0


def _refuse_repeats(merged: Iterable[SelectionSetNode], fragments: Fragments) -> None:
    """Walk the answer that these would give together. It has an end: the document has been counted."""
    answered: dict[str, list[SelectionSetNode | None]] = {}
    for selection_set in merged:
        for node in _fields(selection_set, fragments):
            answered.setdefault((node.alias or node.name).value, []).append(node.selection_set)
    for selection_sets in answered.values():
        if len(selection_sets) > MOST_REPEATS:
            raise TooManyRepeats(most=MOST_REPEATS)
        _refuse_repeats([inner for inner in selection_sets if inner], fragments)


def _fields(selection_set: SelectionSetNode, fragments: Fragments) -> Iterator[FieldNode]:
    for node in selection_set.selections:
        match node:
            case FieldNode():
                yield node
            case InlineFragmentNode(selection_set=inner):
                yield from _fields(inner, fragments)
            case FragmentSpreadNode(name=name) if name.value in fragments:
                yield from _fields(fragments[name.value].selection_set, fragments)
