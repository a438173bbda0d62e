"""Registering documents, and looking at those that are registered with the schema of this program.

It is done by hand or by CI, as the owner of the database; who serves only reads.
"""

import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

from api.running import cellar
from api.settings import Settings
from db import clients, roles
from db.connection import NOBODY, make_pool, transaction
from db.pool import Pool
from domain.refusals import Refusal
from schema.portal import schema
from selection.catalogue import Catalogue, catalogue_of
from selection.costs import MOST_COST
from selection.registrations import FileRefused, Registration, registrations_of


class NothingRegistered(Refusal):
    """Nothing of {file} was registered; its faults are told above."""

    code = "NOTHING_REGISTERED"
    vietnamese = "Không đăng ký được gì từ {file}; các lỗi được nêu ở trên."


class DocumentsUnfit(Refusal):
    """Registered documents that do not fit this schema: {number}; their faults are told above."""

    code = "DOCUMENTS_UNFIT"
    vietnamese = (
        "Số tài liệu đã đăng ký không còn phù hợp với lược đồ này: {number}; các lỗi được nêu ở trên."
    )


class NotRegistered(Refusal):
    """The client {client} has registered no document {document}."""

    code = "NOT_REGISTERED"
    vietnamese = "Ứng dụng {client} chưa đăng ký tài liệu {document}."


async def register(settings: Settings, client: str, text: str, file: str) -> None:
    """Keep the operations of a file for a client, all or none, and say what its owner should know of each.

    Raises: NothingRegistered, CannotStart.
    """
    try:
        registrations = registrations_of(text, portal_catalogue())
    except FileRefused as refused:
        for fault in refused.faults:
            sys.stderr.write(f"{fault.told(file)}\n")
        raise NothingRegistered(file=file) from refused
    documents = [
        {"id": each.id, "text": each.text, "name": each.name, "cost": each.usual_cost}
        for each in registrations
    ]
    async with as_owner(settings) as pool, transaction(pool, NOBODY) as connection:
        await clients.register(connection, client, documents)
    for registration in registrations:
        for line in told(registration, file):
            sys.stdout.write(f"{line}\n")


async def withdraw(settings: Settings, client: str, document: str) -> None:
    """Forget a document of a client. Raises: NotRegistered, CannotStart."""
    async with as_owner(settings) as pool, transaction(pool, NOBODY) as connection:
        if not await clients.withdraw(connection, client, document):
            raise NotRegistered(client=client, document=document)


async def rule(settings: Settings, client: str, *, registered_only: bool) -> None:
    """Say whether a client may ask only what it has registered. Raises: CannotStart."""
    async with as_owner(settings) as pool, transaction(pool, NOBODY) as connection:
        await clients.rule(connection, client, registered_only=registered_only)


async def review(settings: Settings, client: str | None) -> None:
    """Look at what a client, or each, has registered as this program sees it, and say so.

    Raises: DocumentsUnfit, CannotStart.
    """
    async with as_owner(settings) as pool:
        known = [row for row in await clients.known_clients(pool) if client in {None, row["id"]}]
        documents = [(row["id"], await clients.documents_of(pool, row["id"])) for row in known]
    catalogue = portal_catalogue()
    unfit = 0
    for row, (name, registered) in zip(known, documents, strict=True):
        asks = "only what is registered" if row["registered_only"] else "anything"
        sys.stdout.write(f"{name} may ask {asks}\n")
        for document in registered:
            place = f"{name}/{document['name']}"
            try:
                [registration] = registrations_of(document["text"], catalogue)
            except FileRefused as refused:
                unfit += 1
                for fault in refused.faults:
                    sys.stderr.write(f"{fault.told(place)}\n")
            else:
                since = f"registered {document['registered_at']:%Y-%m-%d}, cost {document['cost']} then"
                line, *remarks = told(registration, place)
                sys.stdout.write("\n".join([f"{line}; {since}", *remarks, ""]))
    if unfit:
        raise DocumentsUnfit(number=unfit)


def told(registration: Registration, place: str) -> Iterator[str]:
    """What the owner of an operation should know, line by line."""
    usual, most = registration.usual_cost, registration.cost.most
    longest = f", {most} with the longest pages" if most > usual else ""
    yield f"{registration.id}  {registration.name}  cost {usual} of {MOST_COST}{longest}"
    for remark in registration.deprecated:
        yield remark.told(place)


def portal_catalogue() -> Catalogue:
    """What the portal's authors declared."""
    return catalogue_of(schema._schema)  # noqa: SLF001 -- strawberry has no other name for it


@asynccontextmanager
async def as_owner(settings: Settings) -> AsyncIterator[Pool]:
    """Reach the database as its owner, wherever it is. Raises: CannotStart."""
    async with cellar(settings) as url_of:
        owner_url = url_of(roles.OWNER)
        await roles.admit_owner(owner_url, clients.registered_documents)
        async with make_pool(owner_url, size=1, name="ansinh register") as pool:
            yield pool
