"""The portal: everything one can ask, do and follow."""

from collections.abc import AsyncGenerator, Callable, Iterator
from typing import Annotated, Any

import strawberry
from sqlalchemy import Uuid, any_, case, func, or_, select, true
from sqlalchemy.dialects.postgresql import ARRAY
from strawberry.extensions import MaxTokensLimiter, SchemaExtension
from strawberry.schema.config import StrawberryConfig

from auth import policies
from auth.scopes import Scope
from db.calendar import TODAY
from db.identifiers import identifiers
from schema.agreements import Agreement, agreements_listed
from schema.calculators import day_facts
from schema.callers import Caller, limits_of
from schema.certificates import CertificateCheck, CertificatePayload, certificate, issue_certificate
from schema.consents import (
    ConsentPayload,
    ConsentText,
    consent_texts,
    give_consent,
    withdraw_consent,
)
from schema.context import Context
from schema.data_requests import (
    DATA_REQUEST_ORDERS,
    DataRequest,
    DataRequestPayload,
    answer_data_request,
    data_requests_listed,
    file_data_request,
)
from schema.dossiers import (
    DOSSIER_ORDERS,
    Dossier,
    DossierPayload,
    accept_dossier,
    dossiers_listed,
    submit_dossier,
    withdraw_dossier,
)
from schema.employments import (
    EmploymentPayload,
    end_employment,
    register_participant,
    start_employment,
)
from schema.estimates import Estimate
from schema.events import DossierEvent, dossier_events_followed
from schema.filings import FilingPayload, file_contributions
from schema.identifiers import FINDING
from schema.ids import ParticipantID
from schema.legal_parameters import LegalParameter, legal_parameters
from schema.limits import Limits
from schema.mandates import MandatePayload, accept_mandate, give_mandate, record_mandate, revoke_mandate
from schema.participants import PARTICIPANT_ORDERS, Participant, participants_listed
from schema.payments import PaymentPayload, record_payment
from schema.reveals import RevealPayload, reveal_identifier
from schema.rights import ALLOWED, Allowed, Policy
from schema.scalars import SCALARS
from schema.services import Service, services_listed
from schema.sessions import SessionPayload, end_session
from schema.viewer import Viewer
from selection import (
    Columns,
    Condition,
    Connection,
    Keyed,
    Node,
    Order,
    Tells,
    derived,
    link,
    nodes,
    rows,
)
from selection.bounds import MOST_TOKENS
from selection.literals import number as number_of


def the_dossier(
    dossier: Columns,
    *,
    reference: Annotated[str, strawberry.argument(description="Its reference, or its code.")],
) -> Condition:
    """The dossier of a reference or of a code."""
    return or_(dossier.reference == reference, dossier.code == reference)


def the_participant(
    participant: Columns,
    *,
    id: Annotated[ParticipantID, strawberry.argument(description="The person's identifier.")],  # noqa: A002 -- GraphQL's name
) -> Condition:
    """The person of an identifier."""
    return participant.id == id


def the_participant_of_number(
    participant: Columns,
    *,
    number: Annotated[
        str,
        Keyed(FINDING),
        Tells("identifiers"),
        strawberry.argument(description="The number in full, of a person, a social insurance or a card."),
    ],
) -> Condition:
    """The person whom a number names today, of whichever kind it is; nobody where it names two."""
    identifier = identifiers.alias("found")
    named = func.array_agg(identifier.c.participant_id.distinct(), type_=ARRAY(Uuid))
    found = select(case((func.cardinality(named) == number_of(1), named[1]))).where(
        identifier.c.blind_index == any_(number),  # type: ignore[arg-type]  # a bind parameter
        identifier.c.valid_from <= TODAY,
        or_(identifier.c.valid_to.is_(None), identifier.c.valid_to >= TODAY),
    )
    return participant.id == found.scalar_subquery()


def the_service(
    service: Columns,
    *,
    code: Annotated[str, strawberry.argument(description="Its code in the catalogue, such as `CS-02`.")],
) -> Condition:
    """The service of a code."""
    return service.id == code


def _said_by(resolver: Callable[..., Any]) -> str:
    return " ".join((resolver.__doc__ or "").split())


