"""One whole way through the house, in a real browser: sign in, ask, file, accept, see it live."""

import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

from playwright.async_api import Browser, Page, ViewportSize, expect

from tests.api.test_running import House
from tests.browser.conftest import PATIENCE_MS

EXPLORER = re.compile(r"/graphql$")
EMPLOYER_ID = re.compile(r"Employer:[0-9a-f-]{36}")
PARTICIPANT_ID = re.compile(r"Participant:[0-9a-f-]{36}")
DOSSIER_ID = re.compile(r"Dossier:[0-9a-f-]{36}")
CODE = re.compile(r"[A-Z0-9.]{3,35}-\d{6}-\d{4}")
# So tall that a whole answer is in sight: the explorer renders no other lines of it.
IN_SIGHT: ViewportSize = {"width": 1280, "height": 2400}


@asynccontextmanager
async def somebody(chromium: Browser, house: House) -> AsyncIterator[Page]:
    """A person at a browser of their own, in which nothing may go wrong and nobody else be asked."""
    context = await chromium.new_context(locale="vi-VN", viewport=IN_SIGHT)
    page = await context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    wrong: list[str] = []
    hosts: set[str | None] = set()
    page.on("console", lambda message: wrong.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("request", lambda request: hosts.add(urlsplit(request.url).hostname))
    await page.goto(f"{house.address}/")
    yield page
    assert wrong == []
    assert hosts <= {"127.0.0.1", None, ""}
    await context.close()


async def sign_in(page: Page, name: str) -> None:
    """Sign in from the landing page, as a persona does, and arrive in the explorer."""
    await page.get_by_role("link", name=name).click()
    await page.wait_for_url(EXPLORER)
    await expect(page.get_by_text(name).first).to_be_visible()
    await expect(page.get_by_role("tablist", name="Select active operation")).to_be_visible()


async def open_tab(page: Page, operation: str) -> None:
    """Go to the tab of an operation."""
    await page.get_by_role("tablist").get_by_role("button", name=operation, exact=True).click()
    await expect(page.get_by_role("tabpanel", name=operation)).to_be_visible()


async def give(page: Page, variables: object) -> None:
    """Write variables in place of those that stand there."""
    show = page.get_by_role("button", name="Show editor tools")
    if await show.count():
        await show.click()
    await page.get_by_role("region", name="Variables").click()
    await page.keyboard.press("Control+A")
    await page.keyboard.press("Delete")
    await page.keyboard.insert_text(json.dumps(variables))


async def execute(page: Page) -> None:
    """Press the button that asks."""
    await page.get_by_role("button", name=re.compile("Execute query")).click()


async def expect_answer(page: Page, *words: str) -> str:
    """Wait until the answer has the words; the answer."""
    answer = page.locator(".result-window")
    for word in words:
        await expect(answer).to_contain_text(word)
    return (await answer.inner_text()).replace("\xa0", " ")


async def test_sign_in_ask_file_accept_and_see_it_live(house: House, chromium: Browser) -> None:
    async with somebody(chromium, house) as lan, somebody(chromium, house) as thu:
        await sign_in(lan, "Nguyễn Thị Lan")
        await execute(lan)
        await expect_answer(lan, "Nguyễn Thị Lan", "Long Biên")

        await open_tab(lan, "File")
        await execute(lan)
        answer = await expect_answer(lan, '"NEW"', '"errors": []')
        found = DOSSIER_ID.search(answer)
        assert found, answer
        dossier = found.group()

        await open_tab(lan, "Follow")
        await give(lan, {"dossier": dossier})
        await execute(lan)
        await expect_answer(lan, "SUBMITTED")

        await sign_in(thu, "Phạm Thị Thu")
        await execute(thu)
        await expect_answer(thu, dossier)
        await open_tab(thu, "Accept")
        wish = {"idempotencyKey": "accept-1", "dossier": dossier, "expectedVersion": 1}
        await give(thu, {"input": wish})
        await execute(thu)
        assert CODE.search(await expect_answer(thu, "ACCEPTED", '"errors": []'))

        await expect_answer(lan, "ACCEPTED")


async def test_sign_in_and_read_what_one_is_covered_for_and_why(house: House, chromium: Browser) -> None:
    async with somebody(chromium, house) as minh:
        await sign_in(minh, "Trần Văn Minh")
        await open_tab(minh, "MyCoverage")
        await execute(minh)
        answer = await expect_answer(minh, '"pension"')
        for said in ('"UNPAID"', "Xây lắp Gia", '"article"', '"earliestEntitlement"'):
            assert said in answer, answer

        await give(minh, {"asOf": "1900-01-01"})
        await execute(minh)
        await expect_answer(minh, '"errors"', '"coverage"')


async def test_sign_in_for_an_employer_and_file_a_list(house: House, chromium: Browser) -> None:
    async with somebody(chromium, house) as company:
        await sign_in(company, "Công ty Dệt may Sông Hồng")
        await execute(company)
        answer = await expect_answer(company, "Công ty Dệt may Sông Hồng", "Participant:")
        employer, participant = EMPLOYER_ID.search(answer), PARTICIPANT_ID.search(answer)
        assert employer, answer
        assert participant, answer

        await open_tab(company, "FileList")
        line = {"participant": participant.group(), "base": -5}
        wish = {"idempotencyKey": "list-1", "employer": employer.group(), "month": "2026-10", "lines": [line]}
        await give(company, {"input": wish})
        await execute(company)
        await expect_answer(company, '"filing": null', '"base"')

        line["base"] = 12_000_000
        await give(company, {"input": wish})
        await execute(company)
        await expect_answer(company, '"lineCount": 1', '"errors": []')


async def test_the_landing_page_is_read_and_used_without_a_mouse(house: House, chromium: Browser) -> None:
    async with somebody(chromium, house) as page:
        assert await page.locator("html").get_attribute("lang") == "vi"
        assert await page.get_by_role("heading", level=1).count() == 1
        for landmark in ("banner", "main", "contentinfo"):
            assert await page.get_by_role(landmark).count() == 1
        await reach(page, "Trần Văn Minh")
        await page.keyboard.press("Enter")
        await page.wait_for_url(EXPLORER)

        await page.goto(f"{house.address}/")
        await reach(page, "Đăng xuất")
        async with page.expect_response(f"{house.address}/sign-out"):
            await page.keyboard.press("Enter")
        # The page that he leaves names him as well: in the bar, as who is signed in.
        await expect(page.locator(".session").get_by_text("Chưa đăng nhập")).to_be_visible()
        await expect(page.locator(".session").get_by_role("link", name="Trần Văn Minh")).to_have_count(0)
        await expect(page.get_by_role("link", name="Trần Văn Minh")).to_be_visible()
        assert await page.context.cookies() == []


async def reach(page: Page, words: str) -> None:
    """Press Tab until something with the words has the focus, as it must after a few."""
    for _ in range(40):
        await page.keyboard.press("Tab")
        if words in await page.evaluate("document.activeElement.innerText || ''"):
            return
    raise AssertionError(words)
