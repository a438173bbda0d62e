"""Names and texts as people write them."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.names import (
    CharacterRefused,
    MarkWithoutLetter,
    TextMissing,
    TextTooLong,
    clean_text,
    folded,
    sort_key,
)
from domain.refusals import Refusal

ALPHABET = [*"aăâbcdđeêghiklmnoôơpqrstuưvxy"]


def test_both_normalisation_forms_fold_alike() -> None:
    composed = unicodedata.normalize("NFC", "Nguyễn Thị Lan")
    decomposed = unicodedata.normalize("NFD", composed)
    assert composed != decomposed
    assert folded(composed) == folded(decomposed) == "nguyen thi lan"


def test_both_normalisation_forms_have_one_place_in_the_register() -> None:
    assert sort_key(unicodedata.normalize("NFD", "Đỗ Thị Ước")) == sort_key("Đỗ Thị Ước")


@pytest.mark.parametrize("name", ["Đặng", "đặng", "ĐẶNG", "đa\u0323\u0306ng"])
def test_barred_d_is_found_under_d(name: str) -> None:
    assert folded(name) == "dang"


def test_the_icelandic_eth_is_not_the_vietnamese_d() -> None:
    assert folded("Ðặng") == "ðang"
    assert folded("Ðặng") != folded("Đặng")


def test_spaces_between_words_fold_to_one() -> None:
    assert folded("  Trần\u00a0 Văn \t Minh ") == "tran van minh"


def test_the_register_follows_the_alphabet() -> None:
    assert sorted(ALPHABET, key=sort_key) == ALPHABET


def test_a_letter_stands_after_all_words_of_the_plain_letter() -> None:
    assert sort_key("Az") < sort_key("Ă") < sort_key("Ân") < sort_key("Ba")


def test_the_register_follows_the_tones() -> None:
    assert sorted(["Mạ", "Má", "Mã", "Mả", "Mà", "Ma"], key=sort_key) == ["Ma", "Mà", "Mả", "Mã", "Má", "Mạ"]


def test_letters_count_before_tones() -> None:
    assert sort_key("Mạ") < sort_key("Man")


def test_a_tone_counts_wherever_it_is_written() -> None:
    assert sort_key("Hoà") == sort_key("Hòa")


def test_the_given_name_counts_first_then_the_family_name() -> None:
    register = ["Trần Văn An", "Lê Thị Hoa", "Nguyễn Thị Lan", "Nguyễn Văn Lan", "Phạm An Lan"]
    keys = [sort_key(name) for name in register]
    assert keys == sorted(keys)


def test_a_shorter_name_stands_first() -> None:
    assert sort_key("Lan") < sort_key("Lê Lan") < sort_key("Lê Thị Lan")


@given(st.text())
def test_any_text_has_a_place_and_a_fold(text: str) -> None:
    assert folded(folded(text)) == folded(text)
    assert sort_key(text) == sort_key(unicodedata.normalize("NFD", text))


def test_a_text_is_kept_composed_and_trimmed() -> None:
    assert clean_text(f"  {unicodedata.normalize('NFD', 'Lê Thị Hoa')}\u00a0", 50) == "Lê Thị Hoa"


@pytest.mark.parametrize(
    "character",
    [
        "\0",
        "\x1b",
        "\n",
        "\ud800",
        "\u202e",
        "\u2066",
        "\u200b",
        "\u200d",
        "\ufeff",
        "\u2028",
        "😀",
        "\ue000",
    ],
)
def test_a_character_that_cannot_be_printed_is_refused_with_its_place(character: str) -> None:
    with pytest.raises(CharacterRefused) as refused:
        clean_text(f"Lan{character}h", 50, path=("input", "name"))
    assert refused.value.path == ("input", "name")
    assert refused.value.params == {"character": f"U+{ord(character):04X}", "position": "4"}


def test_a_text_of_several_lines_keeps_them() -> None:
    assert clean_text("Kính gửi:\r\nTôi là Lan\n", 50, lines=True) == "Kính gửi:\nTôi là Lan"


def test_markup_and_formulas_are_text() -> None:
    assert clean_text('<b>=HYPERLINK("a")</b>', 50) == '<b>=HYPERLINK("a")</b>'


@pytest.mark.parametrize("nothing", ["", "   ", "\n\u00a0"])
def test_nothing_is_refused(nothing: str) -> None:
    with pytest.raises(TextMissing):
        clean_text(nothing, 50)


def test_the_length_is_counted_after_composing() -> None:
    decomposed = unicodedata.normalize("NFD", "ệ" * 10)
    assert clean_text(decomposed, 10) == "ệ" * 10
    with pytest.raises(TextTooLong) as refused:
        clean_text(decomposed, 9)
    assert refused.value.params == {"length": "10", "longest": "9"}


@pytest.mark.parametrize("text", ["\u0301", "\u0301\u0302\u0303", "Lan \u0301"])
def test_a_mark_without_its_letter_is_refused(text: str) -> None:
    with pytest.raises(MarkWithoutLetter):
        clean_text(text, 50)


def test_marks_piled_on_a_letter_count() -> None:
    with pytest.raises(TextTooLong):
        clean_text("a" + "\u0335" * 60, 50)


@given(st.text(st.characters()))
def test_what_is_kept_is_clean_or_refused(text: str) -> None:
    try:
        kept = clean_text(text, 100)
    except Refusal:
        return
    assert clean_text(kept, 100) == kept
    kept.encode()


def test_a_refusal_speaks_both_languages() -> None:
    with pytest.raises(TextTooLong) as refused:
        clean_text("abc", 2)
    assert refused.value.message("en") == "The text has 3 characters; at most 2 are possible."
    assert refused.value.message("vi") == "Nội dung dài 3 ký tự; tối đa là 2."
