"""Benefits in payment: what the agency pays to whom."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated

import strawberry
from sqlalchemy import or_

from auth import policies, rights
from auth.scopes import Scope
from db.benefits import benefits
from domain.benefits import BenefitKind, BenefitPayment
from schema.access_rights import AccessRight, seen_by
from schema.enums import described
from schema.offices import Office
from schema.scalars import Dong
from selection import Columns, Condition, Node, Order, entity, link, stored

if TYPE_CHECKING:
    from schema.participants import Participant

described(
    BenefitKind,
    MATERNITY="Thai sản: maternity.",
    ONE_OFF="Bảo hiểm xã hội một lần: the one-off payment instead of a pension.",
    PENSION="Lương hưu: the old-age pension.",
    SICKNESS="Ốm đau: sickness.",
    SOCIAL_PENSION="Trợ cấp hưu trí xã hội: the social pension, paid by the State.",
    SURVIVOR_LUMP_SUM="Trợ cấp tuất một lần: once, to survivors.",
    SURVIVOR_MONTHLY="Trợ cấp tuất hằng tháng: monthly, to survivors.",
    UNEMPLOYMENT="Trợ cấp thất nghiệp: unemployment.",
    WORK_INJURY_LUMP_SUM="Trợ cấp tai nạn lao động, bệnh nghề nghiệp một lần: once, for a work injury.",
    WORK_INJURY_MONTHLY="Trợ cấp tai nạn lao động, bệnh nghề nghiệp hằng tháng: monthly, for a work injury.",
)
described(BenefitPayment, MONTHLY="Hằng tháng: every month.", ONCE="Một lần: once, for all of the days.")

NEWEST_BENEFIT = {"NEWEST": Order(("valid_from", "id"), descending=True, tells=("validFrom",))}


@entity(
    benefits,
    visible_to=policies.benefits,
    needs=Scope.BENEFIT_READ,
    about="participant_id",
    by_right=rights.held,
)
class Benefit(Node):
    """A benefit that the agency has decided to pay to a person."""

    kind: BenefitKind = stored("What is paid.")
    payment: BenefitPayment = stored("How it is paid.")
    decision_number: str = stored("The number of the decision.")
    amount: Dong = stored("What is paid a month, or once.")
    valid_from: date = stored("The first day that it is paid for.")
    valid_to: date | None = stored("The last day, included; null while no end is set.")
    recorded_at: datetime = stored("When it was recorded.")
    office: Office = link("The office that pays.", lambda benefit, office: office.id == benefit.office_id)
    participant: Annotated["Participant", strawberry.lazy("schema.participants")] | None = link(
        "Who is paid; null where the viewer may not see the person.",
        lambda benefit, participant: participant.id == benefit.participant_id,
    )
    access_right: AccessRight = seen_by(rights.held)


def benefits_of(
    participant: Columns,
    benefit: Columns,
    *,
    in_payment_on: Annotated[
        date | None, strawberry.argument(description="Only what is paid for this day.")
    ] = None,
) -> Iterator[Condition]:
    """What is and was paid to a person."""
    yield benefit.participant_id == participant.id
    if in_payment_on is not None:
        yield benefit.valid_from <= in_payment_on
        yield or_(benefit.valid_to.is_(None), benefit.valid_to >= in_payment_on)
