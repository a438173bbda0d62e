"""A small world with everything in it: ties, nulls, rights that ended, dossiers in every state."""

import json
import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID

from db.pool import Connection
from domain.identifiers import IdentifierKind
from domain.names import folded, sort_key
from tests.people import KEYS

Row = Mapping[str, Any]

TABLES = (
    "offices",
    "calendar_overrides",
    "employers",
    "households",
    "participants",
    "household_members",
    "health_cards",
    "health_copayments",
    "benefits",
    "identifiers",
    "employments",
    "contributions",
    "employer_arrears",
    "services",
    "service_versions",
    "service_time_limits",
    "dossiers",
    "mandates",
    "certificates",
    "data_requests",
    "consents",
    "dossier_events",
    "partners",
    "purposes",
    "agreements",
    "grants",
    "sessions",
    "access_ledger",
    "filings",
    "payments",
    "employer_entries",
    "notices",
)
# What follows from others, and is read only.
FOLLOWING = ("employer_accounts",)
NAMES = (
    "Nguyễn Thị Lan",
    "Nguyễn Thị Lan",
    "Trần Văn Minh",
    "Đỗ Đức Ân",
    "Lê Thị Hoa",
    'Phạm "Tý" \\ Bình',
    "Võ Văn Sơn",
    "Nguyễn Văn Ánh",
    "Hồ Ngọc Ẩn",
    "Bùi Thị Yến",
)
NUMBERS = ("PERSONAL_NUMBER", "SOCIAL_INSURANCE_NUMBER", "HEALTH_CARD_NUMBER")
# Who belongs to which household.
HOUSEHOLDS = {0: 1, 1: 1, 2: 2, 4: 2}
NOW = datetime.now(UTC)
TODAY = NOW.date()
DAY = timedelta(days=1)

# Where a dossier can stand: whether it was accepted, whether it is closed.
STATES = (
    ("NEW", False, False),
    ("NOT_ACCEPTED", False, True),
    ("WITHDRAWN", False, True),
    ("ACCEPTED", True, False),
    ("ACCEPTED", True, False),
    ("IN_PROCESS", True, False),
    ("SUPPLEMENT_REQUESTED", True, False),
    ("WITHDRAWN", True, True),
    ("STOPPED", True, False),
    ("DECIDED", True, False),
    ("RETURNED", True, True),
)


def key(kind: int, number: int) -> UUID:
    """A key that is the same in every run; keys of a kind are in order."""
    return UUID(f"01990000-0000-7000-{0x8000 + kind:04x}-{number:012x}")


def number_of(person: int, place: int) -> str:
    """The number that somebody is known by, as one kind or another."""
    return ("0010{:08}", "{:010}", "{:010}")[place].format(10 * person + place)


def account(number: int) -> UUID:
    """The account of somebody who signs in."""
    return key(0xAC, number)


