"""A plan as people read it: one field a line, indented as the answer is."""

from collections.abc import Iterable, Iterator

from selection.plans import (
    Arguments,
    Choice,
    Derivation,
    EdgeCursor,
    EdgeList,
    EdgeNode,
    EdgePart,
    Mark,
    One,
    OneOf,
    Page,
    PageFact,
    PageFacts,
    PagePart,
    Part,
    Projection,
    RowList,
    Total,
    TypeName,
    Value,
)

AnyPart = Part | PagePart | EdgePart | PageFact | Projection


def outline(parts: Iterable[AnyPart], indent: str = "") -> Iterator[str]:
    """Tell what each field of a plan is, line by line."""
    for part in parts:
        yield f"{indent}{part.key}: {_said(part)}"
        yield from outline(_parts(part), f"{indent}  ")
        match part:
            case OneOf(options=options):
                choices = [(option.entity, option.parts) for option in options]
            case Choice(options=given):
                choices = list(given)
            case _:
                choices = []
        for entity, chosen in choices:
            yield f"{indent}  a {entity.name}:"
            yield from outline(chosen, f"{indent}    ")


def _parts(part: AnyPart) -> Iterable[AnyPart]:
    match part:
        case One(parts=parts) | Page(parts=parts) | RowList(parts=parts) | EdgeNode(parts=parts):
            return parts
        case EdgeList(parts=edge_parts):
            return edge_parts
        case PageFacts(parts=facts):
            return facts
        case Derivation(shown=shown):
            return _parts(shown)
        case Projection(parts=by_type) if len(by_type) == 1:
            return next(iter(by_type.values()))
    return ()


def _said(part: AnyPart) -> str:
    match part:
        case TypeName(name=name):
            return f"always {name}"
        case Mark(fields=fields):
            return f"whose data it is, for the ledger: {', '.join(fields)}"
        case Value(entity=entity, declaration=declaration, name=name):
            return f"{type(declaration).__name__.lower()}, {entity.name}.{name}"
        case One(entity=entity):
            return f"at most one {entity.name}{_given(part.arguments)}"
        case OneOf(options=options):
            return f"the first there is: {', '.join(option.entity.name for option in options)}"
        case Page(entity=entity):
            direction = "backwards" if part.backwards else "forwards"
            place = ", from a place on" if part.place else ""
            return (
                f"a page of {entity.name}{_given(part.arguments)}, at most {part.step} rows, "
                f"in the order {part.order_name}, {direction}{place}"
            )
        case Choice(many=many):
            return "objects by their identifiers" if many else "an object by its identifier"
        case Derivation(facts=facts):
            return f"what a rule says of {', '.join(facts)}{_given(part.arguments)}"
        case Total(is_exactness=is_exactness):
            return "whether the count is exact" if is_exactness else "how many rows the list has"
    return _SAID[type(part)]


_SAID = {
    EdgeCursor: "the place of the row",
    EdgeList: "the rows, with their places",
    EdgeNode: "the row",
    PageFact: "a fact of the page",
    PageFacts: "where the page stands",
    Projection: "of what the rule says",
    RowList: "the rows",
}


def _given(arguments: Arguments) -> str:
    names = [name for name, bound in arguments.items() if bound is not None]
    return f" by {', '.join(names)}" if names else ""
