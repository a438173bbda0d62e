"""The page of one's own account, in a real browser: step up, file, and end another browser's session."""

import asyncio
import json
import re
from collections.abc import AsyncIterator, Awaitable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx2
from joserfc import jwt
from joserfc.jwk import KeySet
from joserfc.jws import JWSRegistry
from playwright.async_api import Browser, Download, Page, expect

from auth.provider import issue_headers
from tests.api.test_running import House
from tests.browser.test_walking_way import reach, somebody
from tests.patience import eventually


@asynccontextmanager
async def account_of(chromium: Browser, house: House, name: str) -> AsyncIterator[Page]:
    """Somebody at the page of their account, signed in from there."""
    async with somebody(chromium, house) as page:
        await page.goto(f"{house.address}/account")
        await page.get_by_role("link", name=name).click()
        await expect(page.get_by_role("heading", name="Tài khoản của tôi")).to_be_visible()
        await expect(page.locator("#browsers .rows li")).not_to_have_count(0)
        yield page


async def test_whoever_signed_in_at_a_low_level_steps_up_where_something_was_refused_and_files(
    house: House, chromium: Browser
) -> None:
    async with account_of(chromium, house, "Lê Thị Hoa") as page:
        await expect(page.get_by_text("Đăng nhập ở mức 1 của tài khoản định danh")).to_be_visible()
        refusal = page.locator("#dossiers [role=status]")
        await expect(refusal).to_contain_text("mức 2")
        await expect(page.locator("#dossiers form")).to_be_hidden()

        await refusal.get_by_role("link", name="Đăng nhập ở mức 2").click()
        # The page that she leaves has a link of her name too, to itself.
        await page.wait_for_url("**/provider/authorize?*")
        await page.get_by_role("link", name="Lê Thị Hoa").click()
        await expect(page.get_by_text("Đăng nhập ở mức 2 của tài khoản định danh")).to_be_visible()
        assert await page.get_by_role("link", name="Lên mức").count() == 0
        # One session, of a new name.
        await expect(page.locator("#browsers .rows li")).to_have_count(1)

        await page.get_by_label("Nội dung đề nghị").fill("Xin hưởng chế độ <b>thử</b>")
        await page.locator("#dossiers form").get_by_role("button", name="Nộp hồ sơ").click()
        await expect(refusal).to_contain_text(re.compile("Đã nộp hồ sơ [0-9A-Z-]{14}"))
        await expect(page.locator("#dossiers .rows li").first).to_contain_text("Mới đăng ký")


async def test_session_of_another_browser_is_ended_by_keyboard_alone(house: House, chromium: Browser) -> None:
    async with (
        account_of(chromium, house, "Trần Văn Minh") as there,
        account_of(chromium, house, "Trần Văn Minh") as here,
    ):
        rows = here.locator("#browsers .rows li")
        await expect(rows).to_have_count(2)
        await expect(rows.filter(has_text="Trình duyệt này")).to_have_count(1)
        await reach(here, "Kết thúc")
        await here.keyboard.press("Enter")
        await expect(rows).to_have_count(1)
        await expect(here.locator("#browsers [role=status]")).to_contain_text("Đã kết thúc")
        # The focus did not fall back to the top of the page.
        assert await here.evaluate("document.activeElement.closest('#browsers') !== null")

        async def is_signed_out() -> bool:
            return (
                "Chưa đăng nhập" in await (await there.context.request.get(f"{house.address}/account")).text()
            )

        await eventually(is_signed_out)
        await there.reload()
        await expect(there.get_by_role("heading", name="Đăng nhập")).to_be_visible()


async def test_account_is_read_without_a_mouse_and_in_the_dark(house: House, chromium: Browser) -> None:
    async with account_of(chromium, house, "Nguyễn Thị Lan") as page:
        assert await page.get_by_role("heading", level=1).count() == 1
        for landmark in ("banner", "main", "contentinfo"):
            assert await page.get_by_role(landmark).count() == 1
        light = await page.evaluate("getComputedStyle(document.body).backgroundColor")
        await page.emulate_media(color_scheme="dark")
        assert await page.evaluate("getComputedStyle(document.body).backgroundColor") != light
        for words in ("Đến nội dung chính", "Nguyễn Thị Lan", "Đăng xuất", "Nộp hồ sơ"):
            await reach(page, words)


