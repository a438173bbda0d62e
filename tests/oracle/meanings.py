"""What each field means: a column, a row, some rows in an order, or a count of days."""

import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from holidays import country_holidays

from domain.access_ledger import FIELDS
from schema.certificates import months_said
from schema.coverage import coverage_of
from schema.health_cards import continuity_of, copayments_of, object_of
from schema.households import health_premium
from schema.identifiers import FINDING, finding
from tests.oracle.rights import Eyes
from tests.oracle.world import Row
from tests.people import KEYS

Values = Mapping[str, Any]
DAY = timedelta(days=1)
IDLE = timedelta(minutes=15)
VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")

# The table of each type, and the scope that every look at it takes.
TABLES = {
    "AccessEntry": "access_ledger",
    "Agreement": "agreements",
    "Benefit": "benefits",
    "Certificate": "certificates",
    "Consent": "consents",
    "Contribution": "contributions",
    "DataRequest": "data_requests",
    "Dossier": "dossiers",
    "DossierEvent": "dossier_events",
    "Employer": "employers",
    "EmployerAccount": "employer_accounts",
    "Employment": "employments",
    "Filing": "filings",
    "HealthCard": "health_cards",
    "HealthCopayment": "health_copayments",
    "Household": "households",
    "HouseholdMember": "household_members",
    "Identifier": "identifiers",
    "Mandate": "mandates",
    "Notice": "notices",
    "Office": "offices",
    "Participant": "participants",
    "Partner": "partners",
    "Payment": "payments",
    "Purpose": "purposes",
    "Service": "services",
    "ServiceTimeLimit": "service_time_limits",
    "ServiceVersion": "service_versions",
    "Session": "sessions",
    "UnpaidContribution": "employer_arrears",
}
SCOPES = {
    "AccessEntry": "access:read",
    "Benefit": "benefit:read",
    "Certificate": "certificate:read",
    "Consent": "consent:read",
    "Contribution": "contribution:read",
    "DataRequest": "data-request:read",
    "Dossier": "dossier:read",
    "DossierEvent": "dossier:read",
    "EmployerAccount": "account:read",
    "Employment": "employment:read",
    "Filing": "contribution:read",
    "HealthCard": "health:read",
    "HealthCopayment": "health:read",
    "Household": "household:read",
    "HouseholdMember": "household:read",
    "Identifier": "identifier:read",
    "Mandate": "mandate:read",
    "Notice": "notice:read",
    "Participant": "participant:read",
    "Payment": "account:read",
    "Session": "session:read",
    "UnpaidContribution": "contribution:read",
}
COLUMNS = {
    ("AccessEntry", "right"): "right_kind",
    ("CertifiedMonths", "from"): "first",
    ("CertifiedMonths", "to"): "last",
    ("Citation", "source"): "named_source",
    ("Citation", "value"): "text",
    ("MonthRun", "from"): "first",
    ("MonthRun", "to"): "last",
    ("Service", "code"): "id",
    ("Service", "group"): "service_group",
    ("Session", "begunAt"): "created_at",
    ("Session", "endsAt"): "expires_at",
}


def column_of(type_name: str, field: str) -> str:
    """The column that a field shows: of its name, or the one named above."""
    snake = "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in field)
    return COLUMNS.get((type_name, field), snake)


@dataclass(frozen=True)
class Ordering:
    """An order: a cursor's columns, all in one direction; rows where one is null are left out.

    It is refused with some arguments, and may have the rows of one state only.
    """

    columns: Sequence[str]
    descending: bool = False
    refused_with: Sequence[str] = ()
    only: str | None = None

    def has(self, row: Row) -> bool:
        """Whether a row stands in it."""
        return self.only in {None, row.get("status")} and all(row[name] is not None for name in self.columns)

    def is_refused(self, given: Mapping[str, Any]) -> bool:
        """Whether an argument is given with which it is refused."""
        return any(given.get(name) is not None for name in self.refused_with)


@dataclass(frozen=True)
class Listing:
    """Which rows of a type a list has, and in which orders it may be asked.

    The first that is not refused is the usual one.
    """

    type_name: str
    has: Callable[[Eyes, Row, Row, Values], bool]
    orders: Mapping[str, Ordering]
    # Under an order and an argument, the order instead where that is given.
    searched: Mapping[tuple[str, str], Ordering] = field(default_factory=dict)

    def ordering(self, given: Mapping[str, Any]) -> tuple[str, Ordering]:
        """The order that is asked for, by its name in cursors."""
        usual = (name for name, order in self.orders.items() if not order.is_refused(given))
        name = given.get("order") or next(usual)
        for (order, argument), ordering in self.searched.items():
            if order == name and given.get(argument) is not None:
                return f"{name}:{column_of(self.type_name, argument)}", ordering
        return name, self.orders[name]


