"""Add requests about one's own data: to correct, delete, restrict, see it, or to object.

Expand: a new table behind the second wall. Locks nothing that exists.
"""

from alembic import op

revision = "2026_11_29_0030"
down_revision = "2026_11_29_0020"

PRINCIPAL = "(SELECT vget('principal')::uuid)"
KIND = "(SELECT vget('kind'))"
ME = "(SELECT vget('participant')::uuid)"
OF_MY_OFFICE = "(SELECT range_agg(int4range(o.id, o.last_id, '[]')) FROM grants g JOIN offices o ON o.id = g.office_id) @> office_id"


def has(scope: str) -> str:
    """Whether the viewer holds the scope."""
    return f"(SELECT vhas('{scope}'))"


MINE = (
    f"{has('data-request:read')} AND CASE {KIND} WHEN 'CITIZEN' THEN participant_id = {ME}"
    f" WHEN 'OFFICER' THEN {OF_MY_OFFICE} ELSE false END"
)
FILED = (
    f"{has('data-request:file')} AND {KIND} = 'CITIZEN' AND participant_id = {ME} AND filed_by = {PRINCIPAL}"
    " AND status = 'FILED' AND version = 1"
    " AND office_id = (SELECT p.office_id FROM participants p WHERE p.id = data_requests.participant_id)"
)
MINE_TO_ANSWER = f"{has('data-request:answer')} AND {KIND} = 'OFFICER' AND {OF_MY_OFFICE}"

STATEMENTS = (
    """
    CREATE TABLE data_requests (
        id UUID DEFAULT uuidv7() NOT NULL,
        participant_id UUID NOT NULL,
        office_id INTEGER NOT NULL,
        kind TEXT NOT NULL,
        concerns TEXT NOT NULL,
        wish TEXT NOT NULL,
        status TEXT NOT NULL,
        version INTEGER NOT NULL,
        filed_at TIMESTAMP WITH TIME ZONE NOT NULL,
        filed_by UUID NOT NULL,
        answer_by DATE NOT NULL,
        act_by DATE NOT NULL,
        unconfirmed BOOLEAN NOT NULL,
        answer TEXT,
        answered_at TIMESTAMP WITH TIME ZONE,
        answered_by UUID,
        CONSTRAINT pk_data_requests PRIMARY KEY (id),
        CONSTRAINT ck_data_requests_kind_known CHECK (kind IN ('ACCESS', 'CORRECTION', 'DELETION', 'OBJECTION', 'RESTRICTION')),
        CONSTRAINT ck_data_requests_status_known CHECK (status IN ('DONE', 'FILED', 'REFUSED')),
        CONSTRAINT ck_data_requests_answered_where_final CHECK ((status = 'FILED') = (answer IS NULL) AND (answer IS NULL) = (answered_at IS NULL) AND (answer IS NULL) = (answered_by IS NULL)),
        CONSTRAINT ck_data_requests_version_counts CHECK (version >= 1),
        CONSTRAINT ck_data_requests_concerns_bounded CHECK (length(concerns) BETWEEN 1 AND 200),
        CONSTRAINT ck_data_requests_wish_bounded CHECK (length(wish) BETWEEN 1 AND 4000),
        CONSTRAINT ck_data_requests_answer_bounded CHECK (length(answer) BETWEEN 1 AND 4000),
        CONSTRAINT fk_data_requests_participant_id_participants FOREIGN KEY(participant_id) REFERENCES participants (id),
        CONSTRAINT fk_data_requests_office_id_offices FOREIGN KEY(office_id) REFERENCES offices (id)
    )
    """,
    "CREATE INDEX ix_data_requests_participant_id_id ON data_requests (participant_id, id)",
    "CREATE INDEX ix_data_requests_office_id_id ON data_requests (office_id, id)",
    "CREATE INDEX ix_data_requests_office_id_status_id ON data_requests (office_id, status, id)",
    "CREATE INDEX ix_data_requests_office_id_answer_by_id ON data_requests (office_id, answer_by, id)"
    " WHERE status = 'FILED'",
    "ALTER TABLE data_requests ENABLE ROW LEVEL SECURITY",
    "ALTER TABLE data_requests FORCE ROW LEVEL SECURITY",
    "CREATE POLICY owner ON data_requests TO ansinh_owner USING (true) WITH CHECK (true)",
    f"CREATE POLICY ansinh_api_1 ON data_requests FOR SELECT TO ansinh_api USING ({MINE})",
    f"CREATE POLICY ansinh_api_2 ON data_requests FOR INSERT TO ansinh_api WITH CHECK ({FILED})",
    f"CREATE POLICY ansinh_api_3 ON data_requests FOR UPDATE TO ansinh_api USING ({MINE_TO_ANSWER})"
    f" WITH CHECK ({MINE_TO_ANSWER} AND status <> 'FILED' AND answered_by = {PRINCIPAL})",
    "GRANT SELECT, INSERT ON data_requests TO ansinh_api",
    "GRANT UPDATE (status, version, answer, answered_at, answered_by) ON data_requests TO ansinh_api",
)


def upgrade() -> None:
    """Create the table, and raise its wall."""
    for statement in STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    """Take it away."""
    op.execute("DROP TABLE data_requests")
