"""The life of a dossier: its states, who may move it, what its papers are called.

Source: ND 61/2018 articles 17 to 20; the ten states of the national portal.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from domain.refusals import Refusal


class DossierStatus(StrEnum):
    """Where a dossier stands, in the ten states of the national portal."""

    NEW = "NEW"
    ACCEPTED = "ACCEPTED"
    NOT_ACCEPTED = "NOT_ACCEPTED"
    IN_PROCESS = "IN_PROCESS"
    SUPPLEMENT_REQUESTED = "SUPPLEMENT_REQUESTED"
    PAYMENT_REQUESTED = "PAYMENT_REQUESTED"
    WITHDRAWN = "WITHDRAWN"
    STOPPED = "STOPPED"
    DECIDED = "DECIDED"
    RETURNED = "RETURNED"


class Act(StrEnum):
    """What somebody does to a dossier that is filed."""

    ACCEPT = "ACCEPT"
    WITHDRAW = "WITHDRAW"


class EventKind(StrEnum):
    """What happened to a dossier."""

    ACCEPTED = "ACCEPTED"
    SUBMITTED = "SUBMITTED"
    WITHDRAWN = "WITHDRAWN"


class ActorKind(StrEnum):
    """In which capacity somebody acted."""

    CITIZEN = "CITIZEN"
    EMPLOYER = "EMPLOYER"
    OFFICER = "OFFICER"
    REPRESENTATIVE = "REPRESENTATIVE"
    SYSTEM = "SYSTEM"


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: the account, in which capacity, and by which mandate where it is for somebody else."""

    kind: ActorKind
    principal: UUID
    mandate_id: UUID | None = None


class Applicant(StrEnum):
    """Who may file a dossier of a service."""

    CITIZEN = "CITIZEN"
    EMPLOYER = "EMPLOYER"
    HEALTH_FACILITY = "HEALTH_FACILITY"


FINAL = frozenset({DossierStatus.NOT_ACCEPTED, DossierStatus.WITHDRAWN, DossierStatus.RETURNED})

# From which states an act is possible, and to which it leads.
TRANSITIONS = {
    Act.ACCEPT: (frozenset({DossierStatus.NEW}), DossierStatus.ACCEPTED),
    Act.WITHDRAW: (
        frozenset(DossierStatus) - FINAL - {DossierStatus.STOPPED, DossierStatus.DECIDED},
        DossierStatus.WITHDRAWN,
    ),
}


class TransitionRefused(Refusal):
    """A dossier in the state {status} does not allow this. It allows: {allowed}."""

    code = "DOSSIER_TRANSITION_REFUSED"
    vietnamese = "Hồ sơ ở trạng thái {status} không cho phép việc này; được phép: {allowed}."


class ServiceNotOffered(Refusal):
    """The agency does not offer the service {service} today."""

    code = "SERVICE_NOT_OFFERED"
    vietnamese = "Hôm nay cơ quan không cung cấp dịch vụ {service}."


class ApplicantRefused(Refusal):
    """The service {service} is filed by: {applicants}."""

    code = "APPLICANT_REFUSED"
    vietnamese = "Dịch vụ {service} do các đối tượng sau nộp: {applicants}."


class ActNotAllowed(Refusal):
    """This dossier is not yours to {act}."""

    code = "ACT_NOT_ALLOWED"
    vietnamese = "Bạn không có quyền thực hiện việc này ({act}) với hồ sơ."


def status_after(act: Act, status: DossierStatus) -> DossierStatus:
    """Say where an act leads from a state.

    Raises: TransitionRefused, naming the acts that the state allows.
    Source: ND 61/2018 articles 17 to 20.
    """
    from_states, to_state = TRANSITIONS[act]
    if status not in from_states:
        allowed = sorted(other for other, (states, _) in TRANSITIONS.items() if status in states)
        raise TransitionRefused(status=status, allowed=", ".join(allowed) or "-")
    return to_state


@dataclass(frozen=True, slots=True)
class DossierCode:
    """The number of a dossier: agency, day and the serial of that day at that agency.

    Source: ND 61/2018 article 26; TT 01/2018/TT-VPCP article 19; agency codes by QD 20/2020/QD-TTg.
    """

    agency_code: str
    day: date
    serial: int

    def __str__(self) -> str:
        """Write it as `H01.02-180601-0001`; past 9,999 a day the serial takes a fifth digit, not to wrap."""
        return f"{self.agency_code}-{self.day:%y%m%d}-{self.serial:04d}"
