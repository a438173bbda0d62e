"""What a client may ask for, as OAuth scopes; whose rows it gets is said by the policies."""

from enum import StrEnum


class Scope(StrEnum):
    """A right to a kind of fact or act, `noun:verb`; the list is kept in alphabetical order."""

    DOSSIER_ACCEPT = "dossier:accept"
    DOSSIER_READ = "dossier:read"
    DOSSIER_SUBMIT = "dossier:submit"
    EMPLOYMENT_READ = "employment:read"
    IDENTIFIER_READ = "identifier:read"
    PARTICIPANT_READ = "participant:read"
    SESSION_END = "session:end"
    SESSION_READ = "session:read"