async def test_parent_acts_for_the_child_and_files_in_its_name(house: House, chromium: Browser) -> None:
    async with account_of(chromium, house, "Nguyễn Thị Lan") as page:
        shown, status = page.locator("#dossiers .person-shown"), page.locator("#dossiers [role=status]")
        await expect(shown).to_have_text("Nguyễn Thị Lan")
        child = page.get_by_role("button", name="Nguyễn Gia Bảo")
        await reach(page, "Nguyễn Gia Bảo")
        await page.keyboard.press("Enter")
        await expect(shown).to_have_text("Nguyễn Gia Bảo")
        await expect(child).to_have_attribute("aria-pressed", "true")

        await page.locator("#dossiers form").get_by_role("button", name="Nộp hồ sơ").click()
        await expect(status).to_contain_text("Đã nộp hồ sơ")
        await expect(page.locator("#dossiers .rows li").first).to_contain_text("Mới đăng ký")
        filed = await page.locator("#dossiers .rows li code").first.inner_text()

        # Her own dossiers are others, and the browsers stay hers.
        await page.get_by_role("button", name="Chính tôi").click()
        await expect(shown).to_have_text("Nguyễn Thị Lan")
        await expect(page.locator("#dossiers .rows li").first).to_be_visible()
        assert filed not in await page.locator("#dossiers .rows").inner_text()
        await expect(page.locator("#browsers .rows li")).not_to_have_count(0)


PERSON = "query ($id: ID!) { participant(id: $id) { fullName birthDate } }"
WHO = "{ viewer { participant { id } } }"
GIVE = (
    "mutation ($input: GiveMandateInput!) { giveMandate(input: $input) { mandate { id } errors { code } } }"
)
ACCEPT = "mutation ($input: MandateInput!) { acceptMandate(input: $input) { errors { code } } }"


async def told(
    house: House, persona: str, text: str, /, *, errand: Mapping[str, str] | None = None, **variables: object
) -> Any:  # noqa: ANN401 -- JSON
    """What a persona's program is told."""
    address = f"{house.address}/graphql"
    lines = issue_headers(house.home, f"{house.address}/provider", persona, address, is_development=True)
    shown = dict(line.split(": ", 1) for line in lines)
    async with httpx2.AsyncClient() as http:
        answer = await http.post(
            address, json={"query": text, "variables": variables}, headers={**shown, **(errand or {})}
        )
    said = answer.json()
    assert "errors" not in said, said
    return said["data"]


async def person_of(house: House, persona: str) -> str:
    """The identifier of a persona's own record."""
    return str((await told(house, persona, WHO))["viewer"]["participant"]["id"])


async def test_person_reads_that_an_office_and_a_ministry_looked_and_at_what(
    house: House, chromium: Browser
) -> None:
    lan = await person_of(house, "lan")
    await told(house, "thu", PERSON, id=lan)
    errand = {"Ansinh-Purpose": "HOSPITAL_ADMISSION", "Ansinh-Case": "BV-2026-17"}
    await told(house, "bo-y-te", PERSON, errand=errand, id=lan)
    async with account_of(chromium, house, "Nguyễn Thị Lan") as page:
        section = page.get_by_role("region", name="Ai đã xem hồ sơ của tôi")
        rows = section.get_by_role("listitem")
        ministry, officer = rows.nth(0), rows.nth(1)
        await expect(officer).to_contain_text("Cán bộ Phạm Thị Thu, ")
        await expect(officer).to_contain_text("Officer Phạm Thị Thu, ")
        await expect(officer).to_contain_text("Theo nhiệm vụ của cơ quan")
        for words in ("họ và tên", "ngày sinh", "the full name", "the day of birth"):
            await expect(officer.locator("p")).to_contain_text(words)
        await expect(ministry).to_contain_text("Bộ Y tế")
        await expect(ministry).to_contain_text("Theo thỏa thuận chia sẻ dữ liệu")
        await expect(ministry).to_contain_text("Mục đích: Tiếp nhận khám bệnh, chữa bệnh BHYT")
        await expect(ministry).to_contain_text("Admission of a patient with health insurance")
        await expect(ministry).to_contain_text("Vụ việc: BV-2026-17")
        await page.reload()
        # She looked herself, and that is said in one word.
        await expect(rows.first).to_contain_text("Chính bạn")
        await expect(rows.first).to_contain_text("Đã xem: nhật ký này.")


