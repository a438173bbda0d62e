"""Documents that were seen before: parsed, validated and looked through once."""

from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from enum import Enum, auto
from hashlib import sha256
from math import inf
from types import MappingProxyType
from typing import Any, Generic, TypeVar, cast

from graphql import (
    ASTValidationRule,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    GraphQLEnumType,
    GraphQLError,
    GraphQLInputType,
    GraphQLObjectType,
    GraphQLSchema,
    KnownDirectivesRule,
    NonNullTypeNode,
    NoUndefinedVariablesRule,
    NoUnusedVariablesRule,
    OperationDefinitionNode,
    OperationType,
    OverlappingFieldsCanBeMergedRule,
    UniqueDirectivesPerLocationRule,
    ValidationContext,
    ValidationRule,
    VariableNode,
    VariablesInAllowedPositionRule,
    get_named_type,
    is_non_null_type,
    parse,
    specified_rules,
    type_from_ast,
    validate,
    value_from_ast,
)
from graphql.execution.values import VariableValues
from graphql.validation.validate import ValidationAbortedError

from selection.bounds import MOST_TOKENS, fragments_of, name_of, operations_of
from selection.catalogue import Catalogue
from selection.costs import MOST_COST, Cost, Variables, Walk, costs_of
from selection.entities import COMMON_ROWS, Rows
from selection.faults import MOST_FAULTS, DocumentInvalid, DocumentUnreadable, TooManyComparisons
from selection.plans import PAGE_STEPS
from selection.variables import Coerce, coercion

# Of the documents that nobody registered. A token takes about half a KiB, and so does its part of a plan.
MOST_DOCUMENTS = 1_000
MOST_TOKENS_KEPT = 30_000
# Shapes of variables times kinds of viewers. Of a registered document each kind has its own from the start.
MOST_VARIANTS = 16
MOST_VARIANTS_REGISTERED = 64
# Shapes that are planned before anybody asks, for each kind of viewer; another is planned when it is asked.
MOST_PLANNED_AHEAD = 12

# Rules that can find nothing where a sign does not occur: together they take half of the time of all.
SIGNS: Mapping[type[ASTValidationRule], str] = MappingProxyType(
    {
        KnownDirectivesRule: "@",
        NoUndefinedVariablesRule: "$",
        NoUnusedVariablesRule: "$",
        UniqueDirectivesPerLocationRule: "@",
        VariablesInAllowedPositionRule: "$",
    }
)

# Fields and fragments that answer in one place are compared each with each, in a third of a microsecond.
MOST_COMPARISONS = 60_000

# `__typename` tells nobody more of the schema than the rows do.
INTROSPECTING = frozenset({"__schema", "__type"})

V = TypeVar("V")


class Recent(Generic[V]):
    """A map bounded in number and in the weight of its items; it forgets what was unused for longest."""

    def __init__(
        self, most: int, most_weight: float = inf, weigh: Callable[[V], float] = lambda _item: 0
    ) -> None:
        self.most, self.most_weight, self.weigh = most, most_weight, weigh
        self.items: OrderedDict[Any, V] = OrderedDict()
        self.weight = 0.0

    def get(self, key: Any) -> V | None:  # noqa: ANN401 -- any hashable
        """Find an item and remember that it was used."""
        if (found := self.items.get(key)) is not None:
            self.items.move_to_end(key)
        return found

    def put(self, key: Any, item: V) -> list[V]:  # noqa: ANN401
        """Keep an item, and forget the oldest beyond the bounds; what was forgotten is given back."""
        forgotten = [self.items.pop(key)] if key in self.items else []
        self.items[key] = item
        self.weight += self.weigh(item) - sum(map(self.weigh, forgotten))
        while len(self.items) > self.most or self.weight > self.most_weight:
            _, oldest = self.items.popitem(last=False)
            self.weight -= self.weigh(oldest)
            forgotten.append(oldest)
        return forgotten


