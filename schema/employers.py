"""Employers."""

from auth import policies
from db.employers import employers
from schema.offices import Office
from selection import Node, entity, link, stored


@entity(employers, visible_to=policies.everybody)
class Employer(Node):
    """An employer that takes part in social insurance (đơn vị sử dụng lao động): a public fact."""

    code: str = stored("Its code, unique inside its office.")
    name: str = stored("Its name.")
    tax_code: str = stored("Its tax code.")
    office: Office = link(
        "The office that manages it.", lambda employer, office: office.id == employer.office_id
    )
