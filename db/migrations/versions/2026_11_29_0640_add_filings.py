"""Add what employers file and pay: lists, entries of their accounts, payments, and what people are told of it.

Expand: four new tables behind the second wall; two columns of the employers with constant defaults, and one of the
contributions that may be null. Takes an ACCESS EXCLUSIVE lock on both for a moment; the indices are built within
it, in seconds for a million lines.

Accounts and arrears follow from entries: PostgreSQL posts these itself, with the owner's rights, so whoever serves
changes no account. Who has worked for an employer, whose number is whose, and whether somebody is known already, is
asked of tables that the employer may not see: by functions that answer this one question to whoever acts for it.
"""

from alembic import op

revision = "2026_11_29_0640"
down_revision = "2026_11_29_0630"

PRINCIPAL = "(SELECT vget('principal')::uuid)"
KIND = "(SELECT vget('kind'))"
ME = "(SELECT vget('participant')::uuid)"
REPRESENTED = "(SELECT represented_in('CONTRIBUTIONS'))"
MY_EMPLOYERS = "ARRAY(SELECT g.employer_id FROM grants g WHERE g.employer_id IS NOT NULL)"
OF_MY_EMPLOYER = f"employer_id = ANY ({MY_EMPLOYERS})"
MY_OFFICES = (
    "ARRAY(SELECT o.id FROM grants g JOIN offices root ON root.id = g.office_id"
    " JOIN offices o ON o.id BETWEEN root.id AND root.last_id)"
)
OF_MY_OFFICE = "(SELECT range_agg(int4range(o.id, o.last_id, '[]')) FROM grants g JOIN offices o ON o.id = g.office_id) @> office_id"
BY_ME = f"{KIND} = 'EMPLOYER' AND {OF_MY_EMPLOYER}"
PATH = "SET search_path = pg_catalog, public, pg_temp"


def has(scope: str) -> str:
    """Whether the viewer holds the scope."""
    return f"(SELECT vhas('{scope}'))"


def employer_of_my_office(table: str) -> str:
    """Whether the employer of a row is managed by an office that the viewer serves."""
    return f"EXISTS (SELECT FROM employers e WHERE e.id = {table}.employer_id AND e.office_id = ANY ({MY_OFFICES}))"


def of_its_office(table: str) -> str:
    """Whether a row lies in the office of its employer."""
    return f"office_id = (SELECT e.office_id FROM employers e WHERE e.id = {table}.employer_id)"


def account_seen(table: str) -> str:
    """Who sees what an employer owes and has paid."""
    return (
        f"{has('account:read')} AND CASE {KIND} WHEN 'EMPLOYER' THEN {OF_MY_EMPLOYER}"
        f" WHEN 'OFFICER' THEN {employer_of_my_office(table)} ELSE false END"
    )


def seen(scope: str) -> str:
    """Who sees what lies in an office and is of an employer."""
    return (
        f"{has(scope)} AND CASE {KIND} WHEN 'EMPLOYER' THEN {OF_MY_EMPLOYER}"
        f" WHEN 'OFFICER' THEN {OF_MY_OFFICE} ELSE false END"
    )