class Role(Enum):
    """What of a variable shapes the plan: whether it is there, its value, or the page step it asks for."""

    PRESENCE = auto()
    VALUE = auto()
    STEP = auto()

    def shape(self, value: Any) -> Any:  # noqa: ANN401 -- part of a cache key
        """The part of the value that shapes the plan."""
        match self:
            case Role.PRESENCE:
                return value is not None
            # A variable of the same name may be a Boolean in another operation: to Python an integer too.
            case Role.STEP if type(value) is int:
                # What is no size has no plan: it is told first, whatever else is wrong.
                return next((step for step in PAGE_STEPS if 1 <= value <= step), 0)
        return value


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation of a document, with what its plans depend on."""

    node: OperationDefinitionNode
    fragments: Mapping[str, FragmentDefinitionNode]
    roles: Mapping[str, Role]
    scopes: frozenset[str]
    cost: Cost
    coerce: Coerce
    # The seventeenth shape takes the place of the one unused for longest: to plan anew takes a millisecond,
    # while one plan for every shape would have conditions that no index answers.
    variants: Recent[Any] = field(default_factory=lambda: Recent(MOST_VARIANTS))

    @property
    def document(self) -> str:
        """The SHA-256 of the document that it stands in, in hexadecimal; empty where it stands in no text."""
        return sha256(self.node.loc.source.body.encode()).hexdigest() if self.node.loc else ""

    @property
    def is_query(self) -> bool:
        """Whether it only reads."""
        return self.node.operation is OperationType.QUERY

    @property
    def is_subscription(self) -> bool:
        """Whether it follows something."""
        return self.node.operation is OperationType.SUBSCRIPTION

    def shape(self, variables: VariableValues) -> tuple[Any, ...]:
        """What of the variables shapes the plan."""
        return tuple(role.shape(variables.coerced.get(name)) for name, role in self.roles.items())


@dataclass(frozen=True, slots=True)
class Document:
    """A parsed document that the schema found valid."""

    node: DocumentNode
    operations: Mapping[str, Operation]
    introspects: bool

    def operation(self, name: str | None) -> Operation | None:
        """The operation of that name, or the only one."""
        if name:
            return self.operations.get(name)
        return next(iter(self.operations.values())) if len(self.operations) == 1 else None


def _tokens(document: Document) -> int:
    return document.node.token_count


class Documents:
    """The documents of a schema: those that are registered, and of the others those used most recently."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.catalogue = catalogue
        self.registered: dict[str, Document] = {}
        self.known: Recent[Document] = Recent(MOST_DOCUMENTS, MOST_TOKENS_KEPT, _tokens)
        self.operations: dict[int, Operation] = {}

    def read(self, text: str) -> Document:
        """Find or read a document.

        Raises: DocumentRefused, where it asks for too much or has faults.
        """
        known = self.registered.get(text) or self.known.get(text)
        if known is None:
            known = self._looked_through(text, MOST_VARIANTS)
            self._note(known, forgotten=self.known.put(text, known))
        return known

    def register(self, text: str) -> Document:
        """Read a document and keep it until it is withdrawn.

        Raises: DocumentRefused.
        """
        document = self.registered.get(text) or self._looked_through(text, MOST_VARIANTS_REGISTERED)
        self.registered[text] = document
        self._note(document, forgotten=())
        return document

    def withdraw(self, text: str) -> None:
        """Keep a document no longer than any other."""
        if document := self.registered.pop(text, None):
            self._note(document, forgotten=self.known.put(text, document))

    def _note(self, kept: Document, forgotten: Iterable[Document]) -> None:
        """Know the operations of what is kept by their nodes, and no others."""
        self.operations.update((id(operation.node), operation) for operation in kept.operations.values())
        for document in forgotten:
            for operation in document.operations.values():
                self.operations.pop(id(operation.node), None)

    def _looked_through(self, text: str, most_variants: int) -> Document:
        try:
            node = parse(text, max_tokens=MOST_TOKENS)
        except GraphQLError as error:
            raise DocumentUnreadable.of([error]) from error
        costs = costs_of(node, self.catalogue)
        looks: list[_Look] = []

        def look(context: ValidationContext) -> _Look:
            looks.append(_Look(context, self.catalogue))
            return looks[-1]

        rules = [
            _Agreement if rule is OverlappingFieldsCanBeMergedRule else rule
            for rule in specified_rules
            if SIGNS.get(rule, "") in text
        ]
        # It makes a rule of a context, which is all that graphql-core asks of its classes of rules.
        rules.append(cast("type[ValidationRule]", look))
        # One more says that there were more.
        if errors := validate(
            self.catalogue.schema, node, rules, max_errors=MOST_FAULTS - 1, hide_suggestions=True
        ):
            if isinstance(errors[-1], ValidationAbortedError) and len(errors) < MOST_FAULTS:
                raise TooManyComparisons
            raise DocumentInvalid.of(errors)
        return self._seen(node, costs, looks[0], most_variants)

    def price(self, operation: Operation, variables: Variables, limit: int = MOST_COST) -> int:
        """What an operation costs for the variables as they were sent.

        Raises: CostTooHigh.
        """
        requested = operation.cost.of(variables)
        if requested > limit:
            walk = Walk(self.catalogue, operation.fragments)
            raise walk.too_high(operation.node, requested, limit, {**operation.cost.defaults, **variables})
        return requested

    def operation_of(
        self, node: OperationDefinitionNode, fragments: Mapping[str, FragmentDefinitionNode]
    ) -> Operation:
        """Find the operation that strawberry executes; one for this time where it is none of ours."""
        # A kept operation holds its node, so no other node has the same identity meanwhile.
        return self.operations.get(id(node)) or Operation(
            node, fragments, {}, frozenset(), Cost({}), self._coercion(node, ())
        )

    def _seen(
        self, node: DocumentNode, costs: Mapping[str, Cost], look: "_Look", most_variants: int
    ) -> Document:
        """Put together what is known of a document, and of each of its operations."""
        fragments = fragments_of(node)
        return Document(
            node,
            {
                name_of(operation): Operation(
                    operation,
                    fragments,
                    look.roles_of(operation),
                    frozenset(look.scopes),
                    costs[name_of(operation)],
                    self._coercion(operation, _never_null(operation, look.never_null)),
                    Recent(most_variants),
                )
                for operation in operations_of(node)
            },
            look.introspects,
        )

    def _coercion(self, operation: OperationDefinitionNode, never_null: Sequence[str]) -> Coerce:
        return coercion(self.catalogue.schema, operation.variable_definitions or (), never_null)


