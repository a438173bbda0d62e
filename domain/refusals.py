"""How the agency says no: with a code, a reason a person can read, and the place in the input."""

from typing import ClassVar


class Refusal(Exception):  # noqa: N818 -- a refusal is an answer, not an error of the program
    """The agency refuses."""

    code: ClassVar[str]
    vietnamese: ClassVar[str]

    def __init__(self, path: tuple[str | int, ...] = (), **params: object) -> None:
        self.path = path
        self.params = {name: str(value) for name, value in params.items()}
        super().__init__(self.message("en"))

    def message(self, language: str) -> str:
        """Say it in Vietnamese (`vi`) or in English: the docstring of the refusal is its English sentence."""
        sentence = self.vietnamese if language == "vi" else " ".join((self.__doc__ or "").split())
        return sentence.format_map(self.params)