@strawberry.type(description="Everything one can ask.")
class Query:
    """Everything one can ask."""

    viewer: Viewer = link("Who is asking.", lambda _viewer: true())
    whoami: Caller = link(
        "Who calls, for programs: for whom they are taken, and what they may still ask.",
        lambda _caller: true(),
    )
    node: Node | None = nodes(
        "Anything by its global identifier; null where it is not, or not for the viewer.", many=False
    )
    nodes: list[Node | None] = nodes(
        "Several things by their global identifiers, in the same order.", many=True
    )
    participant: Participant | None = link("A person.", the_participant)
    participant_by_number: Participant | None = link(
        "The person whom a number names today; null where there is none, or not for the viewer.",
        the_participant_of_number,
        needs=Scope.IDENTIFIER_READ,
    )
    participants: Connection[Participant] = rows(
        "The people whom the viewer may see.", participants_listed, orders=PARTICIPANT_ORDERS
    )
    service: Service | None = link("A service by its code.", the_service)
    services: Connection[Service] = rows(
        "What the agency offers.", services_listed, orders={"CODE": Order(("id",))}
    )
    dossier: Dossier | None = link("A dossier by its reference or its code.", the_dossier)
    dossiers: Connection[Dossier] = rows(
        "The dossiers that the viewer may see.", dossiers_listed, orders=DOSSIER_ORDERS
    )
    data_requests: Connection[DataRequest] = rows(
        "What people have asked about their own data, of those that the viewer may see.",
        data_requests_listed,
        orders=DATA_REQUEST_ORDERS,
    )
    agreements: Connection[Agreement] = rows(
        "Agreements under which data are shared: a partner's own; for an officer, those about people of an"
        " office that they serve.",
        agreements_listed,
        orders={"CODE": Order(("code", "id"))},
    )
    consent_texts: list[ConsentText] = strawberry.field(
        resolver=consent_texts, description=_said_by(consent_texts)
    )
    estimate: Estimate = link(
        "Calculators for anybody: what the law says of plain inputs.", lambda _estimate: true()
    )
    legal_parameters: list[LegalParameter] = derived(
        "The figures of the law that hold on a day: salaries, rates, ages, days, each with its source.",
        legal_parameters,
        facts=day_facts,
        rules=20,
    )
    certificate: CertificateCheck | None = strawberry.field(
        resolver=certificate, description=_said_by(certificate)
    )
    limits: Limits = strawberry.field(resolver=limits_of, description=_said_by(limits_of))


def _act(resolver: Callable[..., Any], policy: Policy | None = None, *scopes: Scope) -> Any:  # noqa: ANN401 -- the annotation beside it says the type
    """Declare an act; policy and scopes are those that it asks for, said here for whoever reads of rights."""
    allowed = Allowed(policy, scopes) if policy else None
    return strawberry.mutation(resolver=resolver, description=_said_by(resolver), metadata={ALLOWED: allowed})


