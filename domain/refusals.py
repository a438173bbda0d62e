"""How the agency says no: with a code, a reason a person can read, and the place in the input."""

from collections.abc import Sequence
from typing import ClassVar

from domain.numerals import grouped


class Refusal(Exception):  # noqa: N818 -- a refusal is an answer, not an error of the program
    """The agency refuses."""

    code: ClassVar[str] = ""
    vietnamese: ClassVar[str] = "Cơ quan từ chối."

    def __init__(self, *, path: tuple[str | int, ...] = (), **params: object) -> None:
        self.path = path
        self.params = {name: str(value) for name, value in params.items()}
        self._figures = params
        super().__init__(self.message("en"))

    @classmethod
    def sentence(cls, language: str) -> str:
        """The refusal's sentence in Vietnamese (`vi`) or English, with the names of its params in braces."""
        return cls.vietnamese if language == "vi" else " ".join((cls.__doc__ or "").split())

    def message(self, language: str) -> str:
        """Say it in Vietnamese (`vi`) or in English."""
        figures = {name: grouped(value, language) for name, value in self._figures.items()}
        return self.sentence(language).format_map(figures)


class Refusals(Exception):  # noqa: N818 -- as above
    """The agency refuses for several reasons, all of which it says."""

    def __init__(self, refusals: Sequence[Refusal]) -> None:
        self.refusals = tuple(refusals)
        super().__init__("; ".join(map(str, refusals)))


class NotSignedIn(Refusal):
    """Sign in first."""

    code = "NOT_SIGNED_IN"
    vietnamese = "Hãy đăng nhập trước."


class NotFound(Refusal):
    """There is no such thing, or it is not for you."""

    code = "NOT_FOUND"
    vietnamese = "Không có mục này, hoặc mục này không thuộc quyền của bạn."


class DayRefused(Refusal):
    """A day from {first} to {last} is meant here."""

    code = "DAY_REFUSED"
    vietnamese = "Ngày ở đây phải từ {first} đến {last}."


class StepUpRequired(Refusal):
    """This takes a sign-in at level {level} of the electronic identity. Sign in at it, and try again."""

    code = "STEP_UP_REQUIRED"
    vietnamese = (
        "Việc này cần đăng nhập bằng tài khoản định danh mức {level} trở lên."
        " Hãy đăng nhập lại ở mức đó rồi thực hiện lại."
    )


class VersionConflict(Refusal):
    """Somebody changed this meanwhile: it is at version {version} now. Read it again, then decide."""

    code = "VERSION_CONFLICT"
    vietnamese = (
        "Nội dung đã được người khác thay đổi: hiện là phiên bản {version}. Hãy xem lại rồi quyết định."
    )


class IdentifierRefused(Refusal):
    """This is not an identifier of the type {type}."""

    code = "BAD_ID"
    vietnamese = "Đây không phải là mã định danh loại {type}."
