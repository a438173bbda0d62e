"""Who files a dossier, or is represented: a person or an employer."""

from typing import TYPE_CHECKING, Annotated

import strawberry

from schema.employers import Employer

if TYPE_CHECKING:
    from schema.participants import Participant

Filer = Annotated[
    Annotated["Participant", strawberry.lazy("schema.participants")] | Employer,
    strawberry.union("Filer", description="A person or an employer, for whom something is done."),
]
