"""Suspending accounts, from the command line: by what the issuer calls them, as the database's owner."""

from api.registering import as_owner
from api.settings import Settings
from auth.viewer import principal_of
from db import revocations, sessions
from domain.refusals import Refusal


class NotSuspended(Refusal):
    """The account is not suspended."""

    code = "NOT_SUSPENDED"
    vietnamese = "Tài khoản này không bị đình chỉ."


async def suspend(settings: Settings, subject: str) -> None:
    """Take back every token and session of an account, those to come too. Raises: CannotStart."""
    async with as_owner(settings) as pool:
        await sessions.suspend(pool, principal_of(settings.issuer, subject))


async def restore(settings: Settings, subject: str) -> None:
    """Let an account in again. Raises: NotSuspended, CannotStart."""
    async with as_owner(settings) as pool:
        if not await revocations.restore(pool, principal_of(settings.issuer, subject)):
            raise NotSuspended
