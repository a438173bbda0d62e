"""Whose rows: the questions that the policies answer, asked in Python of one row after the other."""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cached_property
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from tests.oracle.world import Row, World

# What is nobody's.
PUBLIC = (
    "calendar_overrides",
    "employers",
    "offices",
    "partners",
    "purposes",
    "service_time_limits",
    "service_versions",
    "services",
)

# What one is insured for and paid, which no employer sees, and in which services one acts for another there.
COVERED = {
    "benefits": ("BENEFITS", "PAYMENT"),
    "certificates": ("CONTRIBUTIONS",),
    "health_cards": ("HEALTH_INSURANCE",),
    "health_copayments": ("HEALTH_INSURANCE",),
    "household_members": ("HEALTH_INSURANCE",),
    "households": ("HEALTH_INSURANCE",),
}


@dataclass(frozen=True)
class Eyes:
    """Whose eyes see the world: the capacity, the account, the person's own record, the scopes.

    `withheld` are the scopes that a higher level of assurance would give.
    """

    world: World
    kind: str
    account: UUID | None
    person: UUID | None
    name: str
    scopes: AbstractSet[str]
    session: UUID | None = None
    withheld: AbstractSet[str] = frozenset()
    assurance: int = 0
    # Of a representative, whose own record is not the person's: the mandate, and that record.
    mandate: UUID | None = None
    representative: UUID | None = None
    # Of a program: of which partner it is, and under which agreement it asks.
    agreement: UUID | None = None
    partner: UUID | None = None

    @cached_property
    def today(self) -> date:
        """The date in Vietnam."""
        return datetime.now(UTC).astimezone(ZoneInfo("Asia/Ho_Chi_Minh")).date()

    @cached_property
    def grants(self) -> list[Row]:
        """The rights of the account, in the capacity in which it asks, that have not ended."""
        return [
            grant
            for grant in self.world["grants"]
            if grant["principal"] == self.account
            and grant["kind"] == self.kind
            and (grant["valid_until"] is None or grant["valid_until"] > datetime.now(UTC))
            and (grant["agreement_id"] is None or self.may_act_under(grant["agreement_id"]))
        ]

    def may_act_under(self, key: UUID) -> bool:
        """Whether it is the agreement that they name, and it stands today."""
        agreement = self.world.find("agreements", key)
        return agreement is not None and key == self.agreement and self.is_in_force(agreement)

    def is_in_force(self, agreement: Row) -> bool:
        """Whether an agreement stands today."""
        return (
            agreement["revoked_at"] is None
            and agreement["valid_from"] <= self.today
            and (agreement["valid_to"] is None or agreement["valid_to"] >= self.today)
        )

    @cached_property
    def employers(self) -> set[UUID]:
        """The employers that the account acts for."""
        return {grant["employer_id"] for grant in self.grants if grant["employer_id"]}

    @cached_property
    def served(self) -> list[Row]:
        """The offices that the account serves themselves."""
        found = (self.world.find("offices", grant["office_id"]) for grant in self.grants)
        return [office for office in found if office]

    @cached_property
    def offices(self) -> set[int]:
        """Those, with all below them."""
        return {
            office["id"]
            for root in self.served
            for office in self.world["offices"]
            if root["id"] <= office["id"] <= root["last_id"]
        }

    @cached_property
    def employees(self) -> set[UUID]:
        """Who works today for an employer of the account."""
        return {employment["participant_id"] for employment in self.employed}

    @cached_property
    def employed(self) -> list[Row]:
        """The employments of today by an employer of the account."""
        return [
            employment
            for employment in self.world["employments"]
            if employment["employer_id"] in self.employers
            and employment["started_on"] <= self.today
            and (employment["ended_on"] is None or employment["ended_on"] >= self.today)
        ]

    def employer_of(self, person: UUID) -> UUID:
        """For which employer of the account a person works today: by the first employment."""
        theirs = (employment for employment in self.employed if employment["participant_id"] == person)
        found: UUID = min(theirs, key=lambda employment: employment["id"])["employer_id"]
        return found

    def stands(self, mandate: Row) -> bool:
        """Whether a mandate is in force today."""
        return (
            mandate["accepted_at"] is not None
            and mandate["revoked_at"] is None
            and mandate["valid_from"] <= self.today
            and (mandate["valid_to"] is None or mandate["valid_to"] >= self.today)
        )

    def acts_by(self, mandate: Row) -> bool:
        """Whether this is the mandate by which they act, and may."""
        return (
            mandate["id"] == self.mandate
            and mandate["representative_id"] == self.representative
            and mandate["minimum_assurance"] <= self.assurance
            and self.stands(mandate)
        )

    def represents(self, person: UUID, group: str | None = None) -> bool:
        """Whether they act for a person, in services of a group."""
        return any(
            self.acts_by(mandate)
            and mandate["participant_id"] == person
            and (group is None or group in mandate["service_groups"])
            for mandate in self.world["mandates"]
        )

    def is_in_care(self, person: UUID) -> bool:
        """Whether it is themself, or whom they act for as parent or guardian."""
        if self.kind == "CITIZEN":
            return person == self.person
        return self.kind == "REPRESENTATIVE" and any(
            self.acts_by(mandate)
            and mandate["participant_id"] == person
            and mandate["basis"] in {"GUARDIAN", "PARENT"}
            for mandate in self.world["mandates"]
        )

    def may_see_agreement(self, agreement: Row) -> bool:
        """Its partner; officers of its office; whoever reads that somebody was shown something under it."""
        match self.kind:
            case "PARTNER":
                return bool(agreement["partner_id"] == self.partner)
            case "OFFICER":
                return agreement["office_id"] in self.offices
        return "access:read" in self.scopes and any(
            entry["agreement_id"] == agreement["id"] and self.may_see("access_ledger", entry)
            for entry in self.world["access_ledger"]
        )

    def may_see_as_representative(self, table: str, row: Row) -> bool:
        """Whom they act for; of the rest what concerns the services that the mandate covers."""
        match table:
            case "participants":
                return self.represents(row["id"])
            case "consents":
                return self.is_in_care(row["participant_id"])
            case "identifiers":
                return self.represents(row["participant_id"])
            case "contributions" | "employments":
                return self.represents(row["participant_id"], "CONTRIBUTIONS")
            case "dossiers":
                service = self.world.find("services", row["service_id"])
                return service is not None and self.represents(
                    row["participant_id"], service["service_group"]
                )
            case "dossier_events":
                dossier = self.world.find("dossiers", row["dossier_id"])
                return dossier is not None and self.may_see_as_representative("dossiers", dossier)
        return False

    def may_see_mandate(self, mandate: Row) -> bool:
        """Who is represented, who represents, who acts by it, and officers of its office."""
        match self.kind:
            case "CITIZEN":
                return self.person in {mandate["participant_id"], mandate["representative_id"]}
            case "REPRESENTATIVE":
                return self.acts_by(mandate)
            case "OFFICER":
                return mandate["office_id"] in self.offices
        return False

    def may_see_unpaid(self, unpaid: Row) -> bool:
        """The employer itself, whoever serves an office, and whoever is in its lists, or acts for them."""
        if self.kind == "EMPLOYER":
            return unpaid["employer_id"] in self.employers
        if self.kind in {"OFFICER", "PARTNER"}:
            return bool(self.offices)
        return any(
            line["employer_id"] == unpaid["employer_id"] and self.may_see("contributions", line)
            for line in self.world["contributions"]
        )

    def is_their_own(self, table: str, person: UUID) -> bool:
        """Whether it is themself, or whom they act for in what the table is about."""
        if self.kind == "CITIZEN":
            return person == self.person
        return any(self.represents(person, group) for group in COVERED[table])

    def may_see_covered(self, table: str, row: Row) -> bool:
        """What a person is insured for and paid: theirs; of their office's officers and partners."""
        person, office = row.get("participant_id"), row.get("office_id")
        if self.kind in {"CITIZEN", "REPRESENTATIVE"}:
            household = {"households": "id", "household_members": "household_id"}.get(table)
            return (person is not None and self.is_their_own(table, person)) or any(
                household and row[household] == one["household_id"] and self.is_their_own(table, one["id"])
                for one in self.world["participants"]
            )
        if table == "household_members":
            office = self.office_of("households", row["household_id"])
        elif table.startswith("health"):
            office = self.office_of("participants", row["participant_id"])
        is_kind = self.kind == "OFFICER" or (self.kind == "PARTNER" and table != "certificates")
        return is_kind and office in self.offices

    def office_of(self, table: str, key: UUID) -> Any:  # noqa: ANN401 -- a key
        """The office that a row lies in."""
        found = self.world.find(table, key)
        return found and found["office_id"]

    def may_see_held(self, row: Row) -> bool:
        """Whom it is about, and officers of its office."""
        match self.kind:
            case "CITIZEN":
                return bool(row["participant_id"] == self.person)
            case "OFFICER":
                return row["office_id"] in self.offices
        return False

    def may_see_of_employer(self, row: Row) -> bool:
        """Who acts for the employer, and officers of its office."""
        match self.kind:
            case "EMPLOYER":
                return row["employer_id"] in self.employers
            case "OFFICER":
                employer = self.world.find("employers", row["employer_id"])
                return employer is not None and employer["office_id"] in self.offices
        return False

    def may_see_notice(self, notice: Row) -> bool:
        """Whom it tells, and who acts for them in contributions."""
        if self.kind == "CITIZEN":
            return bool(notice["participant_id"] == self.person)
        return self.kind == "REPRESENTATIVE" and self.represents(notice["participant_id"], "CONTRIBUTIONS")

    def may_see(self, table: str, row: Row) -> bool:
        """May they see this row?"""
        by_itself = {
            "agreements": self.may_see_agreement,
            "employer_accounts": self.may_see_of_employer,
            "employer_arrears": self.may_see_unpaid,
            "filings": self.may_see_of_employer,
            "mandates": self.may_see_mandate,
            "notices": self.may_see_notice,
            "payments": self.may_see_of_employer,
        }
        if table in by_itself:
            return by_itself[table](row)
        if table == "access_ledger":
            is_told = row["withheld_until"] is None or row["withheld_until"] <= datetime.now(UTC)
            return is_told and self.is_in_care(row["subject_id"])
        if table in COVERED:
            return self.may_see_covered(table, row)
        if table in {"consents", "data_requests"} and self.kind != "REPRESENTATIVE":
            return self.may_see_held(row)
        if self.kind == "REPRESENTATIVE" and table not in PUBLIC:
            return table != "sessions" and self.may_see_as_representative(table, row)
        match table:
            case "participants":
                return self.may_see_person(row)
            case "contributions" | "identifiers" if (table, self.kind) != ("contributions", "EMPLOYER"):
                person = self.world.find("participants", row["participant_id"])
                return person is not None and self.may_see_person(person)
            case "contributions" | "employments" | "dossiers" | "dossier_events":
                return self.is_concerned(row)
            case "sessions":
                return bool(row["principal"] == self.account and row["expires_at"] > datetime.now(UTC))
        return True

    def may_see_person(self, person: Row) -> bool:
        """The person; an employer the person works for today; who serves the office that keeps the record."""
        match self.kind:
            case "CITIZEN":
                return bool(person["id"] == self.person)
            case "EMPLOYER":
                return person["id"] in self.employees
            case "OFFICER" | "PARTNER":
                return person["office_id"] in self.offices
        return False

    def is_concerned(self, row: Row) -> bool:
        """Whom it is about; the employer it is of; who serves the office it lies in."""
        match self.kind:
            case "CITIZEN":
                return bool(row["participant_id"] == self.person)
            case "EMPLOYER":
                return row["employer_id"] in self.employers
            case "OFFICER" | "PARTNER":
                return row["office_id"] in self.offices
        return False