async def people_it(owner: Connection) -> None:
    """Write the world, as whoever may write everything."""
    chance = random.Random(20261123)  # noqa: S311 -- not a secret
    rows: dict[str, list[Sequence[Any]]] = {
        "offices": [
            # The agency, two provinces, and three districts of theirs.
            (0, 99, None, "00000", "G24", "Cơ quan", "The agency"),
            (10, 19, 0, "00100", "G24.1", "Tỉnh Một", "Province One"),
            (11, 11, 10, "00101", "G24.1A", "Huyện Một A", "District One A"),
            (12, 12, 10, "00102", "G24.1B", "Huyện Một B", "District One B"),
            (20, 29, 0, "00200", "G24.2", "Tỉnh Hai", "Province Two"),
            (21, 21, 20, "00201", "G24.2A", "Huyện Hai A", "District Two A"),
        ],
        "calendar_overrides": [
            (TODAY + 3 * DAY, False, "a day off that was decided"),
            (TODAY - 9 * DAY, True, "a day that was decided to be worked"),
        ],
        "employers": [
            (
                key(3, number),
                office,
                f"OR{number:04}",
                f"Công ty {number}",
                f"cong ty {number}",
                f"{number:010}",
                "state_salary" if number == 1 else "private",
            )
            for number, office in enumerate((11, 11, 12, 21), start=1)
        ],
        "participants": [
            (
                key(1, number),
                name,
                folded(name),
                sort_key(name),
                date(1960 + number, 1 + number, 3),
                "FEMALE" if "Thị" in name else "MALE",
                TODAY - 100 * DAY if number % 5 == 4 else None,
                (11, 12, 21, 10)[number % 4],
                HOUSEHOLDS.get(number) and key(15, HOUSEHOLDS[number]),
            )
            for number, name in enumerate(NAMES)
        ],
        "households": [
            (key(15, number), f"{number:010}", office, f"Số {number}")
            for number, office in ((1, 11), (2, 21))
        ],
        "household_members": [
            a_member(1, 1, 0, "Chủ hộ"),
            a_member(2, 1, 1, "Vợ", since=date(2021, 5, 1)),
            a_member(3, 1, 4, "Con", takes_part=False, until=date(2023, 12, 31)),
            a_member(4, 2, 2, "Chủ hộ"),
            a_member(5, 2, 4, "Con", since=date(2024, 1, 1)),
            a_member(6, 2, 0, "Con", since=date(2012, 1, 1), until=date(2014, 12, 31)),
        ],
        "health_cards": [
            a_card(1, 0, "DN", 4, date(2016, 1, 1), date(2020, 12, 31)),
            a_card(2, 0, "GD", 4, date(2021, 3, 1), None),
            a_card(3, 1, "ZZ", 2, date(2024, 1, 1), TODAY - DAY),
            a_card(4, 1, "TE", 1, TODAY, TODAY + 30 * DAY, five_years_on=date(2019, 7, 1)),
            a_card(5, 2, "CN", 3, date(2024, 1, 1), date(2024, 12, 31)),
            a_card(6, 2, "HS", 5, date(2025, 4, 2), None),
            a_card(7, 3, "HT", 3, date(2026, 1, 1), TODAY, five_years_on=TODAY + DAY),
        ],
        "health_copayments": [
            (key(18, number), key(1, person), paid_on, amount, f"Lần {number}")
            for number, (person, paid_on, amount) in enumerate(
                (
                    (0, date(2025, 12, 31), 400_000),
                    (0, date(2026, 1, 1), 2_340_000),
                    (0, date(2026, 7, 1), 2_530_000),
                    (0, TODAY, 1),
                    (1, TODAY, 99_000_000),
                    (2, date(2026, 6, 30), 7),
                ),
                start=1,
            )
        ],
        "benefits": [
            a_benefit(1, 0, "PENSION", "MONTHLY", date(2020, 1, 1), None),
            a_benefit(2, 0, "SICKNESS", "ONCE", date(2019, 1, 1), date(2019, 1, 9)),
            a_benefit(3, 1, "MATERNITY", "ONCE", TODAY - 30 * DAY, TODAY + 30 * DAY),
            a_benefit(4, 2, "UNEMPLOYMENT", "MONTHLY", TODAY - 90 * DAY, TODAY - DAY),
            a_benefit(5, 3, "SURVIVOR_MONTHLY", "MONTHLY", TODAY + 4 * DAY, None),
        ],
        "certificates": [
            a_certificate(number, number % 3, 1 if number == 3 else None) for number in range(4)
        ],
        "identifiers": [
            (
                key(2, 10 * person + place),
                key(1, person),
                kind,
                b"",
                1,
                KEYS.blind_index(IdentifierKind(kind), number_of(person, place)),
                f"•••{person}{place}",
                date(2001, 1, 1 + place),
                date(2020, 1, 1) if place == 1 else None,
            )
            for person in range(8)
            for place, kind in enumerate(NUMBERS[: 1 + person % 3])
        ],
        "employments": [
            (
                key(4, 10 * person + number),
                key(1, person),
                key(3, 1 + (person + number) % 4),
                (11, 11, 12, 21)[(person + number) % 4],
                f"Việc {number}",
                date(2015, 1, 1) if number < 2 else TODAY + 5 * DAY,
                (None, TODAY - DAY, None, TODAY)[(person + 2 * number) % 4] if number < 2 else None,
            )
            for person in range(9)
            for number in range(person % 4)
        ],
        "contributions": [
            a_line(1, 0, 1, date(2020, 1, 1), None, 5_000_000),
            a_line(2, 0, 1, date(2021, 1, 1), None, 6_000_000),
            # A correction, which is of the past, and one that was recorded at the same instant as another.
            a_line(3, 0, 1, date(2020, 6, 1), date(2020, 8, 1), 0, recorded_on=date(2021, 3, 5)),
            a_line(4, 0, 2, date(2020, 2, 1), date(2021, 12, 1), 2**53 - 1, recorded_on=date(2021, 3, 5)),
            a_line(5, 1, None, date(2022, 5, 1), date(2023, 4, 1), 1_500_000),
            # Who has left.
            a_line(6, 1, 3, date(2019, 1, 1), None, 4_000_000),
            a_line(7, 1, 3, date(2020, 1, 1), None, 0),
            a_line(8, 2, 4, date(2020, 3, 1), None, 7_000_000),
            a_line(9, 3, None, date(2024, 1, 1), date(2024, 12, 1), 2_340_000, scheme="HEALTH_ONLY"),
            # Of whom nobody knew, when the month fell due, that they had come, or that they had left.
            a_line(10, 3, 2, date(2025, 1, 1), None, 8_000_000, recorded_on=date(2026, 9, 1)),
            a_line(11, 5, 2, date(2025, 1, 1), None, 9_000_000),
            a_line(12, 5, 2, date(2026, 1, 1), None, 0, recorded_on=date(2026, 9, 1)),
            a_line(13, 6, 1, date(2021, 1, 1), date(2021, 12, 1), 3_000_000),
        ],
        "employer_arrears": [
            an_unpaid_month(1, 1, date(2020, 7, 1)),
            an_unpaid_month(2, 1, date(2021, 2, 1)),
            an_unpaid_month(3, 1, date(2021, 2, 1), fund="UNEMPLOYMENT"),
            an_unpaid_month(4, 1, date(2021, 3, 1), settled_at=NOW - DAY),
            an_unpaid_month(5, 2, date(2020, 1, 1)),
            an_unpaid_month(6, 2, date(2021, 1, 1), fund="RETIREMENT_SURVIVORS"),
            an_unpaid_month(7, 2, date(2026, 3, 1)),
            an_unpaid_month(8, 3, date(2019, 5, 1)),
            an_unpaid_month(9, 3, date(2026, 3, 1)),
            an_unpaid_month(10, 4, date(2026, 3, 1), due_on=TODAY),
            an_unpaid_month(11, 4, date(2026, 2, 1), due_on=TODAY - DAY),
            an_unpaid_month(12, 4, date(2019, 2, 1)),
        ],
        "services": [
            ("OR-01", "BENEFITS", "Dịch vụ một", "Service one", None),
            ("OR-02", "BENEFITS", "Dịch vụ hai", "Service two", "1.001234"),
            ("OR-03", "PAYMENT", "Dịch vụ ba", "Service three", None),
        ],
        "service_versions": [
            (
                key(5, 1),
                "OR-01",
                date(2016, 1, 1),
                date(2025, 6, 30),
                "58/2014/QH13",
                "PARTIAL",
                ["CITIZEN"],
                [],
                1,
            ),
            (
                key(5, 2),
                "OR-01",
                date(2025, 7, 1),
                None,
                "41/2024/QH15",
                "FULL",
                ["CITIZEN", "EMPLOYER"],
                ["LAW"],
                2,
            ),
            (key(5, 3), "OR-02", date(2025, 7, 1), TODAY, "41/2024/QH15", "FULL", ["EMPLOYER"], [], 3),
            (
                key(5, 4),
                "OR-02",
                TODAY + DAY,
                None,
                "41/2024/QH15",
                "FULL",
                ["EMPLOYER"],
                ["LEVEL", "FORMS"],
                2,
            ),
            (key(5, 5), "OR-03", date(2030, 1, 1), None, "41/2024/QH15", "PARTIAL", ["CITIZEN"], [], 2),
        ],
        "service_time_limits": [
            (key(5, 1), "all", 20, "CALENDAR_DAYS", None),
            (key(5, 2), "all", 10, "WORKING_DAYS", None),
            (key(5, 2), "employer", 5, "CALENDAR_DAYS_EXCEPT_HOLIDAYS", "khi đủ hồ sơ"),
            (key(5, 3), "illness", 6, "CALENDAR_DAYS", None),
            (key(5, 3), "birth", 5, "WORKING_DAYS", None),
        ],
        "dossiers": [dossier(number, chance) for number in range(44)],
        "partners": [
            (key(10, 1), "bo-mot", "Bộ Một", "Ministry One"),
            (key(10, 2), "bo-hai", "Bộ Hai", "Ministry Two"),
        ],
        "purposes": [("CARE", "Chữa bệnh", "Care", "LAW"), ("TAX", "Thuế", "Tax", "LAW")],
        "agreements": [
            an_agreement(1, 20),
            an_agreement(2, 10, revoked_at=NOW - DAY, revoked_reason="Nhầm"),
            an_agreement(3, 10, valid_to=TODAY - DAY),
            an_agreement(4, 20, partner=2),
        ],
        "grants": [
            (key(7, 1), account(1), "EMPLOYER", None, key(3, 1), None, None),
            (key(7, 2), account(2), "EMPLOYER", None, key(3, 2), NOW + DAY, None),
            (key(7, 3), account(2), "EMPLOYER", None, key(3, 4), None, None),
            (key(7, 4), account(3), "EMPLOYER", None, key(3, 3), NOW - DAY, None),
            (key(7, 5), account(4), "OFFICER", 11, None, None, None),
            (key(7, 6), account(5), "OFFICER", 10, None, None, None),
            (key(7, 7), account(6), "OFFICER", 0, None, NOW - DAY, None),
            (key(7, 8), account(7), "PARTNER", 20, None, None, key(13, 1)),
            (key(7, 12), account(9), "PARTNER", 10, None, None, key(13, 2)),
            (key(7, 13), account(10), "PARTNER", 10, None, None, key(13, 3)),
            (key(7, 9), account(8), "OFFICER", 12, None, None, None),
            (key(7, 10), account(8), "OFFICER", 20, None, None, None),
            # A right in another capacity than the one asked in.
            (key(7, 11), account(4), "EMPLOYER", None, key(3, 4), None, None),
        ],
        "mandates": [
            a_mandate(1, 0, 3, ["BENEFITS", "CONTRIBUTIONS", "HEALTH_INSURANCE", "PAYMENT"]),
            a_mandate(2, 1, 3, ["PAYMENT"]),
            a_mandate(3, 0, 4, ["BENEFITS"], accepted_at=None),
            a_mandate(4, 0, 3, ["BENEFITS"], revoked_at=NOW - DAY),
            a_mandate(5, 2, 3, ["BENEFITS"], valid_to=TODAY - DAY),
            a_mandate(6, 2, 3, ["BENEFITS"], level=3),
            a_mandate(7, 3, 0, ["CONTRIBUTIONS", "BENEFITS"]),
            a_mandate(8, 0, 3, ["PAYMENT"], basis="PARENT"),
            a_mandate(9, 1, 3, ["BENEFITS"], basis="GUARDIAN"),
            a_mandate(10, 1, 3, ["BENEFITS"], basis="HEIR"),
        ],
        "consents": [
            a_consent(1, 0, "NOTICES"),
            a_consent(2, 0, "SHARING", withdrawn_at=NOW - DAY),
            a_consent(3, 0, "SHARING"),
            a_consent(4, 1, "STATISTICS"),
            a_consent(5, 2, "NOTICES", withdrawn_at=NOW - DAY),
            a_consent(6, 3, "SHARING"),
            a_consent(7, 0, "STATISTICS", by_mandate=8),
            a_consent(8, 1, "NOTICES", withdrawn_at=NOW - DAY, by_mandate=9),
        ],
        "data_requests": [
            a_data_request(number, person, answer_by, status)
            for number, (person, answer_by, status) in enumerate(
                (
                    (0, TODAY - 3 * DAY, "FILED"),
                    (0, TODAY + 4 * DAY, "FILED"),
                    (0, TODAY - 3 * DAY, "DONE"),
                    (1, TODAY - 3 * DAY, "FILED"),
                    (2, TODAY + 4 * DAY, "FILED"),
                    (3, TODAY - 9 * DAY, "REFUSED"),
                    (4, TODAY - 9 * DAY, "FILED"),
                    (4, TODAY + 4 * DAY, "FILED"),
                )
            )
        ],
        "sessions": [
            a_session(1, account(20), "CITIZEN", "Firefox"),
            a_session(2, account(20), "CITIZEN", ""),
            # Long idle, and over.
            a_session(3, account(20), "CITIZEN", "Edge", seen_at=NOW - DAY / 24),
            a_session(4, account(20), "CITIZEN", "Edge", ends_at=NOW - DAY / 24),
            a_session(5, account(5), "OFFICER", "Chrome"),
            a_session(6, account(1), "EMPLOYER", "Cốc Cốc"),
        ],
        "access_ledger": [a_look(number) for number in range(12)],
        "filings": [
            (key(21, number), key(3, employer), office, month, number, NOW - number * DAY)
            for number, (employer, office, month) in enumerate(
                (
                    (1, 11, date(2019, 1, 1)),
                    (1, 11, date(2019, 2, 1)),
                    (2, 11, date(2019, 1, 1)),
                    (3, 12, date(2019, 1, 1)),
                    (4, 21, date(2019, 12, 1)),
                ),
                start=1,
            )
        ],
        "payments": [
            (key(22, number), key(3, employer), office, amount, date(2019, 3, number), f"CT {number}")
            for number, (employer, office, amount) in enumerate(
                ((1, 11, 1_000), (1, 11, 1), (2, 11, 9_000_000_000_000), (4, 21, 500)), start=1
            )
        ],
        # What is due, and what was paid of it: in part, and all of it.
        "employer_entries": [
            (key(23, number), key(3, employer), date(2019, month, 1), fund, due, used, payment)
            for number, (employer, month, fund, due, used, payment) in enumerate(
                (
                    (1, 1, "HEALTH", 700, 0, None),
                    (1, 1, "UNEMPLOYMENT", 200, 0, None),
                    (1, 2, "HEALTH", 700, 0, None),
                    (1, 1, "HEALTH", 0, 700, key(22, 1)),
                    (1, 1, "UNEMPLOYMENT", 0, 100, key(22, 1)),
                    (2, 1, "HEALTH", 5, 0, None),
                    (2, 1, "HEALTH", 0, 5, key(22, 3)),
                    (3, 1, "OCCUPATIONAL", 9, 0, None),
                    (4, 1, "HEALTH", 500, 0, None),
                    (4, 1, "HEALTH", 0, 500, key(22, 4)),
                ),
                start=1,
            )
        ],
        "notices": [
            (
                key(24, number),
                key(1, person),
                ("CONTRIBUTION_CHANGED", "EMPLOYMENT_STARTED")[number % 2],
                key(3, employer),
                date(2019, 1 + number, 1),
                date(2019, 12, 1) if number == 2 else None,
            )
            for number, (person, employer) in enumerate(((0, 1), (0, 2), (1, 3), (2, 4), (3, 1), (0, 1)))
        ],
    }
    rows["dossier_events"] = [event for row in rows["dossiers"] for event in events(row)]
    columns = {
        "offices": "id, last_id, parent_id, code, agency_code, name_vi, name_en",
        "calendar_overrides": "day, is_working, decision",
        "employers": "id, office_id, code, name, folded_name, tax_code, payer",
        "households": "id, code, office_id, address",
        "participants": (
            "id, full_name, folded_name, sort_name, birth_date, sex, died_on, office_id, household_id"
        ),
        "household_members": (
            "id, household_id, participant_id, relationship, takes_part, valid_from, valid_to"
        ),
        "health_cards": (
            "id, participant_id, object_code, benefit_level, valid_from, valid_to, five_years_on,"
            " facility_code"
        ),
        "health_copayments": "id, participant_id, paid_on, amount, visit_reference",
        "benefits": (
            "id, participant_id, office_id, kind, payment, decision_number, amount, valid_from, valid_to"
        ),
        "certificates": (
            "id, participant_id, office_id, code, code_hash, from_month, to_month, said, issued_at,"
            " mandate_id"
        ),
        "identifiers": (
            "id, participant_id, kind, ciphertext, key_version, blind_index, masked, valid_from, valid_to"
        ),
        "employments": "id, participant_id, employer_id, office_id, position, started_on, ended_on",
        "contributions": ("id, participant_id, employer_id, scheme, from_month, to_month, base, recorded_at"),
        "employer_arrears": "id, employer_id, month, fund, due_on, since, settled_at",
        "services": "id, service_group, name_vi, name_en, national_code",
        "service_versions": (
            "id, service_id, valid_from, valid_to, law, level, applicants, unconfirmed, minimum_assurance"
        ),
        "service_time_limits": "service_version_id, applies_to, days, unit, note",
        "dossiers": (
            "id, reference, code, service_id, service_version_id, participant_id, employer_id, office_id,"
            " applicant, submitted_by, request, status, version, submitted_at, accepted_at, due_on, closed_at"
        ),
        "dossier_events": (
            "dossier_id, seq, kind, status, actor_kind, reason, participant_id, employer_id, office_id,"
            " mandate_id"
        ),
        "mandates": (
            "id, participant_id, represented_name, representative_id, representative_name, office_id,"
            " basis, service_groups, minimum_assurance, valid_from, valid_to, accepted_at, revoked_at,"
            " revoked_by"
        ),
        "consents": (
            "id, participant_id, office_id, purpose, withdrawn_at, withdrawn_by, given_by_mandate_id,"
            " withdrawn_by_mandate_id"
        ),
        "data_requests": (
            "id, participant_id, office_id, kind, status, version, answer_by, act_by, answer, answered_at,"
            " answered_by"
        ),
        "partners": "id, code, name_vi, name_en",
        "purposes": "code, name_vi, name_en, legal_basis",
        "agreements": (
            "id, code, partner_id, purposes, fields, office_id, valid_from, valid_to, capacity, restore_rate,"
            " revoked_at, revoked_reason"
        ),
        "grants": "id, principal, kind, office_id, employer_id, valid_until, agreement_id",
        "sessions": "id, id_hash, principal, kind, browser, created_at, last_seen_at, expires_at",
        "access_ledger": (
            "id, subject_id, at, reader_kind, reader_name, right_kind, office_id, employer_id, agreement_id,"
            " purpose, case_reference, fields, document, withheld_until"
        ),
        "filings": "id, employer_id, office_id, month, line_count, filed_at",
        "payments": "id, employer_id, office_id, amount, paid_on, reference",
        "employer_entries": "id, employer_id, month, fund, due, paid, payment_id",
        "notices": "id, participant_id, kind, employer_id, from_month, to_month",
    }
    constants = {
        "service_versions": {"forms": "'{14-HSB}'", "legal_basis": "'{}'"},
        "agreements": {"legal_basis": "'LAW'", "signed_by": "'oracle'", "recorded_by": "'oracle'"},
        "grants": {"granted_by": "'oracle'"},
        "mandates": {
            "evidence": "''",
            "given_by": "uuidv4()",
            "given_kind": "'CITIZEN'",
        },
        "consents": {
            "text_version": "'2026-01'",
            "text_vi": "'Tôi đồng ý.'",
            "text_en": "'I agree.'",
            "given_at": "now() - interval '9 days'",
            "given_by": "uuidv4()",
        },
        "data_requests": {
            "concerns": "'Ngày sinh'",
            "wish": "'Xin sửa.'",
            "filed_at": "now()",
            "filed_by": "uuidv4()",
            "unconfirmed": "true",
        },
        "certificates": {"signed": "'a.b.c'", "issued_by": "uuidv4()"},
        "filings": {"filed_by": "uuidv4()"},
        "payments": {"recorded_by": "uuidv4()"},
        "employer_entries": {"due_on": "'2019-06-30'", "recorded_by": "uuidv4()"},
        "sessions": {"issuer": "''", "subject": "''", "name": "''", "scopes": "''", "assurance": "2"},
    }
    for table in TABLES:
        more = constants.get(table, {})
        names = ", ".join([columns[table], *more])
        values = ", ".join([*(f"${number + 1}" for number in range(len(rows[table][0]))), *more.values()])
        await owner.executemany(f"INSERT INTO {table} ({names}) VALUES ({values})", rows[table])  # noqa: S608 -- written above