async def test_earlier_looks_are_read_by_keyboard_alone(house: House, chromium: Browser) -> None:
    minh = await person_of(house, "minh")
    for _ in range(12):
        await told(house, "son", PERSON, id=minh)
    async with account_of(chromium, house, "Trần Văn Minh") as page:
        rows = page.locator("#looked .rows li")
        await expect(rows).to_have_count(10)
        await reach(page, "Xem các lượt trước đó")
        await page.keyboard.press("Enter")
        await expect(page.locator("#looked [role=status]")).to_contain_text("lượt trước đó")
        assert await rows.count() > 10
        # Whoever came by keyboard is at the first of the earlier ones.
        assert await rows.nth(10).evaluate("row => document.activeElement === row")


async def test_parent_reads_who_looked_at_the_child(house: House, chromium: Browser) -> None:
    async with account_of(chromium, house, "Nguyễn Thị Lan") as page:
        shown, rows = page.locator("#looked .person-shown"), page.locator("#looked .rows li")
        await expect(shown).to_have_text("Nguyễn Thị Lan")
        await reach(page, "Nguyễn Gia Bảo")
        await page.keyboard.press("Enter")
        await expect(shown).to_have_text("Nguyễn Gia Bảo")
        # What she was shown of the child just now is in the child's log.
        await page.get_by_role("button", name="Chính tôi").click()
        await expect(shown).to_have_text("Nguyễn Thị Lan")
        await page.get_by_role("button", name="Nguyễn Gia Bảo").click()
        await expect(rows.filter(has_text="Nguyễn Thị Lan, người đại diện").first).to_be_visible()


async def acting_for(house: House, persona: str) -> list[str]:
    """By which mandates a persona may act today."""
    mine = await told(house, persona, "{ viewer { actingFor { nodes { id } } } }")
    return [node["id"] for node in mine["viewer"]["actingFor"]["nodes"]]


async def an_offer(house: House, by: str, to: str, group: str = "PAYMENT") -> str:
    """That a persona has asked another to act for them in services of a group: the mandate."""
    wish = {
        "idempotencyKey": uuid4().hex,
        "representative": await person_of(house, to),
        "serviceGroups": [group],
    }
    given = (await told(house, by, GIVE, input=wish))["giveMandate"]
    assert given["errors"] == []
    return str(given["mandate"]["id"])


async def test_mandate_that_is_offered_is_accepted_by_keyboard_alone(house: House, chromium: Browser) -> None:
    async with account_of(chromium, house, "Nguyễn Thị Lan") as page:
        # The demonstration has one.
        offer = page.locator("#acting .offers li").filter(has_text="Trần Văn Minh")
        await expect(offer).to_have_count(1)
        await expect(offer).to_contain_text("cấp sổ, thẻ bảo hiểm")
        await expect(offer).to_contain_text("books and cards")
        await expect(page.locator("#acting .choice").get_by_text("Trần Văn Minh")).to_have_count(0)
        await reach(page, "Nhận")
        await page.keyboard.press("Enter")
        await expect(page.locator("#acting [role=status]")).to_contain_text(
            "Bạn được thực hiện thay Trần Văn Minh"
        )
        await expect(offer).to_have_count(0)
        assert await page.evaluate("document.activeElement.closest('#acting') !== null")
        await page.locator("#acting .choice").get_by_role("button", name="Trần Văn Minh").click()
        await expect(page.locator("#dossiers .person-shown")).to_have_text("Trần Văn Minh")


async def test_mandate_that_is_offered_is_declined_by_keyboard_alone(house: House, chromium: Browser) -> None:
    mandate = await an_offer(house, "lan", "minh")
    async with account_of(chromium, house, "Trần Văn Minh") as page:
        offer = page.locator("#acting .offers li").filter(has_text="Nguyễn Thị Lan")
        await expect(offer).to_have_count(1)
        await reach(page, "Từ chối")
        await page.keyboard.press("Enter")
        await expect(page.locator("#acting [role=status]")).to_contain_text(
            "Đã từ chối thực hiện thay Nguyễn Thị Lan"
        )
        await expect(offer).to_have_count(0)
        await expect(page.get_by_role("heading", name="Ai mời tôi thực hiện thay")).to_be_hidden()
    assert mandate not in await acting_for(house, "minh")
    text = "query ($id: ID!) { node(id: $id) { ... on Mandate { acceptedAt revokedAt } } }"
    declined = (await told(house, "lan", text, id=mandate))["node"]
    assert declined["acceptedAt"] is None
    assert declined["revokedAt"] is not None


