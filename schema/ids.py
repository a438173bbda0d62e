"""Arguments that name something by its global identifier: one type for each kind of thing."""

from typing import Annotated

import strawberry

from selection import Names

EmployerID = Annotated[strawberry.ID, Names("Employer")]
MandateID = Annotated[strawberry.ID, Names("Mandate")]
OfficeID = Annotated[strawberry.ID, Names("Office")]
ParticipantID = Annotated[strawberry.ID, Names("Participant")]
ServiceID = Annotated[strawberry.ID, Names("Service")]