def a_line(
    number: int,
    person: int,
    employer: int | None,
    from_month: date,
    to_month: date | None,
    base: int,
    *,
    recorded_on: date | None = None,
    scheme: str | None = None,
) -> Sequence[Any]:
    """A line of the world's ledger, known in its first month unless it is said otherwise."""
    day = recorded_on or from_month + 14 * DAY
    return (
        key(25, number),
        key(1, person),
        None if employer is None else key(3, employer),
        scheme or ("VOLUNTARY" if employer is None else "COMPULSORY"),
        from_month,
        to_month,
        base,
        datetime(day.year, day.month, day.day, tzinfo=UTC),
    )


def an_unpaid_month(
    number: int,
    employer: int,
    month: date,
    *,
    fund: str = "HEALTH",
    due_on: date | None = None,
    settled_at: datetime | None = None,
) -> Sequence[Any]:
    """That one of the world's employers has not paid a month, since it fell due."""
    day = month + 58 * DAY
    since = datetime(day.year, day.month, day.day, tzinfo=UTC)
    return key(26, number), key(3, employer), month, fund, due_on or day, since, settled_at


def a_mandate(
    number: int,
    person: int,
    representative: int,
    groups: Sequence[str],
    *,
    basis: str = "AGENT",
    level: int = 2,
    valid_to: date | None = None,
    accepted_at: datetime | None = NOW - 2 * DAY,
    revoked_at: datetime | None = None,
) -> Sequence[Any]:
    """One of the world's mandates, since 2024."""
    name = NAMES[representative] if accepted_at else None
    office = (11, 12, 21, 10)[person % 4]
    return (
        *(key(9, number), key(1, person), NAMES[person], key(1, representative), name, office, basis),
        *(groups, level, date(2024, 1, 1), valid_to, accepted_at, revoked_at, revoked_at and account(99)),
    )


