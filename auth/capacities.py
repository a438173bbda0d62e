"""In which capacity somebody asks: whoever has proved who they are says for whom, and why.

Nobody has to say anything: then a person asks for themself, and a partner what is public. What is said is
checked here once, so that whoever errs is told; the right itself is asked by both walls at every statement.
"""

from dataclasses import dataclass, replace
from uuid import UUID

from auth.agreements import CASE, Agreements, CaseMissing, PurposeMissing
from auth.mandates import Mandates
from auth.viewer import Viewer, ViewerKind


@dataclass(frozen=True, slots=True)
class Errand:
    """For whom somebody asks, under which agreement, why, about which case of their own; as it was sent."""

    acting_for: str = ""
    agreement: str = ""
    purpose: str = ""
    case_reference: str = ""


NO_ERRAND = Errand()


@dataclass(frozen=True, slots=True)
class Capacities:
    """Says in which capacity somebody asks who has proved who they are."""

    mandates: Mandates
    agreements: Agreements

    async def assumed(self, viewer: Viewer, errand: Errand) -> Viewer:
        """The viewer in the capacity that the errand takes.

        Raises: MandateRefused, StepUpRequired; of a partner PurposeMissing, CaseMissing, AgreementRefused.
        """
        if errand.acting_for:
            return await self.mandates.assumed(viewer, errand.acting_for)
        if viewer.kind is ViewerKind.PARTNER and viewer.principal:
            return await self._of_partner(viewer, viewer.principal, errand)
        return viewer

    async def _of_partner(self, viewer: Viewer, principal: UUID, errand: Errand) -> Viewer:
        if errand == NO_ERRAND:
            return replace(viewer, partner_id=(await self.agreements.held_by(principal)).partner_id)
        if not errand.purpose:
            raise PurposeMissing
        if not CASE.fullmatch(errand.case_reference):
            raise CaseMissing
        agreement = await self.agreements.named(principal, errand.purpose, errand.agreement)
        return replace(
            viewer,
            # An account may act for several partners, as that of an exchange does.
            partner_id=agreement.partner_id,
            agreement=agreement,
            purpose=errand.purpose,
            case_reference=errand.case_reference,
            told_after=agreement.purposes[errand.purpose],
        )
