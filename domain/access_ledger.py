"""Who looked at whose data, and by which right."""

from enum import StrEnum


class AccessRightKind(StrEnum):
    """A right by which somebody sees what is known of a person."""

    OWN = "OWN"
    MANDATE = "MANDATE"
    EMPLOYMENT = "EMPLOYMENT"
    OFFICE = "OFFICE"
    AGREEMENT = "AGREEMENT"