def a_member(
    number: int,
    household: int,
    person: int,
    relationship: str,
    *,
    takes_part: bool = True,
    since: date = date(2015, 1, 1),
    until: date | None = None,
) -> Sequence[Any]:
    """That somebody belongs to a household."""
    return key(16, number), key(15, household), key(1, person), relationship, takes_part, since, until


def a_card(
    number: int,
    person: int,
    letters: str,
    level: int,
    since: date,
    until: date | None,
    *,
    five_years_on: date | None = None,
) -> Sequence[Any]:
    """One of the world's health insurance cards."""
    return key(17, number), key(1, person), letters, level, since, until, five_years_on, f"{number:05}"


def a_benefit(
    number: int, person: int, kind: str, payment: str, since: date, until: date | None
) -> Sequence[Any]:
    """One of the world's benefits, paid by the office of the person's record."""
    office = (11, 12, 21, 10)[person % 4]
    amount = number * 1_000_000_000_000
    return key(19, number), key(1, person), office, kind, payment, f"QĐ {number}", amount, since, until


def a_certificate(number: int, person: int, mandate: int | None) -> Sequence[Any]:
    """One of the world's certificates: of a year, with a month that is not paid."""
    code = f"AAAA-BBBB-CCCC-000{number}"
    months = [
        {
            "scheme": scheme,
            "employerCode": code,
            "employerName": name,
            "from": first,
            "to": last,
            "isPaid": paid,
        }
        for scheme, code, name, first, last, paid in (
            ("COMPULSORY", "OR0001", "Công ty 1", "2025-01", "2025-10", True),
            ("COMPULSORY", "OR0001", "Công ty 1", "2025-11", "2025-11", False),
            ("VOLUNTARY", None, None, "2025-12", "2025-12", True),
        )
    ]
    said = {
        "code": code,
        "issuedAt": NOW.isoformat(),
        "holder": NAMES[person],
        "birthDate": "1990-01-01",
        "from": "2025-01",
        "to": "2025-12",
        "months": months[: 1 + number],
    }
    return (
        *(key(20, number), key(1, person), (11, 12, 21, 10)[person], code, sha256(code.encode()).digest()),
        *(date(2025, 1, 1), date(2025, 12, 1), json.dumps(said), NOW - number * DAY),
        mandate and key(9, mandate),
    )


