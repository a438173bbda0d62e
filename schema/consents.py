"""Consents: to what people say yes, in which words, and how they take it back."""

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

import strawberry
from strawberry import Info

import db.consents
from auth import policies, rights
from auth.scopes import Scope
from db.consents import consents
from db.dossiers import Right
from db.pool import Connection
from domain.consents import WORDS, ConsentPurpose, words_read
from domain.dossiers import Actor
from domain.refusals import NotFound
from schema.access_rights import AccessRight, seen_by
from schema.acts import Act, Moment, Payload, key_of, perform
from schema.context import Context
from schema.enums import described
from schema.mandates import Mandate
from schema.offices import Office
from selection import Columns, Condition, Node, Order, computed, entity, fetched, link, stored

if TYPE_CHECKING:
    from schema.participants import Participant

described(
    ConsentPurpose,
    NOTICES="Nhận tin: to be sent news of policies and services.",
    SHARING="Chia sẻ: that the record of one's insurance is given to organisations at one's request.",
    STATISTICS="Khảo sát, nghiên cứu: surveys and research beyond what the law demands.",
)

NEWEST_CONSENT = {"NEWEST": Order(("id",), descending=True)}


def stands(consent: Columns) -> Condition:
    """Does the consent stand: has nobody withdrawn it?"""
    return consent.withdrawn_at.is_(None)


@entity(
    consents,
    visible_to=policies.consents,
    needs=Scope.CONSENT_READ,
    about="participant_id",
    by_right=rights.held,
)
class Consent(Node):
    """That a person said yes to one purpose (sự đồng ý; Law 91/2025 article 9), and until when."""

    purpose: ConsentPurpose = stored("To what.")
    text_version: str = stored("The version of the words that the person has read.")
    text_vi: str = stored("Those words in Vietnamese, as they stood then.")
    text_en: str = stored("Those words in English, as they stood then.")
    given_at: datetime = stored("When it was given.")
    withdrawn_at: datetime | None = stored("When it was withdrawn; null while it stands.")
    is_in_force: bool = computed("Whether it stands.", stands)
    office: Office = link(
        "The office that kept the person's record when it was given.",
        lambda consent, office: office.id == consent.office_id,
    )
    participant: Annotated["Participant", strawberry.lazy("schema.participants")] | None = link(
        "Whose it is; null where the viewer may not see the person.",
        lambda consent, participant: participant.id == consent.participant_id,
    )
    given_by_mandate: Mandate | None = link(
        "By which mandate a parent or guardian gave it; null where nobody did, or the viewer may not see it.",
        lambda consent, mandate: mandate.id == consent.given_by_mandate_id,
    )
    withdrawn_by_mandate: Mandate | None = link(
        "By which mandate a parent or guardian withdrew it; null as above.",
        lambda consent, mandate: mandate.id == consent.withdrawn_by_mandate_id,
    )
    access_right: AccessRight = seen_by(rights.held)


def consents_of(participant: Columns, consent: Columns) -> Iterator[Condition]:
    """The consents that a person gave."""
    yield consent.participant_id == participant.id


@strawberry.type(description="The words in which a consent is asked for today.")
class ConsentText:
    """The words in which a consent is asked for today."""

    purpose: ConsentPurpose = strawberry.field(description="To what.")
    version: str = strawberry.field(description="Their version: say it when consenting.")
    text_vi: str = strawberry.field(description="The words in Vietnamese.")
    text_en: str = strawberry.field(description="The words in English.")


def consent_texts() -> list[ConsentText]:
    """For what the agency asks a consent, and in which words; what the law demands needs none."""
    return [
        ConsentText(purpose=purpose, version=words.version, text_vi=words.vietnamese, text_en=words.english)
        for purpose, words in WORDS.items()
    ]


# ------------------------------------------------------------ what one can do ---


@strawberry.input(description="To what a person says yes.")
class GiveConsentInput:
    """To what a person says yes."""

    idempotency_key: str = strawberry.field(description="Chosen by the client, new for every new wish.")
    purpose: ConsentPurpose = strawberry.field(description="To what: one purpose a consent.")
    text_version: str = strawberry.field(
        description="The version of the words that the person has read, of `consentTexts`."
    )


@strawberry.input(description="Which consent is withdrawn.")
class WithdrawConsentInput:
    """Which consent is withdrawn."""

    idempotency_key: str = strawberry.field(description="Chosen by the client, new for every new wish.")
    consent: strawberry.ID = strawberry.field(description="The consent.")


@strawberry.type(description="What an act on a consent did.")
class ConsentPayload(Payload):
    """What an act on a consent did."""

    consent: Consent | None = fetched("The consent after the act; null where the agency said no.")


async def give_consent(
    info: Info[Context, None],
    input: Annotated[GiveConsentInput, strawberry.argument(description="To what.")],  # noqa: A002 -- GraphQL's name
) -> ConsentPayload:
    """Say yes to one purpose in the words that one has read; newer words replace an older consent.

    A parent or guardian does so for whom they act for; an agent or an heir may not.
    """
    viewer = info.context.viewer

    async def act(connection: Connection, actor: Actor, moment: Moment) -> UUID:
        if viewer.participant_id is None:
            raise NotFound(path=("participant",))
        return await db.consents.give(
            connection,
            actor,
            input.purpose,
            words_read(input.purpose, input.text_version),
            participant_id=viewer.participant_id,
            right=Right(policies.may_give_consent_for, viewer.kind),
            withdrawing=Right(policies.may_withdraw_consent, viewer.kind),
            now=moment.now,
        )

    return await _perform(info, input, act)


async def withdraw_consent(
    info: Info[Context, None],
    input: Annotated[WithdrawConsentInput, strawberry.argument(description="Which consent.")],  # noqa: A002 -- GraphQL's name
) -> ConsentPayload:
    """Withdraw a consent from now on; what was done by it before stays lawful (Law 91/2025 article 10)."""
    viewer = info.context.viewer

    async def act(connection: Connection, actor: Actor, moment: Moment) -> UUID:
        return await db.consents.withdraw(
            connection,
            actor,
            key_of(info, "Consent", input.consent, "consent"),
            right=Right(policies.may_withdraw_consent, viewer.kind),
            now=moment.now,
        )

    return await _perform(info, input, act)


async def _perform(info: Info[Context, None], wish: Any, act: Act) -> ConsentPayload:  # noqa: ANN401 -- any input
    done = await perform(info, wish, act, Scope.CONSENT_GIVE, Scope.CONSENT_READ, Scope.PARTICIPANT_READ)
    return ConsentPayload.of(done, info.context.language)
