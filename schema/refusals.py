"""How a mutation says no: data with a code, a sentence in the reader's language, and a place in the input."""

from enum import Enum
from typing import Self

import strawberry

from db.idempotency_keys import KeyMismatch, KeyRefused
from domain.certificates import CertificatePeriodRefused
from domain.consents import ConsentWordsChanged
from domain.data_requests import DataRequestAnswered
from domain.dossiers import (
    ActNotAllowed,
    ApplicantRefused,
    ServiceNotOffered,
    TransitionRefused,
)
from domain.employments import EmploymentOver, EmploymentOverlaps
from domain.filings import (
    BaseBelowFloor,
    BaseRefused,
    FilingMonthRefused,
    LastMonthRefused,
    LineCountRefused,
    MonthRefused,
    PersonNotNamed,
    PersonTwice,
)
from domain.identifiers import IdentityNotConfirmed
from domain.mandates import (
    MandateBasisRefused,
    MandateGroupsMissing,
    MandateLevelRefused,
    MandateOver,
    MandatePeriodRefused,
    MandateToOneself,
    NotDeceased,
    NotMinor,
)
from domain.names import CharacterRefused, MarkWithoutLetter, TextMissing, TextTooLong
from domain.payments import AmountRefused, ReferenceTaken
from domain.refusals import (
    DayRefused,
    IdentifierRefused,
    NotFound,
    NotSignedIn,
    StepUpRequired,
    VersionConflict,
)
from domain.refusals import Refusal as Refused
from domain.reveals import RevealCaseMissing, RevealLimit, RevealPurposeRefused
from schema.enums import described

# Every refusal that a mutation can give.
REFUSALS = (
    ActNotAllowed,
    AmountRefused,
    ApplicantRefused,
    BaseBelowFloor,
    BaseRefused,
    CertificatePeriodRefused,
    CharacterRefused,
    ConsentWordsChanged,
    DataRequestAnswered,
    DayRefused,
    EmploymentOver,
    EmploymentOverlaps,
    FilingMonthRefused,
    IdentifierRefused,
    IdentityNotConfirmed,
    KeyMismatch,
    KeyRefused,
    LastMonthRefused,
    LineCountRefused,
    MandateBasisRefused,
    MandateGroupsMissing,
    MandateLevelRefused,
    MandateOver,
    MandatePeriodRefused,
    MandateToOneself,
    MarkWithoutLetter,
    MonthRefused,
    NotDeceased,
    NotFound,
    NotMinor,
    NotSignedIn,
    PersonNotNamed,
    PersonTwice,
    ReferenceTaken,
    RevealCaseMissing,
    RevealLimit,
    RevealPurposeRefused,
    ServiceNotOffered,
    StepUpRequired,
    TextMissing,
    TextTooLong,
    TransitionRefused,
    VersionConflict,
)

_KINDS = {kind.code: kind for kind in REFUSALS}

RefusalCode = Enum("RefusalCode", {code: code for code in sorted(_KINDS)}, module=__name__)  # type: ignore[misc]
RefusalCode.__doc__ = "Why the agency says no; stable, and in braces the names of the params."
described(RefusalCode, **{code: kind.sentence("en") for code, kind in _KINDS.items()})


@strawberry.type(description="A value in the sentence of a refusal.")
class RefusalParam:
    """A value in the sentence of a refusal."""

    name: str = strawberry.field(description="The name, as in the sentence of the code.")
    value: str = strawberry.field(description="The value.")


@strawberry.type(description="That the agency says no to a mutation, and why. Nothing was changed.")
class Refusal:
    """That the agency says no to a mutation, and why."""

    code: RefusalCode = strawberry.field(description="The reason, stable for programs.")
    message: str = strawberry.field(
        description="The reason for people, in Vietnamese or English by Accept-Language."
    )
    path: list[str] = strawberry.field(description="Where in the input; empty for the whole.")
    params: list[RefusalParam] = strawberry.field(description="The values in the message.")

    @classmethod
    def of(cls, refused: Refused, language: str) -> Self:
        """Put a refusal into the reader's language."""
        return cls(
            code=RefusalCode(refused.code),
            message=refused.message(language),
            path=[str(step) for step in refused.path],
            params=[RefusalParam(name=name, value=value) for name, value in refused.params.items()],
        )
