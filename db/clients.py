"""Clients, the programs that ask, and the documents that they have registered."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Integer,
    Table,
    Text,
    bindparam,
    delete,
    false,
    func,
    select,
)
from sqlalchemy.dialects.postgresql import insert

from db.connection import fetch
from db.metadata import PUBLIC, instant, metadata, words
from db.pool import Connection, Pool, Record

# What programs ask is nobody's data. Only the owner writes it: who serves must not decide what may be asked.
clients = Table(
    "clients",
    metadata,
    Column("id", Text, primary_key=True),
    words("name"),
    Column("registered_only", Boolean, nullable=False, server_default=false()),
    info=PUBLIC,
)

# `id` is `sha256:` and the SHA-256 of the text in UTF-8, in hexadecimal digits.
registered_documents = Table(
    "registered_documents",
    metadata,
    Column("client_id", ForeignKey("clients.id"), primary_key=True),
    Column("id", Text, primary_key=True),
    words("text"),
    words("name"),
    Column("cost", Integer, nullable=False),
    instant("registered_at", default=True),
    CheckConstraint("id ~ '^sha256:[0-9a-f]{64}$'", name="id_sha256"),
    info=PUBLIC,
)

CLIENTS = (
    select(
        clients.c.id,
        clients.c.registered_only,
        func.count(registered_documents.c.id).label("documents"),
        func.max(registered_documents.c.registered_at).label("registered_at"),
    )
    .select_from(clients.outerjoin(registered_documents))
    .group_by(clients.c.id)
    .order_by(clients.c.id)
)

DOCUMENTS = (
    select(registered_documents)
    .where(registered_documents.c.client_id == bindparam("client", type_=Text))
    .order_by(registered_documents.c.name, registered_documents.c.id)
)

_NEW = insert(clients)
_CLIENT = _NEW.on_conflict_do_nothing()
_RULE = _NEW.on_conflict_do_update(
    index_elements=[clients.c.id], set_={"registered_only": _NEW.excluded.registered_only}
)
_DOCUMENT = insert(registered_documents)
# Who registers a document again has looked at it again.
_REGISTER = _DOCUMENT.on_conflict_do_update(
    constraint="pk_registered_documents",
    set_={
        "name": _DOCUMENT.excluded.name,
        "cost": _DOCUMENT.excluded.cost,
        "registered_at": func.now(),
    },
)

_WITHDRAW = (
    delete(registered_documents)
    .where(
        registered_documents.c.client_id == bindparam("client", type_=Text),
        registered_documents.c.id == bindparam("document", type_=Text),
    )
    .returning(registered_documents.c.id)
)


async def known_clients(pool: Pool | Connection) -> Sequence[Record]:
    """Each client, with how many documents it has and when the last was registered."""
    return await fetch(pool, CLIENTS)


async def documents_of(pool: Pool | Connection, client: str) -> Sequence[Record]:
    """The documents that a client has registered, by name."""
    return await fetch(pool, DOCUMENTS, client=client)


async def register(connection: Connection, client: str, documents: Iterable[Mapping[str, Any]]) -> None:
    """Keep documents of a client, each with its `id`, `text`, `name` and `cost`; the client may be new."""
    await fetch(connection, _CLIENT.values(id=client, name=client))
    for document in documents:
        await fetch(connection, _REGISTER.values(client_id=client, **document))


async def withdraw(connection: Connection, client: str, document: str) -> bool:
    """Forget a document of a client; whether there was one."""
    return bool(await fetch(connection, _WITHDRAW, client=client, document=document))


async def rule(connection: Connection, client: str, *, registered_only: bool) -> None:
    """Say whether a client may ask only what it has registered; the client may be new."""
    await fetch(connection, _RULE.values(id=client, name=client, registered_only=registered_only))
