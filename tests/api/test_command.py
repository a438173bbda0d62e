"""The command `ansinh examples`: what it prints of a file, and what it answers to what is none."""

from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from api.command import LARGEST_EXAMPLES_BYTES, app

EXAMPLE = (
    "{id: %s, benefit: late_payment, law: 41/2024, inputs: {amount: 100000000, days_late: %s},"
    " expected: {extra: 600000}}"
)


def examples(file: Path) -> Result:
    return CliRunner().invoke(app, ["examples", str(file)])


def examples_of(folder: Path, text: str | bytes) -> Result:
    file = folder / "examples.yaml"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return examples(file)


def test_what_comes_out_as_expected_is_only_counted(tmp_path: Path) -> None:
    result = examples_of(tmp_path, f"examples: [{EXAMPLE % ('A', 20)}, {EXAMPLE % ('B', '20')}]")
    assert (result.output, result.exit_code) == ("2 passed, 0 failed\n", 0)


def test_each_difference_is_a_line_that_begins_with_the_id(tmp_path: Path) -> None:
    cases = [EXAMPLE % (name, days) for name, days in (("A", 20), ("B", 10), ("C", "many"))]
    result = examples_of(tmp_path, f"examples: [{', '.join(cases)}, 1]")
    assert result.output.splitlines() == [
        "B: extra: expected 600000, found 300000",
        "C: UNKNOWN_VALUE days_late many",
        "#4: not an example",
        "1 passed, 3 failed",
    ]
    assert result.exit_code == 1


def test_no_examples_at_all_are_all_passed(tmp_path: Path) -> None:
    result = examples_of(tmp_path, "examples: []")
    assert (result.output, result.exit_code) == ("0 passed, 0 failed\n", 0)


def test_what_a_terminal_cannot_show_is_written_out(tmp_path: Path) -> None:
    example = EXAMPLE % (r'"\ud800\e[31mĐ\n"', 1)
    result = examples_of(tmp_path, f"examples: [{example}]")
    assert result.output.splitlines()[0] == r"\ud800\x1b[31mĐ\n: extra: expected 600000, found 30000"


BOMB = "\n".join(
    [
        "a0: &a0 [x]",
        *(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 40)),
        "examples: *a39",
    ]
)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a: [",
        "examples:\n  - {a: 1, a: 2}",
        "examples: 1",
        "examples: [{[1]: 2}]",
        "examples: &all [*all]",
        BOMB,
        "[" * 10_000,
        "examples: \0",
        b"examples: \xff",
        "#" * (LARGEST_EXAMPLES_BYTES + 1),
    ],
)
def test_what_is_no_file_of_examples_is_refused_in_a_sentence(tmp_path: Path, text: str | bytes) -> None:
    result = examples_of(tmp_path, text)
    assert (result.exit_code, type(result.exception)) == (2, SystemExit)
    assert "Invalid value" in result.output


def test_a_file_that_is_not_there_and_a_folder_are_refused(tmp_path: Path) -> None:
    for place in (tmp_path, tmp_path / "none.yaml"):
        result = examples(place)
        assert (result.exit_code, type(result.exception)) == (2, SystemExit)