def a_look(number: int) -> Sequence[Any]:
    """That somebody was shown something of one of the first two people; of some it is withheld."""
    reader = ("OFFICER", "EMPLOYER", "PARTNER", "CITIZEN", "REPRESENTATIVE")[number % 5]
    right = ("OFFICE", "EMPLOYMENT", "AGREEMENT", "OWN", "MANDATE")[number % 5]
    # The last is a partner's purpose, which nobody else gives.
    purpose = ("DOSSIER", "", "TAX", "OWN_USE", "CARE")[number % 5]
    return (
        key(12, number),
        key(1, number % 2),
        NOW - number // 2 * DAY,
        reader,
        "" if number == 5 else f"Bà {number}",
        right,
        11 if reader == "OFFICER" else None,
        key(3, 1) if reader == "EMPLOYER" else None,
        key(13, 1 + number % 3) if reader == "PARTNER" else None,
        f"Việc {number}" if number == 7 else purpose,
        "",
        ["Dossier.status", "Participant.fullName"][: 1 + number % 2],
        "",
        (None, None, NOW - DAY, NOW + DAY)[number % 4],
    )


def an_agreement(
    number: int,
    office: int,
    *,
    partner: int = 1,
    valid_to: date | None = None,
    revoked_at: datetime | None = None,
    revoked_reason: str | None = None,
) -> Sequence[Any]:
    """One of the world's agreements."""
    begins = TODAY - 50 * DAY
    return (
        key(13, number),
        f"OR-{number}",
        key(10, partner),
        ["CARE", "TAX"][: 1 + number % 2],
        ["Participant.fullName"],
        office,
        begins,
        valid_to,
        1_000,
        10,
        revoked_at,
        revoked_reason,
    )


