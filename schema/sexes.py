"""The sex in a person's civil status."""

from enum import StrEnum

from schema.enums import described


class Sex(StrEnum):
    """The sex in a person's civil status."""

    FEMALE = "FEMALE"
    MALE = "MALE"


described(Sex, FEMALE="Nữ: female.", MALE="Nam: male.")