def same(one: str, other: str) -> Callable[[Eyes, Row, Row, Values], bool]:
    """Rows whose column is the parent's."""
    return lambda _eyes, parent, row, _given: parent[one] is not None and parent[one] == row[other]


def folded(text: str) -> str:
    """A name without case and diacritics, its words one space apart."""
    plain = unicodedata.normalize("NFD", text.casefold()).replace("đ", "d")
    return " ".join("".join(mark for mark in plain if not unicodedata.combining(mark)).split())


def is_listed(_eyes: Eyes, _parent: Row, dossier: Row, given: Values) -> bool:
    """The filters of a list of dossiers."""
    due_on = dossier["due_on"]
    return (
        ("status" not in given or dossier["status"] in given["status"])
        and ("service" not in given or dossier["service_id"] == given["service"])
        and ("office" not in given or dossier["office_id"] == given["office"])
        and ("participant" not in given or dossier["participant_id"] == given["participant"])
        and ("employer" not in given or dossier["employer_id"] == given["employer"])
        and ("dueFrom" not in given or (due_on is not None and due_on >= given["dueFrom"]))
        and ("dueTo" not in given or (due_on is not None and due_on <= given["dueTo"]))
    )


def is_known(_eyes: Eyes, _parent: Row, person: Row, given: Values) -> bool:
    """The filters of a list of people."""
    return ("namePrefix" not in given or person["folded_name"].startswith(folded(given["namePrefix"]))) and (
        "office" not in given or person["office_id"] == given["office"]
    )


def is_granted(column: str) -> Callable[[Eyes, Row, Row, Values], bool]:
    """What the viewer's own rights name."""
    return lambda eyes, _parent, row, _given: any(grant[column] == row["id"] for grant in eyes.grants)


def is_given(eyes: Eyes, mandate: Row) -> bool:
    """Whether a person has been given a mandate; who acts by one asks for another."""
    return eyes.kind != "REPRESENTATIVE" and mandate["representative_id"] == eyes.person


def is_overdue(eyes: Eyes, request: Row) -> bool:
    """Whether a request about somebody's data stands unanswered after its day."""
    return request["status"] == "FILED" and request["answer_by"] < eyes.today


def is_asked(eyes: Eyes, _parent: Row, request: Row, given: Values) -> bool:
    """The filters of a list of requests about people's data."""
    return ("status" not in given or request["status"] in given["status"]) and (
        "overdue" not in given or is_overdue(eyes, request) == given["overdue"]
    )


def is_registered(eyes: Eyes, _parent: Row, agreement: Row, given: Values) -> bool:
    """The filters of the list of agreements, which only partners and officers have."""
    return eyes.kind in {"OFFICER", "PARTNER"} and (
        "inForce" not in given or eyes.is_in_force(agreement) == given["inForce"]
    )


def is_known_of(_eyes: Eyes, person: Row, line: Row, given: Values) -> bool:
    """The filter of somebody's lines."""
    at = given.get("asKnownAt")
    return line["participant_id"] == person["id"] and (
        at is None or line["recorded_at"] <= datetime.fromisoformat(at)
    )


def speaks_of(line: Row, unpaid: Row) -> bool:
    """Whether a line of the ledger is of the employer and reaches the month."""
    return (
        line["employer_id"] == unpaid["employer_id"]
        and line["from_month"] <= unpaid["month"]
        and (line["to_month"] is None or line["to_month"] >= unpaid["month"])
    )


def is_owed(eyes: Eyes, person: Row, unpaid: Row, _given: Values) -> bool:
    """Whether a month is late and unpaid that is due for somebody, by the line that holds now."""
    lines = [
        line
        for line in eyes.world["contributions"]
        if line["participant_id"] == person["id"] and speaks_of(line, unpaid)
    ]
    holds = max(lines, key=lambda line: (line["recorded_at"], line["id"]), default={"base": 0})
    return bool(holds["base"] > 0 and unpaid["settled_at"] is None and unpaid["due_on"] < eyes.today)


def is_valid(row: Row, day: date) -> bool:
    """Whether a day is among the days of a row."""
    return bool(row["valid_from"] <= day) and (row["valid_to"] is None or row["valid_to"] >= day)


def is_paid_to(_eyes: Eyes, person: Row, benefit: Row, given: Values) -> bool:
    """The filter of a list of benefits."""
    day = given.get("inPaymentOn")
    return bool(benefit["participant_id"] == person["id"]) and (day is None or is_valid(benefit, day))