async def test_whoever_signed_in_at_a_low_level_is_shown_the_way_up_to_accept(
    house: House, chromium: Browser
) -> None:
    await an_offer(house, "lan", "hoa")
    async with account_of(chromium, house, "Lê Thị Hoa") as page:
        await page.get_by_role("button", name="Nhận thực hiện thay Nguyễn Thị Lan").click()
        status = page.locator("#acting [role=status]")
        await expect(status.get_by_role("link", name="Đăng nhập ở mức 2")).to_be_visible()


async def test_agent_is_revoked_by_keyboard_alone(house: House, chromium: Browser) -> None:
    mandate = await an_offer(house, "lan", "minh")
    accepted = {"idempotencyKey": uuid4().hex, "mandate": mandate}
    assert (await told(house, "minh", ACCEPT, input=accepted))["acceptMandate"]["errors"] == []
    async with account_of(chromium, house, "Nguyễn Thị Lan") as page:
        row = page.locator("#acting .rows li").filter(has_text="Trần Văn Minh")
        await expect(row).to_have_count(1)
        await reach(page, "Thu hồi")
        await page.keyboard.press("Enter")
        await expect(page.locator("#acting [role=status]")).to_contain_text(
            "Đã thu hồi ủy quyền của Trần Văn Minh"
        )
        await expect(row).to_have_count(0)
        assert await page.evaluate("document.activeElement.closest('#acting') !== null")
    # And he has it no more.
    assert mandate not in await acting_for(house, "minh")


async def test_offer_that_nobody_has_answered_is_taken_back(house: House, chromium: Browser) -> None:
    mandate = await an_offer(house, "lan", "minh", "HEALTH_INSURANCE")
    async with account_of(chromium, house, "Nguyễn Thị Lan") as page:
        row = page.locator("#acting .rows li").filter(has_text="health insurance")
        await expect(row).to_have_count(1)
        await expect(row).to_contain_text("Not accepted yet")
        await row.get_by_role("button", name="Thu hồi ủy quyền của người chưa nhận lời").click()
        await expect(page.locator("#acting [role=status]")).to_contain_text("Đã thu hồi ủy quyền")
        await expect(row).to_have_count(0)
    async with account_of(chromium, house, "Trần Văn Minh") as page:
        await expect(page.locator("#acting .offers li").filter(has_text="Nguyễn Thị Lan")).to_have_count(0)
    assert mandate not in await acting_for(house, "minh")


async def test_whoever_is_no_person_has_no_log(house: House, chromium: Browser) -> None:
    for name in ("Phạm Thị Thu", "Công ty Dệt may Sông Hồng"):
        async with account_of(chromium, house, name) as page:
            await expect(page.locator("#looked")).to_be_hidden()


async def read(download: Awaitable[Download]) -> str:
    """What a file says that the browser has downloaded."""
    return await asyncio.to_thread(Path(await (await download).path()).read_text, encoding="utf-8")


async def test_person_takes_their_signed_data_along_by_keyboard_alone(
    house: House, chromium: Browser
) -> None:
    async with account_of(chromium, house, "Nguyễn Thị Lan") as page:
        status = page.locator("#export [role=status]")
        await reach(page, "Tải dữ liệu có chữ ký số")
        async with page.expect_download() as downloading:
            await page.keyboard.press("Enter")
        signed = await read(downloading.value)
        async with page.expect_download() as downloading:
            await status.get_by_role("link", name="Tải bản đọc được").click()
        readable = json.loads(await read(downloading.value))
        keys = KeySet.import_key_set(
            await (await page.context.request.get(f"{house.address}/.well-known/jwks.json")).json()
        )
        registry = JWSRegistry(algorithms=["ES256"])
        registry.max_payload_length = len(signed)
        said = jwt.decode(signed, keys, registry=registry).claims
        assert said["data"] == readable
        assert readable["participant"]["fullName"] == "Nguyễn Thị Lan"
        assert readable["participant"]["employments"]


async def test_person_at_a_low_level_is_led_up_to_their_data(house: House, chromium: Browser) -> None:
    async with account_of(chromium, house, "Lê Thị Hoa") as page:
        offer = page.get_by_role("region", name="Dữ liệu của tôi").get_by_role("link")
        await expect(offer).to_contain_text("Đăng nhập ở mức 2 để tải")
        await offer.click()
        await page.get_by_role("link", name="Lê Thị Hoa").click()
        await expect(offer).to_contain_text("Tải dữ liệu có chữ ký số")


async def test_whoever_is_no_person_has_no_data_of_their_own(house: House, chromium: Browser) -> None:
    async with account_of(chromium, house, "Phạm Thị Thu") as page:
        await expect(page.locator("#export")).to_have_count(0)