FUNDS = "'HEALTH', 'OCCUPATIONAL', 'RETIREMENT_SURVIVORS', 'SICKNESS_MATERNITY', 'UNEMPLOYMENT'"
TABLES = (
    """
    CREATE TABLE filings (
        id UUID DEFAULT uuidv7() NOT NULL,
        employer_id UUID NOT NULL,
        office_id INTEGER NOT NULL,
        month DATE NOT NULL,
        line_count INTEGER NOT NULL,
        filed_at TIMESTAMP WITH TIME ZONE DEFAULT statement_timestamp() NOT NULL,
        filed_by UUID NOT NULL,
        CONSTRAINT pk_filings PRIMARY KEY (id),
        CONSTRAINT ck_filings_month_first_day CHECK (extract(day from month) = 1),
        CONSTRAINT ck_filings_line_count_bounded CHECK (line_count BETWEEN 1 AND 10000),
        CONSTRAINT fk_filings_employer_id_employers FOREIGN KEY(employer_id) REFERENCES employers (id),
        CONSTRAINT fk_filings_office_id_offices FOREIGN KEY(office_id) REFERENCES offices (id)
    )
    """,
    "CREATE INDEX ix_filings_employer_id_id ON filings (employer_id, id)",
    "CREATE INDEX ix_filings_office_id ON filings (office_id)",
    """
    CREATE TABLE payments (
        id UUID DEFAULT uuidv7() NOT NULL,
        employer_id UUID NOT NULL,
        office_id INTEGER NOT NULL,
        amount BIGINT NOT NULL,
        paid_on DATE NOT NULL,
        reference TEXT NOT NULL,
        recorded_at TIMESTAMP WITH TIME ZONE DEFAULT statement_timestamp() NOT NULL,
        recorded_by UUID NOT NULL,
        CONSTRAINT pk_payments PRIMARY KEY (id),
        CONSTRAINT uq_payments_office_id_reference UNIQUE (office_id, reference),
        CONSTRAINT ck_payments_amount_positive CHECK (amount > 0),
        CONSTRAINT fk_payments_employer_id_employers FOREIGN KEY(employer_id) REFERENCES employers (id),
        CONSTRAINT fk_payments_office_id_offices FOREIGN KEY(office_id) REFERENCES offices (id)
    )
    """,
    "CREATE INDEX ix_payments_employer_id_id ON payments (employer_id, id)",
    f"""
    CREATE TABLE employer_entries (
        id UUID DEFAULT uuidv7() NOT NULL,
        employer_id UUID NOT NULL,
        month DATE NOT NULL,
        fund TEXT NOT NULL,
        due BIGINT DEFAULT '0' NOT NULL,
        paid BIGINT DEFAULT '0' NOT NULL,
        due_on DATE NOT NULL,
        filing_id UUID,
        payment_id UUID,
        recorded_at TIMESTAMP WITH TIME ZONE DEFAULT statement_timestamp() NOT NULL,
        recorded_by UUID NOT NULL,
        CONSTRAINT pk_employer_entries PRIMARY KEY (id),
        CONSTRAINT ck_employer_entries_fund_known CHECK (fund IN ({FUNDS})),
        CONSTRAINT ck_employer_entries_month_first_day CHECK (extract(day from month) = 1),
        CONSTRAINT ck_employer_entries_due_or_paid CHECK (CASE WHEN payment_id IS NULL THEN paid = 0 ELSE due = 0 AND filing_id IS NULL END),
        CONSTRAINT fk_employer_entries_employer_id_employers FOREIGN KEY(employer_id) REFERENCES employers (id),
        CONSTRAINT fk_employer_entries_filing_id_filings FOREIGN KEY(filing_id) REFERENCES filings (id),
        CONSTRAINT fk_employer_entries_payment_id_payments FOREIGN KEY(payment_id) REFERENCES payments (id)
    )
    """,
    "CREATE INDEX ix_employer_entries_employer_id_month ON employer_entries (employer_id, month)",
    "CREATE INDEX ix_employer_entries_filing_id ON employer_entries (filing_id)",
    "CREATE INDEX ix_employer_entries_payment_id ON employer_entries (payment_id)",
    """
    CREATE TABLE notices (
        id UUID DEFAULT uuidv7() NOT NULL,
        participant_id UUID NOT NULL,
        kind TEXT NOT NULL,
        employer_id UUID NOT NULL,
        from_month DATE NOT NULL,
        to_month DATE,
        filing_id UUID,
        created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
        CONSTRAINT pk_notices PRIMARY KEY (id),
        CONSTRAINT ck_notices_kind_known CHECK (kind IN ('CONTRIBUTION_CHANGED', 'EMPLOYMENT_ENDED', 'EMPLOYMENT_STARTED', 'REGISTERED')),
        CONSTRAINT ck_notices_months_first_day CHECK (extract(day from from_month) = 1 AND extract(day from to_month) = 1),
        CONSTRAINT ck_notices_period_ordered CHECK (to_month >= from_month),
        CONSTRAINT fk_notices_participant_id_participants FOREIGN KEY(participant_id) REFERENCES participants (id),
        CONSTRAINT fk_notices_employer_id_employers FOREIGN KEY(employer_id) REFERENCES employers (id),
        CONSTRAINT fk_notices_filing_id_filings FOREIGN KEY(filing_id) REFERENCES filings (id)
    )
    """,
    "CREATE INDEX ix_notices_participant_id_id ON notices (participant_id, id)",
    "CREATE INDEX ix_notices_employer_id ON notices (employer_id)",
    "CREATE INDEX ix_notices_filing_id ON notices (filing_id)",
)
COLUMNS = (
    "ALTER TABLE employers ADD COLUMN region TEXT DEFAULT 'I' NOT NULL"
    " CONSTRAINT ck_employers_region_known CHECK (region IN ('I', 'II', 'III', 'IV'))",
    "ALTER TABLE employers ADD COLUMN payer TEXT DEFAULT 'private' NOT NULL"
    " CONSTRAINT ck_employers_payer_known CHECK (payer IN ('private', 'state_salary'))",
    "ALTER TABLE contributions ADD COLUMN filing_id UUID"
    " CONSTRAINT fk_contributions_filing_id_filings REFERENCES filings (id)",
    "CREATE INDEX ix_contributions_filing_id ON contributions (filing_id)",
    "CREATE INDEX ix_contributions_employer_id_from_month ON contributions (employer_id, from_month)",
)

