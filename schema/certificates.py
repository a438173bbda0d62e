"""Certificates of coverage: to have one issued, and for anybody to check one."""

import secrets
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

import strawberry
from sqlalchemy import ColumnElement, func
from strawberry import Info

import db.certificates
from auth import policies, rights
from auth.scopes import Scope
from db.certificates import certificates, find_certificate
from db.dossiers import Right
from db.pool import Connection
from domain.certificates import (
    GROUP_LETTERS,
    GROUPS,
    LETTERS,
    certificate_said,
    code_said,
)
from domain.certificates import CertifiedMonths as Certified
from domain.dossiers import Actor
from domain.months import Month, Run
from domain.names import with_initials
from domain.refusals import NotFound
from schema.access_rights import AccessRight, seen_by
from schema.acts import Moment, Payload, key_of, perform
from schema.context import Context
from schema.offices import Office
from schema.scalars import MONTH
from schema.schemes import ContributionScheme
from selection import Columns, Condition, Node, Order, computed, derived, entity, fetched, link, stored

if TYPE_CHECKING:
    from schema.participants import Participant

NEWEST_CERTIFICATE = {"NEWEST": Order(("id",), descending=True)}
# What the agency signs under this type is a certificate of coverage, and nothing else.
KIND = "coverage-certificate+jwt"


@strawberry.type(description="Months that count alike: all of them paid, or all of them not.")
class CertifiedMonths:
    """Months that count alike: all of them paid, or all of them not."""

    scheme: ContributionScheme = strawberry.field(description="In which scheme they count.")
    employer_code: str | None = strawberry.field(
        description="The code of the employer; null where the person pays alone."
    )
    employer_name: str | None = strawberry.field(description="Its name, as it was then.")
    first: Month = strawberry.field(name="from", description="The first month.")
    last: Month = strawberry.field(name="to", description="The last month, included.")
    months: int = strawberry.field(description="How many months.")
    is_paid: bool = strawberry.field(
        description="Whether they were paid in full when the certificate was issued; the employer owes them"
        " where they were not."
    )


def months_facts(certificate: Columns) -> Mapping[str, ColumnElement[Any]]:
    """What the certificate says."""
    return {"said": certificate.said}


def months_said(said: str) -> Sequence[Certified]:
    """The months of a certificate."""
    return certificate_said(said).months


@entity(
    certificates,
    visible_to=policies.certificates,
    needs=Scope.CERTIFICATE_READ,
    about="participant_id",
    by_right=rights.held,
)
class Certificate(Node):
    """What the agency has certified of a person's coverage (giấy xác nhận quá trình đóng bảo hiểm)."""

    code: str = stored("The verification code: whoever has it may check the certificate, at `certificate`.")
    from_month: Month = computed(
        "The first month of the period.", lambda certificate: func.to_char(certificate.from_month, MONTH)
    )
    to_month: Month = computed(
        "The last month, included.", lambda certificate: func.to_char(certificate.to_month, MONTH)
    )
    issued_at: datetime = stored("When it was issued: what became known later is not in it.")
    months: list[CertifiedMonths] = derived(
        "The months of the period that count, in runs of equal ones.", months_said, facts=months_facts
    )
    signed: str = stored(
        "The same as a JSON Web Token of the type `coverage-certificate+jwt`, which anybody can check by the"
        " keys at `/.well-known/jwks.json`."
    )
    office: Office = link(
        "The office that kept the person's record when it was issued.",
        lambda certificate, office: office.id == certificate.office_id,
    )
    participant: Annotated["Participant", strawberry.lazy("schema.participants")] | None = link(
        "Whose coverage it is; null where the viewer may not see the person.",
        lambda certificate, participant: participant.id == certificate.participant_id,
    )
    access_right: AccessRight = seen_by(rights.held)


def certificates_of(participant: Columns, certificate: Columns) -> Iterator[Condition]:
    """The certificates of a person's coverage."""
    yield certificate.participant_id == participant.id


