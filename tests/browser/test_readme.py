"""The README, word for word: what it tells people to type gives what it says."""

import asyncio
import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.api.test_running import ROOT, House, surroundings

README = (ROOT / "README.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```sh\n((?:(?!```).)*)```\s+```(json|text)\n(.*?)```", README, re.DOTALL)


def test_there_is_something_to_type() -> None:
    assert {form for _, form, _ in EXAMPLES} == {"json", "text"}


def without_remainder(answer: bytes | str) -> dict[str, Any]:
    """An answer without what is left of the allowance, which depends on what was asked before."""
    value: dict[str, Any] = json.loads(answer)
    del value["extensions"]["cost"]["remaining"]
    return value


@pytest.mark.parametrize(("typed", "form", "said"), EXAMPLES)
async def test_what_is_typed_gives_what_is_said(house: House, typed: str, form: str, said: str) -> None:
    # Only the port differs: there may be somebody on 8000.
    typed = typed.replace("127.0.0.1:8000", f"127.0.0.1:{house.port}")
    shell = await asyncio.create_subprocess_exec(
        *("bash", "-euc", typed),
        cwd=ROOT,
        env={**surroundings(), "ANSINH_HOME": str(house.home), "ANSINH_PORT": str(house.port)},
        stdout=asyncio.subprocess.PIPE,
    )
    answer, _ = await shell.communicate()
    if form == "json":
        assert without_remainder(answer) == without_remainder(said)
    else:
        assert answer.decode() == said.replace("127.0.0.1:8000", f"127.0.0.1:{house.port}")


@pytest.mark.parametrize("link", re.findall(r"\]\(([^)#:]+)\)", README))
def test_its_links_lead_somewhere(link: str) -> None:
    assert (Path(ROOT) / link).exists()