class _Agreement(OverlappingFieldsCanBeMergedRule):
    """Finds fields that do not agree, unless that takes too long."""

    def __init__(self, context: ValidationContext) -> None:
        super().__init__(context)
        self.rule_context.remaining_complexity_budget = MOST_COMPARISONS


class _Look(ValidationRule):
    """Walks a document once, with the rules of validation, and refuses nothing.

    The scopes that it notes are those of the whole document; a variable is each operation's own, as another
    one may have another type under the same name.
    """

    def __init__(self, context: ValidationContext, catalogue: Catalogue) -> None:
        super().__init__(context)
        self.catalogue = catalogue
        # By the identity of the place where a variable is used, which the document keeps.
        self.roles: dict[int, Role] = {}
        self.scopes: set[str] = set()
        self.introspects = False
        self.never_null: dict[str, set[str]] = {}

    def enter_operation_definition(self, node: OperationDefinitionNode, *_: Any) -> None:  # noqa: ANN401
        """Note the variables for which null would have no meaning, here or in a fragment of the operation."""
        if node.variable_definitions:
            self.never_null[name_of(node)] = {
                usage.node.name.value
                for usage in self.context.get_recursive_variable_usages(node)
                if is_non_null_type(usage.type)
            }

    def enter_field(self, node: FieldNode, *_: Any) -> None:  # noqa: ANN401 -- graphql-core's signature
        """Note the scopes of a field, which variables shape a page, and whether it asks of the schema."""
        self.introspects |= node.name.value in INTROSPECTING
        parent = self.context.get_parent_type()
        result = get_named_type(self.context.get_type())
        if parent is None or result is None:
            return
        declaration = self.catalogue.declaration(parent.name, node.name.value)
        # Who asks only how long a list is looks at its rows all the same.
        if isinstance(declaration, Rows) and isinstance(result, GraphQLObjectType):
            result = get_named_type(result.fields["nodes"].type)
        names = [parent.name, *(found.name for found in self.catalogue.object_types(result))]
        needs = [self.catalogue.entities[name].needs for name in names if name in self.catalogue.entities]
        self.scopes.update(scope for scope in (*needs, getattr(declaration, "needs", None)) if scope)
        if isinstance(declaration, Rows):
            for argument in node.arguments or ():
                role = {"first": Role.STEP, "last": Role.STEP, "order": Role.VALUE}.get(argument.name.value)
                if role and isinstance(argument.value, VariableNode):
                    self.roles[id(argument.value)] = role

    def enter_directive(self, node: Any, *_: Any) -> None:  # noqa: ANN401 -- graphql-core's signature
        """Note the variables of @skip and @include."""
        for argument in node.arguments or ():
            if isinstance(argument.value, VariableNode):
                self.roles[id(argument.value)] = Role.VALUE

    def roles_of(self, operation: OperationDefinitionNode) -> dict[str, Role]:
        """What of each variable of an operation shapes its plan, here or in a fragment of the operation."""
        names = [definition.variable.name.value for definition in operation.variable_definitions or ()]
        roles = dict.fromkeys(names, Role.PRESENCE)
        for usage in self.context.get_recursive_variable_usages(operation) if names else ():
            if role := self.roles.get(id(usage.node)):
                roles[usage.node.name.value] = role
        return roles


