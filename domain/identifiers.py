"""The numbers that name people and organisations: their forms, and how much of one may be shown.

Source: ND 137/2015 article 13 (personal number); QD 1351/QD-BHXH 2015 and QD 1666/QD-BHXH 2020 (health card).
"""

import re
from datetime import date
from enum import StrEnum

from domain.refusals import Refusal


class IdentifierKind(StrEnum):
    """What a number is."""

    HEALTH_CARD_NUMBER = "HEALTH_CARD_NUMBER"
    IDENTITY_CARD_NUMBER = "IDENTITY_CARD_NUMBER"
    PERSONAL_NUMBER = "PERSONAL_NUMBER"
    SOCIAL_INSURANCE_NUMBER = "SOCIAL_INSURANCE_NUMBER"


FORMS = {
    IdentifierKind.HEALTH_CARD_NUMBER: re.compile(r"[A-Z]{2}[1-5]\d{12}|\d{10}"),
    IdentifierKind.IDENTITY_CARD_NUMBER: re.compile(r"\d{9}"),
    IdentifierKind.PERSONAL_NUMBER: re.compile(r"\d{12}"),
    IdentifierKind.SOCIAL_INSURANCE_NUMBER: re.compile(r"\d{10}|\d{12}"),
}
SHOWN = 3
TAX_CODE_WEIGHTS = (31, 29, 23, 19, 17, 13, 7, 5, 3)


def is_formed(kind: IdentifierKind, number: str) -> bool:
    """Whether the number has the form of its kind. ASCII digits only; nothing says that it was issued."""
    return number.isascii() and FORMS[kind].fullmatch(number) is not None


def masked(number: str) -> str:
    """Show the last three characters: enough for the owner to recognise, too few for others to use."""
    return "•" * (len(number) - SHOWN) + number[-SHOWN:]


def personal_number_sex_digit(birth_year: int, *, is_female: bool) -> int:
    """The fourth digit of a personal number: sex and century of birth (ND 137/2015 article 13)."""
    return (birth_year // 100 - 19) * 2 + is_female


class IdentityNotConfirmed(Refusal):
    """Number, name, birth date and sex do not go together. Check them with the person's identity card."""

    code = "IDENTITY_NOT_CONFIRMED"
    vietnamese = (
        "Số định danh, họ tên, ngày sinh và giới tính không khớp nhau. Hãy đối chiếu với thẻ căn cước."
    )


def is_personal_number_of(number: str, birth_date: date, *, is_female: bool) -> bool:
    """Whether a personal number can be that of somebody of this birth date and sex.

    Its fourth digit says sex and century of birth, the next two the year (ND 137/2015 article 13).
    """
    digit = personal_number_sex_digit(birth_date.year, is_female=is_female)
    return (
        is_formed(IdentifierKind.PERSONAL_NUMBER, number)
        and number[3:6] == f"{digit}{birth_date.year % 100:02}"
    )


def tax_code_check_digit(first_nine: str) -> int | None:
    """The tenth digit of a tax code; None where the nine digits can have none, and so were never issued."""
    total = sum(weight * int(digit) for weight, digit in zip(TAX_CODE_WEIGHTS, first_nine, strict=True))
    check = 10 - total % 11
    return check if check < 10 else None  # noqa: PLR2004 -- a digit
