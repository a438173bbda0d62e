"""The values of an operation's variables, coerced to their types.

What an operation declares never changes, so it is looked up once; graphql-core does so for each request.

Source: GraphQL specification, section 6.1.2.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from graphql import (
    GraphQLInputType,
    GraphQLSchema,
    Undefined,
    VariableDefinitionNode,
    coerce_input_value,
    is_non_null_type,
    type_from_ast,
    value_from_ast,
)
from graphql.execution.values import VariableValues, get_variable_values

from selection.faults import MOST_FAULTS, NullRefused, VariableInvalid

Coerce = Callable[[Mapping[str, Any]], VariableValues]


def coercion(
    schema: GraphQLSchema, definitions: Iterable[VariableDefinitionNode], never_null: Iterable[str]
) -> Coerce:
    """How the values that a caller sends for the variables of a valid operation are read.

    What is returned raises VariableInvalid where a value does not fit its type, and NullRefused where null
    is sent for a variable of `never_null`.
    """
    definitions = tuple(definitions)
    declared = [_declared(schema, definition) for definition in definitions]
    never_null = tuple(never_null)

    def coerce(inputs: Mapping[str, Any]) -> VariableValues:
        coerced: dict[str, Any] = {}
        for name, graphql_type, default in declared:
            value = inputs.get(name, Undefined)
            if value is not Undefined:
                value = coerce_input_value(value, graphql_type)
            elif default is not Undefined:
                value = default
            elif not is_non_null_type(graphql_type):
                continue
            if value is Undefined:
                raise _invalid(schema, definitions, inputs)
            coerced[name] = value
        for name in never_null:
            if name in coerced and coerced[name] is None:
                raise NullRefused(variable=name)
        return VariableValues({}, coerced)

    return coerce


def _declared(schema: GraphQLSchema, definition: VariableDefinitionNode) -> tuple[str, GraphQLInputType, Any]:
    graphql_type: Any = type_from_ast(schema, definition.type)
    default = definition.default_value
    return (
        definition.variable.name.value,
        graphql_type,
        value_from_ast(default, graphql_type) if default else Undefined,
    )


def _invalid(
    schema: GraphQLSchema, definitions: tuple[VariableDefinitionNode, ...], inputs: Mapping[str, Any]
) -> VariableInvalid:
    """What is wrong, in graphql-core's words."""
    # One more says that there were more.
    found = get_variable_values(schema, definitions, dict(inputs), MOST_FAULTS - 1, hide_suggestions=True)
    assert not isinstance(found, VariableValues)  # noqa: S101 -- a value did not fit
    return VariableInvalid.of(found)
