"""The house as `make run` starts it, and a browser to walk through it."""

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser, async_playwright, expect

from tests.api.test_running import House
from tests.api.test_running import house as a_house

# How long a page may take: far longer than it does.
PATIENCE_MS = 20_000
CHROMIUM = "/usr/bin/chromium"
# A browser that looks for nobody but us.
ALONE = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@pytest.fixture(scope="session")
async def house(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    """The house, with the people of its demonstration."""
    async with a_house(tmp_path_factory.mktemp("house")) as house:
        await house.opened()
        yield house


@pytest.fixture(scope="session")
async def chromium() -> AsyncIterator[Browser]:
    """A real browser, without a window."""
    expect.set_options(timeout=PATIENCE_MS)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=ALONE)
        yield browser
        await browser.close()