@strawberry.type(description="Everything one can do. Each act takes an idempotency key and happens once.")
class Mutation:
    """Everything one can do."""

    submit_dossier: DossierPayload = _act(
        submit_dossier,
        policies.may_file_for,
        Scope.DOSSIER_SUBMIT,
        Scope.DOSSIER_READ,
        Scope.PARTICIPANT_READ,
    )
    accept_dossier: DossierPayload = _act(
        accept_dossier, policies.may_accept, Scope.DOSSIER_ACCEPT, Scope.DOSSIER_READ, Scope.PARTICIPANT_READ
    )
    withdraw_dossier: DossierPayload = _act(
        withdraw_dossier,
        policies.may_withdraw,
        Scope.DOSSIER_SUBMIT,
        Scope.DOSSIER_READ,
        Scope.PARTICIPANT_READ,
    )
    give_mandate: MandatePayload = _act(
        give_mandate,
        policies.may_give_mandate_for,
        Scope.MANDATE_GIVE,
        Scope.MANDATE_READ,
        Scope.PARTICIPANT_READ,
    )
    record_mandate: MandatePayload = _act(
        record_mandate,
        policies.may_give_mandate_for,
        Scope.MANDATE_RECORD,
        Scope.MANDATE_READ,
        Scope.PARTICIPANT_READ,
    )
    accept_mandate: MandatePayload = _act(
        accept_mandate,
        policies.may_accept_mandate,
        Scope.MANDATE_GIVE,
        Scope.MANDATE_READ,
        Scope.PARTICIPANT_READ,
    )
    revoke_mandate: MandatePayload = _act(
        revoke_mandate,
        policies.may_revoke_mandate,
        Scope.MANDATE_GIVE,
        Scope.MANDATE_READ,
        Scope.PARTICIPANT_READ,
    )
    reveal_identifier: RevealPayload = _act(
        reveal_identifier, policies.may_reveal, Scope.IDENTIFIER_REVEAL, Scope.IDENTIFIER_READ
    )
    file_data_request: DataRequestPayload = _act(
        file_data_request,
        policies.may_file_data_request_for,
        Scope.DATA_REQUEST_FILE,
        Scope.DATA_REQUEST_READ,
        Scope.PARTICIPANT_READ,
    )
    answer_data_request: DataRequestPayload = _act(
        answer_data_request,
        policies.may_answer_data_request,
        Scope.DATA_REQUEST_ANSWER,
        Scope.DATA_REQUEST_READ,
        Scope.PARTICIPANT_READ,
    )
    give_consent: ConsentPayload = _act(
        give_consent,
        policies.may_give_consent_for,
        Scope.CONSENT_GIVE,
        Scope.CONSENT_READ,
        Scope.PARTICIPANT_READ,
    )
    withdraw_consent: ConsentPayload = _act(
        withdraw_consent,
        policies.may_withdraw_consent,
        Scope.CONSENT_GIVE,
        Scope.CONSENT_READ,
        Scope.PARTICIPANT_READ,
    )
    issue_certificate: CertificatePayload = _act(
        issue_certificate,
        policies.may_issue_certificate_for,
        Scope.CERTIFICATE_ISSUE,
        Scope.CERTIFICATE_READ,
        Scope.CONTRIBUTION_READ,
        Scope.PARTICIPANT_READ,
    )
    register_participant: EmploymentPayload = _act(
        register_participant, policies.may_act_for, Scope.PARTICIPANT_REGISTER, Scope.EMPLOYMENT_READ
    )
    start_employment: EmploymentPayload = _act(
        start_employment, policies.may_start_employment_after, Scope.EMPLOYMENT_FILE, Scope.EMPLOYMENT_READ
    )
    end_employment: EmploymentPayload = _act(
        end_employment,
        policies.may_end_employment,
        Scope.EMPLOYMENT_FILE,
        Scope.EMPLOYMENT_READ,
        Scope.CONTRIBUTION_READ,
        Scope.ACCOUNT_READ,
    )
    file_contributions: FilingPayload = _act(
        file_contributions,
        policies.may_act_for,
        Scope.CONTRIBUTION_FILE,
        Scope.CONTRIBUTION_READ,
        Scope.EMPLOYMENT_READ,
        Scope.ACCOUNT_READ,
    )
    record_payment: PaymentPayload = _act(
        record_payment, policies.may_record_payment_of, Scope.PAYMENT_RECORD, Scope.ACCOUNT_READ
    )
    end_session: SessionPayload = _act(end_session, policies.sessions, Scope.SESSION_END)


@strawberry.type(description="Everything one can follow.")
class Subscription:
    """Everything one can follow."""

    dossier_events: AsyncGenerator[DossierEvent, None] = strawberry.subscription(
        resolver=dossier_events_followed, description=_said_by(dossier_events_followed)
    )


class KnownDocuments(SchemaExtension):
    """Lets strawberry execute what the translator has parsed and found valid before, as it is."""

    def on_parse(self) -> Iterator[None]:
        """Take the document as it is known. Raises: DocumentRefused."""
        execution, context = self.execution_context, self.execution_context.context
        if isinstance(context, Context):
            execution.graphql_document = context.translator.documents.read(execution.query or "").node
            # An empty list says that validation has been done, and found nothing.
            execution.pre_execution_errors = []
        yield


class PortalSchema(strawberry.Schema):
    """The schema, quiet: what goes wrong is logged at the door, without a word of what people wrote."""

    def process_errors(self, *_: object, **__: object) -> None:
        """Leave errors to the door; strawberry's own way would log the document."""


schema = PortalSchema(
    query=Query,
    mutation=Mutation,
    subscription=Subscription,
    extensions=[lambda: MaxTokensLimiter(max_token_count=MOST_TOKENS), KnownDocuments],
    config=StrawberryConfig(scalar_map=SCALARS),
)
