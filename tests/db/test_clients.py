"""What clients may ask is the owner's to say: who serves only reads it."""

import asyncpg
import pytest

from db.pool import Connection, Pool


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO clients (id, name) VALUES ('c', 'c')",
        "UPDATE clients SET registered_only = false",
        "DELETE FROM registered_documents",
        "UPDATE registered_documents SET text = ''",
    ],
)
async def test_who_serves_changes_nothing(pool: Pool, statement: str) -> None:
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await pool.fetch(statement)


async def test_a_document_is_named_by_a_hash(owner: Connection) -> None:
    await owner.execute("INSERT INTO clients (id, name) VALUES ('hashes', 'hashes')")
    with pytest.raises(asyncpg.CheckViolationError):
        await owner.execute(
            "INSERT INTO registered_documents (client_id, id, text, name, cost)"
            " VALUES ('hashes', 'mine', '{ viewer { name } }', 'Mine', 1)"
        )
