"""Revealing a number that is otherwise shown masked: for what, how often, and how the agency says no."""

from collections.abc import Mapping
from enum import StrEnum

from domain.refusals import Refusal


class RevealPurpose(StrEnum):
    """For what somebody wants to see a number in full."""

    DOSSIER = "DOSSIER"
    IDENTITY_CHECK = "IDENTITY_CHECK"
    OWN_USE = "OWN_USE"


# Each purpose as one says it, in Vietnamese and in English.
REVEALED_FOR: Mapping[str, tuple[str, str]] = {
    RevealPurpose.DOSSIER: ("Giải quyết hồ sơ", "Work on a dossier"),
    RevealPurpose.IDENTITY_CHECK: ("Xác minh danh tính", "A check of who somebody is"),
    RevealPurpose.OWN_USE: ("Sử dụng cho chính mình", "The person's own use"),
}

# Enough for a day at a counter, too few to copy an office's people. The agency decides.
MOST_AN_HOUR = 30


class RevealPurposeRefused(Refusal):
    """A number is not revealed to you for this purpose: OWN_USE is for a person and who represents them."""

    code = "REVEAL_PURPOSE_REFUSED"
    vietnamese = (
        "Không hiển thị số đầy đủ cho mục đích này: OWN_USE dành cho chính người đó và người đại diện."
    )


class RevealCaseMissing(Refusal):
    """Name the case for which the number is revealed, such as the dossier's code."""

    code = "REVEAL_CASE_MISSING"
    vietnamese = "Hãy nêu vụ việc cần xem số đầy đủ, ví dụ mã hồ sơ."


class RevealLimit(Refusal):
    """At most {most} numbers are revealed to one account in an hour."""

    code = "REVEAL_LIMIT"
    vietnamese = "Mỗi tài khoản được xem số đầy đủ nhiều nhất {most} lần trong một giờ."


def check_purpose(purpose: RevealPurpose, case_reference: str, *, is_own: bool) -> None:
    """Whether a number is revealed for a purpose; `is_own` to the person, or to who represents them.

    Raises: RevealPurposeRefused; RevealCaseMissing.
    """
    if (purpose is RevealPurpose.OWN_USE) != is_own:
        raise RevealPurposeRefused(path=("purpose",))
    if not is_own and not case_reference:
        raise RevealCaseMissing(path=("caseReference",))
