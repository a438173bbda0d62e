"""Employers, and for themselves and their office what they filed, owe and have paid."""

from collections.abc import Iterator

from auth import policies
from db.employers import employers
from schema.accounts import NEWEST_ACCOUNT, EmployerAccount
from schema.filings import NEWEST_FILING, Filing
from schema.offices import Office
from schema.payments import NEWEST_PAYMENT, Payment
from selection import Columns, Condition, Connection, Node, entity, link, rows, stored


def of_employer(employer: Columns, row: Columns) -> Iterator[Condition]:
    """What is of an employer."""
    yield row.employer_id == employer.id


@entity(employers, visible_to=policies.everybody)
class Employer(Node):
    """An employer that takes part in social insurance (đơn vị sử dụng lao động): a public fact."""

    code: str = stored("Its code, unique inside its office.")
    name: str = stored("Its name.")
    tax_code: str = stored("Its tax code.")
    office: Office = link(
        "The office that manages it.", lambda employer, office: office.id == employer.office_id
    )
    account: Connection[EmployerAccount] = rows(
        "What it owes and has paid, by month and fund, newest first.", of_employer, orders=NEWEST_ACCOUNT
    )
    filings: Connection[Filing] = rows(
        "The lists of months that it filed, newest first.", of_employer, orders=NEWEST_FILING
    )
    payments: Connection[Payment] = rows(
        "What it has paid, as its office recorded it, newest first.", of_employer, orders=NEWEST_PAYMENT
    )
