"""The translator: a selection set becomes one SELECT.

Which rows is said by the field; which columns by the caller's selection; whose rows by the policy. One
statement falls out of the three. A document goes through the rooms of this package in this order:

    entities    what an author declared for each field       (read into a catalogue when the schema is built)
    documents   the text, parsed, validated, looked through   (once a document)
    plans       what is selected, as plain data               (once a shape of variables and a kind of viewer)
    statements  the plan as one SELECT of JSON texts          (likewise)
    answers     the arguments bound, the statement run, the bytes sent

It knows nothing of social security.
"""

from selection.cursors import Cursor, cursor_text
from selection.entities import (
    Columns,
    Condition,
    Connection,
    Names,
    Node,
    Order,
    Through,
    computed,
    entity,
    fetched,
    link,
    nodes,
    rows,
    stored,
)

__all__ = [
    "Columns",
    "Condition",
    "Connection",
    "Cursor",
    "Names",
    "Node",
    "Order",
    "Through",
    "computed",
    "cursor_text",
    "entity",
    "fetched",
    "link",
    "nodes",
    "rows",
    "stored",
]
