"""The way to the rows of a list: value by value, where an index then has them in the order of the list.

`office_id = ANY (…) ORDER BY id` reads and sorts all that those offices hold: an index on office and key has
the rows of each office in order, but not those of several. So where several values of a column are wanted,
and an index of the table begins with such columns and goes on with the order, a page is asked for each value,
and the pages are merged. An author declares nothing for it but the index.

Where rows are wanted by many keys, these are the way: PostgreSQL finds them all in one search.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import takewhile

from sqlalchemy import ColumnClause, Table


@dataclass(frozen=True, slots=True)
class Asked:
    """A condition on a row; where it gives a column one value, or any of an array's, it is in parts too."""

    text: str
    column: str = ""
    value: str = ""
    is_one: bool = False


@dataclass(frozen=True, slots=True)
class Way:
    """What is asked of the rows of a table: the columns with one value, those with several, and the rest.

    `keys` is the condition that the row has one of many keys.
    """

    table: Table
    one: Mapping[str, str]
    several: Mapping[str, str]
    others: Sequence[str]
    keys: str = ""

    def by(self, order: Sequence[str] = ()) -> tuple[str, ...]:
        """The columns of the index that leads to the rows, and has them in this order; often none."""
        if self.keys:
            return ()
        known = {*self.one, *self.several}
        ways = []
        for index in indexes(self.table):
            first = index[: -len(order)] if order else tuple(takewhile(known.__contains__, index))
            if known.issuperset(first) and index[len(first) :][: len(order)] == tuple(order):
                ways.append(first)
        return max(ways, key=self._worth, default=())

    def _worth(self, columns: Sequence[str]) -> tuple[int, int]:
        # A column with one value leads to fewer rows than a column with several.
        return sum(name in self.one for name in columns), len(columns)

    def conditions(self, row: str, by: Sequence[str], place: str = "", values: str = "each_{}") -> list[str]:
        """The conditions on a row, for one value of each of the columns that it is reached by."""
        found = [
            *(f"{row}.{name} = {value}" for name, value in self.one.items()),
            *(f"{row}.{name} = {values.format(name)}.{name}" for name in self.taken(by)),
            *(
                self.among(row, name, is_way=not by)
                for name in self.several
                if name in self.one or name not in by
            ),
            *self.others,
            *filter(None, (place,)),
        ]
        # By another way, PostgreSQL would look through all the keys for each row that it finds there.
        return [self.keys, *(f"({condition}) IS TRUE" for condition in found)] if self.keys else found

    def among(self, row: str, name: str, *, is_way: bool) -> str:
        """The condition that a column has one of several values."""
        if name in self.one:
            # PostgreSQL takes two conditions on a column for independent, and would expect next to no rows.
            return f"{self.one[name]} = ANY ({self.several[name]})"
        condition = f"{row}.{name} = ANY ({self.several[name]})"
        # Where another index leads to the rows, PostgreSQL should not make a second way of this.
        return condition if is_way else f"({condition}) IS TRUE"

    def taken(self, by: Sequence[str]) -> list[str]:
        """The columns that are taken value by value."""
        return [name for name in by if name not in self.one]

    def values(self, by: Sequence[str]) -> str:
        """Where the values of the columns come from, each once."""
        return ", ".join(
            f"(SELECT DISTINCT unnest({self.several[name]}) AS {name}) AS each_{name}"
            for name in self.taken(by)
        )


def way(table: Table, conditions: Sequence[Asked]) -> Way:
    """Sort the conditions on the rows of a table."""
    one: dict[str, str] = {}
    several: dict[str, str] = {}
    others: list[str] = []
    keys = ""
    for condition in conditions:
        kind = one if condition.is_one else several
        if kind is several and not keys and condition.column in table.primary_key.columns:
            keys = condition.text
        elif condition.column and condition.column not in kind:
            kind[condition.column] = condition.value
        elif condition.text:
            others.append(condition.text)
    return Way(table, one, several, others, keys)


@lru_cache
def indexes(table: Table) -> tuple[tuple[str, ...], ...]:
    """The columns of each index of a table."""
    found = []
    for index in table.indexes:
        # An index of which we see an expression, and no column, is none of ours.
        columns = [getattr(each, "element", each) for each in index.expressions]
        found.append(tuple(each.name for each in columns if isinstance(each, ColumnClause)))
    return (tuple(table.primary_key.columns.keys()), *sorted(found))
