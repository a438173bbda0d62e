"""What a client may ask for, as OAuth scopes; whose rows it gets is said by the policies."""

from enum import StrEnum
from types import MappingProxyType
from typing import Self

HIGHEST_ASSURANCE = 3
# The levels that there are, as they are written.
LEVELS = MappingProxyType({str(level): level for level in range(1, HIGHEST_ASSURANCE + 1)})


class Scope(StrEnum):
    """A right to a kind of fact or act, `noun:verb`; the list is kept in alphabetical order.

    Beside each stands the least level of the electronic identity, of 3, that it takes from a person. Benefits
    and personal history take level 2 of VNeID (ND 69/2024). Where the law is silent it is the agency that
    decides [unsure]: 1 for what an identity of level 1 proves itself, and for one's own browsers; 3 for what
    an officer decides about others.
    """

    least_assurance: int

    ACCESS_READ = "access:read", 2
    ACCOUNT_READ = "account:read", 2  # [unsure]
    BENEFIT_READ = "benefit:read", 2
    CERTIFICATE_ISSUE = "certificate:issue", 2  # [unsure]
    CERTIFICATE_READ = "certificate:read", 2  # [unsure]
    CONSENT_GIVE = "consent:give", 2  # [unsure]
    CONSENT_READ = "consent:read", 2  # [unsure]
    CONTRIBUTION_FILE = "contribution:file", 2  # [unsure]
    CONTRIBUTION_READ = "contribution:read", 2
    DATA_REQUEST_ANSWER = "data-request:answer", 3  # [unsure]
    DATA_REQUEST_FILE = "data-request:file", 2  # [unsure]
    DATA_REQUEST_READ = "data-request:read", 2  # [unsure]
    DOSSIER_ACCEPT = "dossier:accept", 3  # [unsure]
    DOSSIER_READ = "dossier:read", 2
    DOSSIER_SUBMIT = "dossier:submit", 2
    EMPLOYMENT_FILE = "employment:file", 2  # [unsure]
    EMPLOYMENT_READ = "employment:read", 2
    HEALTH_READ = "health:read", 2
    HOUSEHOLD_READ = "household:read", 2
    IDENTIFIER_READ = "identifier:read", 2
    IDENTIFIER_REVEAL = "identifier:reveal", 2  # [unsure]
    MANDATE_GIVE = "mandate:give", 2
    MANDATE_READ = "mandate:read", 1  # [unsure]
    MANDATE_RECORD = "mandate:record", 3  # [unsure]
    NOTICE_READ = "notice:read", 2  # [unsure]
    PARTICIPANT_READ = "participant:read", 1  # [unsure]
    PARTICIPANT_REGISTER = "participant:register", 2  # [unsure]
    PAYMENT_RECORD = "payment:record", 3  # [unsure]
    SESSION_END = "session:end", 1  # [unsure]
    SESSION_READ = "session:read", 1  # [unsure]

    def __new__(cls, name: str, least_assurance: int) -> Self:
        """Make a scope: the text of its name, which knows its level."""
        scope = str.__new__(cls, name)
        scope._value_ = name
        scope.least_assurance = least_assurance
        return scope


def scopes_of(words: str) -> frozenset[Scope]:
    """The scopes that a text names; one that is not known is left out."""
    named = words.split()
    return frozenset(scope for scope in Scope if scope in named)