# The owner sees every grant, so within its functions the viewer's own are named.
ACTS_FOR = f"""
    CREATE FUNCTION acts_for(employer uuid, scope text) RETURNS boolean
    LANGUAGE sql STABLE PARALLEL RESTRICTED SECURITY DEFINER {PATH}
    RETURN public.vhas(scope) AND EXISTS (
        SELECT FROM public.grants g
        WHERE g.principal = public.vget('principal')::uuid AND g.kind = public.vget('kind') AND g.kind = 'EMPLOYER'
        AND g.employer_id = employer AND (g.valid_until IS NULL OR g.valid_until > statement_timestamp())
    )
"""
HAS_WORKED_FOR = f"""
    CREATE FUNCTION has_worked_for(person uuid, employer uuid) RETURNS boolean
    LANGUAGE sql STABLE PARALLEL RESTRICTED SECURITY DEFINER {PATH}
    RETURN public.acts_for(employer, 'employment:file') AND EXISTS (
        SELECT FROM public.employments e WHERE e.participant_id = person AND e.employer_id = employer
    )
"""
# Of numbers, which name somebody who works or worked for the employer; of the others nothing is told.
EMPLOYED_BY_NUMBER = f"""
    CREATE FUNCTION employed_by_number(employer uuid, numbers bytea[])
    RETURNS TABLE (number bytea, participant_id uuid)
    LANGUAGE sql STABLE PARALLEL RESTRICTED SECURITY DEFINER {PATH}
    BEGIN ATOMIC
        SELECT DISTINCT i.blind_index, i.participant_id
        FROM unnest(numbers) AS asked(number)
        JOIN public.identifiers i ON i.blind_index = asked.number
        JOIN public.employments e ON e.participant_id = i.participant_id AND e.employer_id = employed_by_number.employer
        WHERE i.kind = 'PERSONAL_NUMBER' AND i.valid_to IS NULL
        AND public.acts_for(employed_by_number.employer, 'contribution:file');
    END
"""
# One who hires names a person by all that the identity card says, and is told that it is so, or nothing. Who is not
# known yet is registered. A number is held meanwhile, so that of two who register one person the second finds them.
HIRE = f"""
    CREATE FUNCTION hire(
        employer uuid, job text, first_day date, number bytea, sealed bytea, sealed_by smallint, shown text,
        name text, folded text, sorted text, born_on date, civil_sex text,
        OUT participant_id uuid, OUT employment_id uuid, OUT is_new boolean
    ) RETURNS SETOF record
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SECURITY DEFINER {PATH}
    AS $$
    #variable_conflict use_column
    DECLARE
        office integer := (SELECT e.office_id FROM employers e WHERE e.id = employer);
        is_same boolean;
    BEGIN
        IF NOT acts_for(employer, 'participant:register') THEN
            RETURN;
        END IF;
        PERFORM pg_advisory_xact_lock(hashtextextended(encode(number, 'hex'), 0));
        SELECT p.id, i.valid_to IS NULL AND p.died_on IS NULL
               AND p.sort_name = sorted AND p.birth_date = born_on AND p.sex = civil_sex
        INTO hire.participant_id, is_same
        FROM identifiers i JOIN participants p ON p.id = i.participant_id
        WHERE i.blind_index = number AND i.kind = 'PERSONAL_NUMBER' ORDER BY i.valid_from DESC LIMIT 1;
        is_new := hire.participant_id IS NULL;
        IF is_new THEN
            INSERT INTO participants (full_name, folded_name, sort_name, birth_date, sex, office_id)
            VALUES (name, folded, sorted, born_on, civil_sex, office) RETURNING id INTO hire.participant_id;
            INSERT INTO identifiers (participant_id, kind, ciphertext, key_version, blind_index, masked, valid_from)
            VALUES (hire.participant_id, 'PERSONAL_NUMBER', sealed, sealed_by, number, shown, born_on);
        ELSIF NOT is_same THEN
            RETURN;
        END IF;
        INSERT INTO employments (participant_id, employer_id, office_id, position, started_on)
        VALUES (hire.participant_id, employer, office, job, first_day) RETURNING id INTO hire.employment_id;
        RETURN NEXT;
    END
    $$
"""
POST_ENTRIES = f"""
    CREATE FUNCTION post_entries() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER {PATH}
    AS $$
    BEGIN
        -- Always in this order, so that of two nobody waits for the other.
        INSERT INTO employer_accounts (employer_id, month, fund, due, paid)
        SELECT DISTINCT employer_id, month, fund, 0, 0 FROM posted ORDER BY employer_id, month, fund
        ON CONFLICT DO NOTHING;
        PERFORM FROM employer_accounts a
        WHERE EXISTS (SELECT FROM posted p WHERE (p.employer_id, p.month, p.fund) = (a.employer_id, a.month, a.fund))
        ORDER BY a.employer_id, a.month, a.fund FOR UPDATE;

        UPDATE employer_accounts a SET due = a.due + p.due, paid = a.paid + p.paid
        FROM (SELECT employer_id, month, fund, sum(due) AS due, sum(paid) AS paid FROM posted
              GROUP BY employer_id, month, fund) p
        WHERE (p.employer_id, p.month, p.fund) = (a.employer_id, a.month, a.fund);

        INSERT INTO employer_arrears (employer_id, month, fund, due_on, since)
        SELECT a.employer_id, a.month, a.fund, min(p.due_on), statement_timestamp()
        FROM posted p JOIN employer_accounts a USING (employer_id, month, fund)
        WHERE a.due > a.paid GROUP BY a.employer_id, a.month, a.fund ORDER BY a.employer_id, a.month, a.fund
        ON CONFLICT (employer_id, month, fund) WHERE settled_at IS NULL DO NOTHING;
        UPDATE employer_arrears r SET settled_at = greatest(statement_timestamp(), r.since)
        FROM posted p JOIN employer_accounts a USING (employer_id, month, fund)
        WHERE (r.employer_id, r.month, r.fund) = (a.employer_id, a.month, a.fund)
        AND r.settled_at IS NULL AND a.due <= a.paid;

        IF EXISTS (
            SELECT FROM payments m WHERE m.id IN (SELECT payment_id FROM posted)
            AND m.amount < (SELECT sum(e.paid) FROM employer_entries e WHERE e.payment_id = m.id)
        ) THEN
            RAISE check_violation USING MESSAGE = 'a payment pays no more than it brought';
        END IF;
        RETURN NULL;
    END
    $$
"""
FUNCTIONS = (ACTS_FOR, HAS_WORKED_FOR, EMPLOYED_BY_NUMBER, HIRE, POST_ENTRIES)
ASKED = (
    "acts_for(uuid, text)",
    "has_worked_for(uuid, uuid)",
    "employed_by_number(uuid, bytea[])",
    "hire(uuid, text, date, bytea, bytea, smallint, text, text, text, text, date, text)",
)
POSTING = (
    "CREATE TRIGGER post_entries AFTER INSERT ON employer_entries REFERENCING NEW TABLE AS posted"
    " FOR EACH STATEMENT EXECUTE FUNCTION post_entries()"
)

