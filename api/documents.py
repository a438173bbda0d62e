"""Registered documents: what each client may name instead of sending it, known to this process beforehand.

A request names a document by `documentId`. Every document is read when the process starts, or within
LOOK_EVERY_S of being registered, and planned ahead for each kind of viewer, so none is parsed or validated
while somebody waits.
"""

import asyncio
import logging
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from api.faults import RequestFault
from auth.sessions import SCOPES_OF_KIND
from auth.viewer import Viewer, ViewerKind
from db import clients
from db.outages import outlive
from db.pool import Pool
from selection.answers import Translator
from selection.faults import DocumentRefused
from selection.registrations import ID

# The client of whoever shows no token.
PUBLIC_CLIENT = "public"
LOOK_EVERY_S = 1.0

log = logging.getLogger("ansinh.documents")


class DocumentUnknown(RequestFault):
    """This client has registered no document of this `documentId`."""

    code = "DOCUMENT_UNKNOWN"
    vietnamese = "Ứng dụng này chưa đăng ký tài liệu nào có `documentId` này."
    status = 404


class DocumentMismatch(RequestFault):
    """The document of this `documentId` has another text than `query`. Send one of the two."""

    code = "DOCUMENT_MISMATCH"
    vietnamese = "Tài liệu có `documentId` này khác với nội dung `query`. Chỉ gửi một trong hai."


class DocumentNotRegistered(RequestFault):
    """This client may ask only what it has registered, by its `documentId`."""

    code = "DOCUMENT_NOT_REGISTERED"
    vietnamese = "Ứng dụng này chỉ được hỏi những tài liệu đã đăng ký, theo `documentId`."
    status = 403


class RegisteredDocuments:
    """The registered documents of every client; `own` is the portal's, whose browsers have sessions."""

    def __init__(self, pool: Pool, translator: Translator, own: str) -> None:
        self.pool, self.translator, self.own = pool, translator, own
        self.texts: dict[tuple[str, str], str] = {}
        self.registered_only: frozenset[str] = frozenset()
        self.unplanned: deque[str] = deque()
        self._seen: dict[str, tuple[int, Any]] = {}

    def client_of(self, viewer: Viewer) -> str:
        """The program that asks: the token says so; a session is the portal's own."""
        return self.own if viewer.session_id else viewer.client or PUBLIC_CLIENT

    def text(self, viewer: Viewer, query: str | None, document_id: str | None) -> str:
        """The text of what is asked, which nobody has parsed yet.

        Raises: DocumentUnknown, DocumentMismatch, DocumentNotRegistered, each a line in the log.
        """
        client = self.client_of(viewer)
        try:
            if document_id is None:
                if client in self.registered_only:
                    raise DocumentNotRegistered
                return query or ""
            text = self.texts.get((client, document_id))
            # Another client's document is as unknown as one that nobody has.
            if text is None:
                raise DocumentUnknown
            if query is not None and query != text:
                raise DocumentMismatch
        except RequestFault as fault:
            # An identifier that is none could hold anything.
            named = document_id if document_id and ID.fullmatch(document_id) else "-"
            log.warning("refused: %s client=%s document=%s", fault.code, client, named)
            raise
        return text

    async def look(self) -> None:
        """Learn of what has changed, and read what is new; others are served in between."""
        known = await clients.known_clients(self.pool)
        self.registered_only = frozenset(row["id"] for row in known if row["registered_only"])
        for row in known:
            seen = row["documents"], row["registered_at"]
            if self._seen.get(row["id"]) != seen:
                await self._read(row["id"])
                self._seen[row["id"]] = seen

    async def _read(self, client: str) -> None:
        documents = {
            (client, row["id"]): row["text"] for row in await clients.documents_of(self.pool, client)
        }
        for text in [text for key, text in documents.items() if key not in self.texts]:
            self._register(text)
            self.unplanned.append(text)
            await asyncio.sleep(0)
        gone = [key for key in self.texts if key[0] == client and key not in documents]
        texts = [self.texts.pop(key) for key in gone]
        self.texts.update(documents)
        for text in set(texts) - set(self.texts.values()):
            self.translator.documents.withdraw(text)

    def _register(self, text: str) -> None:
        try:
            self.translator.documents.register(text)
        except DocumentRefused:
            # Whoever asks it is told what is wrong; `ansinh documents` says whose it is.
            log.error("A registered document does not fit this schema any more.")  # noqa: TRY400 -- it quotes

    async def plan_ahead(self) -> None:
        """Make the plans of what is new, one at a time."""
        while self.unplanned:
            try:
                await self._plan(self.unplanned[0])
            finally:
                self.unplanned.popleft()

    async def _plan(self, text: str) -> None:
        """Plan the queries of a document for each kind of viewer, who has all scopes of that kind."""
        document = self.translator.documents.registered.get(text)
        for operation in document.operations.values() if document else ():
            for kind in ViewerKind:
                viewer = Viewer(kind, scopes=SCOPES_OF_KIND.get(kind, frozenset()))
                for _ in self.translator.plan_ahead(operation, viewer):
                    await asyncio.sleep(0)

    async def follow(self, resume: Callable[[], None]) -> None:
        """Plan what is there, then follow what is registered, for as long as there is PostgreSQL."""
        while True:
            await self.plan_ahead()
            await asyncio.sleep(LOOK_EVERY_S)
            await self.look()
            resume()


@asynccontextmanager
async def open_documents(pool: Pool, translator: Translator, own: str) -> AsyncIterator[RegisteredDocuments]:
    """Know the registered documents while the process serves, from the first request on."""
    documents = RegisteredDocuments(pool, translator, own)
    await documents.look()
    following = asyncio.create_task(outlive("Registered documents", documents.follow))
    try:
        yield documents
    finally:
        following.cancel()
        await asyncio.wait([following])
