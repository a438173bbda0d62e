"""A million dossiers: what PostgreSQL does for every list there, and how long it takes.

`make million` makes them, measures, and keeps in `statistics.sql` what PostgreSQL knows of them. `make test`
has no minutes for that: it gives an empty database that knowledge and those sizes, so that PostgreSQL plans
as among a million (the two were compared: 481 of 492 plans were the same to the last node, and the others
differed in the way to five rows).
"""