def _never_null(
    operation: OperationDefinitionNode, never_null: Mapping[str, AbstractSet[str]]
) -> tuple[str, ...]:
    """The variables that the types declared let be null, and the places where they stand do not."""
    return tuple(
        name
        for definition in operation.variable_definitions or ()
        if not isinstance(definition.type, NonNullTypeNode)
        and (name := definition.variable.name.value) in never_null[name_of(operation)]
    )


def usual_variables(operation: Operation, schema: GraphQLSchema) -> list[VariableValues]:
    """Variables as requests are likely to have them, each shape once; the values stand for others.

    All are there, or only those needed, or one has another shape than with all.
    """
    every, needed, differing = {}, {}, []
    for definition in operation.node.variable_definitions or ():
        name = definition.variable.name.value
        graphql_type = cast("GraphQLInputType", type_from_ast(schema, definition.type))
        default = value_from_ast(definition.default_value, graphql_type) if definition.default_value else None
        values = _some_values(operation.roles[name], graphql_type)
        every[name] = next(iter(values)) if default is None else default
        needed[name] = every[name] if is_non_null_type(graphql_type) else default
        differing += [{name: value} for value in (needed[name], *values)]
    usual = [
        VariableValues({}, values) for values in (every, needed, *({**every, **other} for other in differing))
    ]
    return list({operation.shape(values): values for values in usual}.values())[:MOST_PLANNED_AHEAD]


def _some_values(role: Role, graphql_type: GraphQLInputType) -> Sequence[Any]:
    """Values of a variable that shape plans differently: sizes of pages, orders, yes and no."""
    named = get_named_type(graphql_type)
    if role is Role.STEP:
        return (COMMON_ROWS, *PAGE_STEPS)
    if role is Role.VALUE:
        return (
            [each.value for each in named.values.values()]
            if isinstance(named, GraphQLEnumType)
            else (True, False)
        )
    return (True,)
