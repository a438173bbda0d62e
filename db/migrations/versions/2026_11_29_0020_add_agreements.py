"""Let a partner ask under an agreement alone: add partners, purposes and agreements, and name one in each grant.

Expand: three new tables, which hold nobody's data, and a column without a default. Takes an ACCESS EXCLUSIVE lock on
`grants` for a moment; the checks read its rows, a few for each account. A partner's right that names no agreement ends
here, as it would open nothing: whoever is a partner is recorded with its agreement.

To ask whether the agreement stands is the business of the grant, so every wall that reads `grants` asks it too.
"""

from alembic import op

revision = "2026_11_29_0020"
down_revision = "2026_11_29_0015"

TODAY = "(SELECT (statement_timestamp() AT TIME ZONE 'Asia/Ho_Chi_Minh')::date)"
MINE = (
    "principal = (SELECT vget('principal')::uuid) AND kind = (SELECT vget('kind'))"
    " AND (valid_until IS NULL OR valid_until > statement_timestamp())"
)
# By a function, so that the statements of everybody else need not be planned with it.
MY_AGREEMENT = f"""
    CREATE FUNCTION agreement_in_force() RETURNS uuid
    LANGUAGE sql STABLE PARALLEL RESTRICTED
    RETURN (
        SELECT a.id FROM agreements a WHERE a.id = vget('agreement')::uuid AND a.revoked_at IS NULL
        AND a.valid_from <= {TODAY} AND (a.valid_to IS NULL OR a.valid_to >= {TODAY})
    )
"""

STATEMENTS = (
    """
    CREATE TABLE partners (
        id UUID DEFAULT uuidv7() NOT NULL,
        code TEXT NOT NULL,
        name_vi TEXT NOT NULL,
        name_en TEXT NOT NULL,
        CONSTRAINT pk_partners PRIMARY KEY (id),
        CONSTRAINT uq_partners_code UNIQUE (code),
        CONSTRAINT ck_partners_code_formed CHECK (code ~ '^[a-z0-9]+(-[a-z0-9]+)*$')
    )
    """,
    """
    CREATE TABLE purposes (
        code TEXT NOT NULL,
        name_vi TEXT NOT NULL,
        name_en TEXT NOT NULL,
        legal_basis TEXT NOT NULL,
        log_delay_days SMALLINT DEFAULT 0 NOT NULL,
        CONSTRAINT pk_purposes PRIMARY KEY (code),
        CONSTRAINT ck_purposes_code_formed CHECK (code ~ '^[A-Z][A-Z0-9_]*$'),
        CONSTRAINT ck_purposes_log_delay_not_negative CHECK (log_delay_days >= 0)
    )
    """,
    """
    CREATE TABLE agreements (
        id UUID DEFAULT uuidv7() NOT NULL,
        code TEXT NOT NULL,
        partner_id UUID NOT NULL,
        legal_basis TEXT NOT NULL,
        purposes TEXT[] NOT NULL,
        fields TEXT[] NOT NULL,
        office_id INTEGER NOT NULL,
        valid_from DATE NOT NULL,
        valid_to DATE,
        capacity INTEGER NOT NULL,
        restore_rate INTEGER NOT NULL,
        signed_by TEXT NOT NULL,
        recorded_by TEXT NOT NULL,
        recorded_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
        revoked_at TIMESTAMP WITH TIME ZONE,
        revoked_reason TEXT,
        CONSTRAINT pk_agreements PRIMARY KEY (id),
        CONSTRAINT uq_agreements_code UNIQUE (code),
        CONSTRAINT uq_agreements_id_office_id UNIQUE (id, office_id),
        CONSTRAINT ck_agreements_code_formed
            CHECK (code ~ '^[A-Z0-9]+([-.][A-Z0-9]+)*$' AND length(code) <= 40),
        CONSTRAINT ck_agreements_period_ordered CHECK (valid_to >= valid_from),
        CONSTRAINT ck_agreements_has_a_purpose CHECK (cardinality(purposes) > 0),
        CONSTRAINT ck_agreements_rate_positive CHECK (capacity > 0 AND restore_rate > 0),
        CONSTRAINT ck_agreements_revoked_for_a_reason CHECK ((revoked_at IS NULL) = (revoked_reason IS NULL)),
        CONSTRAINT fk_agreements_partner_id_partners FOREIGN KEY (partner_id) REFERENCES partners (id),
        CONSTRAINT fk_agreements_office_id_offices FOREIGN KEY (office_id) REFERENCES offices (id)
    )
    """,
    "CREATE INDEX ix_agreements_partner_id ON agreements (partner_id)",
    "CREATE INDEX ix_agreements_office_id ON agreements (office_id)",
    # Only the owner writes them: who serves must not decide what is shared.
    "GRANT SELECT ON partners, purposes, agreements TO ansinh_api, ansinh_jobs, ansinh_auditor",
    "DELETE FROM grants WHERE kind = 'PARTNER'",
    """
    ALTER TABLE grants
        ADD COLUMN agreement_id UUID,
        ADD CONSTRAINT ck_grants_partner_by_agreement CHECK ((kind = 'PARTNER') = (agreement_id IS NOT NULL)),
        ADD CONSTRAINT fk_grants_agreement_id_agreements FOREIGN KEY (agreement_id, office_id)
            REFERENCES agreements (id, office_id)
    """,
    "CREATE INDEX ix_grants_agreement_id_office_id ON grants (agreement_id, office_id)",
    MY_AGREEMENT,
    f"ALTER POLICY ansinh_api_1 ON grants USING ({MINE}"
    " AND (agreement_id IS NULL OR agreement_id = (SELECT agreement_in_force())))",
    # The door alone asks so, to learn under which agreements an account may act at all.
    "CREATE POLICY ansinh_api_2 ON grants FOR SELECT TO ansinh_api USING"
    " ((SELECT vget('kind')) = 'DOOR' AND kind = 'PARTNER' AND principal = (SELECT vget('principal')::uuid))",
)


def upgrade() -> None:
    """Add the register, and ask of partners' rights whether their agreement stands."""
    for statement in STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    """Drop the register, and with it every partner's right."""
    op.execute("DROP POLICY ansinh_api_2 ON grants")
    op.execute(f"ALTER POLICY ansinh_api_1 ON grants USING ({MINE})")
    op.execute("DROP FUNCTION agreement_in_force()")
    op.execute("DELETE FROM grants WHERE kind = 'PARTNER'")
    op.execute("ALTER TABLE grants DROP COLUMN agreement_id")
    op.execute("DROP TABLE agreements, purposes, partners")
