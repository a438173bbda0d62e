"""What an operation selects, with the variables of a request."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    IntValueNode,
    NullValueNode,
    SelectionSetNode,
    ValueNode,
    VariableNode,
    is_abstract_type,
)
from graphql.execution.values import VariableValues


@dataclass(frozen=True, slots=True)
class Selected:
    """The selections of an operation: fragments are found by name, conditions by the variables."""

    schema: GraphQLSchema
    fragments: Mapping[str, FragmentDefinitionNode]
    variables: VariableValues

    def fields(
        self, parent: GraphQLObjectType, selections: Iterable[SelectionSetNode]
    ) -> dict[str, list[FieldNode]]:
        """Gather the fields of an object by response key, in the document's order, through its fragments.

        Source: GraphQL specification, section 6.3.2 CollectFields.
        """
        found: dict[str, list[FieldNode]] = {}
        for node in self._each(parent, selections, set()):
            found.setdefault((node.alias or node.name).value, []).append(node)
        return found

    def _each(
        self, parent: GraphQLObjectType, selections: Iterable[SelectionSetNode], spread: set[str]
    ) -> Iterator[FieldNode]:
        for selection_set in selections:
            for node in selection_set.selections:
                if not self._includes(node):
                    continue
                match node:
                    case FieldNode():
                        yield node
                    case InlineFragmentNode(type_condition=condition):
                        if condition is None or self._applies(parent, condition.name.value):
                            yield from self._each(parent, [node.selection_set], spread)
                    case FragmentSpreadNode(name=name) if name.value not in spread:
                        spread.add(name.value)
                        fragment = self.fragments[name.value]
                        if self._applies(parent, fragment.type_condition.name.value):
                            yield from self._each(parent, [fragment.selection_set], spread)

    def _includes(self, node: Any) -> bool:  # noqa: ANN401 -- any selection has directives
        for directive in node.directives or ():
            if directive.name.value in ("skip", "include"):
                condition = self.value(directive.arguments[0].value)
                if condition is (directive.name.value == "skip"):
                    return False
        return True

    def _applies(self, parent: GraphQLObjectType, condition: str) -> bool:
        wanted = self.schema.type_map[condition]
        return wanted is parent or (is_abstract_type(wanted) and self.schema.is_sub_type(wanted, parent))

    def has(self, value: ValueNode | None) -> bool:
        """Whether an argument has a value: it is there, and not null."""
        if isinstance(value, VariableNode):
            return self.variables.coerced.get(value.name.value) is not None
        return value is not None and not isinstance(value, NullValueNode)

    def value(self, value: ValueNode) -> Any:  # noqa: ANN401 -- a value that shapes the plan
        """The value of an argument that shapes the plan."""
        if isinstance(value, VariableNode):
            return self.variables.coerced.get(value.name.value)
        return int(value.value) if isinstance(value, IntValueNode) else getattr(value, "value", None)


def below(nodes: Iterable[FieldNode]) -> list[SelectionSetNode]:
    """What is selected below the occurrences of a field."""
    return [node.selection_set for node in nodes if node.selection_set is not None]
