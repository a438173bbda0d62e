"""Names and texts as people write them: cleaned at the door, folded for searching, ordered as in a register.

Everything kept is in Unicode normalisation form C (UAX 15), so that a name is found however it was typed.
"""

import unicodedata
from functools import lru_cache

from domain.refusals import Refusal

# What a Vietnamese letter is written with. The first three make other letters, the others are tones.
BREVE, CIRCUMFLEX, HORN = "\u0306", "\u0302", "\u031b"
# The order of the dictionaries: level, huyền, hỏi, ngã, sắc, nặng.
TONES = {"\u0300": "1", "\u0309": "2", "\u0303": "3", "\u0301": "4", "\u0323": "5"}
# A letter of its own stands after every word that begins with its plain letter: `{`, `|` follow `z` in ASCII.
LETTERS = {
    "a" + BREVE: "a{",
    "a" + CIRCUMFLEX: "a|",
    "e" + CIRCUMFLEX: "e{",
    "o" + CIRCUMFLEX: "o{",
    "o" + HORN: "o|",
    "u" + HORN: "u{",
}
LEVEL_TONE = "0"
# One word in two names of three is among a few hundred.
WORDS_REMEMBERED = 4_096

# Control characters, invisible formatting (direction overrides, zero-width characters, byte order mark), lone
# surrogates, private and unassigned code points, line and paragraph separators.
UNSEEN = frozenset({"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp"})
MARKS = frozenset({"Mc", "Me", "Mn"})
# No script that Vietnam's papers are printed in lies beyond; emoji do.
LAST_PRINTED = "\uffff"


class TextMissing(Refusal):
    """Nothing is written here."""

    code = "TEXT_MISSING"
    vietnamese = "Chưa nhập nội dung."


class TextTooLong(Refusal):
    """The text has {length} characters; at most {longest} are possible."""

    code = "TEXT_TOO_LONG"
    vietnamese = "Nội dung dài {length} ký tự; tối đa là {longest}."


class CharacterRefused(Refusal):
    """The character {character}, number {position} of the text, cannot be printed."""

    code = "CHARACTER_REFUSED"
    vietnamese = "Không in được ký tự {character} ở vị trí thứ {position}."


class MarkWithoutLetter(Refusal):
    """The text has a mark without the letter that it belongs to, at the beginning or after a space."""

    code = "MARK_WITHOUT_LETTER"
    vietnamese = "Có dấu không đi kèm chữ cái, ở đầu hoặc sau khoảng trắng."


def clean_text(value: str, longest: int, *, lines: bool = False, path: tuple[str | int, ...] = ()) -> str:
    """Bring a text into the form it is kept in: normalisation form C, trimmed; `lines` allows several lines.

    Its length is counted in code points of that form, as by PostgreSQL's `length`: a Vietnamese letter is
    one, and marks piled on a letter count too.

    Raises: TextMissing, TextTooLong, CharacterRefused, MarkWithoutLetter, naming `path`.
    """
    text = unicodedata.normalize("NFC", value.replace("\r\n", "\n") if lines else value).strip()
    if not text:
        raise TextMissing(path=path)
    if len(text) > longest:
        raise TextTooLong(path=path, length=len(text), longest=longest)
    before = " "
    for position, character in enumerate(text, start=1):
        is_line_end = lines and character == "\n"
        if (unicodedata.category(character) in UNSEEN and not is_line_end) or character > LAST_PRINTED:
            raise CharacterRefused(path=path, character=f"U+{ord(character):04X}", position=position)
        if before.isspace() and unicodedata.category(character) in MARKS:
            raise MarkWithoutLetter(path=path)
        before = character
    return text


def folded(name: str) -> str:
    """What a search compares: lower case, no diacritics, `đ` as `d`, one space between words.

    Both normalisation forms fold alike. `ð` is another letter than `đ`, and stays.
    """
    return " ".join(_folded_word(word) for word in name.split())


def with_initials(name: str) -> str:
    """The name as strangers are shown it: the family name, of the others the first letter, `Nguyễn T. L.`."""
    family, *others = name.split() or [""]
    return " ".join([family, *(f"{word[0]}." for word in others)])


def sort_key(name: str) -> str:
    """Where a name stands in a register: by given name (its last word), then by family and middle names.

    Compare keys byte by byte. Words order by the Vietnamese alphabet (a ă â b c d đ e ê …), then by tone,
    wherever in the word the tone is written.
    """
    *family_and_middle, given = name.split() or [""]
    return " ".join(_ordered_word(word) for word in (given, *family_and_middle))


@lru_cache(WORDS_REMEMBERED)
def _folded_word(word: str) -> str:
    letters = unicodedata.normalize("NFD", word.lower())
    plain = "".join(letter for letter in letters if unicodedata.category(letter) not in MARKS)
    return plain.replace("đ", "d")


@lru_cache(WORDS_REMEMBERED)
def _ordered_word(word: str) -> str:
    letters: list[str] = []
    tone = LEVEL_TONE
    for character in unicodedata.normalize("NFD", word.lower()):
        if character in TONES:
            tone = TONES[character]
        elif unicodedata.category(character) in MARKS:
            # A mark that makes no Vietnamese letter, as in ñ, does not count.
            letters[-1:] = [LETTERS.get(letter + character, letter) for letter in letters[-1:]]
        else:
            letters.append("d{" if character == "đ" else character)
    return "".join(letters) + tone