# ------------------------------------------------------------ what anybody can check ---


@strawberry.type(description="What somebody learns of a certificate by its code.")
class CertificateCheck:
    """What somebody learns of a certificate by its code."""

    is_genuine: bool = strawberry.field(
        description="Whether it is what the agency has signed; false where somebody has changed it since."
    )
    issued_at: datetime = strawberry.field(description="When it was issued.")
    holder: str = strawberry.field(
        description="Whose coverage it is: the family name, and of the other names the first letter."
    )
    from_month: Month = strawberry.field(description="The first month of the period.")
    to_month: Month = strawberry.field(description="The last month, included.")
    months: list[CertifiedMonths] = strawberry.field(
        description="The months of the period that count, in runs of equal ones."
    )


async def certificate(
    info: Info[Context, None],
    code: Annotated[str, strawberry.argument(description="The verification code, however it is typed.")],
) -> CertificateCheck | None:
    """Check a certificate of coverage by its verification code; null where the agency has issued none."""
    asked = code_said(code)
    found = await find_certificate(info.context.pool, asked) if asked else None
    if found is None:
        return None
    said, signed = certificate_said(found[0]), found[1]
    return CertificateCheck(
        is_genuine=info.context.signatory.has_signed(KIND, said.claims, signed),
        issued_at=said.issued_at,
        holder=with_initials(said.holder),
        from_month=said.period.first,
        to_month=said.period.last,
        months=said.months,  # type: ignore[arg-type]  # shown by their attributes
    )


# ------------------------------------------------------------ what one can do ---


def new_code() -> str:
    """A random verification code, such as 7Q2M-0XKD-91RV-44TA: eighty bits, so that none is guessed."""
    return "-".join("".join(secrets.choice(LETTERS) for _ in range(GROUP_LETTERS)) for _ in range(GROUPS))


@strawberry.input(description="Of what a certificate is issued.")
class IssueCertificateInput:
    """Of what a certificate is issued."""

    idempotency_key: str = strawberry.field(description="Chosen by the client, new for every new wish.")
    from_month: Month = strawberry.field(description="The first month of the period.")
    to_month: Month = strawberry.field(description="The last month, included: not after this month.")
    participant: strawberry.ID | None = strawberry.field(
        description="Whose coverage; the viewer's, or of whom they act for, where absent.", default=None
    )


@strawberry.type(description="What an act on a certificate did.")
class CertificatePayload(Payload):
    """What an act on a certificate did."""

    certificate: Certificate | None = fetched("The certificate; null where the agency said no.")


async def issue_certificate(
    info: Info[Context, None],
    input: Annotated[IssueCertificateInput, strawberry.argument(description="Of what.")],  # noqa: A002 -- GraphQL's name
) -> CertificatePayload:
    """Certify which months of a period count, in which scheme, at which employer, and whether they are paid.

    Anybody can check the certificate by its code, and its words by the agency's signature.
    """
    viewer = info.context.viewer

    async def act(connection: Connection, actor: Actor, moment: Moment) -> UUID:
        participant_id = (
            key_of(info, "Participant", input.participant, "participant")
            if input.participant
            else viewer.participant_id
        )
        if participant_id is None:
            raise NotFound(path=("participant",))
        return await db.certificates.issue(
            connection,
            actor,
            Run(input.from_month, input.to_month),
            participant_id=participant_id,
            code=new_code(),
            sign=partial(info.context.signatory.signed, KIND),
            right=Right(policies.may_issue_certificate_for, viewer.kind),
            lines=Right(policies.contributions, viewer.kind),
            arrears=Right(policies.employer_arrears, viewer.kind),
            now=moment.now,
            today=moment.today,
        )

    done = await perform(
        info,
        input,
        act,
        Scope.CERTIFICATE_ISSUE,
        Scope.CERTIFICATE_READ,
        Scope.CONTRIBUTION_READ,
        Scope.PARTICIPANT_READ,
    )
    return CertificatePayload.of(done, info.context.language)
