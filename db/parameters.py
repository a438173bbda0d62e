"""The figures of the law, as the package brings them."""

from functools import cache
from importlib.resources import files

from domain.parameters import Parameters, read_parameters


@cache
def parameters() -> Parameters:
    """The figures of the law, read and checked once.

    Raises: ParametersBroken.
    """
    return read_parameters(files("domain").joinpath("data/parameters.yaml").read_text(encoding="utf-8"))