def a_consent(
    number: int,
    person: int,
    purpose: str,
    *,
    withdrawn_at: datetime | None = None,
    by_mandate: int | None = None,
) -> Sequence[Any]:
    """One of the world's consents."""
    mandate = by_mandate and key(9, by_mandate)
    return (
        *(key(11, number), key(1, person), (11, 12, 21, 10)[person % 4], purpose),
        *(withdrawn_at, withdrawn_at and account(99), mandate, withdrawn_at and mandate),
    )


def a_data_request(number: int, person: int, answer_by: date, status: str) -> Sequence[Any]:
    """One of the world's requests about somebody's data."""
    answer = None if status == "FILED" else "Đã trả lời."
    kind = ("ACCESS", "CORRECTION", "DELETION", "OBJECTION", "RESTRICTION")[number % 5]
    return (
        *(
            key(14, number),
            key(1, person),
            (11, 12, 21, 10)[person % 4],
            kind,
            status,
            1 + (answer is not None),
        ),
        *(answer_by, answer_by + 8 * DAY, answer, answer and NOW - DAY, answer and account(99)),
    )


def a_session(
    number: int,
    principal: UUID,
    kind: str,
    browser: str,
    *,
    seen_at: datetime = NOW + DAY,
    ends_at: datetime = NOW + 2 * DAY,
) -> Sequence[Any]:
    """One of the world's sessions: those that stand were seen tomorrow, so none idles while a test runs."""
    began_at, hashed = NOW - DAY, sha256(str(number).encode()).digest()
    return key(8, number), hashed, principal, kind, browser, began_at, seen_at, ends_at


