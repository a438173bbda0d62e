"""Add the tables of the first cellar.

Expand: new tables only. Locks nothing that exists.
"""

from alembic import op

revision = "2026_11_23_0100"
down_revision = None

TABLES = (
    "calendar_overrides",
    "idempotency_keys",
    "offices",
    "services",
    "dossier_code_serials",
    "employers",
    "households",
    "service_versions",
    "employer_accounts",
    "grants",
    "participants",
    "service_time_limits",
    "contributions",
    "dossiers",
    "employments",
    "household_members",
    "identifiers",
    "dossier_events",
    "event_positions",
    "unsequenced_events",
)

STATEMENTS = (
    "CREATE EXTENSION IF NOT EXISTS btree_gist",
    r"""
    CREATE TABLE calendar_overrides (
        day DATE NOT NULL,
        is_working BOOLEAN NOT NULL,
        decision TEXT NOT NULL,
        CONSTRAINT pk_calendar_overrides PRIMARY KEY (day)
    )
    """,
    r"""
    CREATE TABLE idempotency_keys (
        principal UUID NOT NULL,
        operation TEXT NOT NULL,
        key TEXT NOT NULL,
        input_hash BYTEA NOT NULL,
        outcome TEXT,
        claimed_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
        CONSTRAINT pk_idempotency_keys PRIMARY KEY (principal, operation, key),
        CONSTRAINT ck_idempotency_keys_key_bounded CHECK (length(key) BETWEEN 1 AND 100)
    )
    """,
    r"""
    CREATE INDEX ix_idempotency_keys_claimed_at ON idempotency_keys (claimed_at)
    """,
    r"""
    CREATE TABLE offices (
        id INTEGER NOT NULL,
        last_id INTEGER NOT NULL,
        parent_id INTEGER,
        code TEXT NOT NULL,
        agency_code TEXT NOT NULL,
        name_vi TEXT NOT NULL,
        name_en TEXT NOT NULL,
        CONSTRAINT pk_offices PRIMARY KEY (id),
        CONSTRAINT ck_offices_range_ordered CHECK (last_id >= id),
        CONSTRAINT ck_offices_code_formed CHECK (code ~ '^0\d{4}$'),
        CONSTRAINT ck_offices_agency_code_formed CHECK (agency_code ~ '^[A-Y]\d{2}(\.[0-9A-Z]+)*$' AND length(agency_code) <= 35),
        CONSTRAINT fk_offices_parent_id_offices FOREIGN KEY(parent_id) REFERENCES offices (id),
        CONSTRAINT uq_offices_code UNIQUE (code),
        CONSTRAINT uq_offices_agency_code UNIQUE (agency_code)
    )
    """,
    r"""
    CREATE INDEX ix_offices_parent_id ON offices (parent_id)
    """,
    r"""
    CREATE TABLE services (
        id TEXT NOT NULL,
        service_group TEXT NOT NULL,
        name_vi TEXT NOT NULL,
        name_en TEXT NOT NULL,
        national_code TEXT,
        CONSTRAINT pk_services PRIMARY KEY (id),
        CONSTRAINT ck_services_service_group_known CHECK (service_group IN ('BENEFITS', 'CONTRIBUTIONS', 'HEALTH_INSURANCE', 'ISSUE_OF_BOOKS_AND_CARDS', 'PAYMENT'))
    )
    """,
    r"""
    CREATE TABLE dossier_code_serials (
        office_id INTEGER NOT NULL,
        day DATE NOT NULL,
        last_serial INTEGER NOT NULL,
        CONSTRAINT pk_dossier_code_serials PRIMARY KEY (office_id, day),
        CONSTRAINT ck_dossier_code_serials_serial_counts CHECK (last_serial >= 1),
        CONSTRAINT fk_dossier_code_serials_office_id_offices FOREIGN KEY(office_id) REFERENCES offices (id)
    )
    """,
    r"""
    CREATE TABLE employers (
        id UUID DEFAULT uuidv7() NOT NULL,
        office_id INTEGER NOT NULL,
        code TEXT NOT NULL,
        name TEXT NOT NULL,
        folded_name TEXT COLLATE "C" NOT NULL,
        tax_code TEXT NOT NULL,
        CONSTRAINT pk_employers PRIMARY KEY (id),
        CONSTRAINT uq_employers_office_id_code UNIQUE (office_id, code),
        CONSTRAINT ck_employers_code_formed CHECK (code ~ '^[A-Z]{2}\d{4}[A-Z0-9]{0,4}$'),
        CONSTRAINT ck_employers_tax_code_formed CHECK (tax_code ~ '^(\d{10}(-\d{3})?|\d{12})$'),
        CONSTRAINT fk_employers_office_id_offices FOREIGN KEY(office_id) REFERENCES offices (id)
    )
    """,
    r"""
    CREATE INDEX ix_employers_folded_name ON employers (folded_name)
    """,
    r"""
    CREATE TABLE households (
        id UUID DEFAULT uuidv7() NOT NULL,
        code TEXT NOT NULL,
        office_id INTEGER NOT NULL,
        address TEXT NOT NULL,
        CONSTRAINT pk_households PRIMARY KEY (id),
        CONSTRAINT ck_households_code_formed CHECK (code ~ '^\d{10}$'),
        CONSTRAINT uq_households_code UNIQUE (code),
        CONSTRAINT fk_households_office_id_offices FOREIGN KEY(office_id) REFERENCES offices (id)
    )
    """,
    r"""
    CREATE INDEX ix_households_office_id ON households (office_id)
    """,
    r"""
    CREATE TABLE service_versions (
        id UUID DEFAULT uuidv7() NOT NULL,
        service_id TEXT NOT NULL,
        valid_from DATE NOT NULL,
        valid_to DATE,
        law TEXT NOT NULL,
        level TEXT NOT NULL,
        applicants TEXT[] NOT NULL,
        forms TEXT[] NOT NULL,
        legal_basis TEXT[] NOT NULL,
        unconfirmed TEXT[] NOT NULL,
        CONSTRAINT pk_service_versions PRIMARY KEY (id),
        CONSTRAINT ck_service_versions_level_known CHECK (level IN ('FULL', 'PARTIAL')),
        CONSTRAINT ck_service_versions_period_ordered CHECK (valid_to >= valid_from),
        CONSTRAINT ex_service_versions_one_a_day EXCLUDE USING gist (service_id WITH =, daterange(valid_from, valid_to, '[]') WITH &&),
        CONSTRAINT fk_service_versions_service_id_services FOREIGN KEY(service_id) REFERENCES services (id)
    )
    """,
    r"""
    CREATE INDEX ix_service_versions_service_id ON service_versions (service_id)
    """,
    r"""
    CREATE TABLE employer_accounts (
        employer_id UUID NOT NULL,
        month DATE NOT NULL,
        fund TEXT NOT NULL,
        due BIGINT NOT NULL,
        paid BIGINT NOT NULL,
        CONSTRAINT pk_employer_accounts PRIMARY KEY (employer_id, month, fund),
        CONSTRAINT ck_employer_accounts_fund_known CHECK (fund IN ('HEALTH', 'OCCUPATIONAL', 'RETIREMENT_SURVIVORS', 'SICKNESS_MATERNITY', 'UNEMPLOYMENT')),
        CONSTRAINT ck_employer_accounts_month_first_day CHECK (extract(day from month) = 1),
        CONSTRAINT ck_employer_accounts_amounts_not_negative CHECK (due >= 0 AND paid >= 0),
        CONSTRAINT fk_employer_accounts_employer_id_employers FOREIGN KEY(employer_id) REFERENCES employers (id)
    )
    """,
    r"""
    CREATE TABLE grants (
        id UUID DEFAULT uuidv7() NOT NULL,
        principal UUID NOT NULL,
        kind TEXT NOT NULL,
        office_id INTEGER,
        employer_id UUID,
        granted_by TEXT NOT NULL,
        granted_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
        valid_until TIMESTAMP WITH TIME ZONE,
        CONSTRAINT pk_grants PRIMARY KEY (id),
        CONSTRAINT ck_grants_kind_known CHECK (kind IN ('EMPLOYER', 'OFFICER', 'PARTNER')),
        CONSTRAINT ck_grants_names_what_it_grants CHECK (CASE kind WHEN 'EMPLOYER' THEN employer_id IS NOT NULL AND office_id IS NULL ELSE office_id IS NOT NULL AND employer_id IS NULL END),
        CONSTRAINT fk_grants_office_id_offices FOREIGN KEY(office_id) REFERENCES offices (id),
        CONSTRAINT fk_grants_employer_id_employers FOREIGN KEY(employer_id) REFERENCES employers (id)
    )
    """,
    r"""
    CREATE INDEX ix_grants_employer_id ON grants (employer_id)
    """,
    r"""
    CREATE INDEX ix_grants_office_id ON grants (office_id)
    """,
    r"""
    CREATE INDEX ix_grants_principal ON grants (principal)
    """,
    r"""
    CREATE TABLE participants (
        id UUID DEFAULT uuidv7() NOT NULL,
        full_name TEXT NOT NULL,
        folded_name TEXT COLLATE "C" NOT NULL,
        sort_name TEXT COLLATE "C" NOT NULL,
        birth_date DATE NOT NULL,
        sex TEXT NOT NULL,
        died_on DATE,
        office_id INTEGER NOT NULL,
        household_id UUID,
        registered_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
        CONSTRAINT pk_participants PRIMARY KEY (id),
        CONSTRAINT ck_participants_sex_known CHECK (sex IN ('FEMALE', 'MALE')),
        CONSTRAINT ck_participants_dies_after_birth CHECK (died_on >= birth_date),
        CONSTRAINT fk_participants_office_id_offices FOREIGN KEY(office_id) REFERENCES offices (id),
        CONSTRAINT fk_participants_household_id_households FOREIGN KEY(household_id) REFERENCES households (id)
    )
    """,
    r"""
    CREATE INDEX ix_participants_folded_name_id ON participants (folded_name, id)
    """,
    r"""
    CREATE INDEX ix_participants_household_id ON participants (household_id)
    """,
    r"""
    CREATE INDEX ix_participants_office_id_id ON participants (office_id, id)
    """,
    r"""
    CREATE INDEX ix_participants_sort_name_id ON participants (sort_name, id)
    """,
    r"""
    CREATE TABLE service_time_limits (
        service_version_id UUID NOT NULL,
        applies_to TEXT NOT NULL,
        days SMALLINT NOT NULL,
        unit TEXT NOT NULL,
        note TEXT,
        CONSTRAINT pk_service_time_limits PRIMARY KEY (service_version_id, applies_to),
        CONSTRAINT ck_service_time_limits_unit_known CHECK (unit IN ('CALENDAR_DAYS', 'CALENDAR_DAYS_EXCEPT_HOLIDAYS', 'WORKING_DAYS')),
        CONSTRAINT ck_service_time_limits_days_not_negative CHECK (days >= 0),
        CONSTRAINT fk_service_time_limits_service_version_id_service_versions FOREIGN KEY(service_version_id) REFERENCES service_versions (id) ON DELETE CASCADE
    )
    """,
    r"""
    CREATE TABLE contributions (
        id UUID DEFAULT uuidv7() NOT NULL,
        participant_id UUID NOT NULL,
        employer_id UUID,
        scheme TEXT NOT NULL,
        from_month DATE NOT NULL,
        to_month DATE,
        base BIGINT NOT NULL,
        recorded_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
        recorded_by UUID,
        CONSTRAINT pk_contributions PRIMARY KEY (id),
        CONSTRAINT ck_contributions_scheme_known CHECK (scheme IN ('COMPULSORY', 'HEALTH_ONLY', 'VOLUNTARY')),
        CONSTRAINT ck_contributions_months_first_day CHECK (extract(day from from_month) = 1 AND extract(day from to_month) = 1),
        CONSTRAINT ck_contributions_period_ordered CHECK (to_month >= from_month),
        CONSTRAINT ck_contributions_base_not_negative CHECK (base >= 0),
        CONSTRAINT ck_contributions_employer_where_compulsory CHECK ((scheme = 'COMPULSORY') = (employer_id IS NOT NULL)),
        CONSTRAINT fk_contributions_participant_id_participants FOREIGN KEY(participant_id) REFERENCES participants (id),
        CONSTRAINT fk_contributions_employer_id_employers FOREIGN KEY(employer_id) REFERENCES employers (id)
    )
    """,
    r"""
    CREATE INDEX ix_contributions_employer_id ON contributions (employer_id)
    """,
    r"""
    CREATE INDEX ix_contributions_participant_id_recorded_at_id ON contributions (participant_id, recorded_at, id)
    """,
    r"""
    CREATE TABLE dossiers (
        id UUID DEFAULT uuidv7() NOT NULL,
        reference TEXT NOT NULL,
        code TEXT,
        service_id TEXT NOT NULL,
        service_version_id UUID NOT NULL,
        participant_id UUID NOT NULL,
        employer_id UUID,
        office_id INTEGER NOT NULL,
        applicant TEXT NOT NULL,
        submitted_by UUID NOT NULL,
        request TEXT NOT NULL,
        status TEXT NOT NULL,
        version INTEGER NOT NULL,
        submitted_at TIMESTAMP WITH TIME ZONE NOT NULL,
        accepted_at TIMESTAMP WITH TIME ZONE,
        due_on DATE,
        closed_at TIMESTAMP WITH TIME ZONE,
        CONSTRAINT pk_dossiers PRIMARY KEY (id),
        CONSTRAINT ck_dossiers_status_known CHECK (status IN ('NEW', 'ACCEPTED', 'NOT_ACCEPTED', 'IN_PROCESS', 'SUPPLEMENT_REQUESTED', 'PAYMENT_REQUESTED', 'WITHDRAWN', 'STOPPED', 'DECIDED', 'RETURNED')),
        CONSTRAINT ck_dossiers_applicant_known CHECK (applicant IN ('CITIZEN', 'EMPLOYER', 'HEALTH_FACILITY')),
        CONSTRAINT ck_dossiers_code_from_acceptance CHECK ((code IS NULL) = (accepted_at IS NULL)),
        CONSTRAINT ck_dossiers_code_where_accepted CHECK (status NOT IN ('ACCEPTED', 'IN_PROCESS', 'DECIDED', 'RETURNED') OR code IS NOT NULL),
        CONSTRAINT ck_dossiers_code_after_acceptance CHECK (status NOT IN ('NEW', 'NOT_ACCEPTED') OR code IS NULL),
        CONSTRAINT ck_dossiers_closed_where_final CHECK ((closed_at IS NOT NULL) = (status IN ('NOT_ACCEPTED', 'RETURNED', 'WITHDRAWN'))),
        CONSTRAINT ck_dossiers_employer_where_applicant CHECK ((applicant = 'EMPLOYER') = (employer_id IS NOT NULL)),
        CONSTRAINT ck_dossiers_request_bounded CHECK (length(request) <= 4000),
        CONSTRAINT ck_dossiers_version_counts CHECK (version >= 1),
        CONSTRAINT uq_dossiers_reference UNIQUE (reference),
        CONSTRAINT uq_dossiers_code UNIQUE (code),
        CONSTRAINT fk_dossiers_service_id_services FOREIGN KEY(service_id) REFERENCES services (id),
        CONSTRAINT fk_dossiers_service_version_id_service_versions FOREIGN KEY(service_version_id) REFERENCES service_versions (id),
        CONSTRAINT fk_dossiers_participant_id_participants FOREIGN KEY(participant_id) REFERENCES participants (id),
        CONSTRAINT fk_dossiers_employer_id_employers FOREIGN KEY(employer_id) REFERENCES employers (id),
        CONSTRAINT fk_dossiers_office_id_offices FOREIGN KEY(office_id) REFERENCES offices (id)
    )
    """,
    r"""
    CREATE INDEX ix_dossiers_employer_id_id ON dossiers (employer_id, id DESC) WHERE employer_id IS NOT NULL
    """,
    r"""
    CREATE INDEX ix_dossiers_office_id_id ON dossiers (office_id, id DESC)
    """,
    r"""
    CREATE INDEX ix_dossiers_open_office_id_status_due_on_id ON dossiers (office_id, status, due_on, id) WHERE closed_at IS NULL
    """,
    r"""
    CREATE INDEX ix_dossiers_participant_id_id ON dossiers (participant_id, id DESC)
    """,
    r"""
    CREATE INDEX ix_dossiers_service_id ON dossiers (service_id)
    """,
    r"""
    CREATE INDEX ix_dossiers_service_version_id ON dossiers (service_version_id)
    """,
    r"""
    CREATE INDEX ix_dossiers_submitted_by ON dossiers (submitted_by)
    """,
    r"""
    CREATE TABLE employments (
        id UUID DEFAULT uuidv7() NOT NULL,
        participant_id UUID NOT NULL,
        employer_id UUID NOT NULL,
        office_id INTEGER NOT NULL,
        position TEXT NOT NULL,
        started_on DATE NOT NULL,
        ended_on DATE,
        CONSTRAINT pk_employments PRIMARY KEY (id),
        CONSTRAINT ck_employments_period_ordered CHECK (ended_on >= started_on),
        CONSTRAINT ex_employments_no_overlap EXCLUDE USING gist (participant_id WITH =, employer_id WITH =, daterange(started_on, ended_on, '[]') WITH &&),
        CONSTRAINT fk_employments_participant_id_participants FOREIGN KEY(participant_id) REFERENCES participants (id),
        CONSTRAINT fk_employments_employer_id_employers FOREIGN KEY(employer_id) REFERENCES employers (id),
        CONSTRAINT fk_employments_office_id_offices FOREIGN KEY(office_id) REFERENCES offices (id)
    )
    """,
    r"""
    CREATE INDEX ix_employments_employer_id_participant_id ON employments (employer_id, participant_id)
    """,
    r"""
    CREATE INDEX ix_employments_office_id ON employments (office_id)
    """,
    r"""
    CREATE INDEX ix_employments_participant_id_id ON employments (participant_id, id)
    """,
    r"""
    CREATE TABLE household_members (
        id UUID DEFAULT uuidv7() NOT NULL,
        household_id UUID NOT NULL,
        participant_id UUID NOT NULL,
        relationship TEXT NOT NULL,
        valid_from DATE NOT NULL,
        valid_to DATE,
        CONSTRAINT pk_household_members PRIMARY KEY (id),
        CONSTRAINT ck_household_members_period_ordered CHECK (valid_to >= valid_from),
        CONSTRAINT ex_household_members_one_household_a_day EXCLUDE USING gist (participant_id WITH =, daterange(valid_from, valid_to, '[]') WITH &&),
        CONSTRAINT fk_household_members_household_id_households FOREIGN KEY(household_id) REFERENCES households (id),
        CONSTRAINT fk_household_members_participant_id_participants FOREIGN KEY(participant_id) REFERENCES participants (id)
    )
    """,
    r"""
    CREATE INDEX ix_household_members_household_id ON household_members (household_id)
    """,
    r"""
    CREATE INDEX ix_household_members_participant_id ON household_members (participant_id)
    """,
    r"""
    CREATE TABLE identifiers (
        id UUID DEFAULT uuidv7() NOT NULL,
        participant_id UUID NOT NULL,
        kind TEXT NOT NULL,
        ciphertext BYTEA NOT NULL,
        key_version SMALLINT NOT NULL,
        blind_index BYTEA NOT NULL,
        masked TEXT NOT NULL,
        valid_from DATE NOT NULL,
        valid_to DATE,
        CONSTRAINT pk_identifiers PRIMARY KEY (id),
        CONSTRAINT ck_identifiers_kind_known CHECK (kind IN ('HEALTH_CARD_NUMBER', 'IDENTITY_CARD_NUMBER', 'PERSONAL_NUMBER', 'SOCIAL_INSURANCE_NUMBER')),
        CONSTRAINT ck_identifiers_period_ordered CHECK (valid_to >= valid_from),
        CONSTRAINT ck_identifiers_blind_index_sha256 CHECK (length(blind_index) = 32),
        CONSTRAINT ex_identifiers_one_person_a_day EXCLUDE USING gist ((substr(blind_index, 1, 8)::bigint) WITH =, blind_index WITH =, daterange(valid_from, valid_to, '[]') WITH &&),
        CONSTRAINT fk_identifiers_participant_id_participants FOREIGN KEY(participant_id) REFERENCES participants (id)
    )
    """,
    r"""
    CREATE INDEX ix_identifiers_blind_index ON identifiers (blind_index)
    """,
    r"""
    CREATE INDEX ix_identifiers_participant_id ON identifiers (participant_id)
    """,
    r"""
    CREATE TABLE dossier_events (
        dossier_id UUID NOT NULL,
        seq INTEGER NOT NULL,
        kind TEXT NOT NULL,
        status TEXT NOT NULL,
        at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
        actor_kind TEXT NOT NULL,
        actor UUID,
        reason TEXT,
        participant_id UUID NOT NULL,
        employer_id UUID,
        office_id INTEGER NOT NULL,
        CONSTRAINT pk_dossier_events PRIMARY KEY (dossier_id, seq),
        CONSTRAINT ck_dossier_events_kind_known CHECK (kind IN ('ACCEPTED', 'SUBMITTED', 'WITHDRAWN')),
        CONSTRAINT ck_dossier_events_status_known CHECK (status IN ('NEW', 'ACCEPTED', 'NOT_ACCEPTED', 'IN_PROCESS', 'SUPPLEMENT_REQUESTED', 'PAYMENT_REQUESTED', 'WITHDRAWN', 'STOPPED', 'DECIDED', 'RETURNED')),
        CONSTRAINT ck_dossier_events_actor_kind_known CHECK (actor_kind IN ('CITIZEN', 'EMPLOYER', 'OFFICER', 'SYSTEM')),
        CONSTRAINT ck_dossier_events_seq_counts CHECK (seq >= 1),
        CONSTRAINT ck_dossier_events_reason_bounded CHECK (length(reason) <= 4000),
        CONSTRAINT fk_dossier_events_dossier_id_dossiers FOREIGN KEY(dossier_id) REFERENCES dossiers (id),
        CONSTRAINT fk_dossier_events_participant_id_participants FOREIGN KEY(participant_id) REFERENCES participants (id),
        CONSTRAINT fk_dossier_events_employer_id_employers FOREIGN KEY(employer_id) REFERENCES employers (id),
        CONSTRAINT fk_dossier_events_office_id_offices FOREIGN KEY(office_id) REFERENCES offices (id)
    )
    """,
    r"""
    CREATE INDEX ix_dossier_events_employer_id ON dossier_events (employer_id)
    """,
    r"""
    CREATE INDEX ix_dossier_events_office_id ON dossier_events (office_id)
    """,
    r"""
    CREATE INDEX ix_dossier_events_participant_id ON dossier_events (participant_id)
    """,
    r"""
    CREATE TABLE event_positions (
        position BIGINT NOT NULL,
        dossier_id UUID NOT NULL,
        seq INTEGER NOT NULL,
        CONSTRAINT pk_event_positions PRIMARY KEY (position),
        CONSTRAINT fk_event_positions_dossier_id_dossier_events FOREIGN KEY(dossier_id, seq) REFERENCES dossier_events (dossier_id, seq)
    )
    """,
    r"""
    CREATE UNIQUE INDEX uq_event_positions_dossier_id_seq ON event_positions (dossier_id, seq)
    """,
    r"""
    CREATE TABLE unsequenced_events (
        id BIGINT GENERATED ALWAYS AS IDENTITY,
        dossier_id UUID NOT NULL,
        seq INTEGER NOT NULL,
        CONSTRAINT pk_unsequenced_events PRIMARY KEY (id),
        CONSTRAINT fk_unsequenced_events_dossier_id_dossier_events FOREIGN KEY(dossier_id, seq) REFERENCES dossier_events (dossier_id, seq)
    )
    """,
    r"""
    CREATE INDEX ix_unsequenced_events_dossier_id_seq ON unsequenced_events (dossier_id, seq)
    """,
)


def upgrade() -> None:
    """Create extension, tables, indexes."""
    for statement in STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    """Drop the tables, the dependent ones first."""
    for table in reversed(TABLES):
        op.execute(f"DROP TABLE {table}")
