"""What a resolver knows of the request: who asks, in which language, and the way to the cellar."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from auth.access_ledger import Witness
from auth.signatures import Signatory
from auth.viewer import Viewer, ViewerKind
from db.events import Listener
from db.identifiers import IdentifierKeys
from db.pool import Pool
from schema.limits import USUAL_RATES, Rate
from selection.answers import Translator


@dataclass(slots=True)
class Context:
    """One request, or one socket: there the viewer is known once the client has introduced itself."""

    viewer: Viewer
    language: str
    pool: Pool
    listener: Listener
    translator: Translator
    identifier_keys: IdentifierKeys
    ledger: Witness
    signatory: Signatory
    # How much a viewer may spend just now.
    left: Callable[[Viewer], int]
    rates: Mapping[ViewerKind, Rate] = field(default_factory=lambda: USUAL_RATES)
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    connection_params: Mapping[str, Any] | None = None
