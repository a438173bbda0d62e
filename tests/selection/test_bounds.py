"""A document is counted before anybody works on it, in a time that grows as its text does."""

import pytest
from graphql import parse

from selection.bounds import (
    MOST_DEPTH,
    MOST_FIELDS,
    MOST_FRAGMENTS,
    MOST_LEVELS,
    MOST_REPEATS,
    refuse_excess,
)
from selection.faults import (
    DocumentInvalid,
    DocumentRefused,
    TooDeep,
    TooManyFields,
    TooManyFragments,
    TooManyRepeats,
)


def nested(opening: str, times: int) -> str:
    """A selection in a selection, so many times."""
    return f"{opening} {{ " * times + "a" + " }" * times


def aliases(number: int) -> str:
    """So many fields."""
    return " ".join(f"a{each}" for each in range(number))


def fragments(number: int, selection: str = "a") -> str:
    """So many fragments; `…` in each stands for the next."""
    return " ".join(
        f"fragment f{each} on T {{ {selection.replace('…', f'...f{each + 1}')} }}" for each in range(number)
    )


@pytest.mark.parametrize(
    ("largest", "larger", "fault"),
    [
        (f"{{ {aliases(MOST_FIELDS)} }}", f"{{ {aliases(MOST_FIELDS + 1)} }}", TooManyFields),
        ("{ a ...f } fragment f on T { a }", "{ a } fragment f on T { a ...f }", DocumentInvalid),
        (f"{{ {'a ' * MOST_REPEATS} }}", f"{{ {'a ' * (MOST_REPEATS + 1)} }}", TooManyRepeats),
        (nested("", 1) + fragments(MOST_FRAGMENTS), nested("", 1) + fragments(61), TooManyFragments),
        (f"{{ {nested('a', MOST_DEPTH - 1)} }}", f"{{ {nested('a', MOST_DEPTH)} }}", TooDeep),
        (f"{{ {nested('...', MOST_LEVELS - 1)} }}", f"{{ {nested('...', MOST_LEVELS)} }}", TooDeep),
    ],
    ids=["fields", "circle", "repeats", "fragments", "depth", "levels"],
)
def test_as_much_passes_as_may_and_no_more(largest: str, larger: str, fault: type[DocumentRefused]) -> None:
    refuse_excess(parse(largest))
    with pytest.raises(fault):
        refuse_excess(parse(larger))


def test_what_is_in_a_fragment_is_counted_as_often_as_it_is_spread() -> None:
    fragment = f"fragment f on T {{ {aliases(48)} }}"
    refuse_excess(parse(f"{{ {'...f ' * 20} }} {fragment}"))
    with pytest.raises(TooManyFields):
        refuse_excess(parse(f"{{ {'...f ' * 20} }} query {{ ...f }} {fragment}"))


def test_fields_of_an_answer_are_counted_though_they_are_written_apart() -> None:
    apart = "... { a { b } } ...f fragment" + "a { b } " * (MOST_REPEATS - 2)
    text = f"{{ {apart.replace('fragment', '')} }} fragment f on T {{ a {{ b }} }}"
    refuse_excess(parse(text))
    with pytest.raises(TooManyRepeats):
        refuse_excess(parse(text.replace("a { b }", "a { b b }", 1)))


@pytest.mark.parametrize("last", ["fragment f30 on T { a }", "fragment f30 on T { }", ""])
@pytest.mark.parametrize("first", ["{ ...f0 }", "{ a }"])
def test_g2_fragments_in_fragments_are_counted_once(first: str, last: str) -> None:
    # The last of them is meant 2^30 times: to count each time would take an hour.
    with pytest.raises(TooManyFields):
        refuse_excess(parse(f"{first} {fragments(30, '… …')} {last}"))


@pytest.mark.parametrize("circle", [1, 2, 59])
def test_g6_fragments_in_a_circle_are_one_mistake(circle: int) -> None:
    text = f"{{ ...f0 }} {fragments(circle, '…')}".replace(f"...f{circle}", "...f0")
    with pytest.raises(DocumentInvalid, match="within itself") as refused:
        refuse_excess(parse(text))
    assert not refused.value.others


def test_fragments_that_go_deep_are_refused_in_words() -> None:
    inner = "... { " * 40 + "…" + " }" * 40
    with pytest.raises(TooDeep):
        refuse_excess(parse(f"{{ ...f0 }} {fragments(30, inner)}"))
