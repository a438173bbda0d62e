"""Add consents: to what a person has said yes, in which words, and until when.

Expand: a new table behind the second wall. Locks nothing that exists.
"""

from alembic import op

revision = "2026_11_29_0105"
down_revision = "2026_11_29_0040"

PRINCIPAL = "(SELECT vget('principal')::uuid)"
KIND = "(SELECT vget('kind'))"
ME = "(SELECT vget('participant')::uuid)"
OF_MY_OFFICE = "(SELECT range_agg(int4range(o.id, o.last_id, '[]')) FROM grants g JOIN offices o ON o.id = g.office_id) @> office_id"


def has(scope: str) -> str:
    """Whether the viewer holds the scope."""
    return f"(SELECT vhas('{scope}'))"


SEEN = (
    f"{has('consent:read')} AND CASE {KIND} WHEN 'CITIZEN' THEN participant_id = {ME}"
    f" WHEN 'OFFICER' THEN {OF_MY_OFFICE} ELSE false END"
)
MINE = f"{has('consent:give')} AND {KIND} = 'CITIZEN' AND participant_id = {ME}"
GIVEN = (
    f"{MINE} AND given_by = {PRINCIPAL} AND withdrawn_at IS NULL"
    " AND office_id = (SELECT p.office_id FROM participants p WHERE p.id = consents.participant_id)"
)

STATEMENTS = (
    """
    CREATE TABLE consents (
        id UUID DEFAULT uuidv7() NOT NULL,
        participant_id UUID NOT NULL,
        office_id INTEGER NOT NULL,
        purpose TEXT NOT NULL,
        text_version TEXT NOT NULL,
        text_vi TEXT NOT NULL,
        text_en TEXT NOT NULL,
        given_at TIMESTAMP WITH TIME ZONE NOT NULL,
        given_by UUID NOT NULL,
        withdrawn_at TIMESTAMP WITH TIME ZONE,
        withdrawn_by UUID,
        CONSTRAINT pk_consents PRIMARY KEY (id),
        CONSTRAINT ck_consents_purpose_known CHECK (purpose IN ('NOTICES', 'SHARING', 'STATISTICS')),
        CONSTRAINT ck_consents_withdrawn_by_somebody CHECK ((withdrawn_at IS NULL) = (withdrawn_by IS NULL)),
        CONSTRAINT ck_consents_period_ordered CHECK (withdrawn_at >= given_at),
        CONSTRAINT fk_consents_participant_id_participants FOREIGN KEY(participant_id) REFERENCES participants (id),
        CONSTRAINT fk_consents_office_id_offices FOREIGN KEY(office_id) REFERENCES offices (id)
    )
    """,
    "CREATE INDEX ix_consents_office_id ON consents (office_id)",
    "CREATE INDEX ix_consents_participant_id_id ON consents (participant_id, id)",
    "CREATE UNIQUE INDEX uq_consents_standing ON consents (participant_id, purpose) WHERE withdrawn_at IS NULL",
    "ALTER TABLE consents ENABLE ROW LEVEL SECURITY",
    "ALTER TABLE consents FORCE ROW LEVEL SECURITY",
    "CREATE POLICY owner ON consents TO ansinh_owner USING (true) WITH CHECK (true)",
    f"CREATE POLICY ansinh_api_1 ON consents FOR SELECT TO ansinh_api USING ({SEEN})",
    f"CREATE POLICY ansinh_api_2 ON consents FOR INSERT TO ansinh_api WITH CHECK ({GIVEN})",
    "CREATE POLICY ansinh_api_3 ON consents FOR UPDATE TO ansinh_api"
    f" USING (withdrawn_at IS NULL AND {MINE}) WITH CHECK ({MINE} AND withdrawn_by = {PRINCIPAL})",
    "GRANT SELECT, INSERT ON consents TO ansinh_api",
    "GRANT UPDATE (withdrawn_at, withdrawn_by) ON consents TO ansinh_api",
)


def upgrade() -> None:
    """Create the table, and raise its wall."""
    for statement in STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    """Take it away."""
    op.execute("DROP TABLE consents")
