"""The oracle: what an operation should answer, worked out from whole tables, row by row.

It reads the tables as superuser, applies the policies as they are said in words, and shares no code with
`selection/` or `auth/`: where both agree, both are right, or wrong in the same way by two different ways.
"""
