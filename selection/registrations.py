"""Operations that a client registers: cut out of a file, one document each, and looked at closely."""

import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from typing import NamedTuple

from graphql import (
    DefinitionNode,
    DocumentNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    NoDeprecatedCustomRule,
    NoUnusedFragmentsRule,
    OperationDefinitionNode,
    UniqueFragmentNamesRule,
    UniqueOperationNamesRule,
    Visitor,
    parse,
    validate,
    visit,
)

from selection.bounds import MOST_TOKENS
from selection.catalogue import Catalogue
from selection.collection import Selected
from selection.costs import MOST_COST, Cost, Walk, costs_of
from selection.documents import Documents, Operation, usual_variables
from selection.faults import OperationFault, OrderCannotSearch
from selection.planner import Planner, Unplannable

ID = re.compile(r"sha256:[0-9a-f]{64}")
SYNTAX, INVALID = "SYNTAX", "INVALID"


class OperationUnnamed(OperationFault):
    """An operation that is registered has a name."""

    code = "OPERATION_UNNAMED"
    vietnamese = "Thao tác được đăng ký phải có tên."


class NothingToRegister(OperationFault):
    """There is no operation here."""

    code = "NOTHING_TO_REGISTER"
    vietnamese = "Không có thao tác nào ở đây."


class Remark(NamedTuple):
    """Something to say of a place in a file; line and column count from 1."""

    line: int
    column: int
    code: str
    message: str

    def told(self, place: str) -> str:
        """The remark as compilers write theirs."""
        return f"{place}:{self.line}:{self.column}: {self.code} {self.message}"


@dataclass(frozen=True, slots=True)
class Registration:
    """One operation of a file, as its own document."""

    name: str
    text: str
    cost: Cost
    deprecated: tuple[Remark, ...]

    @property
    def id(self) -> str:
        """What a request names it by. Source: GraphQL over HTTP, appendix on persisted documents."""
        return document_id(self.text)

    @property
    def usual_cost(self) -> int:
        """What it costs where no variable says how long a page is."""
        return self.cost.of({})


class FileRefused(Exception):  # noqa: N818 -- what a client got wrong
    """Nothing of the file can be registered: its faults, in the order of the file."""

    def __init__(self, faults: list[Remark]) -> None:
        super().__init__(*faults)
        self.faults = faults


def document_id(text: str) -> str:
    """The identifier of a document: of its exact text."""
    return f"sha256:{sha256(text.encode()).hexdigest()}"


def registrations_of(text: str, catalogue: Catalogue) -> list[Registration]:
    """Look at every operation of a file, each with the fragments that it uses.

    Raises: FileRefused, with everything that is wrong with any of them.
    """
    try:
        whole = parse(text)
    except GraphQLError as fault:
        raise FileRefused([_remark(fault, SYNTAX)]) from fault
    operations = [
        definition for definition in whole.definitions if isinstance(definition, OperationDefinitionNode)
    ]
    documents = [_document(operation, _fragments(whole)) for operation in operations]
    # Between operations only these can be wrong; the rest is found in each of them.
    rules = [NoUnusedFragmentsRule, UniqueFragmentNamesRule, UniqueOperationNamesRule]
    faults: list[GraphQLError] = [] if operations else [NothingToRegister()]
    faults.extend(validate(catalogue.schema, whole, rules))
    for operation, document in zip(operations, documents, strict=True):
        faults.extend(_faults(operation, document, catalogue))
    if faults:
        raise FileRefused(sorted({_remark(fault, INVALID) for fault in faults}))
    return [_registration(document, catalogue) for document in documents]


def _fragments(document: DocumentNode) -> dict[str, FragmentDefinitionNode]:
    return {
        definition.name.value: definition
        for definition in document.definitions
        if isinstance(definition, FragmentDefinitionNode)
    }


def _document(
    operation: OperationDefinitionNode, fragments: Mapping[str, FragmentDefinitionNode]
) -> DocumentNode:
    """An operation and the fragments that it uses, in the order in which it comes to them."""
    found: dict[str, DefinitionNode] = {}

    class Spreads(Visitor):
        """Collects fragments, each once."""

        def enter_fragment_spread(self, node: FragmentSpreadNode, *_: object) -> None:
            name = node.name.value
            if name in fragments and name not in found:
                found[name] = fragments[name]
                visit(fragments[name], self)

    visit(operation, Spreads())
    return DocumentNode(definitions=(operation, *found.values()), loc=operation.loc)


def _faults(
    operation: OperationDefinitionNode, document: DocumentNode, catalogue: Catalogue
) -> Iterator[GraphQLError]:
    if operation.name is None:
        yield OperationUnnamed(nodes=[operation])
    try:
        [cost] = costs_of(document, catalogue).values()
        # The portal reads it so.
        parse(_text(document), max_tokens=MOST_TOKENS)
        if (usual := cost.of({})) > MOST_COST:
            walk = Walk(catalogue, _fragments(document))
            raise walk.too_high(operation, usual, MOST_COST, cost.defaults)
    except GraphQLError as fault:
        yield GraphQLError(fault.message, nodes=[operation], extensions=fault.extensions)
    else:
        faults = validate(catalogue.schema, document)
        yield from faults or _unanswered(operation, document, catalogue)


def _unanswered(
    operation: OperationDefinitionNode, document: DocumentNode, catalogue: Catalogue
) -> Iterator[GraphQLError]:
    """What planning alone finds: pages of no size, fields too deep. A viewer may have all scopes of it.

    That an order cannot search is a fault where it is so whatever the variables: the order may be one.
    """
    found = Documents(catalogue).read(_text(document)).operation(None)
    if found is None or not found.is_query:
        return
    faults = [
        _fault_of(found, Selected(catalogue.schema, found.fragments, variables), catalogue)
        for variables in usual_variables(found, catalogue.schema)
    ]
    whatever = faults[0] if all(faults) else None
    fault = next((each for each in faults if each and not isinstance(each, OrderCannotSearch)), whatever)
    if fault:
        place = ".".join(map(str, fault.path or ()))
        yield GraphQLError(f"{place}: {fault.message}", nodes=[operation], extensions=fault.extensions)


def _fault_of(operation: Operation, selected: Selected, catalogue: Catalogue) -> OperationFault | None:
    """Why an operation cannot be planned with these variables."""
    root = catalogue.schema.query_type
    assert root is not None  # noqa: S101 -- a schema has queries
    planner = Planner(catalogue, selected, operation.scopes, is_executed=False)
    with suppress(Unplannable):
        try:
            planner.parts(root, [operation.node.selection_set], ())
        except OperationFault as fault:
            return fault
    return None


def _registration(document: DocumentNode, catalogue: Catalogue) -> Registration:
    [(name, cost)] = costs_of(document, catalogue).items()
    deprecated = validate(catalogue.schema, document, [NoDeprecatedCustomRule])
    return Registration(
        name, _text(document), cost, tuple(sorted({_remark(fault, "DEPRECATED") for fault in deprecated}))
    )


def _text(document: DocumentNode) -> str:
    """The words of the file, untouched."""
    return "\n\n".join(
        definition.loc.source.body[definition.loc.start : definition.loc.end]
        for definition in document.definitions
        if definition.loc
    )


def _remark(fault: GraphQLError, code: str) -> Remark:
    line, column = fault.locations[0] if fault.locations else (1, 1)
    return Remark(line, column, (fault.extensions or {}).get("code", code), fault.message)
