"""Numbers as people read them."""


def grouped(figure: object, language: str) -> str:
    """A whole number in groups of three, in Vietnamese (`vi`) as 2.530.000, in English as 2,530,000.

    Anything else is written as it is.
    """
    if not isinstance(figure, int):
        return str(figure)
    written = f"{figure:,}"
    return written.replace(",", ".") if language == "vi" else written
