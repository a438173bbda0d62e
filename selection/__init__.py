"""The translator: a selection set becomes one SELECT.

Which rows is said by the field; which columns by the caller's selection; whose rows by the policy. One
statement falls out of the three. A document goes through the rooms of this package in this order:

    entities    what an author declares for each field
    catalogue   the declarations of a schema, found by name   (once, when the portal opens)
    documents   the text, parsed, validated, looked through   (once a document)
    planner     what is selected becomes a plan               (once a shape of variables and a kind of viewer)
    plans       the plan: plain data
    statements  the plan as one SELECT of JSON texts          (likewise once)
    completion  what only Python can say, put into its places (where something is derived)
    answers     the arguments bound, the statement run, the bytes sent

Beside the way lie `arguments` (from a request into a bind parameter), `bounds` (how much a document may say),
`checks` (what may not be declared), `collection` (what a document selects of an object), `costs` (what an
operation costs), `cursors` (the place of a row in an order), `faults` (what a caller can get wrong),
`literals` (what may stand in a statement as it is), `outlines` (a plan as people read it), `pages` (the
planner's part that knows of connections), `registrations` (what a client wants to be known beforehand),
`templates` (what authors wrote in SQLAlchemy, as text) and `variables` (their values, coerced).

It knows nothing of social security.
"""

from selection.cursors import Cursor, cursor_text
from selection.entities import (
    Columns,
    Condition,
    Connection,
    Followed,
    Keyed,
    Names,
    Node,
    Order,
    Reads,
    Tells,
    Through,
    computed,
    derived,
    either,
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
    "Followed",
    "Keyed",
    "Names",
    "Node",
    "Order",
    "Reads",
    "Tells",
    "Through",
    "computed",
    "cursor_text",
    "derived",
    "either",
    "entity",
    "fetched",
    "link",
    "nodes",
    "rows",
    "stored",
]
