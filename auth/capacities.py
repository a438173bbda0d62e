"""In which capacity somebody asks: whoever has proved who they are says for whom, and why.

Nobody has to say anything: then a person asks for themself. What is said is checked here once, so that
whoever errs is told; the right itself is asked by both walls at every statement.
"""

from dataclasses import dataclass

from auth.mandates import Mandates
from auth.viewer import Viewer


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

    async def assumed(self, viewer: Viewer, errand: Errand) -> Viewer:
        """The viewer in the capacity that the errand takes.

        Raises: MandateRefused, StepUpRequired.
        """
        if errand.acting_for:
            return await self.mandates.assumed(viewer, errand.acting_for)
        return viewer
