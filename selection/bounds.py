"""How much a document may say, counted before anything else looks at it.

Each fragment is counted once, so this takes no longer than the text. Whatever looks at the document
afterwards may walk through it as the answer will be, every fragment as often as it is spread: it has an end,
and soon.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
)

from selection.faults import DocumentInvalid, TooDeep, TooManyFields, TooManyFragments, TooManyRepeats

# Explorers ask of the schema in 183; a page of a person takes fewer. Each takes 20 µs to read and validate.
MOST_TOKENS = 1_500
# Validation compares each with each other.
MOST_FRAGMENTS = 60
# The page of a person has 60, the introspection that explorers send 250.
MOST_FIELDS = 1_000
# Components that each ask for the same name of the same thing; and the types that a `node` may be.
MOST_REPEATS = 20
# A person's page is 8 deep. SQL is written as deep as the fields are, and Python's stack has an end.
MOST_DEPTH = 20
# Fragments in fragments lead no deeper; but they too are on the stack.
MOST_LEVELS = 5 * MOST_DEPTH

Fragments = Mapping[str, FragmentDefinitionNode]


class Size(NamedTuple):
    """How large a part of a document is: what is in a fragment counts as often as it is spread."""

    fields: int  # and fragments
    depth: int  # of fields in fields
    levels: int  # of anything in anything


def fragments_of(document: DocumentNode) -> Fragments:
    """The fragments of a document by their names."""
    return {
        definition.name.value: definition
        for definition in document.definitions
        if isinstance(definition, FragmentDefinitionNode)
    }


def operations_of(document: DocumentNode) -> list[OperationDefinitionNode]:
    """The operations of a document."""
    return [
        definition for definition in document.definitions if isinstance(definition, OperationDefinitionNode)
    ]


def name_of(operation: OperationDefinitionNode) -> str:
    """The name of an operation; empty where it has none."""
    return operation.name.value if operation.name else ""


def refuse_excess(document: DocumentNode) -> None:
    """Let a document pass that asks for no more than anybody needs. It need not be valid.

    Raises: TooManyFields, TooManyFragments, TooManyRepeats, TooDeep; DocumentInvalid where a fragment is
    within itself.
    """
    fragments = fragments_of(document)
    count = _Count(fragments)
    asked = [operation.selection_set for operation in operations_of(document)]
    try:
        sizes = [count.of(selection_set) for selection_set in asked]
        # What no operation spreads is a fault of the document, but is validated all the same.
        for name, fragment in fragments.items():
            if name not in count.sizes:
                sizes.append(count.spread(name))
                asked.append(fragment.selection_set)
    except RecursionError:
        raise TooDeep(most=MOST_DEPTH) from None
    _refuse_larger(Size(sum(size.fields for size in sizes), 0, 0))
    if len(fragments) > MOST_FRAGMENTS:
        raise TooManyFragments(most=MOST_FRAGMENTS)
    for selection_set in asked:
        _refuse_repeats([selection_set], fragments)


class _Count:
    """Counts a document; a fragment once, however often it is spread."""

    def __init__(self, fragments: Fragments) -> None:
        self.fragments = fragments
        self.sizes: dict[str, Size | None] = {}

    def of(self, selection_set: SelectionSetNode | None) -> Size:
        """Count what a selection selects."""
        fields = depth = levels = 0
        for node in selection_set.selections if selection_set else ():
            match node:
                case FieldNode(selection_set=inner):
                    size = self.of(inner)
                    depth = max(depth, size.depth + 1)
                case InlineFragmentNode(selection_set=inner):
                    size = self.of(inner)
                case FragmentSpreadNode(name=name):
                    size = self.spread(name.value)
            fields, depth, levels = (
                fields + size.fields + 1,
                max(depth, size.depth),
                max(levels, size.levels + 1),
            )
        found = Size(fields, depth, levels)
        _refuse_larger(found)
        return found

    def spread(self, name: str) -> Size:
        """Count what a fragment selects. Raises: DocumentInvalid where it is within itself."""
        if name not in self.fragments:
            return Size(0, 0, 0)
        if name not in self.sizes:
            self.sizes[name] = None
            self.sizes[name] = self.of(self.fragments[name].selection_set)
        size = self.sizes[name]
        if size is None:
            error = GraphQLError(f"Cannot spread fragment '{name}' within itself.", self.fragments[name])
            raise DocumentInvalid.of([error])
        return size


def _refuse_larger(size: Size) -> None:
    if size.fields > MOST_FIELDS:
        raise TooManyFields(most=MOST_FIELDS)
    if size.depth > MOST_DEPTH or size.levels > MOST_LEVELS:
        raise TooDeep(most=MOST_DEPTH)


def _refuse_repeats(merged: Sequence[SelectionSetNode], fragments: Fragments) -> None:
    """Walk the answer that these would give together.

    graphql-core, to find out whether the fields that answer under one key agree, compares each with each.
    """
    answered: dict[str, list[SelectionSetNode | None]] = {}
    for selection_set in merged:
        for node, _ in fields_of(selection_set, fragments):
            answered.setdefault((node.alias or node.name).value, []).append(node.selection_set)
    for selection_sets in answered.values():
        if len(selection_sets) > MOST_REPEATS:
            raise TooManyRepeats(most=MOST_REPEATS)
        _refuse_repeats([inner for inner in selection_sets if inner], fragments)


def fields_of(
    selection_set: SelectionSetNode | None, fragments: Fragments, parent: str = ""
) -> Iterator[tuple[FieldNode, str]]:
    """The fields of a selection, each with the name of the type that it is selected of."""
    for node in selection_set.selections if selection_set else ():
        match node:
            case FieldNode():
                yield node, parent
            case InlineFragmentNode(type_condition=condition, selection_set=inner):
                yield from fields_of(inner, fragments, condition.name.value if condition else parent)
            case FragmentSpreadNode(name=name) if fragment := fragments.get(name.value):
                yield from fields_of(fragment.selection_set, fragments, fragment.type_condition.name.value)
