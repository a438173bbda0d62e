"""What a viewer was shown of other people, as the ledger keeps it: who saw it, and by which right."""

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from uuid import UUID

from auth.viewer import Viewer, ViewerKind
from db.access_ledger import Ledger, Look
from domain.access_ledger import AccessRightKind

RIGHTS = {
    ViewerKind.CITIZEN: AccessRightKind.OWN,
    ViewerKind.EMPLOYER: AccessRightKind.EMPLOYMENT,
    ViewerKind.OFFICER: AccessRightKind.OFFICE,
    ViewerKind.PARTNER: AccessRightKind.AGREEMENT,
    ViewerKind.REPRESENTATIVE: AccessRightKind.MANDATE,
}

# Whose data is shown, by which fields, and the key of the right by which.
Shown = tuple[str, tuple[str, ...], str]


class Witness:
    """Enters in the ledger what viewers are shown."""

    def __init__(self, ledger: Ledger, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._ledger, self._clock = ledger, clock

    async def record(self, viewer: Viewer, subject_id: UUID, *fields: str, right: str = "") -> None:
        """Enter that the viewer is shown fields of a person; return once that is committed.

        A field is named as in the schema, `Participant.fullName`. `right` is the key of the office or the
        employer by which an officer or an employer sees it; purpose and case are the viewer's.
        Raises: LedgerAway, and then nothing may be shown.
        """
        await self.saw(viewer, [(str(subject_id), fields, right)], "")

    async def saw(self, viewer: Viewer, shown: Iterable[Shown], document: str) -> None:
        """Enter what an answer shows, one row for each person and each right.

        Raises: LedgerAway, and then nothing may be shown.
        """
        fields: dict[tuple[str, str], set[str]] = {}
        for subject, names, right in shown:
            fields.setdefault((subject, right), set()).update(names)
        await self._ledger.record(
            [
                self._look(viewer, UUID(subject), sorted(names), right, document)
                for (subject, right), names in fields.items()
            ]
        )

    def _look(
        self, viewer: Viewer, subject_id: UUID, fields: Sequence[str], right: str, document: str
    ) -> Look:
        return Look(
            subject_id,
            viewer.kind.value,
            RIGHTS[viewer.kind].value,
            tuple(fields),
            principal=viewer.principal,
            reader_name=viewer.name,
            office_id=int(right) if right and viewer.kind is ViewerKind.OFFICER else None,
            employer_id=UUID(right) if right and viewer.kind is ViewerKind.EMPLOYER else None,
            mandate_id=viewer.mandate_id,
            agreement_id=viewer.agreement_id,
            purpose=viewer.purpose,
            case_reference=viewer.case_reference,
            document=document,
            withheld_until=self._clock() + viewer.told_after if viewer.told_after else None,
        )
