"""A small world with neighbours on every side, and everybody who may look at it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from auth.viewer import Viewer, ViewerKind
from db.pool import Connection
from tests import people
from tests.people import EVERY_SCOPE

LEFT_ON = date(2024, 12, 31)


@dataclass
class World:
    """What is there, under short names, and who looks at it."""

    keys: dict[str, dict[str, str]] = field(default_factory=dict)
    viewers: dict[str, Viewer] = field(default_factory=dict)
    offices: dict[str, int] = field(default_factory=dict)

    def note(self, table: str, name: str, key: object) -> Any:  # noqa: ANN401 -- the key, whatever it is
        """Remember a row of a table by a short name, and hand its key on."""
        self.keys.setdefault(table, {})[str(key)] = name
        return key

    def key(self, table: str, name: str) -> str:
        """The key of a row by its short name."""
        return next(key for key, known in self.keys[table].items() if known == name)

    def global_id(self, place: str) -> str:
        """The global identifier of `table/short name`."""
        table, _, name = place.partition("/")
        return f"{table.removesuffix('s').capitalize()}:{self.key(table, name)}"

    def names(self, table: str, keys: list[str]) -> set[str]:
        """The short names of some rows; a stranger's row is called so."""
        return {self.keys[table].get(key, f"a stranger's: {key}") for key in keys}


async def a_world(owner: Connection) -> World:
    """Two offices of a province and one far away, three people, their employers, and all their papers."""
    world = World()
    note = world.note
    province = await people.an_office(owner)
    here, there = [await people.an_office(owner, below=province) for _ in range(2)]
    far = await people.an_office(owner)
    world.offices = {"here": here, "there": there, "far": far, "province": province}

    async def a_person(name: str, office: int) -> Any:  # noqa: ANN401 -- a key
        key = await people.a_participant(owner, office=office, name=f"Họ {name}", number=people.a_number())
        number = await owner.fetchval("SELECT id FROM identifiers WHERE participant_id = $1", key)
        note("identifiers", name, number)
        return note("participants", name, key)

    async def an_employer(name: str, office: int) -> Any:  # noqa: ANN401 -- a key
        key = note("employers", name, await people.an_employer(owner, office=office))
        note("filings", name, await people.a_filing(owner, key))
        note("payments", name, await people.a_payment(owner, key))
        # It is posted to the account, and owes nothing: what is unpaid is told below.
        note("employer_entries", name, await people.an_entry(owner, key, due=0))
        return note("employer_accounts", name, key)

    async def a_line(name: str, person: Any, employer: Any = None) -> None:  # noqa: ANN401 -- keys
        note("contributions", name, await people.a_line(owner, person, employer))

    lan, minh, hoa = await a_person("lan", here), await a_person("minh", there), await a_person("hoa", far)
    mill, shop, old = (
        await an_employer("mill", here),
        await an_employer("shop", there),
        await an_employer("old", there),
    )
    for name, person, employer, ended_on in (
        ("lan-mill", lan, mill, None),
        ("minh-shop", minh, shop, None),
        ("lan-old", lan, old, LEFT_ON),
    ):
        note("employments", name, await people.an_employment(owner, person, employer, ended_on=ended_on))
        await a_line(name, person, employer)
        note("notices", name, await people.a_notice(owner, person, employer))
    await a_line("hoa", hoa)
    port = await an_employer("port", far)
    await _unpaid_months(owner, world, {"mill": mill, "shop": shop, "old": old, "port": port}, lan, hoa)
    note("notices", "hoa", await people.a_notice(owner, hoa, shop))
    service = await people.a_service(owner)
    for name, person, employer in (
        ("lan", lan, None),
        ("lan-by-mill", lan, mill),
        ("lan-by-old", lan, old),
        ("minh", minh, None),
        ("minh-by-shop", minh, shop),
        ("hoa", hoa, None),
    ):
        dossier = await people.a_dossier(owner, participant=person, employer=employer, service=service)
        note("dossiers", name, dossier)
        note("dossier_events", name, dossier)
    for name, person, groups, more in (
        ("hoa", hoa, people.EVERY_GROUP, {}),
        ("lan-payment", lan, ["PAYMENT"], {}),
        ("lan-revoked", lan, people.EVERY_GROUP, {"is_revoked": True}),
        ("lan-offered", lan, people.EVERY_GROUP, {"is_accepted": False}),
        ("lan-over", lan, people.EVERY_GROUP, {"valid_to": LEFT_ON}),
        ("lan-higher", lan, people.EVERY_GROUP, {"level": 3}),
        ("lan-heir", lan, ["PAYMENT"], {"basis": "HEIR"}),
        ("lan-ward", lan, ["PAYMENT"], {"basis": "GUARDIAN"}),
        ("lan-health", lan, ["HEALTH_INSURANCE"], {}),
        ("hoa-child", hoa, ["PAYMENT"], {"basis": "PARENT"}),
    ):
        mandate = await people.a_mandate(owner, person, minh, groups=groups, **more)  # type: ignore[arg-type] -- any of them
        note("mandates", name, mandate)
    agreed = {
        "here": await people.an_agreement(owner, office=here),
        "another's": await people.an_agreement(owner, office=here),
        "ended": await people.an_agreement(owner, office=here, valid_to=date(2026, 1, 31)),
        "revoked": await people.an_agreement(owner, office=here),
        "far": await people.an_agreement(owner, office=far),
    }
    await people.revoke(owner, agreed["revoked"])
    for name, agreement in agreed.items():
        note("agreements", name, agreement.id)
    for name, person, by in (("lan", lan, "here"), ("minh", minh, "ended"), ("hoa", hoa, "far")):
        note("data_requests", name, await people.a_data_request(owner, person))
        for look, until, under in (
            (name, None, None),
            (f"{name}-told", LEFT_ON, agreed[by]),
            (f"{name}-withheld", date(9999, 1, 1), agreed["another's"]),
        ):
            key = await people.a_look(owner, person, withheld_until=until, agreement=under and under.id)
            note("access_ledger", look, key)
        note("consents", name, await people.a_consent(owner, person))
    await _insure(owner, world, here, {"lan": lan, "minh": minh, "hoa": hoa})

    officer_here = await people.officer_of(owner, here)
    ended = Viewer(ViewerKind.OFFICER, uuid4(), scopes=EVERY_SCOPE)
    assert ended.principal
    await people.a_grant(
        owner, ended.principal, office=province, valid_until=datetime.now(UTC) - timedelta(seconds=1)
    )
    minh_himself = people.citizen_of(minh)
    partner_here = await people.partner_under(owner, agreed["here"], office=here)
    world.viewers = {
        "lan": people.citizen_of(lan),
        "minh": minh_himself,
        "mill": await people.acting_for(owner, mill),
        "shop": await people.acting_for(owner, shop),
        "old": await people.acting_for(owner, old),
        "officer here": officer_here,
        "officer there": await people.officer_of(owner, there),
        "officer of the province": await people.officer_of(owner, province),
        "officer far away": await people.officer_of(owner, far),
        "partner here": partner_here,
        "partner here without an agreement": replace(partner_here, agreement=None),
        "partner here by another's agreement": replace(partner_here, agreement=agreed["another's"]),
        "partner whose agreement has ended": await people.partner_under(owner, agreed["ended"], office=here),
        "partner whose agreement is revoked": await people.partner_under(
            owner, agreed["revoked"], office=here
        ),
        "officer whose right ended": ended,
        "officer here as an employer": replace(officer_here, kind=ViewerKind.EMPLOYER),
        "anonymous": Viewer(scopes=EVERY_SCOPE),
    } | {
        f"minh by the mandate {name}": people.representing(
            hoa if name.startswith("hoa") else lan, minh_himself, UUID(mandate)
        )
        for mandate, name in world.keys["mandates"].items()
    }
    return world