NEWEST = {"NEWEST": Ordering(("id",), descending=True)}
NEWEST_VALID = {"NEWEST": Ordering(("valid_from", "id"), descending=True)}
BY_CODE = {"CODE": Ordering(("code", "id"))}
DOSSIERS = {
    "NEWEST": Ordering(("id",), descending=True, refused_with=("dueFrom", "dueTo")),
    "OLDEST": Ordering(("id",), refused_with=("dueFrom", "dueTo")),
    "DUE": Ordering(("due_on", "id")),
}
FOUND_BY_NAME = {("NAME", "namePrefix"): Ordering(("folded_name", "id"))}
PEOPLE = {
    "NAME": Ordering(("sort_name", "id")),
    "REGISTERED": Ordering(("id",), descending=True, refused_with=("namePrefix",)),
}

# For what numbers are revealed and data exported, in either language.
REVEALED_FOR = {
    "DATA_EXPORT": {"name_vi": "Trích xuất dữ liệu của chính mình", "name_en": "An export of one's own data"},
    "DOSSIER": {"name_vi": "Giải quyết hồ sơ", "name_en": "Work on a dossier"},
    "IDENTITY_CHECK": {"name_vi": "Xác minh danh tính", "name_en": "A check of who somebody is"},
    "OWN_USE": {"name_vi": "Sử dụng cho chính mình", "name_en": "The person's own use"},
}


def purpose_in(column: str) -> Callable[[Eyes, Row], str]:
    """What for, in words: a partner's purpose has its name in the register."""

    def said(eyes: Eyes, entry: Row) -> str:
        code: str = entry["purpose"]
        registered = (row for row in eyes.world["purposes"] if row["code"] == code)
        named = next(registered, None) if entry["reader_kind"] == "PARTNER" else None
        return str((named or REVEALED_FOR.get(code, {column: code}))[column])

    return said


def month_in(column: str) -> Callable[[Eyes, Row], Any]:
    """A month as one writes it; None where there is none."""
    return lambda _eyes, row: row[column] and f"{row[column]:%Y-%m}"


# What a person is told, between the employer's name and the month.
TOLD = {
    "CONTRIBUTION_CHANGED": (
        "đã khai mức đóng bảo hiểm mới của bạn từ tháng",
        "has filed a new base of your contributions from",
    ),
    "EMPLOYMENT_STARTED": (
        "đã báo bạn bắt đầu làm việc từ tháng",
        "has said that you work there since",
    ),
}


def told_in(language: int) -> Callable[[Eyes, Row], str]:
    """What a person is told, in one language or the other."""

    def said(eyes: Eyes, notice: Row) -> str:
        employer = eyes.world.find("employers", notice["employer_id"])
        assert employer
        return f"{employer['name']} {TOLD[notice['kind']][language]} {notice['from_month']:%m/%Y}."

    return said


def unallocated(eyes: Eyes, payment: Row) -> int:
    """What of a payment has gone nowhere yet."""
    entries = (row for row in eyes.world["employer_entries"] if row["payment_id"] == payment["id"])
    return int(payment["amount"] - sum(entry["paid"] for entry in entries))


# What is said of a row, and stands in no column.
COMPUTED: Mapping[tuple[str, str], Callable[[Eyes, Row], Any]] = {
    ("EmployerAccount", "month"): month_in("month"),
    ("Filing", "month"): month_in("month"),
    ("Notice", "fromMonth"): month_in("from_month"),
    ("Notice", "textEn"): told_in(1),
    ("Notice", "textVi"): told_in(0),
    ("Notice", "toMonth"): month_in("to_month"),
    ("Payment", "unallocated"): unallocated,
    ("AccessEntry", "purposeEn"): purpose_in("name_en"),
    ("AccessEntry", "purposeVi"): purpose_in("name_vi"),
    ("Certificate", "fromMonth"): lambda _eyes, row: f"{row['from_month']:%Y-%m}",
    ("Certificate", "toMonth"): lambda _eyes, row: f"{row['to_month']:%Y-%m}",
    ("HealthCard", "benefitPercent"): lambda _eyes, card: (100, 100, 95, 80, 100)[card["benefit_level"] - 1],
    ("Agreement", "isInForce"): lambda eyes, agreement: eyes.is_in_force(agreement),
    ("Contribution", "fromMonth"): month_in("from_month"),
    ("Contribution", "toMonth"): month_in("to_month"),
    ("UnpaidContribution", "month"): month_in("month"),
    ("Consent", "isInForce"): lambda _eyes, consent: consent["withdrawn_at"] is None,
    ("DataRequest", "isOverdue"): is_overdue,
    ("Mandate", "isInForce"): lambda eyes, mandate: eyes.stands(mandate),
    ("Session", "isAsking"): lambda eyes, session: bool(session["id"] == eyes.session),
}

