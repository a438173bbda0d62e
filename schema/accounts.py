"""Employers' accounts: what they owe and have paid, by month and fund."""

from sqlalchemy import func

from auth import policies
from auth.scopes import Scope
from db.employers import employer_accounts
from domain.contributions import Fund
from domain.months import Month
from schema.enums import described
from schema.scalars import MONTH, Dong
from selection import Order, computed, entity, stored

described(
    Fund,
    HEALTH="Quỹ bảo hiểm y tế: health.",
    OCCUPATIONAL="Quỹ tai nạn lao động, bệnh nghề nghiệp: work accidents and occupational diseases.",
    RETIREMENT_SURVIVORS="Quỹ hưu trí và tử tuất: retirement and survivors.",
    SICKNESS_MATERNITY="Quỹ ốm đau và thai sản: sickness and maternity.",
    UNEMPLOYMENT="Quỹ bảo hiểm thất nghiệp: unemployment.",
)

NEWEST_ACCOUNT = {"NEWEST": Order(("month", "fund"), descending=True, tells=("month", "fund"))}


@entity(employer_accounts, visible_to=policies.employer_accounts, needs=Scope.ACCOUNT_READ)
class EmployerAccount:
    """What an employer owes and has paid to a fund for a month, for all its people together."""

    month: Month = computed("The month.", lambda account: func.to_char(account.month, MONTH))
    fund: Fund = stored("The fund.")
    due: Dong = stored("What is due: the shares of the employer and of its people.")
    paid: Dong = stored("What was paid of it.")
