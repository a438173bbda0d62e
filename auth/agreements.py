"""Under which agreements a partner may ask: read anew each second, and asked again by both walls."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, Self
from uuid import UUID

from db import agreements
from db.pool import Pool
from domain.refusals import Refusal

# An agreement that is revoked refuses at the door within a second; the walls refuse at the next statement.
REMEMBERED = timedelta(seconds=1)
MOST_REMEMBERED = 10_000
# A case of the partner's own: visible ASCII, as a header has it, with spaces inside.
CASE = re.compile(r"[!-~]([ -~]{0,98}[!-~])?")


class PurposeMissing(Refusal):
    """A partner says for which purpose it asks, in `Ansinh-Purpose`: one of its agreement's."""

    code = "PURPOSE_MISSING"
    vietnamese = (
        "Cơ quan phối hợp phải nêu mục đích trong `Ansinh-Purpose`: một mục đích của thỏa thuận chia sẻ."
    )


class CaseMissing(Refusal):
    """A partner names a case of its own in `Ansinh-Case`: 1 to 100 visible ASCII characters."""

    code = "CASE_MISSING"
    vietnamese = (
        "Cơ quan phối hợp phải nêu hồ sơ của mình trong `Ansinh-Case`: 1 đến 100 ký tự ASCII in được."
    )


class AgreementRefused(Refusal):
    """No agreement of yours that is in force covers this purpose, or several do: name one by its code."""

    code = "AGREEMENT_REFUSED"
    vietnamese = (
        "Không có thỏa thuận nào còn hiệu lực của bạn bao gồm mục đích này, hoặc có nhiều: hãy nêu mã một"
        " thỏa thuận trong `Ansinh-Agreement`."
    )


@dataclass(frozen=True)
class Agreement:
    """What an agreement allows. `purposes` has, with each, for how long a person is not told of a read.

    `fields` are those of the schema, `Type.field`; `capacity` and `restore_rate` are the partner's rate.
    """

    id: UUID
    code: str
    partner_id: UUID
    partner: str
    purposes: Mapping[str, timedelta]
    fields: frozenset[str]
    valid_from: date
    valid_to: date | None
    capacity: int
    restore_rate: int

    def __hash__(self) -> int:
        """As its key, which is all that tells two agreements apart."""
        return hash(self.id)

    @classmethod
    def of(cls, terms: Mapping[str, Any]) -> Self:
        """Read the terms of an agreement as the cellar tells them."""
        valid_to = terms["valid_to"]
        return cls(
            id=UUID(terms["id"]),
            code=terms["code"],
            partner_id=UUID(terms["partner_id"]),
            partner=terms["partner"],
            purposes={code: timedelta(days=days) for code, days in (terms["purposes"] or {}).items()},
            fields=frozenset(terms["fields"]),
            valid_from=date.fromisoformat(terms["valid_from"]),
            valid_to=valid_to and date.fromisoformat(valid_to),
            capacity=terms["capacity"],
            restore_rate=terms["restore_rate"],
        )


@dataclass(frozen=True, slots=True)
class Held:
    """What a partner's account has: of which partner it is, and the agreements under which it may act now.

    `codes` are those of all its agreements, standing or not; `purposes` those that there are.
    """

    partner_id: UUID | None
    agreements: Sequence[Agreement]
    codes: frozenset[str]
    purposes: frozenset[str]


def now_utc() -> datetime:
    """The time of day, for a clock that is not told."""
    return datetime.now(UTC)


class Agreements:
    """Finds the agreement under which an account asks."""

    def __init__(self, pool: Pool, clock: Callable[[], datetime] = now_utc) -> None:
        self._pool, self._clock = pool, clock
        self._remembered: dict[UUID, tuple[datetime, Held]] = {}

    async def held_by(self, principal: UUID) -> Held:
        """What an account has just now."""
        now = self._clock()
        read_at, held = self._remembered.get(principal, (now, None))
        if held and now - read_at < REMEMBERED:
            return held
        found = await agreements.held_by(self._pool, principal)
        held = Held(
            partner_id=found["partner"] and UUID(found["partner"]),
            agreements=[Agreement.of(terms) for terms in found["agreements"]],
            codes=frozenset(found["codes"]),
            purposes=frozenset(found["purposes"]),
        )
        if len(self._remembered) >= MOST_REMEMBERED:
            self._remembered.clear()
        self._remembered[principal] = now, held
        return held

    async def named(self, principal: UUID, purpose: str, code: str) -> Agreement:
        """The agreement of a code, or, where none is named, the only one that covers the purpose.

        Raises: AgreementRefused.
        """
        held = await self.held_by(principal)
        found = [
            agreement
            for agreement in held.agreements
            if purpose in agreement.purposes and code in {"", agreement.code}
        ]
        if len(found) != 1:
            # This goes into the log, so of what was sent only words of our own register are named.
            raise AgreementRefused(
                agreement=code if code in held.codes else "-",
                purpose=purpose if purpose in held.purposes else "-",
            )
        return found[0]