DATA_REQUESTS = {
    "NEWEST": Ordering(("id",), descending=True, refused_with=("overdue",)),
    "DUE": Ordering(("answer_by", "id"), only="FILED"),
}

LISTS = {
    ("Query", "participants"): Listing("Participant", is_known, PEOPLE, FOUND_BY_NAME),
    ("Query", "dossiers"): Listing("Dossier", is_listed, DOSSIERS),
    ("Query", "dataRequests"): Listing("DataRequest", is_asked, DATA_REQUESTS),
    ("Query", "agreements"): Listing("Agreement", is_registered, BY_CODE),
    ("Agreement", "purposes"): Listing(
        "Purpose",
        lambda _eyes, parent, row, _given: row["code"] in parent["purposes"],
        {"CODE": Ordering(("code",))},
    ),
    ("Caller", "employers"): Listing("Employer", is_granted("employer_id"), BY_CODE),
    ("Query", "services"): Listing(
        "Service",
        lambda _eyes, _parent, row, given: "group" not in given or row["service_group"] == given["group"],
        {"CODE": Ordering(("id",))},
    ),
    ("Viewer", "offices"): Listing("Office", is_granted("office_id"), BY_CODE),
    ("Viewer", "employers"): Listing("Employer", is_granted("employer_id"), BY_CODE),
    ("Viewer", "sessions"): Listing(
        "Session",
        lambda eyes, _parent, row, _given: (
            row["principal"] == eyes.account and row["last_seen_at"] > datetime.now(UTC) - IDLE
        ),
        {"NEWEST": Ordering(("id",), descending=True)},
    ),
    ("Viewer", "actingFor"): Listing(
        "Mandate", lambda eyes, _p, row, _g: is_given(eyes, row) and eyes.stands(row), NEWEST
    ),
    ("Viewer", "mandates"): Listing("Mandate", lambda eyes, _p, row, _g: is_given(eyes, row), NEWEST),
    ("Participant", "mandates"): Listing("Mandate", same("id", "participant_id"), NEWEST),
    ("Participant", "consents"): Listing("Consent", same("id", "participant_id"), NEWEST),
    ("Participant", "dataRequests"): Listing("DataRequest", same("id", "participant_id"), NEWEST),
    ("Participant", "benefits"): Listing("Benefit", is_paid_to, NEWEST_VALID),
    ("Participant", "certificates"): Listing("Certificate", same("id", "participant_id"), NEWEST),
    ("Participant", "healthCards"): Listing("HealthCard", same("id", "participant_id"), NEWEST_VALID),
    ("Participant", "healthCopayments"): Listing(
        "HealthCopayment",
        same("id", "participant_id"),
        {"NEWEST": Ordering(("paid_on", "id"), descending=True)},
    ),
    ("Participant", "householdMemberships"): Listing(
        "HouseholdMember", same("id", "participant_id"), NEWEST_VALID
    ),
    ("Household", "members"): Listing(
        "HouseholdMember", same("id", "household_id"), {"OLDEST": Ordering(("valid_from", "id"))}
    ),
    ("Participant", "identifiers"): Listing(
        "Identifier", same("id", "participant_id"), {"KIND": Ordering(("kind", "id"))}
    ),
    ("Participant", "employments"): Listing(
        "Employment",
        same("id", "participant_id"),
        {"NEWEST": Ordering(("started_on", "id"), descending=True)},
    ),
    ("Participant", "contributions"): Listing(
        "Contribution", is_known_of, {"NEWEST": Ordering(("recorded_at", "id"), descending=True)}
    ),
    ("Participant", "unpaidContributions"): Listing(
        "UnpaidContribution", is_owed, {"NEWEST": Ordering(("month", "id"), descending=True)}
    ),
    ("Participant", "accessLog"): Listing(
        "AccessEntry",
        lambda _eyes, parent, row, given: (
            row["subject_id"] == parent["id"]
            and given.get("from", date.min) <= row["at"].astimezone(VIETNAM).date()
            and row["at"].astimezone(VIETNAM).date() <= given.get("to", date.max)
        ),
        {"NEWEST": Ordering(("id",), descending=True)},
    ),
    ("Participant", "dossiers"): Listing(
        "Dossier",
        lambda eyes, parent, row, given: (
            row["participant_id"] == parent["id"] and is_listed(eyes, parent, row, given)
        ),
        DOSSIERS,
    ),
    ("Participant", "notices"): Listing("Notice", same("id", "participant_id"), NEWEST),
    ("Employer", "account"): Listing(
        "EmployerAccount",
        same("id", "employer_id"),
        {"NEWEST": Ordering(("month", "fund"), descending=True)},
    ),
    ("Employer", "filings"): Listing("Filing", same("id", "employer_id"), NEWEST),
    ("Employer", "payments"): Listing("Payment", same("id", "employer_id"), NEWEST),
    ("Office", "below"): Listing("Office", same("id", "parent_id"), BY_CODE),
    ("Dossier", "events"): Listing("DossierEvent", same("id", "dossier_id"), {"OLDEST": Ordering(("seq",))}),
    ("Service", "versions"): Listing(
        "ServiceVersion", same("id", "service_id"), {"OLDEST": Ordering(("valid_from", "id"))}
    ),
    ("ServiceVersion", "timeLimits"): Listing(
        "ServiceTimeLimit", same("id", "service_version_id"), {"NAME": Ordering(("applies_to",))}
    ),
}


