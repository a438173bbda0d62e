"""Acting for somebody else: a person names a mandate of theirs, and is a representative from then on.

It is looked up here so that whoever errs is told, and remembered for at most a second; both walls ask for the
mandate itself at every statement.
"""

import json
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

from auth.sessions import SCOPES_OF_KIND, now_utc
from auth.viewer import Viewer, ViewerKind
from db.mandates import find_mandate
from db.pool import Pool
from domain.refusals import Refusal, StepUpRequired
from domain.working_calendar import date_in_vietnam

IDENTIFIER = re.compile(r"Mandate:([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})", re.ASCII)
REMEMBERED = timedelta(seconds=1)
MOST_REMEMBERED = 10_000


class MandateRefused(Refusal):
    """You have no such mandate in force; `viewer.actingFor` lists those that you have."""

    code = "MANDATE_REFUSED"
    vietnamese = (
        "Bạn không có quyền đại diện này, hoặc quyền không còn hiệu lực; xem danh sách ở `viewer.actingFor`."
    )


class Mandates:
    """Makes a representative of a person who names a mandate that they have."""

    def __init__(self, pool: Pool, *, clock: Callable[[], datetime] = now_utc) -> None:
        self._pool = pool
        self._clock = clock
        # For each person and mandate: since when we know whom it is for, and the level that it takes.
        self._remembered: dict[tuple[UUID, UUID], tuple[datetime, UUID, int]] = {}

    async def assumed(self, viewer: Viewer, named: str) -> Viewer:
        """The viewer as a representative, by the mandate whose global identifier is named.

        Raises: MandateRefused where they have no such mandate in force; StepUpRequired where it takes a level
        above theirs.
        """
        found = IDENTIFIER.fullmatch(named)
        if not found or viewer.kind is not ViewerKind.CITIZEN or viewer.participant_id is None:
            raise MandateRefused
        mandate_id = UUID(found[1])
        participant_id, level = await self._found(viewer, viewer.participant_id, mandate_id)
        if viewer.assurance < level:
            raise StepUpRequired(level=level)
        of_kind = SCOPES_OF_KIND[ViewerKind.REPRESENTATIVE]
        return replace(
            viewer,
            kind=ViewerKind.REPRESENTATIVE,
            scopes=viewer.scopes & of_kind,
            withheld={scope: level for scope, level in viewer.withheld.items() if scope in of_kind},
            participant_id=participant_id,
            representative_id=viewer.participant_id,
            mandate_id=mandate_id,
        )

    async def _found(self, viewer: Viewer, representative_id: UUID, mandate_id: UUID) -> tuple[UUID, int]:
        now = self._clock()
        known = self._remembered.get((representative_id, mandate_id))
        # A clock that was set back must not make us believe for longer.
        if known and timedelta(0) <= now - known[0] < REMEMBERED:
            return known[1:]
        row = await find_mandate(
            self._pool,
            viewer.binding,
            mandate_id,
            representative_id,
            today=date_in_vietnam(now.astimezone(UTC)),
        )
        if row is None:
            self._remembered.pop((representative_id, mandate_id), None)
            raise MandateRefused
        said = json.loads(row)
        if len(self._remembered) >= MOST_REMEMBERED:
            self._remembered.clear()
        participant_id, level = UUID(said["participant_id"]), said["level"]
        self._remembered[representative_id, mandate_id] = now, participant_id, level
        return participant_id, level