async def _unpaid_months(
    owner: Connection, world: World, employers: Mapping[str, UUID], lan: UUID, hoa: UUID
) -> None:
    """A month that each employer has not paid.

    Hoa works for nobody, and once did at the port.
    """
    left = await people.a_line(owner, lan, employers["old"], from_month=date(2025, 1, 1), base=0)
    was_there = await people.a_line(owner, hoa, employers["port"], to_month=date(2022, 12, 1))
    world.note("contributions", "lan-left", left)
    world.note("contributions", "hoa-port", was_there)
    months = {name: date(2026, 2, 1) for name in ("mill", "shop")}
    months |= {"old": date(2024, 6, 1), "port": date(2021, 5, 1)}
    for name, month in months.items():
        unpaid = await people.an_unpaid_month(owner, employers[name], month)
        world.note("employer_arrears", name, unpaid)


async def _insure(owner: Connection, world: World, office: int, insured: Mapping[str, UUID]) -> None:
    """Lan's household, which Minh has left; everybody's cards, copayments, benefits and certificates."""
    household = await people.a_household(owner, office=office)
    world.note("households", "lan", household)
    await owner.execute("UPDATE participants SET household_id = $1 WHERE id = $2", household, insured["lan"])
    for name, until in (("lan", None), ("minh", LEFT_ON)):
        member = await people.a_membership(owner, household, insured[name], valid_to=until)
        world.note("household_members", name, member)
    for name, person in insured.items():
        world.note("health_cards", name, await people.a_health_card(owner, person))
        world.note("health_copayments", name, await people.a_health_copayment(owner, person))
        world.note("benefits", name, await people.a_benefit(owner, person))
        world.note("certificates", name, await people.a_certificate(owner, person))