def is_in_force(eyes: Eyes, service: Row, version: Row, given: Values) -> bool:
    """The version of a service on a day."""
    day = given.get("on", eyes.today)
    return (
        version["service_id"] == service["id"]
        and version["valid_from"] <= day
        and (version["valid_to"] is None or version["valid_to"] >= day)
    )


def is_quoted(_eyes: Eyes, _parent: Row, dossier: Row, given: Values) -> bool:
    """A dossier's reference or its code."""
    return given["reference"] in {dossier["reference"], dossier["code"]}


def is_named(eyes: Eyes, _parent: Row, person: Row, given: Values) -> bool:
    """Whether the number names this person today, and nobody else whom the viewer sees."""
    hashes = set(finding(KEYS)[FINDING](given["number"]))
    named = {
        row["participant_id"]
        for row in eyes.world["identifiers"]
        if row["blind_index"] in hashes
        and row["valid_from"] <= eyes.today
        and (row["valid_to"] is None or row["valid_to"] >= eyes.today)
        and eyes.may_see("identifiers", row)
    }
    return named == {person["id"]}


# A field that leads to one row: of which type, and which row. Of a union, the first that is there to see.
LINKS: Mapping[tuple[str, str], Mapping[str, Callable[[Eyes, Row, Row, Values], bool]]] = {
    ("Query", "participant"): {"Participant": lambda _e, _p, row, given: row["id"] == given["id"]},
    ("Query", "participantByNumber"): {"Participant": is_named},
    ("Query", "service"): {"Service": lambda _e, _p, row, given: row["id"] == given["code"]},
    ("Query", "dossier"): {"Dossier": is_quoted},
    ("Caller", "partner"): {"Partner": lambda eyes, _p, row, _given: row["id"] == eyes.partner},
    ("Caller", "agreement"): {"Agreement": lambda eyes, _p, row, _given: row["id"] == eyes.agreement},
    ("Agreement", "partner"): {"Partner": same("partner_id", "id")},
    ("Agreement", "population"): {"Office": same("office_id", "id")},
    ("AccessEntry", "agreement"): {"Agreement": same("agreement_id", "id")},
    ("Viewer", "mandate"): {"Mandate": lambda eyes, _p, row, _given: row["id"] == eyes.mandate},
    ("Mandate", "office"): {"Office": same("office_id", "id")},
    ("Mandate", "participant"): {"Participant": same("participant_id", "id")},
    ("Consent", "givenByMandate"): {"Mandate": same("given_by_mandate_id", "id")},
    ("Consent", "withdrawnByMandate"): {"Mandate": same("withdrawn_by_mandate_id", "id")},
    ("Consent", "office"): {"Office": same("office_id", "id")},
    ("Consent", "participant"): {"Participant": same("participant_id", "id")},
    ("DataRequest", "office"): {"Office": same("office_id", "id")},
    ("DataRequest", "participant"): {"Participant": same("participant_id", "id")},
    ("DossierEvent", "mandate"): {"Mandate": same("mandate_id", "id")},
    ("DossierEvent", "onBehalfOf"): {
        "Employer": lambda _e, event, row, _given: (
            event["actor_kind"] == "EMPLOYER" and event["employer_id"] == row["id"]
        ),
        "Participant": lambda _e, event, row, _given: (
            event["mandate_id"] is not None and event["participant_id"] == row["id"]
        ),
    },
    ("Viewer", "participant"): {"Participant": lambda eyes, _p, row, _given: row["id"] == eyes.person},
    ("Participant", "office"): {"Office": same("office_id", "id")},
    ("Participant", "household"): {"Household": same("household_id", "id")},
    ("Participant", "healthCard"): {
        "HealthCard": lambda eyes, person, card, given: (
            card["participant_id"] == person["id"] and is_valid(card, given.get("asOf", eyes.today))
        )
    },
    ("Household", "office"): {"Office": same("office_id", "id")},
    ("HouseholdMember", "household"): {"Household": same("household_id", "id")},
    **{
        (name, "participant"): {"Participant": same("participant_id", "id")}
        for name in ("Benefit", "Certificate", "HealthCard", "HealthCopayment", "HouseholdMember")
    },
    **{(name, "office"): {"Office": same("office_id", "id")} for name in ("Benefit", "Certificate")},
    ("Employer", "office"): {"Office": same("office_id", "id")},
    ("Employment", "employer"): {"Employer": same("employer_id", "id")},
    ("Employment", "participant"): {"Participant": same("participant_id", "id")},
    ("Contribution", "employer"): {"Employer": same("employer_id", "id")},
    ("Contribution", "participant"): {"Participant": same("participant_id", "id")},
    ("UnpaidContribution", "employer"): {"Employer": same("employer_id", "id")},
    ("Filing", "employer"): {"Employer": same("employer_id", "id")},
    ("Notice", "employer"): {"Employer": same("employer_id", "id")},
    ("Notice", "participant"): {"Participant": same("participant_id", "id")},
    ("Payment", "employer"): {"Employer": same("employer_id", "id")},
    ("Office", "parent"): {"Office": same("parent_id", "id")},
    ("Service", "version"): {"ServiceVersion": is_in_force},
    ("Dossier", "service"): {"Service": same("service_id", "id")},
    ("Dossier", "serviceVersion"): {"ServiceVersion": same("service_version_id", "id")},
    ("Dossier", "office"): {"Office": same("office_id", "id")},
    ("Dossier", "participant"): {"Participant": same("participant_id", "id")},
    ("Dossier", "employer"): {"Employer": same("employer_id", "id")},
    ("AccessEntry", "office"): {"Office": same("office_id", "id")},
    ("AccessEntry", "employer"): {"Employer": same("employer_id", "id")},
    ("Dossier", "filedBy"): {
        "Employer": same("employer_id", "id"),
        "Participant": lambda _e, dossier, row, _given: (
            dossier["employer_id"] is None and dossier["participant_id"] == row["id"]
        ),
    },
    ("DossierEvent", "office"): {"Office": same("office_id", "id")},
}


