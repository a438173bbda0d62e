"""The page of one's own account, in a real browser: step up, file, and end another browser's session."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from playwright.async_api import Browser, Page, expect

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
