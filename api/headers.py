"""Headers as they came over the wire: to look at them as Starlette shows them takes four times as long."""

from starlette.types import Scope


def header_of(scope: Scope, name: bytes) -> str | None:
    """The header of a name, which is in small letters; None where there is none.

    What came in several lines is one list (RFC 9110 section 5.3).
    """
    lines = [value for found, value in scope["headers"] if found == name]
    return b", ".join(lines).decode("latin-1") if lines else None
