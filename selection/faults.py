"""What a caller can get wrong in an operation: each with a stable code."""

from collections.abc import Collection

from graphql import GraphQLError, Node


class OperationFault(GraphQLError):  # noqa: N818 -- what a caller got wrong, not an error of the program
    """The operation cannot be answered."""

    code = "OPERATION_FAULT"

    def __init__(
        self,
        *,
        nodes: Collection[Node] | None = None,
        path: Collection[str | int] | None = None,
        **params: object,
    ) -> None:
        sentence = " ".join((type(self).__doc__ or "").split())
        super().__init__(sentence.format_map(params), nodes=nodes, path=path, extensions={"code": self.code})


class BadCursor(OperationFault):
    """This cursor does not belong to this list. Use a cursor that the same list gave, in the same order."""

    code = "BAD_CURSOR"


class BadPageSize(OperationFault):
    """A page has between 1 and {most} rows."""

    code = "BAD_PAGE_SIZE"


class BadPageDirection(OperationFault):
    """Page forwards with `first` and `after`, or backwards with `last` and `before`; not both at once."""

    code = "BAD_PAGE_DIRECTION"


class BadIdentifier(OperationFault):
    """This is not an identifier of type {entity}."""

    code = "BAD_ID"


class TooManyIdentifiers(OperationFault):
    """At most {most} identifiers at once."""

    code = "TOO_MANY_IDS"


class ScopeMissing(OperationFault):
    """This takes the scope `{scope}`, which the caller's token or session does not have."""

    code = "SCOPE_MISSING"