# What is found by looking at another type, which takes that one's scope too.
READS = {("Participant", "coverage"): "Contribution", ("Query", "participantByNumber"): "Identifier"}


class DayOutside(Exception):  # noqa: N818 -- it names what happened
    """A deadline was asked about on a day for which it means nothing."""


@cache
def holidays() -> Any:  # noqa: ANN401 -- the package has types of its own
    """Vietnam's holidays."""
    return country_holidays("VN", years=range(2024, 2041))


def deadline(eyes: Eyes, dossier: Row, given: Values) -> Row | None:
    """By when the agency answers, day by day. Raises: DayOutside."""
    limit = limit_of(eyes, dossier)
    if dossier["due_on"] is None or limit is None:
        return None
    decided = {row["day"]: row["is_working"] for row in eyes.world["calendar_overrides"]}

    def is_off(day: date) -> bool:
        return not decided[day] and day.weekday() < 5 if day in decided else day in holidays()

    def is_worked(day: date) -> bool:
        if day in decided:
            return bool(decided[day])
        return not is_off(day) and (day.weekday() < 5 or day in holidays().weekend_workdays)

    accepted, due = dossier["accepted_at"].astimezone(VIETNAM).date(), dossier["due_on"]
    last = date(max(due, eyes.today).year + 10, 12, 31)
    asked = given.get("respondOn")
    if asked is not None and not accepted <= asked <= last:
        raise DayOutside
    closed = dossier["closed_at"] and dossier["closed_at"].astimezone(VIETNAM).date()
    as_of = asked or closed or eyes.today
    counts: Callable[[date], bool] = {
        "WORKING_DAYS": is_worked,
        "CALENDAR_DAYS_EXCEPT_HOLIDAYS": lambda day: not is_off(day),
        "CALENDAR_DAYS": lambda _day: True,
    }[limit["unit"]]
    off: list[date] = []
    counted, day = 0, accepted + DAY
    while day <= due:
        if counts(day) and counted < limit["days"]:
            counted += 1
        else:
            off.append(day)
        day += DAY
    return {
        "accepted_on": accepted,
        "due_on": due,
        "limit": limit,
        "days_off": off,
        "as_of": as_of,
        "working_days_left": sum(map(is_worked, days(as_of, due))),
        "working_days_late": sum(map(is_worked, days(due, as_of))),
        "is_late": as_of > due,
    }


def days(after: date, until: date) -> list[date]:
    """The days after one, up to and including another."""
    return [after + number * DAY for number in range(1, (until - after).days + 1)]


