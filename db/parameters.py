"""The figures of the law, as the package brings them."""

from functools import cache
from importlib.resources import files

from db.server import CannotStart
from domain.figures import ParametersBroken
from domain.laws import SOCIAL_INSURANCE, SPANS
from domain.months import Month
from domain.parameters import Law, Leaf, Parameters, read_parameters


class FiguresBroken(CannotStart):
    """The figures of the law do not hold together: {reason}."""

    vietnamese = "Các tham số của luật không nhất quán: {reason}."


@cache
def parameters() -> Parameters:
    """The figures of the law, read and checked once.

    Raises: FiguresBroken.
    """
    try:
        return read_parameters(files("domain").joinpath("data/parameters.yaml").read_text(encoding="utf-8"))
    except ParametersBroken as problem:
        raise FiguresBroken(reason=problem) from problem


@cache
def figures() -> tuple[Leaf, ...]:
    """Every figure of every day, as it is written.

    Raises: FiguresBroken.
    """
    return tuple(parameters().leaves(SPANS))


def law_of(month: Month) -> Law:
    """The law on social insurance of a month.

    Raises: FiguresBroken; NoParameter, before the first.
    """
    return SOCIAL_INSURANCE.on(month.first_day, parameters())
