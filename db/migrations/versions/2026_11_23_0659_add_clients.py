"""Add clients, the programs that ask, and the documents that they have registered.

Expand: new tables, which hold nobody's data and so stand before the walls. Takes no lock on any other.
"""

from alembic import op

revision = "2026_11_23_0659"
down_revision = "2026_11_23_0300"

STATEMENTS = (
    """
    CREATE TABLE clients (
        id TEXT NOT NULL,
        name TEXT NOT NULL,
        registered_only BOOLEAN DEFAULT false NOT NULL,
        CONSTRAINT pk_clients PRIMARY KEY (id)
    )
    """,
    """
    CREATE TABLE registered_documents (
        client_id TEXT NOT NULL,
        id TEXT NOT NULL,
        text TEXT NOT NULL,
        name TEXT NOT NULL,
        cost INTEGER NOT NULL,
        registered_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
        CONSTRAINT pk_registered_documents PRIMARY KEY (client_id, id),
        CONSTRAINT ck_registered_documents_id_sha256 CHECK (id ~ '^sha256:[0-9a-f]{64}$'),
        CONSTRAINT fk_registered_documents_client_id_clients FOREIGN KEY(client_id) REFERENCES clients (id)
    )
    """,
    # Only the owner writes them: who serves must not decide what may be asked.
    "GRANT SELECT ON clients, registered_documents TO ansinh_api, ansinh_auditor",
)


def upgrade() -> None:
    """Create the tables."""
    for statement in STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    """Drop the tables, after which every client may ask anything again."""
    op.execute("DROP TABLE registered_documents")
    op.execute("DROP TABLE clients")
