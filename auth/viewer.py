"""Who is asking: the one value that both walls read."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cached_property
from typing import Any, Self
from uuid import NAMESPACE_URL, UUID, uuid5

from auth.agreements import Agreement
from auth.scopes import Scope


class ViewerKind(StrEnum):
    """In which capacity somebody asks. The kind narrows; the rights themselves are rows."""

    ANONYMOUS = "ANONYMOUS"
    CITIZEN = "CITIZEN"
    EMPLOYER = "EMPLOYER"
    OFFICER = "OFFICER"
    PARTNER = "PARTNER"
    REPRESENTATIVE = "REPRESENTATIVE"


# In which capacity an issuer may say that somebody asks; to represent somebody takes a mandate of ours.
ACCOUNT_KINDS = (ViewerKind.CITIZEN, ViewerKind.EMPLOYER, ViewerKind.OFFICER, ViewerKind.PARTNER)


NO_FIELDS: frozenset[str] = frozenset()


def principal_of(issuer: str, subject: str) -> UUID:
    """Name the account that an issuer calls `subject`: the same pair always gives the same identifier.

    Source: OpenID Connect Core 1.0 section 5.7: only issuer and subject together identify an account.
    """
    return uuid5(NAMESPACE_URL, f"{issuer}#{subject}")


@dataclass(frozen=True)
class Viewer:
    """The person or machine behind a request, as far as its token or session proves it.

    `participant_id` is the person's own record; every other right is a row of `grants`. `client` is the
    program that was given the token. Of a representative `participant_id` is whom they act for by the mandate
    `mandate_id`, and `representative_id` is their own record. `partner_id` is of which partner a program is;
    `agreement`, `purpose` and `case_reference` are under which agreement it asks, why, and about which case
    of its own; where the purpose has a lawful cause, the person is told of it only `told_after` that time.
    `assurance` is the level of the electronic identity, 0 to 3. `scopes` are those that it suffices for;
    `withheld` are the others that the token or the session has, each with the level that it takes: neither
    wall knows of them. `issued_at` is when a token was issued, in seconds since 1970.
    `expires_at` is the instant (UTC) at which the token or the session ends.
    """

    kind: ViewerKind = ViewerKind.ANONYMOUS
    principal: UUID | None = None
    participant_id: UUID | None = None
    name: str = ""
    scopes: frozenset[Scope] = field(default_factory=frozenset)
    withheld: Mapping[Scope, int] = field(default_factory=dict, hash=False)
    assurance: int = 0
    issued_at: float | None = None
    expires_at: datetime | None = None
    session_id: UUID | None = None
    client: str | None = None
    mandate_id: UUID | None = None
    representative_id: UUID | None = None
    partner_id: UUID | None = None
    agreement: Agreement | None = None
    purpose: str = ""
    case_reference: str = ""
    told_after: timedelta = timedelta()

    @classmethod
    def proven(cls, kind: ViewerKind, scopes: frozenset[Scope], assurance: int, **said: Any) -> Self:  # noqa: ANN401 -- the other fields
        """The viewer of a token or session, who reaches of its scopes those that the assurance suffices for.

        A program has no electronic identity: it proves itself by its key, and nothing is withheld from it.
        """
        beyond = {
            scope: scope.least_assurance
            for scope in scopes
            if scope.least_assurance > assurance and kind is not ViewerKind.PARTNER
        }
        return cls(kind, scopes=scopes.difference(beyond), withheld=beyond, assurance=assurance, **said)

    @property
    def agreement_id(self) -> UUID | None:
        """The key of the agreement under which a partner asks."""
        return self.agreement.id if self.agreement else None

    @property
    def agreement_code(self) -> str:
        """The code of the agreement under which a partner asks; empty where it names none."""
        return self.agreement.code if self.agreement else ""

    @property
    def fields(self) -> frozenset[str] | None:
        """The fields of people's data that may be asked for: those of the agreement; None for no such bound.

        A partner that names no agreement is shown what is public.
        """
        if self.kind is not ViewerKind.PARTNER:
            return None
        return self.agreement.fields if self.agreement else NO_FIELDS

    @cached_property
    def binding(self) -> str:
        """The viewer as PostgreSQL reads it: JSON text, the argument of `vset`."""
        claims = {
            "kind": self.kind.value,
            "name": self.name,
            "principal": self.principal and str(self.principal),
            # Whom the viewer's page is about. Only what one is by oneself opens a wall; the right of a
            # representative is looked up by the mandate.
            "person": self.participant_id and str(self.participant_id),
            "participant": self.participant_id
            and self.kind is not ViewerKind.REPRESENTATIVE
            and str(self.participant_id),
            "representative": self.representative_id and str(self.representative_id),
            "scopes": " ".join(sorted(self.scopes)),
            "assurance": str(self.assurance),
            "mandate": self.mandate_id and str(self.mandate_id),
            "partner": self.partner_id and str(self.partner_id),
            "agreement": self.agreement_id and str(self.agreement_id),
            "session_id": self.session_id and str(self.session_id),
        }
        return json.dumps({key: value for key, value in claims.items() if value})


ANONYMOUS = Viewer()
