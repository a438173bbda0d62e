"""Payments: to which months and funds an employer's money goes."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

from domain.contributions import PARAMETER_OF_FUND, Fund
from domain.months import Month
from domain.parameters import Law
from domain.refusals import Refusal

LONGEST_REFERENCE = 100

K = TypeVar("K")


class AmountRefused(Refusal):
    """A payment is of 1 đồng or more."""

    code = "AMOUNT_REFUSED"
    vietnamese = "Số tiền nộp ít nhất là 1 đồng."


class ReferenceTaken(Refusal):
    """The office has recorded a payment of this reference already."""

    code = "REFERENCE_TAKEN"
    vietnamese = "Cơ quan đã ghi nhận một khoản nộp có số tham chiếu này."


@dataclass(frozen=True, slots=True)
class Owed:
    """What a month still owes a fund, in đồng."""

    month: Month
    fund: Fund
    amount: int


@dataclass(frozen=True, slots=True)
class Share(Generic[K]):
    """What of a payment goes to a month and a fund, in đồng."""

    payment: K
    month: Month
    fund: Fund
    amount: int


def order_of_funds(law: Law) -> Sequence[Fund]:
    """Which funds of a month are paid first.

    Raises: NoParameter. Source: the parameter `payment_order` [unsure].
    """
    funds = {name: fund for fund, name in PARAMETER_OF_FUND.items()}
    return [funds[name] for name in law.names("payment_order.funds").value]


def allocated(
    payments: Iterable[tuple[K, int]], owed: Iterable[Owed], law_of: Callable[[Month], Law]
) -> Iterator[Share[K]]:
    """Let payments, each with what is left of it, go to the oldest months first, and there as the law says.

    What is left when nothing is owed stays with its payment.
    Raises: NoParameter.
    """
    waiting = deque(
        sorted(owed, key=lambda each: (each.month, order_of_funds(law_of(each.month)).index(each.fund)))
    )
    for payment, left in payments:
        rest = left
        while rest and waiting:
            first = waiting.popleft()
            amount = min(rest, first.amount)
            yield Share(payment, first.month, first.fund, amount)
            rest -= amount
            if amount < first.amount:
                waiting.appendleft(replace(first, amount=first.amount - amount))
