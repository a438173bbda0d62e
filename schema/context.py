"""What a resolver knows of the request: who asks, in which language, and the way to the cellar."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from auth.viewer import Viewer
from db.connection import Pool
from db.events import Listener
from selection.answers import Translator


@dataclass(slots=True)
class Context:
    """One request, or one socket: there the viewer is known once the client has introduced itself."""

    viewer: Viewer
    language: str
    pool: Pool
    listener: Listener
    translator: Translator
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    connection_params: Mapping[str, Any] | None = None