# What stands in a list, or that nothing is due after the end of an employment.
LINE_FILED = (
    f"{BY_ME} AND scheme = 'COMPULSORY' AND recorded_by = {PRINCIPAL}"
    f" AND CASE WHEN filing_id IS NULL THEN {has('employment:file')} AND base = 0 AND to_month IS NULL"
    f" ELSE {has('contribution:file')} AND EXISTS (SELECT FROM filings f WHERE f.id = contributions.filing_id"
    f" AND f.employer_id = contributions.employer_id AND f.filed_by = {PRINCIPAL}"
    " AND f.month = contributions.from_month) END"
    " AND EXISTS (SELECT FROM employments e WHERE e.participant_id = contributions.participant_id"
    " AND e.employer_id = contributions.employer_id"
    " AND e.started_on < contributions.from_month + INTERVAL '1 month')"
)
ENTERED = (
    f"recorded_by = {PRINCIPAL} AND CASE {KIND}"
    f" WHEN 'EMPLOYER' THEN ({has('contribution:file')} OR {has('employment:file')}) AND {OF_MY_EMPLOYER}"
    f" WHEN 'OFFICER' THEN {has('payment:record')} AND payment_id IS NOT NULL"
    f" AND {employer_of_my_office('employer_entries')} ELSE false END"
    " AND (payment_id IS NULL OR EXISTS (SELECT FROM payments p WHERE p.id = employer_entries.payment_id"
    " AND p.employer_id = employer_entries.employer_id))"
)
TOLD = (
    f"{BY_ME} AND ({has('contribution:file')} OR {has('employment:file')} OR {has('participant:register')})"
    " AND EXISTS (SELECT FROM employments e WHERE e.participant_id = notices.participant_id"
    " AND e.employer_id = notices.employer_id)"
)
ENDED_BY_ME = f"{has('employment:file')} AND {BY_ME}"

