"""Headers as they came over the wire: to look at them as Starlette shows them takes four times as long."""

from starlette.types import Scope


def header_of(scope: Scope, name: bytes) -> str | None:
    """The first header of a name, which is in small letters; None where there is none."""
    for found, value in scope["headers"]:
        if found == name:
            return str(value, "latin-1")
    return None