def dossier(number: int, chance: random.Random) -> Sequence[Any]:
    """One of the world's dossiers: no two accepted ones need have different due dates."""
    status, is_accepted, is_closed = STATES[number % len(STATES)]
    person = chance.choice((0, 0, 0, 1, 2, 3, 5, 6))
    employer = chance.choice((None, None, 1, 2, 4))
    accepted_at = NOW - chance.randint(1, 40) * DAY if is_accepted else None
    version = chance.choice((1, 2, 2, 3))
    return (
        key(6, number),
        f"ORAC-LE00-{number:04}",
        f"G24.1-{number:04}" if is_accepted else None,
        "OR-02" if version == 3 else "OR-01",
        key(5, version),
        key(1, person),
        None if employer is None else key(3, employer),
        (11, 12, 21, 10)[(person + chance.choice((0, 0, 0, 1))) % 4],
        "CITIZEN" if employer is None else "EMPLOYER",
        account(99),
        f"Yêu cầu {number}",
        status,
        1 + number % 3,
        NOW - 50 * DAY,
        accepted_at,
        accepted_at and chance.choice((TODAY - 2 * DAY, TODAY + 4 * DAY, TODAY + 4 * DAY, None)),
        NOW - number * timedelta(hours=1) if is_closed else None,
    )