def limit_of(eyes: Eyes, dossier: Row) -> Row | None:
    """The limit for the applicant, else everybody's, else the longest; a working day is 1.4 others."""
    limits = {
        row["applies_to"]: row
        for row in eyes.world["service_time_limits"]
        if row["service_version_id"] == dossier["service_version_id"]
    }
    if own := limits.get(dossier["applicant"].lower()) or limits.get("all"):
        return own
    longest: Callable[[Row], float] = lambda row: row["days"] * (1.4 if row["unit"] == "WORKING_DAYS" else 1)  # noqa: E731
    return max(limits.values(), key=longest, default=None)


def premium(eyes: Eyes, household: Row, given: Values) -> Any:  # noqa: ANN401 -- what the rule says
    """What insurance costs the members whom the viewer may see."""
    day = given.get("asOf", eyes.today)
    members = [
        row
        for row in eyes.world["household_members"]
        if row["household_id"] == household["id"]
        and row["takes_part"]
        and is_valid(row, day)
        and eyes.may_see("household_members", row)
    ]
    said = {"months": given.get("months"), "join_together": given.get("joinTogether")}
    told = {name: value for name, value in said.items() if value is not None}
    return health_premium(day, eyes.today, len(members), **told)


def continuity(eyes: Eyes, card: Row, given: Values) -> Any:  # noqa: ANN401 -- what the rule says
    """Since when somebody is insured, of all their cards."""
    cards = [
        (row["valid_from"].isoformat(), row["valid_to"] and row["valid_to"].isoformat())
        for row in eyes.world["health_cards"]
        if row["participant_id"] == card["participant_id"] and eyes.may_see("health_cards", row)
    ]
    return continuity_of(given.get("asOf", eyes.today), eyes.today, card["five_years_on"], cards)


def copayments(eyes: Eyes, card: Row, given: Values) -> Any:  # noqa: ANN401 -- what the rule says
    """What was copaid in the year, until the day."""
    day = given.get("asOf", eyes.today)
    paid = [
        (row["paid_on"].isoformat(), row["amount"])
        for row in eyes.world["health_copayments"]
        if row["participant_id"] == card["participant_id"]
        and date(day.year, 1, 1) <= row["paid_on"] <= day
        and eyes.may_see("health_copayments", row)
    ]
    return copayments_of(day, eyes.today, paid)


def coverage(eyes: Eyes, person: Row, given: Values) -> Any:  # noqa: ANN401 -- what the rule says
    """What somebody is covered for, by the line that holds for each month, told of the whole ledger only."""
    day, now = given.get("asOf", eyes.today), datetime.now(UTC)
    at = given.get("asKnownAt")
    known = min(datetime.fromisoformat(at), now) if at else now
    is_told = eyes.kind != "EMPLOYER" and (
        eyes.kind != "REPRESENTATIVE" or eyes.represents(person["id"], "CONTRIBUTIONS")
    )
    lines = [
        row
        for row in eyes.world["contributions"]
        if row["participant_id"] == person["id"] and row["recorded_at"] <= known
    ]
    payers = {
        row["employer_id"] for row in eyes.world["contributions"] if row["participant_id"] == person["id"]
    }
    owed = [
        (row["employer_id"], row["fund"], row["month"].isoformat())
        for row in eyes.world["employer_arrears"]
        if row["employer_id"] in payers
        and row["since"] <= known
        and (row["settled_at"] is None or row["settled_at"] > known)
        and row["due_on"] < known.astimezone(VIETNAM).date()
        and eyes.may_see("employer_arrears", row)
    ]
    paid = [
        (row["kind"], row["payment"], row["amount"], *days_of(row))
        for row in eyes.world["benefits"]
        if row["participant_id"] == person["id"]
        and row["recorded_at"] <= known
        and "benefit:read" in eyes.scopes
        and eyes.may_see("benefits", row)
    ]
    cards = [
        (*days_of(row), row["benefit_level"], row["five_years_on"] and row["five_years_on"].isoformat())
        for row in eyes.world["health_cards"]
        if row["participant_id"] == person["id"]
        and row["issued_at"] <= known
        and "health:read" in eyes.scopes
        and eyes.may_see("health_cards", row)
    ]
    return coverage_of(
        is_told,
        day,
        eyes.today,
        known.astimezone(VIETNAM).date(),
        (
            person["birth_date"].isoformat(),
            person["sex"],
            person["died_on"] and person["died_on"].isoformat(),
        ),
        sorted(months_that_hold(lines, day), key=lambda month: (month[2], month[0], month[5])),
        {row["id"]: (row["name"], row["payer"], row["region"]) for row in eyes.world["employers"]},
        owed,
        paid,
        cards,
    )


