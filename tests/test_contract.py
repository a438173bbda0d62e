"""The public contract: `schema.graphql` is what is served, explains everything, and bounds every list."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    get_named_type,
    get_nullable_type,
    is_list_type,
    is_object_type,
    is_specified_scalar_type,
)

from schema.portal import schema

COMMITTED = Path(__file__).parent.parent / "schema.graphql"
GRAPHQL = schema._schema  # noqa: SLF001 -- graphql-core's own, as the translator takes it
TYPES = [
    graphql_type
    for name, graphql_type in sorted(GRAPHQL.type_map.items())
    if not name.startswith("__") and not is_specified_scalar_type(graphql_type)
]

# Lists that are no page: each is bounded by what it lists.
SHORT_LISTS = {
    "Agreement.fields": "fields of the schema",
    "AccessEntry.fields": "the fields that one answer showed of one person",
    "Caller.scopes": "the scopes that there are",
    "CertificateCheck.months": "the runs of months of one person's career",
    "Certificate.months": "the runs of months of one person's career",
    "CertificatePayload.errors": "the reasons for one refusal",
    "Condition.parts": "the conditions of one article",
    "ConsentPayload.errors": "the reasons for one refusal",
    "CoverageGap.employers": "the employers of one person in one month",
    "DataRequestPayload.errors": "the reasons for one refusal",
    "Deadline.daysOff": "the days of one time limit",
    "Determination.changes": "the conditions of one benefit",
    "Determination.cites": "the figures that one rule uses",
    "Determination.conditions": "the conditions of one benefit",
    "Determination.findings": "what one rule finds",
    "DossierPayload.errors": "the reasons for one refusal",
    "Evidence.months": "the runs of months of one working life",
    "Evidence.rows": "the rows that one condition rests on",
    "Finding.parts": "the funds, or the members of one household",
    "HealthPremium.members": "the members of one household",
    "EmploymentPayload.errors": "the reasons for one refusal",
    "FilingPayload.errors": "what is wrong with the first hundred wrong lines",
    "Mandate.serviceGroups": "the values of an enum",
    "MandatePayload.errors": "the reasons for one refusal",
    "PaymentPayload.errors": "the reasons for one refusal",
    "Query.consentTexts": "the purposes that there are",
    "Query.legalParameters": "the figures of the law on one day",
    "Query.nodes": "as many as were asked for, at most a hundred",
    "RegimeCoverage.gaps": "the runs of months of one person's career",
    "RegimeCoverage.periods": "the runs of months of one person's career",
    "Refusal.params": "the values in one sentence",
    "Refusal.path": "the depth of the input",
    "RevealPayload.errors": "the reasons for one refusal",
    "SessionPayload.errors": "the reasons for one refusal",
    "ServiceVersion.applicants": "the values of an enum",
    "ServiceVersion.forms": "the forms of one procedure in the catalogue",
    "ServiceVersion.legalBasis": "the laws of one procedure in the catalogue",
    "ServiceVersion.unconfirmed": "the facts of one procedure in the catalogue",
    "Viewer.scopes": "the scopes that there are",
}


def described(graphql_type: GraphQLNamedType) -> Iterator[tuple[str, Any]]:
    """A type and everything in it that has a description."""
    yield graphql_type.name, graphql_type
    if isinstance(graphql_type, GraphQLEnumType):
        for name, value in graphql_type.values.items():
            yield f"{graphql_type.name}.{name}", value
    if isinstance(graphql_type, GraphQLObjectType | GraphQLInterfaceType | GraphQLInputObjectType):
        for name, field in graphql_type.fields.items():
            yield f"{graphql_type.name}.{name}", field
            for argument_name, argument in getattr(field, "args", {}).items():
                yield f"{graphql_type.name}.{name}({argument_name}:)", argument


EVERYTHING = [item for graphql_type in TYPES for item in described(graphql_type)]


def test_the_committed_schema_is_the_one_that_is_served() -> None:
    assert COMMITTED.read_text() == schema.as_str() + "\n", "The schema changed: `make sdl`, and read it."


@pytest.mark.parametrize(("name", "part"), EVERYTHING, ids=[name for name, _ in EVERYTHING])
def test_everything_has_a_description(name: str, part: Any) -> None:  # noqa: ANN401 -- any part of a schema
    description = part.description or ""
    assert description.strip() == description
    assert len(description) > len("Its.")
    assert description.endswith((".", "?")), f"{name}: {description}"
    assert "\n" not in description


def test_every_list_is_a_page_or_short() -> None:
    lists = {
        f"{graphql_type.name}.{name}"
        for graphql_type in TYPES
        if is_object_type(graphql_type) and not graphql_type.name.endswith("Connection")
        for name, field in graphql_type.fields.items()
        if is_list_type(get_nullable_type(field.type))
    }
    assert lists == set(SHORT_LISTS)


@pytest.mark.parametrize(
    ("name", "field"),
    [
        (f"{graphql_type.name}.{name}", field)
        for graphql_type in TYPES
        if is_object_type(graphql_type)
        for name, field in graphql_type.fields.items()
        if get_named_type(field.type).name.endswith("Connection")
    ],
)
def test_every_page_has_its_arguments_and_a_size_where_none_is_given(name: str, field: Any) -> None:  # noqa: ANN401
    assert {"first", "after", "last", "before"} <= set(field.args), name
    assert field.args["first"].default_value == 20
    assert all("1 to 100" in field.args[size].description for size in ("first", "last"))
    # A filter is never demanded, so that the bare list can be read.
    assert str(field.type).endswith("Connection!")


def test_a_mutation_takes_one_input_with_an_idempotency_key_and_says_why_it_refuses() -> None:
    assert GRAPHQL.mutation_type
    for name, field in GRAPHQL.mutation_type.fields.items():
        assert list(field.args) == ["input"]
        assert "idempotencyKey" in get_named_type(field.args["input"].type).fields, name
        payload = get_named_type(field.type)
        assert str(payload.fields["errors"].type) == "[Refusal!]!"


def test_no_amount_is_a_float() -> None:
    assert "Float" not in GRAPHQL.type_map
