"""Add the viewer: how a statement says for whom it runs.

Expand: new functions only. Locks nothing that exists.

The viewer is JSON text in the setting `ansinh.viewer`, local to the transaction, stamped with the instant of the one
statement (`vset`) or of the one transaction (`vset_for_transaction`) that it is for. `vget` gives NULL unless the stamp
is this statement's or this transaction's, so whatever is unset or stale sees nothing.
"""

from alembic import op

revision = "2026_11_23_0150"
down_revision = "2026_11_23_0100"

STATEMENTS = (
    """
    CREATE FUNCTION vset(viewer text) RETURNS text
    LANGUAGE sql VOLATILE PARALLEL UNSAFE
    RETURN set_config('ansinh.viewer', extract(epoch FROM statement_timestamp())::text || '|' || viewer, true)
    """,
    """
    CREATE FUNCTION vset_for_transaction(viewer text) RETURNS text
    LANGUAGE sql VOLATILE PARALLEL UNSAFE
    RETURN set_config('ansinh.viewer', 'T' || extract(epoch FROM transaction_timestamp())::text || '|' || viewer, true)
    """,
    # STABLE, never IMMUTABLE: an immutable function would be evaluated once and kept in the plan for everybody.
    """
    CREATE FUNCTION vget(key text) RETURNS text
    LANGUAGE sql STABLE PARALLEL RESTRICTED
    RETURN CASE
        WHEN split_part(current_setting('ansinh.viewer', true), '|', 1) IN (
            extract(epoch FROM statement_timestamp())::text,
            'T' || extract(epoch FROM transaction_timestamp())::text
        )
        THEN nullif(
            substr(current_setting('ansinh.viewer', true), strpos(current_setting('ansinh.viewer', true), '|') + 1)::json ->> key,
            ''
        )
    END
    """,
    """
    CREATE FUNCTION vhas(scope text) RETURNS boolean
    LANGUAGE sql STABLE PARALLEL RESTRICTED
    RETURN coalesce(scope = ANY (string_to_array(vget('scopes'), ' ')), false)
    """,
)


def upgrade() -> None:
    """Create the functions."""
    for statement in STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    """Drop the functions."""
    for function in ("vhas(text)", "vget(text)", "vset_for_transaction(text)", "vset(text)"):
        op.execute(f"DROP FUNCTION {function}")
