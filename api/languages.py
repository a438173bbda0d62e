"""In which language a caller wants to be answered."""

from starlette.requests import HTTPConnection

from api.headers import header_of

LANGUAGES = ("vi", "en")


def language_of(connection: HTTPConnection) -> str:
    """Vietnamese (`vi`) or English (`en`), as the caller prefers; Vietnamese where it does not say.

    Source: RFC 9110 section 12.5.4.
    """
    wanted: dict[str, float] = {}
    for item in (header_of(connection.scope, b"accept-language") or "").split(","):
        tag, _, quality = "".join(item.split()).partition(";q=")
        try:
            wanted.setdefault(tag[:2].lower(), float(quality or 1))
        except ValueError:
            continue
    known = [language for language in LANGUAGES if wanted.get(language, 0) > 0]
    return max(known, key=wanted.__getitem__, default=LANGUAGES[0])