def days_of(row: Row) -> tuple[str, str | None]:
    """The days of a row, as JSON has them."""
    return row["valid_from"].isoformat(), row["valid_to"] and row["valid_to"].isoformat()


def months_that_hold(lines: list[Row], until: date) -> Iterator[tuple[Any, ...]]:
    """Each month of each scheme and employer alone, by the line recorded last that reaches it."""
    for scheme, employer in {(line["scheme"], line["employer_id"]) for line in lines}:
        theirs = [line for line in lines if (line["scheme"], line["employer_id"]) == (scheme, employer)]
        month = min(line["from_month"] for line in theirs)
        while month <= until:
            reach = [
                line
                for line in theirs
                if line["from_month"] <= month and (line["to_month"] is None or line["to_month"] >= month)
            ]
            holds = max(reach, key=lambda line: (line["recorded_at"], line["id"]), default={"base": 0})
            if holds["base"]:
                yield scheme, employer, str(month), str(month), holds["base"], holds["id"]
            month = (month + 31 * DAY).replace(day=1)


# What a rule says of facts: which facts is told here; what follows from them, tests/domain tells.
RULES: Mapping[tuple[str, str], Callable[[Eyes, Row, Values], Any]] = {
    ("Certificate", "months"): lambda _eyes, certificate, _given: months_said(certificate["said"]),
    ("HealthCard", "continuity"): continuity,
    ("HealthCard", "copayments"): copayments,
    ("HealthCard", "object"): lambda _eyes, card, _given: object_of(card["object_code"]),
    ("Household", "healthPremium"): premium,
    ("Participant", "coverage"): coverage,
}


# How a reader is called, in either language.
CALLED = {
    ("AccessEntry", "readerVi"): ("name_vi", "Chính chủ hồ sơ", "Cán bộ ", "người đại diện"),
    ("AccessEntry", "readerEn"): ("name_en", "The person themself", "Officer ", "who represents the person"),
}


def reader(eyes: Eyes, entry: Row, words: tuple[str, str, str, str]) -> str:
    """Who looked, in words."""
    column, yourself, officer, represents = words
    office = eyes.world.find("offices", entry["office_id"]) or {column: ""}
    employer = eyes.world.find("employers", entry["employer_id"]) or {"name": ""}
    name = entry["reader_name"]
    said = {
        "CITIZEN": [yourself],
        "OFFICER": [f"{officer}{name}".strip(), office[column]],
        "EMPLOYER": [name, employer["name"]],
        "REPRESENTATIVE": [name, represents],
        "PARTNER": [name],
    }[entry["reader_kind"]]
    return ", ".join(filter(None, said))


def shown_of(name: str) -> Row:
    """A field in plain words."""
    vietnamese, english = FIELDS[name]
    return {"name": name, "name_vi": vietnamese, "name_en": english}


# What lies where the record of the person lies.
OF_A_PERSON = ("contributions", "health_cards", "health_copayments", "identifiers")


def access_right(eyes: Eyes, table: str, row: Row) -> Row:
    """By which right somebody sees a row, and through what: of offices the highest, as the ledger says."""
    match eyes.kind:
        case "OFFICER":
            place = eyes.world.find("participants", row["participant_id"]) if table in OF_A_PERSON else row
            if table == "household_members":
                place = eyes.world.find("households", row["household_id"])
            assert place
            office = next(
                root
                for root in sorted(eyes.served, key=lambda root: root["id"])
                if root["id"] <= place["office_id"] <= root["last_id"]
            )
            return right("OFFICE", f"Office:{office['id']}", office["name_vi"], office["name_en"])
        case "EMPLOYER":
            person = {"participants": "id", "identifiers": "participant_id"}.get(table)
            key = eyes.employer_of(row[person]) if person else row["employer_id"]
            employer = eyes.world.find("employers", key)
            assert employer
            return right("EMPLOYMENT", f"Employer:{key}", employer["name"], employer["name"])
        case "PARTNER":
            agreement = eyes.world.find("agreements", eyes.agreement)
            assert agreement
            return right("AGREEMENT", f"Agreement:{eyes.agreement}", agreement["code"], agreement["code"])
        case "REPRESENTATIVE":
            return right("MANDATE", f"Mandate:{eyes.mandate}")
        case "CITIZEN" if table == "mandates" and row["representative_id"] == eyes.person:
            return right("MANDATE", f"Mandate:{row['id']}")
    return right("OWN")


def right(kind: str, through: str | None = None, vi: str | None = None, en: str | None = None) -> Row:
    """A right, as the schema names its parts."""
    return {"kind": kind, "through": through, "name_vi": vi, "name_en": en}
