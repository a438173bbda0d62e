"""Add the sessions of browsers, behind the second wall.

Expand: a new table. Takes a SHARE ROW EXCLUSIVE lock on participants for a moment, for the foreign key.
"""

from alembic import op

revision = "2026_11_23_0300"
down_revision = "2026_11_23_0200"

# Whoever holds the secret of a session holds the session; an account may see and end all that are its own.
HOLDER = "id_hash = (SELECT decode(vget('session'), 'hex'))"
OWN = "principal = (SELECT vget('principal')::uuid)"
NOT_OVER = "(expires_at > statement_timestamp())"
VISIBLE = f"{NOT_OVER} AND ({HOLDER} OR {OWN})"
# The job names what has ended; the wall keeps it from every session in which somebody was seen just now.
UNUSED = "(last_seen_at <= statement_timestamp() - interval '15 minutes')"

STATEMENTS = (
    """
    CREATE TABLE sessions (
        id UUID DEFAULT uuidv7() NOT NULL,
        id_hash BYTEA NOT NULL,
        principal UUID NOT NULL,
        issuer TEXT NOT NULL,
        subject TEXT NOT NULL,
        kind TEXT NOT NULL,
        participant_id UUID,
        name TEXT NOT NULL,
        scopes TEXT NOT NULL,
        assurance SMALLINT NOT NULL,
        browser TEXT NOT NULL,
        created_at TIMESTAMP WITH TIME ZONE NOT NULL,
        last_seen_at TIMESTAMP WITH TIME ZONE NOT NULL,
        expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
        CONSTRAINT pk_sessions PRIMARY KEY (id),
        CONSTRAINT ck_sessions_kind_known CHECK (kind IN ('CITIZEN', 'EMPLOYER', 'OFFICER', 'PARTNER')),
        CONSTRAINT ck_sessions_id_hash_sha256 CHECK (length(id_hash) = 32),
        CONSTRAINT ck_sessions_ends_after_it_began CHECK (expires_at > created_at),
        CONSTRAINT uq_sessions_id_hash UNIQUE (id_hash),
        CONSTRAINT fk_sessions_participant_id_participants
            FOREIGN KEY(participant_id) REFERENCES participants (id)
    )
    """,
    "CREATE INDEX ix_sessions_expires_at ON sessions (expires_at)",
    "CREATE INDEX ix_sessions_participant_id ON sessions (participant_id)",
    "CREATE INDEX ix_sessions_principal ON sessions (principal)",
    "ALTER TABLE sessions ENABLE ROW LEVEL SECURITY",
    "ALTER TABLE sessions FORCE ROW LEVEL SECURITY",
    "CREATE POLICY owner ON sessions TO ansinh_owner USING (true) WITH CHECK (true)",
    f"CREATE POLICY ansinh_api_1 ON sessions FOR SELECT TO ansinh_api USING ({VISIBLE})",
    f"CREATE POLICY ansinh_api_2 ON sessions FOR INSERT TO ansinh_api WITH CHECK ({HOLDER} AND {OWN})",
    f"CREATE POLICY ansinh_api_3 ON sessions FOR UPDATE TO ansinh_api USING ({HOLDER})",
    f"CREATE POLICY ansinh_api_4 ON sessions FOR DELETE TO ansinh_api USING ({HOLDER} OR {OWN})",
    f"CREATE POLICY ansinh_jobs_1 ON sessions FOR ALL TO ansinh_jobs USING (NOT {NOT_OVER} OR {UNUSED})",
    "GRANT SELECT, INSERT, DELETE ON sessions TO ansinh_api",
    "GRANT UPDATE (last_seen_at) ON sessions TO ansinh_api",
    "GRANT SELECT, DELETE ON sessions TO ansinh_jobs",
)


def upgrade() -> None:
    """Create the table and raise its wall."""
    for statement in STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    """Drop the table, which ends every session."""
    op.execute("DROP TABLE sessions")
