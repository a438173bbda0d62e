"""By which right the viewer sees what is somebody's, for authors to add in one line."""

from collections.abc import Callable, Mapping
from typing import Any

import strawberry
from sqlalchemy import ColumnElement, Text, Uuid, case, cast, literal_column, select

from auth import policies
from auth.access_ledger import RIGHTS
from auth.policies import viewers
from auth.viewer import ViewerKind
from db.agreements import agreements
from domain.access_ledger import AccessRightKind
from schema.access_ledger import READS
from selection import Columns, Reads, derived
from selection.entities import ByRight
from selection.literals import words

NOBODYS = literal_column("NULL", Text)
# What a right is had through: of which type that is.
THROUGH = {
    AccessRightKind.OFFICE: "Office",
    AccessRightKind.EMPLOYMENT: "Employer",
    AccessRightKind.MANDATE: "Mandate",
    AccessRightKind.AGREEMENT: "Agreement",
}
# The key of the mandate by which a person sees a row while they act for nobody; NULL where it is their own.
ByMandate = Callable[[Columns], ColumnElement[Any]]


@strawberry.type(description="By which right the viewer sees something, and through what they have it.")
class AccessRight:
    """By which right the viewer sees something, and through what they have it."""

    kind: AccessRightKind = strawberry.field(description="By which right.")
    through: strawberry.ID | None = strawberry.field(
        description="The identifier of the office, employer, mandate or agreement; null for one's own."
    )
    name_vi: str | None = strawberry.field(
        description="The name of the office or the employer, in Vietnamese, or the code of the agreement;"
        " null for one's own and by a mandate."
    )
    name_en: str | None = strawberry.field(
        description="The same in English; the employer's own name, or the code."
    )


def seen_by(by_right: ByRight, by_mandate: ByMandate = lambda _row: NOBODYS) -> Any:  # noqa: ANN401 -- the annotation beside it says the type
    """Expose by which right the viewer sees the row: the one that the ledger keeps."""
    return derived(
        "By which right the viewer sees this.",
        right_of,
        facts=_facts_of(by_right, by_mandate),
        reads=(*READS, Reads(agreements, policies.agreements)),
    )


def _facts_of(by_right: ByRight, by_mandate: ByMandate) -> Callable[..., Mapping[str, ColumnElement[Any]]]:
    def facts(
        row: Columns, office: Columns, employer: Columns, agreement: Columns
    ) -> Mapping[str, ColumnElement[Any]]:
        """The capacity of the viewer, the key of what it is by, and the names of that."""
        served, acted_for = by_right(row, ViewerKind.OFFICER), by_right(row, ViewerKind.EMPLOYER)
        by = viewers("agreement")

        def named(office_name: ColumnElement[Any]) -> ColumnElement[Any]:
            return _by_capacity(
                OFFICER=select(office_name).where(office.id == served).scalar_subquery(),
                EMPLOYER=select(employer.name).where(employer.id == acted_for).scalar_subquery(),
                PARTNER=select(agreement.code).where(agreement.id == cast(by, Uuid)).scalar_subquery(),
            )

        return {
            "kind": viewers("kind"),
            "key": _by_capacity(
                CITIZEN=by_mandate(row),
                OFFICER=cast(served, Text),
                EMPLOYER=cast(acted_for, Text),
                PARTNER=by,
                REPRESENTATIVE=viewers("mandate"),
            ),
            "name_vi": named(office.name_vi),
            "name_en": named(office.name_en),
        }

    return facts


def _by_capacity(**said: ColumnElement[Any]) -> ColumnElement[Any]:
    return case(*((viewers("kind") == words(kind), what) for kind, what in said.items()), else_=NOBODYS)


def right_of(kind: str, key: str | None, name_vi: str | None, name_en: str | None) -> AccessRight:
    """The right of a capacity, and through what."""
    by_mandate = key is not None and kind == ViewerKind.CITIZEN
    right = AccessRightKind.MANDATE if by_mandate else RIGHTS[ViewerKind(kind)]
    through = strawberry.ID(f"{THROUGH[right]}:{key}") if right in THROUGH else None
    return AccessRight(kind=right, through=through, name_vi=name_vi, name_en=name_en)