# table: ((command, USING, WITH CHECK), …); the numbers of the policies go on from those that there are.
POLICIES: dict[str, tuple[int, tuple[tuple[str, str | None, str | None], ...]]] = {
    "filings": (
        1,
        (
            ("SELECT", seen("contribution:read"), None),
            (
                "INSERT",
                None,
                f"{has('contribution:file')} AND {BY_ME} AND filed_by = {PRINCIPAL} AND {of_its_office('filings')}",
            ),
        ),
    ),
    "payments": (
        1,
        (
            ("SELECT", seen("account:read"), None),
            (
                "INSERT",
                None,
                f"{has('payment:record')} AND {KIND} = 'OFFICER' AND {OF_MY_OFFICE} AND recorded_by = {PRINCIPAL}"
                f" AND {of_its_office('payments')}",
            ),
        ),
    ),
    "employer_entries": (
        1,
        (("SELECT", account_seen("employer_entries"), None), ("INSERT", None, ENTERED)),
    ),
    "notices": (
        1,
        (
            (
                "SELECT",
                f"{has('notice:read')} AND CASE {KIND} WHEN 'CITIZEN' THEN participant_id = {ME}"
                f" WHEN 'REPRESENTATIVE' THEN participant_id = {REPRESENTED} ELSE false END",
                None,
            ),
            ("INSERT", None, TOLD),
        ),
    ),
    "contributions": (2, (("INSERT", None, LINE_FILED),)),
    "employments": (
        2,
        (
            (
                "INSERT",
                None,
                f"{ENDED_BY_ME} AND {of_its_office('employments')} AND has_worked_for(participant_id, employer_id)",
            ),
            ("UPDATE", f"{ENDED_BY_ME} AND ended_on IS NULL", f"{ENDED_BY_ME} AND ended_on IS NOT NULL"),
        ),
    ),
}
NEW_TABLES = ("filings", "payments", "employer_entries", "notices")
PRIVILEGES = (
    "GRANT SELECT, INSERT ON filings, payments, employer_entries, notices TO ansinh_api",
    "GRANT INSERT ON contributions, employments TO ansinh_api",
    "GRANT UPDATE (ended_on) ON employments TO ansinh_api",
    *(f"REVOKE ALL ON FUNCTION {function} FROM PUBLIC" for function in (*ASKED, "post_entries()")),
    *(f"GRANT EXECUTE ON FUNCTION {function} TO ansinh_api" for function in ASKED),
)
ACCOUNTS_BEFORE = f"employer_id = ANY ({MY_EMPLOYERS}) OR ({KIND} = 'OFFICER' AND {employer_of_my_office('employer_accounts')})"


def upgrade() -> None:
    """Create the tables, raise their walls, and post what is entered."""
    for statement in (*TABLES, *COLUMNS, *FUNCTIONS, POSTING):
        op.execute(statement)
    for table in NEW_TABLES:
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY owner ON {table} TO ansinh_owner USING (true) WITH CHECK (true)")
    for table, (first, policies) in POLICIES.items():
        for number, (command, using, check) in enumerate(policies, start=first):
            clauses = [f"USING ({using})" if using else "", f"WITH CHECK ({check})" if check else ""]
            op.execute(
                f"CREATE POLICY ansinh_api_{number} ON {table} FOR {command} TO ansinh_api {' '.join(clauses)}"
            )
    for statement in PRIVILEGES:
        op.execute(statement)
    op.execute(f"ALTER POLICY ansinh_api_1 ON employer_accounts USING ({account_seen('employer_accounts')})")


def downgrade() -> None:
    """Take it all away: lines that were filed stay, and no longer say by which list."""
    op.execute(f"ALTER POLICY ansinh_api_1 ON employer_accounts USING ({ACCOUNTS_BEFORE})")
    op.execute("REVOKE UPDATE (ended_on) ON employments FROM ansinh_api")
    op.execute("REVOKE INSERT ON contributions, employments FROM ansinh_api")
    op.execute("DROP INDEX ix_contributions_employer_id_from_month")
    for policy, table in (("2", "contributions"), ("2", "employments"), ("3", "employments")):
        op.execute(f"DROP POLICY ansinh_api_{policy} ON {table}")
    op.execute("ALTER TABLE contributions DROP COLUMN filing_id")
    op.execute("ALTER TABLE employers DROP COLUMN region, DROP COLUMN payer")
    op.execute("DROP TABLE notices, employer_entries, payments, filings")
    for function in ("post_entries()", *reversed(ASKED)):
        op.execute(f"DROP FUNCTION {function}")
