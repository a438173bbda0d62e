"""Whose rows: the first wall. One policy a table, each named as its table and answering one question.

A policy is given the columns of a row and the capacity in which the viewer asks, and returns the SQL
condition of a yes. It stands in the statement, so it is seen in every snapshot and used by the index;
row-level security asks the same question again behind it (db/migrations/versions/*_walls.py). What no case
grants is refused.

Its docstring is the question, and below it the answer for each capacity that is not refused, on one line:
`CITIZEN: their own record.`, with EVERYBODY where no capacity matters. The page of rights
(docs/rights.md) is read out of these lines.

The viewer is read as `(SELECT vget(…))`, once a statement, and rights that can be taken back are read from
`grants`.
"""

from typing import Any

from sqlalchemy import (
    Boolean,
    ColumnElement,
    ScalarSelect,
    Text,
    Uuid,
    and_,
    any_,
    bindparam,
    cast,
    exists,
    false,
    func,
    literal_column,
    or_,
    select,
    true,
    type_coerce,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.sql.base import ReadOnlyColumnCollection
from sqlalchemy.sql.elements import KeyedColumnElement
from sqlalchemy.types import Integer, SmallInteger

from auth.scopes import Scope
from auth.viewer import ViewerKind
from db.access_ledger import access_ledger as access_ledger_table
from db.agreements import agreements as agreements_table
from db.agreements import in_force as agreement_stands
from db.calendar import TODAY
from db.contributions import contributions as contributions_table
from db.dossiers import dossiers as dossiers_table
from db.employers import employers as employers_table
from db.employments import employments as employments_table
from db.grants import grants as grants_table
from db.households import households as households_table
from db.mandates import mandates as mandates_table
from db.offices import offices as offices_table
from db.participants import participants as participants_table
from db.services import services as services_table
from domain.dossiers import Applicant
from domain.mandates import MandateBasis

Columns = ReadOnlyColumnCollection[str, KeyedColumnElement[Any]]
Condition = ColumnElement[bool]


def viewers(key: str) -> ScalarSelect[Any]:
    """What the viewer said of itself under a key; NULL where it is unset or meant for another statement."""
    return select(func.vget(literal_column(f"'{key}'"), type_=Text)).scalar_subquery()


PRINCIPAL = select(cast(func.vget(literal_column("'principal'")), Uuid)).scalar_subquery()
ME = select(cast(func.vget(literal_column("'participant'")), Uuid)).scalar_subquery()
PERSON = select(cast(func.vget(literal_column("'person'")), Uuid)).scalar_subquery()
ACTING = select(cast(func.vget(literal_column("'representative'")), Uuid)).scalar_subquery()
PARTNER = select(cast(func.vget(literal_column("'partner'")), Uuid)).scalar_subquery()
AGREEMENT = select(cast(func.vget(literal_column("'agreement'")), Uuid)).scalar_subquery()
MANDATE = select(cast(func.vget(literal_column("'mandate'")), Uuid)).scalar_subquery()
ASSURANCE = select(cast(func.vget(literal_column("'assurance'")), SmallInteger)).scalar_subquery()
MY_SESSION = select(cast(func.vget(literal_column("'session_id'")), Uuid)).scalar_subquery()

# Who has somebody in their care also watches over who looks at them; an agent or an heir was not asked to.
CARE = (MandateBasis.GUARDIAN, MandateBasis.PARENT)


def grants(grant: Columns) -> Condition:
    """Is this right the viewer's own, in the capacity in which the viewer asks, and in force?

    A partner's is by the agreement under which it asks, which must be in force as well.
    """
    agreement = agreements_table.alias("my_agreement")
    named = cast(func.vget(literal_column("'agreement'")), Uuid)
    found = select(agreement.c.id).where(agreement.c.id == named, agreement_stands(agreement.c))
    return and_(
        _is_mine(grant), or_(grant.agreement_id.is_(None), grant.agreement_id == found.scalar_subquery())
    )


def _is_mine(grant: Columns) -> Condition:
    # Of whoever is no partner this is the whole question: their rights name no agreement.
    return and_(
        grant.principal == PRINCIPAL,
        grant.kind == viewers("kind"),
        or_(grant.valid_until.is_(None), grant.valid_until > func.statement_timestamp()),
    )


def _holds(scope: Scope) -> Condition:
    # Only where one table is seen by what another tells, which takes the other's scope too.
    return select(func.vhas(literal_column(f"'{scope}'", Text), type_=Boolean)).scalar_subquery()


def in_force(employment: Columns) -> Condition:
    """Is the person employed today, in Vietnam?"""
    return and_(
        employment.started_on <= TODAY, or_(employment.ended_on.is_(None), employment.ended_on >= TODAY)
    )


def _array(column: Any, *conditions: Condition, item: Any, joined: Any) -> ColumnElement[Any]:  # noqa: ANN401 -- SQL of any type
    rows = select(column).select_from(joined).where(*conditions)
    return type_coerce(func.array(rows.scalar_subquery()), ARRAY(item))


def _my_employers() -> ColumnElement[Any]:
    grant = grants_table.alias("my_grant")
    return _array(grant.c.employer_id, _is_mine(grant.c), item=Uuid, joined=grant)


def _my_offices(kind: str) -> ColumnElement[Any]:
    grant, root, office = (
        grants_table.alias("my_grant"),
        offices_table.alias("my_office"),
        offices_table.alias("below"),
    )
    joined = grant.join(root, root.c.id == grant.c.office_id).join(
        office, office.c.id.between(root.c.id, root.c.last_id)
    )
    asked = grants(grant.c) if kind == ViewerKind.PARTNER else _is_mine(grant.c)
    return _array(office.c.id, asked, item=Integer, joined=joined)


def _my_people() -> ColumnElement[Any]:
    employment = employments_table.alias("my_employment")
    return _array(
        employment.c.participant_id,
        employment.c.employer_id == any_(_my_employers()),
        in_force(employment.c),
        item=Uuid,
        joined=employment,
    )


def _works_for_me(person: Columns, employer: ColumnElement[Any] | None = None) -> Condition:
    # Asked of each person, and no list of people: an employer may have many thousands.
    employment = employments_table.alias("my_employment")
    return exists(
        select(1).where(
            employment.c.participant_id == person.id,
            employment.c.employer_id == any_(_my_employers()),
            true() if employer is None else employment.c.employer_id == employer,
            in_force(employment.c),
        )
    )


def stands(mandate: Columns) -> Condition:
    """Is the mandate in force: accepted, not revoked, and today among its days?"""
    return and_(
        mandate.accepted_at.is_not(None),
        mandate.revoked_at.is_(None),
        mandate.valid_from <= TODAY,
        or_(mandate.valid_to.is_(None), mandate.valid_to >= TODAY),
    )


def acted_by(mandate: Columns) -> Condition:
    """Is it the mandate by which the viewer acts, in force, at a level of assurance that it takes?"""
    return and_(
        mandate.id == MANDATE,
        mandate.representative_id == ACTING,
        mandate.minimum_assurance <= ASSURANCE,
        stands(mandate),
    )


def _represented(group: str | None = None) -> ScalarSelect[Any]:
    """Whom the viewer represents; in a group of services, where the mandate covers it."""
    mandate = mandates_table.alias("my_mandate")
    covers = true() if group is None else literal_column(f"'{group}'", Text) == any_(mandate.c.service_groups)
    return select(mandate.c.participant_id).where(acted_by(mandate.c), covers).scalar_subquery()


def _in_care() -> ScalarSelect[Any]:
    """Whom the viewer represents as their parent or guardian, not as an agent or an heir."""
    mandate = mandates_table.alias("my_mandate")
    by_care = mandate.c.basis.in_([literal_column(f"'{basis.value}'", Text) for basis in CARE])
    return select(mandate.c.participant_id).where(acted_by(mandate.c), by_care).scalar_subquery()


def _services_covered() -> ColumnElement[Any]:
    mandate, service = mandates_table.alias("my_mandate"), services_table.alias("covered")
    joined = mandate.join(service, service.c.service_group == any_(mandate.c.service_groups))
    return _array(service.c.id, acted_by(mandate.c), item=Text, joined=joined)


def everybody(_row: Columns, _kind: str) -> Condition:
    """May the viewer see this?

    EVERYBODY: it is nobody's data.
    """
    return true()


def concerned(row: Columns, kind: str) -> Condition:
    """Is the viewer concerned?

    CITIZEN: what is about them.
    EMPLOYER: what an employer that they act for did.
    OFFICER, PARTNER: what lies in an office that they serve, or in one below it.
    """
    # What a representative may see of it depends on what it is.
    match kind:
        case ViewerKind.CITIZEN:
            return row.participant_id == ME
        case ViewerKind.EMPLOYER:
            return row.employer_id == any_(_my_employers())
        case ViewerKind.OFFICER | ViewerKind.PARTNER:
            return row.office_id == any_(_my_offices(kind))
    return false()


def participants(participant: Columns, kind: str) -> Condition:
    """May the viewer see this person?

    CITIZEN: themself.
    EMPLOYER: whoever works today for an employer that they act for.
    OFFICER, PARTNER: whoever's record lies in an office that they serve, or in one below it.
    REPRESENTATIVE: whom they act for.
    """
    match kind:
        case ViewerKind.CITIZEN:
            return participant.id == ME
        case ViewerKind.REPRESENTATIVE:
            return participant.id == _represented()
        case ViewerKind.EMPLOYER:
            return _works_for_me(participant)
        case ViewerKind.OFFICER | ViewerKind.PARTNER:
            return participant.office_id == any_(_my_offices(kind))
    return false()


def listed_participants(participant: Columns, kind: str) -> Condition:
    """May the viewer see these people?

    As `participants` says, of many: an employer's are gathered once. To find 20,000 people by their keys in
    one search takes a third of the time of as many searches.
    """
    return (
        participant.id == any_(_my_people())
        if kind == ViewerKind.EMPLOYER
        else participants(participant, kind)
    )


def identifiers(identifier: Columns, kind: str) -> Condition:
    """May the viewer see this masked number?

    CITIZEN: their own.
    EMPLOYER, OFFICER, PARTNER, REPRESENTATIVE: those of whomever they may see.
    """
    if kind == ViewerKind.CITIZEN:
        return identifier.participant_id == ME
    person = participants_table.alias("person")
    return exists(select(1).where(person.c.id == identifier.participant_id, participants(person.c, kind)))


def employments(employment: Columns, kind: str) -> Condition:
    """May the viewer see this employment?

    CITIZEN: their own.
    EMPLOYER: those by an employer that they act for, the past ones too.
    OFFICER, PARTNER: those by the employers of an office that they serve, or of one below it.
    REPRESENTATIVE: those of whom they act for, in contributions.
    """
    if kind == ViewerKind.REPRESENTATIVE:
        return employment.participant_id == _represented("CONTRIBUTIONS")
    return concerned(employment, kind)


def _household_of(person_id: ColumnElement[Any]) -> ScalarSelect[Any]:
    """The household that somebody belongs to today."""
    person = participants_table.alias("person")
    return select(person.c.household_id).where(person.c.id == person_id).scalar_subquery()


def households(household: Columns, kind: str) -> Condition:
    """May the viewer see this household?

    CITIZEN: their own.
    OFFICER, PARTNER: those of an office that they serve, or of one below it.
    REPRESENTATIVE: that of whom they act for, in health insurance.
    """
    match kind:
        case ViewerKind.CITIZEN:
            return household.id == _household_of(ME)
        case ViewerKind.OFFICER | ViewerKind.PARTNER:
            return household.office_id == any_(_my_offices(kind))
        case ViewerKind.REPRESENTATIVE:
            return household.id == _household_of(_represented("HEALTH_INSURANCE"))
    return false()


def household_members(member: Columns, kind: str) -> Condition:
    """May the viewer see that somebody belongs to a household, and in which relationship?

    CITIZEN: those of their own household, and to which they belonged themself.
    OFFICER, PARTNER: those of the households that they may see.
    REPRESENTATIVE: those of the household of whom they act for, in health insurance, and theirs of before.
    """
    match kind:
        case ViewerKind.CITIZEN:
            person: ColumnElement[Any] = ME
        case ViewerKind.REPRESENTATIVE:
            person = _represented("HEALTH_INSURANCE")
        case ViewerKind.OFFICER | ViewerKind.PARTNER:
            household = households_table.alias("household")
            return exists(
                select(1).where(household.c.id == member.household_id, households(household.c, kind))
            )
        case _:
            return false()
    return or_(member.participant_id == person, member.household_id == _household_of(person))


def health_cards(card: Columns, kind: str) -> Condition:
    """May the viewer see this health insurance card?

    CITIZEN: their own.
    OFFICER, PARTNER: those of whomever they may see.
    REPRESENTATIVE: those of whom they act for, in health insurance.
    """
    return _of_health(card, kind)


def health_copayments(copayment: Columns, kind: str) -> Condition:
    """May the viewer see what was copaid of this visit?

    CITIZEN: what they copaid.
    OFFICER, PARTNER: what whomever they may see copaid.
    REPRESENTATIVE: what whom they act for copaid, in health insurance.
    """
    return _of_health(copayment, kind)


def _of_health(row: Columns, kind: str) -> Condition:
    # An employer has no business with anybody's health.
    match kind:
        case ViewerKind.CITIZEN:
            return row.participant_id == ME
        case ViewerKind.OFFICER | ViewerKind.PARTNER:
            person = participants_table.alias("person")
            return exists(select(1).where(person.c.id == row.participant_id, participants(person.c, kind)))
        case ViewerKind.REPRESENTATIVE:
            return row.participant_id == _represented("HEALTH_INSURANCE")
    return false()


def benefits(benefit: Columns, kind: str) -> Condition:
    """May the viewer see this benefit?

    CITIZEN: their own.
    OFFICER, PARTNER: those that an office pays that they serve, or one below it.
    REPRESENTATIVE: those of whom they act for, in benefits or in payment.
    """
    match kind:
        case ViewerKind.CITIZEN:
            return benefit.participant_id == ME
        case ViewerKind.OFFICER | ViewerKind.PARTNER:
            return benefit.office_id == any_(_my_offices(kind))
        case ViewerKind.REPRESENTATIVE:
            return benefit.participant_id.in_([_represented("BENEFITS"), _represented("PAYMENT")])
    return false()


def certificates(certificate: Columns, kind: str) -> Condition:
    """May the viewer see this certificate?

    CITIZEN: their own, whoever had it issued.
    OFFICER: those of people of an office that they serve, or of one below it.
    REPRESENTATIVE: those of whom they act for, in contributions.
    """
    match kind:
        case ViewerKind.CITIZEN:
            return certificate.participant_id == ME
        case ViewerKind.OFFICER:
            return certificate.office_id == any_(_my_offices(kind))
        case ViewerKind.REPRESENTATIVE:
            return certificate.participant_id == _represented("CONTRIBUTIONS")
    return false()


def may_issue_certificate_for(participant: Columns, kind: str) -> Condition:
    """May the viewer have a certificate of this person's coverage issued?

    CITIZEN: of their own.
    OFFICER: of whomever they may see.
    REPRESENTATIVE: of whom they act for, in contributions.
    """
    match kind:
        case ViewerKind.CITIZEN | ViewerKind.OFFICER:
            return participants(participant, kind)
        case ViewerKind.REPRESENTATIVE:
            return participant.id == _represented("CONTRIBUTIONS")
    return false()


def contributions(line: Columns, kind: str) -> Condition:
    """May the viewer see this line of the ledger?

    CITIZEN: their own.
    EMPLOYER: those that an employer that they act for paid.
    OFFICER, PARTNER: those of whomever they may see.
    REPRESENTATIVE: those of whom they act for, in contributions.
    """
    match kind:
        case ViewerKind.CITIZEN:
            return line.participant_id == ME
        case ViewerKind.EMPLOYER:
            return line.employer_id == any_(_my_employers())
        case ViewerKind.OFFICER | ViewerKind.PARTNER:
            person = participants_table.alias("person")
            return exists(select(1).where(person.c.id == line.participant_id, participants(person.c, kind)))
        case ViewerKind.REPRESENTATIVE:
            return line.participant_id == _represented("CONTRIBUTIONS")
    return false()


def covered_participants(participant: Columns, kind: str) -> Condition:
    """May the viewer be told what this person is covered for?

    CITIZEN: of themself.
    OFFICER, PARTNER: of whomever they may see.
    REPRESENTATIVE: of whom they act for, in contributions.
    """
    # An employer sees the lines that it pays: of a part of them coverage would be wrong.
    match kind:
        case ViewerKind.CITIZEN | ViewerKind.OFFICER | ViewerKind.PARTNER:
            return participants(participant, kind)
        case ViewerKind.REPRESENTATIVE:
            return participant.id == _represented("CONTRIBUTIONS")
    return false()


def covering_contributions(line: Columns, kind: str) -> Condition:
    """May the viewer see this line of the ledger, and all others of the person?

    CITIZEN, OFFICER, PARTNER, REPRESENTATIVE: those of whom they may be told what they are covered for.
    """
    return false() if kind == ViewerKind.EMPLOYER else contributions(line, kind)


def covering_arrears(unpaid: Columns, kind: str) -> Condition:
    """May the viewer see that a month of somebody's coverage is not paid?

    CITIZEN, OFFICER, PARTNER, REPRESENTATIVE: where they may see that it is not paid, and the whole ledger.
    """
    return false() if kind == ViewerKind.EMPLOYER else employer_arrears(unpaid, kind)


def covering_benefits(benefit: Columns, kind: str) -> Condition:
    """May the viewer be told of this benefit, where they ask what somebody is covered for?

    CITIZEN, OFFICER, PARTNER, REPRESENTATIVE: where they may see it, with the scope that it takes.
    """
    return and_(_holds(Scope.BENEFIT_READ), benefits(benefit, kind))


def covering_cards(card: Columns, kind: str) -> Condition:
    """May the viewer be told of this card, where they ask what somebody is covered for?

    CITIZEN, OFFICER, PARTNER, REPRESENTATIVE: where they may see it, with the scope that it takes.
    """
    return and_(_holds(Scope.HEALTH_READ), health_cards(card, kind))


def employer_arrears(unpaid: Columns, kind: str) -> Condition:
    """May the viewer see that an employer has not paid this month?

    CITIZEN: of an employer that has ever reported them.
    EMPLOYER: of an employer that they act for.
    OFFICER, PARTNER: of every employer, where they serve an office.
    REPRESENTATIVE: of an employer that has ever reported whom they act for, in contributions.
    """
    # It says nothing of a person: whose month it is follows from the lines of the ledger.
    match kind:
        case ViewerKind.EMPLOYER:
            return unpaid.employer_id == any_(_my_employers())
        case ViewerKind.OFFICER | ViewerKind.PARTNER:
            return func.cardinality(_my_offices(kind)) > literal_column("0")
        case ViewerKind.CITIZEN | ViewerKind.REPRESENTATIVE:
            line = contributions_table.alias("my_line")
            mine = _array(line.c.employer_id, contributions(line.c, kind), item=Uuid, joined=line)
            return unpaid.employer_id == any_(mine)
    return false()


def employer_accounts(account: Columns, kind: str) -> Condition:
    """May the viewer see this account?

    EMPLOYER: that of an employer that they act for.
    OFFICER: those of the employers of an office that they serve, or of one below it.
    """
    match kind:
        case ViewerKind.EMPLOYER:
            return account.employer_id == any_(_my_employers())
        case ViewerKind.OFFICER:
            employer = employers_table.alias("employer")
            return exists(
                select(1).where(
                    employer.c.id == account.employer_id, employer.c.office_id == any_(_my_offices(kind))
                )
            )
    return false()


def filings(filing: Columns, kind: str) -> Condition:
    """May the viewer see this list of a month?

    EMPLOYER: those of an employer that they act for.
    OFFICER: those of the employers of an office that they serve, or of one below it.
    """
    return _of_employer(filing, kind)


def payments(payment: Columns, kind: str) -> Condition:
    """May the viewer see this payment?

    EMPLOYER: those of an employer that they act for.
    OFFICER: those of the employers of an office that they serve, or of one below it.
    """
    return _of_employer(payment, kind)


def _of_employer(row: Columns, kind: str) -> Condition:
    match kind:
        case ViewerKind.EMPLOYER:
            return row.employer_id == any_(_my_employers())
        case ViewerKind.OFFICER:
            return row.office_id == any_(_my_offices(kind))
    return false()


def notices(notice: Columns, kind: str) -> Condition:
    """May the viewer see what this person was told?

    CITIZEN: what they were told themself.
    REPRESENTATIVE: what was told whom they act for, in contributions.
    """
    match kind:
        case ViewerKind.CITIZEN:
            return notice.participant_id == ME
        case ViewerKind.REPRESENTATIVE:
            return notice.participant_id == _represented("CONTRIBUTIONS")
    return false()


def dossiers(dossier: Columns, kind: str) -> Condition:
    """May the viewer see this dossier?

    CITIZEN: those about them, whoever filed them.
    EMPLOYER: those that an employer that they act for filed.
    OFFICER, PARTNER: those that lie in an office that they serve, or in one below it.
    REPRESENTATIVE: those about whom they act for, of services that the mandate covers.
    """
    if kind == ViewerKind.REPRESENTATIVE:
        return and_(dossier.participant_id == _represented(), dossier.service_id == any_(_services_covered()))
    return concerned(dossier, kind)


def dossier_events(event: Columns, kind: str) -> Condition:
    """May the viewer see this event?

    CITIZEN, EMPLOYER, OFFICER, PARTNER, REPRESENTATIVE: those of the dossiers that they may see.
    """
    if kind == ViewerKind.REPRESENTATIVE:
        dossier = dossiers_table.alias("its_dossier")
        return exists(select(1).where(dossier.c.id == event.dossier_id, dossiers(dossier.c, kind)))
    return concerned(event, kind)


def access_ledger(entry: Columns, kind: str) -> Condition:
    """May the viewer see this entry of the ledger?

    CITIZEN: what others were shown of them, and they themself of the ledger, unless it is withheld still.
    REPRESENTATIVE: the same of whom they act for as parent or guardian.
    """
    told = or_(entry.withheld_until.is_(None), entry.withheld_until <= func.statement_timestamp())
    match kind:
        case ViewerKind.CITIZEN:
            return and_(entry.subject_id == ME, told)
        case ViewerKind.REPRESENTATIVE:
            return and_(entry.subject_id == _in_care(), told)
    return false()


def agreements(agreement: Columns, kind: str) -> Condition:
    """May the viewer see this agreement?

    CITIZEN: those under which a partner was shown something of them, as far as they may read of that.
    OFFICER: those about the people of an office that they serve, or of one below it.
    PARTNER: its own, in force or not.
    REPRESENTATIVE: as citizens, of whom they act for as parent or guardian.
    """
    match kind:
        case ViewerKind.PARTNER:
            return agreement.partner_id == PARTNER
        case ViewerKind.OFFICER:
            return agreement.office_id == any_(_my_offices(kind))
        case ViewerKind.CITIZEN | ViewerKind.REPRESENTATIVE:
            entry = access_ledger_table.alias("told")
            seen = (entry.c.agreement_id == agreement.id, access_ledger(entry.c, kind))
            return and_(_holds(Scope.ACCESS_READ), exists(select(1).where(*seen)))
    return false()


def sessions(session: Columns, _kind: str) -> Condition:
    """May the viewer see this session?

    EVERYBODY: those of their own account that are not over, in whatever capacity they were begun.
    """
    return and_(session.principal == PRINCIPAL, session.expires_at > func.statement_timestamp())


def mandates(mandate: Columns, kind: str) -> Condition:
    """May the viewer see this mandate?

    CITIZEN: those by which others act for them, and those that they were given.
    REPRESENTATIVE: the one by which they act.
    OFFICER: those for people of an office that they serve, or of one below it.
    """
    match kind:
        case ViewerKind.CITIZEN:
            return or_(mandate.participant_id == ME, mandate.representative_id == ME)
        case ViewerKind.REPRESENTATIVE:
            return acted_by(mandate)
        case ViewerKind.OFFICER:
            return mandate.office_id == any_(_my_offices(kind))
    return false()


def data_requests(request: Columns, kind: str) -> Condition:
    """May the viewer see this request about somebody's data?

    CITIZEN: their own.
    OFFICER: those that lie in an office that they serve, or in one below it.
    """
    match kind:
        case ViewerKind.CITIZEN:
            return request.participant_id == ME
        case ViewerKind.OFFICER:
            return request.office_id == any_(_my_offices(kind))
    return false()


def may_file_data_request_for(participant: Columns, kind: str) -> Condition:
    """May the viewer ask for something about this person's data?

    CITIZEN: about their own.
    """
    return participant.id == ME if kind == ViewerKind.CITIZEN else false()


def may_answer_data_request(data_request: Columns, kind: str) -> Condition:
    """May the viewer answer this request about somebody's data?

    OFFICER: those that lie in an office that they serve, or in one below it.
    """
    return data_request.office_id == any_(_my_offices(kind)) if kind == ViewerKind.OFFICER else false()


def consents(consent: Columns, kind: str) -> Condition:
    """May the viewer see this consent?

    CITIZEN: their own.
    OFFICER: those that lie in an office that they serve, or in one below it.
    REPRESENTATIVE: those of whom they act for as parent or guardian.
    """
    match kind:
        case ViewerKind.CITIZEN:
            return consent.participant_id == ME
        case ViewerKind.REPRESENTATIVE:
            return consent.participant_id == _in_care()
        case ViewerKind.OFFICER:
            return consent.office_id == any_(_my_offices(kind))
    return false()


def may_give_consent_for(participant: Columns, kind: str) -> Condition:
    """May the viewer give a consent for this person?

    CITIZEN: for themself.
    REPRESENTATIVE: for whom they act for as parent or guardian.
    """
    return _is_of_care(participant.id, kind)


def may_withdraw_consent(consent: Columns, kind: str) -> Condition:
    """May the viewer withdraw this consent?

    CITIZEN: their own, also those that somebody gave who had them in their care.
    REPRESENTATIVE: those of whom they act for as parent or guardian.
    """
    return _is_of_care(consent.participant_id, kind)


def _is_of_care(person: ColumnElement[Any], kind: str) -> Condition:
    """Is it the viewer, or whom they have in their care?"""
    match kind:
        case ViewerKind.CITIZEN:
            return person == ME
        case ViewerKind.REPRESENTATIVE:
            return person == _in_care()
    return false()


def may_accept_mandate(mandate: Columns, kind: str) -> Condition:
    """May the viewer accept this mandate?

    CITIZEN: those that they were given.
    """
    return mandate.representative_id == ME if kind == ViewerKind.CITIZEN else false()


def may_revoke_mandate(mandate: Columns, kind: str) -> Condition:
    """May the viewer revoke this mandate?

    CITIZEN: those that they were given, and of their agents.
    OFFICER: those for people of an office that they serve, or of one below it.
    """
    match kind:
        case ViewerKind.CITIZEN:
            appointed = and_(mandate.participant_id == ME, mandate.basis == MandateBasis.AGENT.value)
            return or_(mandate.representative_id == ME, appointed)
        case ViewerKind.OFFICER:
            return mandate.office_id == any_(_my_offices(kind))
    return false()


def may_give_mandate_for(participant: Columns, kind: str) -> Condition:
    """May the viewer set up a mandate for this person?

    CITIZEN: for themself, an agent.
    OFFICER: for whomever they may see, a parent, a guardian or an heir.
    """
    return participants(participant, kind) if kind in {ViewerKind.CITIZEN, ViewerKind.OFFICER} else false()


def may_reveal(identifier: Columns, kind: str) -> Condition:
    """May the viewer see this number in full?

    CITIZEN: their own.
    OFFICER, REPRESENTATIVE: those of whomever they may see.
    """
    kinds = {ViewerKind.CITIZEN, ViewerKind.OFFICER, ViewerKind.REPRESENTATIVE}
    return identifiers(identifier, kind) if kind in kinds else false()


def may_act_for(employer: Columns, kind: str) -> Condition:
    """May the viewer hire for this employer, and file what it owes?

    EMPLOYER: for one that they act for.
    """
    return employer.id == any_(_my_employers()) if kind == ViewerKind.EMPLOYER else false()


def may_start_employment_after(employment: Columns, kind: str) -> Condition:
    """May the viewer employ again whom this employment was of?

    EMPLOYER: whoever works or worked for an employer that they act for.
    """
    return _is_at_mine(employment, kind)


def may_end_employment(employment: Columns, kind: str) -> Condition:
    """May the viewer end this employment?

    EMPLOYER: those by an employer that they act for.
    """
    return _is_at_mine(employment, kind)


def _is_at_mine(employment: Columns, kind: str) -> Condition:
    return employment.employer_id == any_(_my_employers()) if kind == ViewerKind.EMPLOYER else false()


def may_record_payment_of(employer: Columns, kind: str) -> Condition:
    """May the viewer record what this employer has paid?

    OFFICER: of the employers of an office that they serve, or of one below it.
    """
    return employer.office_id == any_(_my_offices(kind)) if kind == ViewerKind.OFFICER else false()


def may_file_for(participant: Columns, kind: str) -> Condition:
    """May the viewer file a dossier for this person?

    CITIZEN: for themself.
    EMPLOYER: for whoever works today for the employer that is named, if they act for it.
    REPRESENTATIVE: for whom they act for, in services that the mandate covers.
    """
    match kind:
        case ViewerKind.CITIZEN:
            return participant.id == ME
        case ViewerKind.REPRESENTATIVE:
            service = bindparam("service_id", type_=Text)
            return and_(participant.id == _represented(), service == any_(_services_covered()))
        case ViewerKind.EMPLOYER:
            return _works_for_me(participant, bindparam("employer_id", type_=Uuid))
    return false()


def may_accept(dossier: Columns, kind: str) -> Condition:
    """May the viewer accept this dossier?

    OFFICER: those that lie in an office that they serve, or in one below it.
    """
    return dossier.office_id == any_(_my_offices(kind)) if kind == ViewerKind.OFFICER else false()


def may_withdraw(dossier: Columns, kind: str) -> Condition:
    """May the viewer withdraw this dossier?

    CITIZEN: those that they filed themself.
    EMPLOYER: those that an employer that they act for filed.
    REPRESENTATIVE: those of whom they act for, in services that the mandate covers.
    """
    match kind:
        case ViewerKind.REPRESENTATIVE:
            return and_(dossier.applicant == Applicant.CITIZEN.value, dossiers(dossier, kind))
        case ViewerKind.CITIZEN:
            return and_(dossier.applicant == Applicant.CITIZEN.value, dossier.participant_id == ME)
        case ViewerKind.EMPLOYER:
            return dossier.employer_id == any_(_my_employers())
    return false()