def events(row: Sequence[Any]) -> Iterable[Sequence[Any]]:
    """What happened to a dossier: an event a version, the last ones under its present office."""
    for seq in range(1, row[12] + 1):
        kind = ("SUBMITTED", "ACCEPTED", "WITHDRAWN")[seq - 1]
        # Some of what was filed about the first person a representative filed.
        is_acted_for = kind == "SUBMITTED" and row[5] == key(1, 0) and row[8] == "CITIZEN"
        actor = "OFFICER" if kind == "ACCEPTED" else "REPRESENTATIVE" if is_acted_for else row[8]
        mandate = key(9, 1) if is_acted_for else None
        yield row[0], seq, kind, row[11], actor, "Nhầm" if seq == 3 else None, row[5], row[6], row[7], mandate


@dataclass(frozen=True)
class World:
    """Whole tables, as a superuser reads them."""

    tables: Mapping[str, Sequence[Row]]

    def __getitem__(self, table: str) -> Sequence[Row]:
        return self.tables[table]

    def find(self, table: str, identifier: object) -> Row | None:
        """The row of a key."""
        return next((row for row in self.tables[table] if row["id"] == identifier), None)


async def read(superuser: Connection) -> World:
    """Read whole tables."""
    return World(
        {
            table: [dict(row) for row in await superuser.fetch(f"SELECT * FROM {table}")]  # noqa: S608 -- ours
            for table in (*TABLES, *FOLLOWING)
        }
    )
