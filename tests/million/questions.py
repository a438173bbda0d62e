"""What is asked of the lists: in every order and direction, narrowed by nothing, by one argument, by two."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, product

from tests.million.world import BIG_OFFICE, SMALL_OFFICE, employer, person

# Values of each argument: common ones, rare ones, and none that anything has.
DOSSIERS = {
    "status": ("[NEW]", "[RETURNED]", "[ACCEPTED, IN_PROCESS]"),
    "service": ('"Service:S-0"', '"Service:S-30"'),
    "office": (f'"Office:{BIG_OFFICE}"', f'"Office:{SMALL_OFFICE}"'),
    "participant": (f'"Participant:{person(12_345)}"', f'"Participant:{person(0)}"'),
    "employer": (f'"Employer:{employer(0)}"', f'"Employer:{employer(7)}"'),
    "dueFrom": ('"2026-11-01"',),
    "dueTo": ('"2026-10-01"',),
}
PARTICIPANTS = {
    "namePrefix": ('"Nguyễn"', '"Nguyễn Văn"', '"n"', '"Phạm Quang Hưng"', '"Zzz"'),
    "office": (f'"Office:{BIG_OFFICE}"', f'"Office:{SMALL_OFFICE}"'),
}
LISTS = {
    "dossiers": (DOSSIERS, ("NEWEST", "OLDEST", "DUE")),
    "participants": (PARTICIPANTS, ("NAME", "REGISTERED")),
}
# What is refused, since no index has a range of one column in the order of another.
UNSEARCHABLE = {
    "NEWEST": {"dueFrom", "dueTo"},
    "OLDEST": {"dueFrom", "dueTo"},
    "REGISTERED": {"namePrefix"},
}
PAGE = "{ nodes { id } pageInfo { startCursor endCursor hasNextPage } }"


@dataclass(frozen=True)
class Question:
    """A list, what narrows it, in which order; no order where only its length is asked for."""

    field: str
    narrowed: str
    order: str = ""

    def __str__(self) -> str:
        """As people read it."""
        return " ".join(filter(None, (self.field, f"({self.narrowed})" * bool(self.narrowed), self.order)))

    def text(self, page: str = "first: 20") -> str:
        """The operation."""
        arguments = ", ".join(filter(None, (self.narrowed, self.order and f"order: {self.order}, {page}")))
        selected = PAGE if self.order else "{ totalCount totalCountIsExact }"
        return f"{{ {self.field}{f'({arguments})' * bool(arguments)} {selected} }}"


def questions(most: int, *, every_value: bool = True) -> Iterator[Question]:
    """What is asked of each list, narrowed by so many arguments at most."""
    for field, (arguments, orders) in LISTS.items():
        for names in (some for count in range(most + 1) for some in combinations(arguments, count)):
            values: Sequence[Sequence[str]] = [arguments[name] for name in names]
            for chosen in product(*values) if every_value else [tuple(each[0] for each in values)]:
                narrowed = ", ".join(f"{name}: {value}" for name, value in zip(names, chosen, strict=True))
                for order in ("", *orders):
                    if UNSEARCHABLE.get(order, set()).isdisjoint(names):
                        yield Question(field, narrowed, order)
