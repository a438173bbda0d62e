"""Every mutation, done once by whoever may: what it takes to do it over HTTP, for tests that do them all."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import uuid4

from auth.sessions import Sessions
from auth.viewer import Viewer, ViewerKind
from db.pool import Connection
from domain.consents import WORDS, ConsentPurpose
from tests import people
from tests.api.conftest import Account, RunningPortal, global_id

GIVE = "mutation ($input: GiveMandateInput!) { giveMandate(input: $input) { mandate { id } } }"

# Who does it, and the input without its key.
Wish = tuple[Account, dict[str, Any]]
Preparing = Callable[[RunningPortal, Connection], Awaitable[Wish]]


async def submitting(portal: RunningPortal, owner: Connection) -> Wish:
    """Somebody who wants to file something."""
    return await portal.citizen(owner), {"service": f"Service:{await people.a_service(owner)}"}


async def accepting(portal: RunningPortal, owner: Connection) -> Wish:
    """An officer before a dossier that is new."""
    office = await people.an_office(owner)
    dossier = await people.a_dossier(owner, participant=await people.a_participant(owner, office=office))
    return await portal.officer(owner, office), {"dossier": global_id(dossier), "expectedVersion": 1}


async def withdrawing(portal: RunningPortal, owner: Connection) -> Wish:
    """Somebody before a dossier that they filed."""
    lan = await portal.citizen(owner)
    dossier = await people.a_dossier(owner, participant=lan.participant)
    return lan, {"dossier": global_id(dossier), "expectedVersion": 1}


async def giving_a_mandate(portal: RunningPortal, owner: Connection) -> Wish:
    """Somebody who wants another to act for them."""
    agent = await people.a_participant(owner, number=people.a_number())
    return await portal.citizen(owner), {
        "representative": f"Participant:{agent}",
        "serviceGroups": ["BENEFITS"],
    }


async def recording_a_mandate(portal: RunningPortal, owner: Connection) -> Wish:
    """An officer before the papers of a guardian."""
    office = await people.an_office(owner)
    ward, guardian = [await people.a_participant(owner, office=office) for _ in range(2)]
    return await portal.officer(owner, office), {
        "basis": "GUARDIAN",
        "participant": f"Participant:{ward}",
        "representative": f"Participant:{guardian}",
        "serviceGroups": ["BENEFITS"],
        "evidence": "Quyết định giám hộ",
    }


async def accepting_a_mandate(portal: RunningPortal, owner: Connection) -> Wish:
    """Somebody who was asked to act for another."""
    lan, minh = await portal.citizen(owner), await portal.citizen(owner)
    wish = {"representative": f"Participant:{minh.participant}", "serviceGroups": ["BENEFITS"]}
    given = await portal.told(GIVE, lan, input={"idempotencyKey": uuid4().hex, **wish})
    return minh, {"mandate": given["giveMandate"]["mandate"]["id"]}


async def revoking_a_mandate(portal: RunningPortal, owner: Connection) -> Wish:
    """Somebody for whom another may act."""
    lan, minh = await portal.citizen(owner), await portal.citizen(owner)
    assert lan.participant
    assert minh.participant
    return lan, {"mandate": f"Mandate:{await people.a_mandate(owner, lan.participant, minh.participant)}"}


async def revealing(portal: RunningPortal, owner: Connection) -> Wish:
    """Somebody who wants to see their own number in full."""
    lan = await portal.citizen(owner)
    number = await owner.fetchval("SELECT id FROM identifiers WHERE participant_id = $1", lan.participant)
    return lan, {"identifier": f"Identifier:{number}", "purpose": "OWN_USE"}


async def asking_about_data(portal: RunningPortal, owner: Connection) -> Wish:
    """Somebody whose birth date is wrong."""
    wish = {"kind": "CORRECTION", "concerns": "Ngày sinh", "wish": "Xin sửa thành 02/01/1990."}
    return await portal.citizen(owner), wish


async def answering_about_data(portal: RunningPortal, owner: Connection) -> Wish:
    """An officer before such a request."""
    office = await people.an_office(owner)
    asked = await people.a_data_request(owner, await people.a_participant(owner, office=office))
    wish = {"expectedVersion": 1, "outcome": "DONE", "answer": "Đã sửa."}
    return await portal.officer(owner, office), {"dataRequest": f"DataRequest:{asked}", **wish}


async def consenting(portal: RunningPortal, owner: Connection) -> Wish:
    """Somebody who wants to be told the news."""
    return await portal.citizen(owner), {
        "purpose": "NOTICES",
        "textVersion": WORDS[ConsentPurpose.NOTICES].version,
    }


async def withdrawing_a_consent(portal: RunningPortal, owner: Connection) -> Wish:
    """Somebody who wants no more of them."""
    lan = await portal.citizen(owner)
    return lan, {"consent": f"Consent:{await people.a_consent(owner, lan.participant)}"}


async def having_a_certificate_issued(portal: RunningPortal, owner: Connection) -> Wish:
    """Somebody who wants their coverage certified."""
    return await portal.citizen(owner), {"fromMonth": "2025-01", "toMonth": "2025-12"}


async def registering(portal: RunningPortal, owner: Connection) -> Wish:
    """An employer that hires somebody whom the agency does not know yet."""
    employer = await people.an_employer(owner)
    return await portal.employer(owner, employer), {
        "employer": f"Employer:{employer}",
        "fullName": "Nguyễn Thị Mới",
        "birthDate": "1990-01-01",
        "sex": "FEMALE",
        "personalNumber": f"001190{people.a_number()[-6:]}",
        "position": "Thợ may",
        "startedOn": "2026-10-05",
    }


async def starting_again(portal: RunningPortal, owner: Connection) -> Wish:
    """An employer to which somebody comes back."""
    employer, person = await people.an_employer(owner), await people.a_participant(owner)
    await people.an_employment(owner, person, employer, ended_on=date(2024, 12, 31))
    return await portal.employer(owner, employer), {
        "employer": f"Employer:{employer}",
        "participant": f"Participant:{person}",
        "position": "Thợ may",
        "startedOn": "2026-10-05",
    }


async def ending_an_employment(portal: RunningPortal, owner: Connection) -> Wish:
    """An employer that somebody leaves."""
    employer, person = await people.an_employer(owner), await people.a_participant(owner)
    employment = await people.an_employment(owner, person, employer)
    return await portal.employer(owner, employer), {
        "employment": f"Employment:{employment}",
        "endedOn": "2026-10-31",
    }


async def filing_a_list(portal: RunningPortal, owner: Connection) -> Wish:
    """An employer with a list of a month."""
    employer, person = await people.an_employer(owner), await people.a_participant(owner)
    await people.an_employment(owner, person, employer)
    return await portal.employer(owner, employer), {
        "employer": f"Employer:{employer}",
        "month": "2026-10",
        "lines": [{"participant": f"Participant:{person}", "base": 10_000_000}],
    }


async def recording_a_payment(portal: RunningPortal, owner: Connection) -> Wish:
    """An officer whose office an employer has paid."""
    office = await people.an_office(owner)
    employer = await people.an_employer(owner, office=office)
    return await portal.officer(owner, office), {
        "employer": f"Employer:{employer}",
        "amount": 1_000_000,
        "paidOn": "2026-11-20",
        "reference": uuid4().hex,
    }


async def ending_a_session(portal: RunningPortal, owner: Connection) -> Wish:
    """Somebody who is signed in elsewhere, too."""
    lan = await portal.citizen(owner)
    viewer = Viewer(ViewerKind.CITIZEN, lan.principal, lan.participant, name="Lan", assurance=2)
    await Sessions(portal.door.pool).begin(replace(viewer), issuer="tests", subject=lan.persona.subject)
    session = await owner.fetchval("SELECT id FROM sessions WHERE principal = $1", lan.principal)
    return lan, {"session": f"Session:{session}"}


ACTS: Mapping[str, Preparing] = {
    "submitDossier": submitting,
    "acceptDossier": accepting,
    "withdrawDossier": withdrawing,
    "giveMandate": giving_a_mandate,
    "recordMandate": recording_a_mandate,
    "acceptMandate": accepting_a_mandate,
    "revokeMandate": revoking_a_mandate,
    "revealIdentifier": revealing,
    "fileDataRequest": asking_about_data,
    "answerDataRequest": answering_about_data,
    "giveConsent": consenting,
    "withdrawConsent": withdrawing_a_consent,
    "issueCertificate": having_a_certificate_issued,
    "registerParticipant": registering,
    "startEmployment": starting_again,
    "endEmployment": ending_an_employment,
    "fileContributions": filing_a_list,
    "recordPayment": recording_a_payment,
    "endSession": ending_a_session,
}
