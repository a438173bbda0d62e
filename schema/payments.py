"""Payments: what an employer has paid, as its office records it."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

import strawberry
from sqlalchemy import ColumnElement, func, select
from strawberry import Info

import db.accounts
from auth import policies
from auth.scopes import Scope
from db.accounts import employer_entries
from db.dossiers import Right
from db.payments import payments
from db.pool import Connection
from domain.dossiers import Actor
from domain.names import clean_text
from domain.payments import LONGEST_REFERENCE
from schema.acts import Moment, Payload, key_of, perform
from schema.context import Context
from schema.scalars import Dong
from selection import Columns, Node, Order, Reads, derived, entity, fetched, link, stored
from selection.literals import number

if TYPE_CHECKING:
    from schema.employers import Employer

NEWEST_PAYMENT = {"NEWEST": Order(("id",), descending=True)}


def payment_facts(payment: Columns, entry: Columns) -> Mapping[str, ColumnElement[Any]]:
    """What was paid, and what of it went to months and funds."""
    used = select(func.coalesce(func.sum(entry.paid), number(0))).where(entry.payment_id == payment.id)
    return {"amount": payment.amount, "used": used.scalar_subquery()}


def left(amount: int, used: int) -> int:
    """What is left of a payment."""
    return amount - used


@entity(payments, visible_to=policies.payments, needs=Scope.ACCOUNT_READ)
class Payment(Node):
    """What an employer has paid at once: it goes to the oldest months that are owed.

    Within a month it goes to the funds in an order that the agency has not confirmed yet: health,
    unemployment, occupational accidents, sickness and maternity, retirement and survivors.
    """

    amount: Dong = stored("How much.")
    paid_on: date = stored("On which day.")
    reference: str = stored("By which the bank or the treasury names it, once in an office.")
    recorded_at: datetime = stored("When the office recorded it.")
    unallocated: Dong = derived(
        "What of it is not needed yet: it goes to what the next list makes due.",
        left,
        facts=payment_facts,
        reads=[Reads(employer_entries, policies.employer_accounts)],
    )
    employer: Annotated["Employer", strawberry.lazy("schema.employers")] = link(
        "Who paid.", lambda payment, employer: employer.id == payment.employer_id
    )


# ------------------------------------------------------------ what one can do ---


@strawberry.input(description="What an employer has paid.")
class RecordPaymentInput:
    """What an employer has paid."""

    idempotency_key: str = strawberry.field(description="Chosen by the client, new for every new wish.")
    employer: strawberry.ID = strawberry.field(description="The employer.")
    amount: Dong = strawberry.field(description="How much.")
    paid_on: date = strawberry.field(description="On which day: today at the latest.")
    reference: str = strawberry.field(
        description="By which the bank or the treasury names it, once in an office: at most"
        f" {LONGEST_REFERENCE} characters."
    )


@strawberry.type(description="What recording a payment did.")
class PaymentPayload(Payload):
    """What recording a payment did."""

    payment: Payment | None = fetched("The payment; null where the agency said no.")


async def record_payment(
    info: Info[Context, None],
    input: Annotated[RecordPaymentInput, strawberry.argument(description="The payment.")],  # noqa: A002 -- GraphQL's name
) -> PaymentPayload:
    """Record, as an officer of its office, what an employer has paid: it goes to the oldest months owed."""
    right = Right(policies.may_record_payment_of, info.context.viewer.kind)

    async def act(connection: Connection, actor: Actor, moment: Moment) -> UUID:
        return await db.accounts.pay(
            connection,
            actor,
            key_of(info, "Employer", input.employer, "employer"),
            amount=input.amount,
            paid_on=input.paid_on,
            reference=clean_text(input.reference, LONGEST_REFERENCE, path=("reference",)),
            right=right,
            today=moment.today,
        )

    done = await perform(info, input, act, Scope.PAYMENT_RECORD, Scope.ACCOUNT_READ)
    return PaymentPayload.of(done, info.context.language)
