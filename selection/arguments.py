"""How the value of an argument gets from a request into a bind parameter."""

from collections.abc import Callable
from typing import Any

from graphql import GraphQLInputType, ValueNode, VariableNode
from graphql.execution.values import VariableValues
from graphql.language import visit
from graphql.language.visitor import Visitor
from graphql.utilities import coerce_input_literal

from selection.faults import OperationFault

Reader = Callable[[VariableValues], Any]
Path = tuple[str | int, ...]


def located(read: Reader, path: Path, argument: str) -> Reader:
    """Let what goes wrong while an argument is read say where it stands."""

    def read_there(variables: VariableValues) -> Any:  # noqa: ANN401 -- what PostgreSQL takes
        try:
            return read(variables)
        except OperationFault as fault:
            fault.stands_at(path, argument)
            raise

    return read_there


class _VariableFinder(Visitor):
    found = False

    def enter_variable(self, *_: Any) -> None:  # noqa: ANN401 -- graphql-core's signature
        self.found = True


def reader_of(value: ValueNode, graphql_type: GraphQLInputType | None) -> Reader:
    """Read the value of an argument: a variable, a literal, or a literal with variables in it."""
    if isinstance(value, VariableNode):
        name = value.name.value
        return lambda variables: variables.coerced[name]
    if graphql_type is None:
        literal = getattr(value, "value", None)
        return lambda _: literal
    finder = _VariableFinder()
    visit(value, finder)
    if finder.found:
        return lambda variables: coerce_input_literal(value, graphql_type, variables)
    constant = coerce_input_literal(value, graphql_type)
    return lambda _: constant
