WITH viewer AS MATERIALIZED (
  SELECT vset($1::VARCHAR) AS vset_1)
SELECT ((
    SELECT concat('{"edges":[', array_to_string(trim_array(array_agg(concat('{"cursor":', page.mark, '"', page.cursor, '","node":', page.edges_1_2, '}')), greatest(CAST(count(*) AS INTEGER) - $2::INTEGER, 0)), ','), '],"pageInfo":{"hasNextPage":', to_json(greatest(CAST(count(*) AS INTEGER) - $2::INTEGER, 0) > 0),
      ',"endCursor":', (array_to_json(trim_array(array_agg(page.mark), greatest(CAST(count(*) AS INTEGER) - $2::INTEGER, 0))) ->> cardinality(trim_array(array_agg(page.cursor), greatest(CAST(count(*) AS INTEGER) - $2::INTEGER, 0))) - 1), coalesce(to_json(array_to_json(trim_array(array_agg(page.cursor), greatest(CAST(count(*) AS INTEGER) - $2::INTEGER, 0))) ->> cardinality(trim_array(array_agg(page.cursor), greatest(CAST(count(*) AS INTEGER) - $2::INTEGER, 0))) - 1), 'null'), '},"totalCount":', least((
          SELECT count(*)
          FROM (
            SELECT 1
            FROM (
              SELECT DISTINCT unnest(($3::TEXT[])) AS status) AS each_status, LATERAL (
              SELECT 1
              FROM dossiers AS dossier
              WHERE dossier.office_id = $4::INTEGER
              AND dossier.status = each_status.status
              AND $4::INTEGER = ANY ((array((
                      SELECT below.id
                      FROM grants AS my_grant
                      JOIN offices AS my_office ON my_office.id = my_grant.office_id
                      JOIN offices AS below ON below.id BETWEEN my_office.id AND my_office.last_id
                      WHERE my_grant.principal = (
                        SELECT CAST(vget('principal') AS UUID) AS vget_1)
                      AND my_grant.kind = (
                        SELECT vget('kind') AS vget_2)
                      AND (my_grant.valid_until IS NULL
                        OR my_grant.valid_until > statement_timestamp())))))
              AND dossier.due_on IS NOT NULL
              LIMIT 10001) AS dossier
            LIMIT 10001) AS counted), 10000), '}')
    FROM (
      SELECT concat(E'\x1E1,', dossier.participant_id, ',', (array((
              SELECT offices_served.id
              FROM offices_served
              ORDER BY offices_served.id)))[width_bucket(dossier.office_id, array((
              SELECT offices_served.id
              FROM offices_served
              ORDER BY offices_served.id)))], E'\x1E{"code":', coalesce(to_json(dossier.code), 'null'),
        ',"dueOn":', coalesce(to_json(dossier.due_on), 'null'),
        ',"participant":', coalesce((
            SELECT concat(E'\x1E2,', participant.id, ',', (array((
                    SELECT offices_served.id
                    FROM offices_served
                    ORDER BY offices_served.id)))[width_bucket(participant.office_id, array((
                    SELECT offices_served.id
                    FROM offices_served
                    ORDER BY offices_served.id)))], E'\x1E{"fullName":', to_json(participant.full_name), '}')
            FROM participants AS participant
            WHERE participant.id = dossier.participant_id
            AND participant.office_id = ANY (array((
                  SELECT below.id
                  FROM grants AS my_grant
                  JOIN offices AS my_office ON my_office.id = my_grant.office_id
                  JOIN offices AS below ON below.id BETWEEN my_office.id AND my_office.last_id
                  WHERE my_grant.principal = (
                    SELECT CAST(vget('principal') AS UUID) AS vget_1)
                  AND my_grant.kind = (
                    SELECT vget('kind') AS vget_2)
                  AND (my_grant.valid_until IS NULL
                    OR my_grant.valid_until > statement_timestamp()))))), 'null'), '}') AS edges_1_2, translate(encode(convert_to(CAST(json_build_array('DUE', dossier.due_on, dossier.id) AS TEXT), 'UTF8'), 'base64'), '+/=
', '-_') AS cursor, concat(E'\x1E0,', dossier.participant_id, ',', (array((
              SELECT offices_served.id
              FROM offices_served
              ORDER BY offices_served.id)))[width_bucket(dossier.office_id, array((
              SELECT offices_served.id
              FROM offices_served
              ORDER BY offices_served.id)))], E'\x1E') AS mark
      FROM (
        SELECT dossier.*
        FROM (
          SELECT each_status.status
          FROM (
            SELECT DISTINCT unnest(($3::TEXT[])) AS status) AS each_status, LATERAL (
            SELECT dossier.due_on, dossier.id
            FROM dossiers AS dossier
            WHERE dossier.office_id = $4::INTEGER
            AND dossier.status = each_status.status
            AND $4::INTEGER = ANY ((array((
                    SELECT below.id
                    FROM grants AS my_grant
                    JOIN offices AS my_office ON my_office.id = my_grant.office_id
                    JOIN offices AS below ON below.id BETWEEN my_office.id AND my_office.last_id
                    WHERE my_grant.principal = (
                      SELECT CAST(vget('principal') AS UUID) AS vget_1)
                    AND my_grant.kind = (
                      SELECT vget('kind') AS vget_2)
                    AND (my_grant.valid_until IS NULL
                      OR my_grant.valid_until > statement_timestamp())))))
            AND dossier.due_on IS NOT NULL
            ORDER BY dossier.due_on, dossier.id
            LIMIT 1) AS dossier
          ORDER BY dossier.due_on, dossier.id
          LIMIT 11) AS each, LATERAL (
          SELECT dossier.*
          FROM dossiers AS dossier
          WHERE dossier.office_id = $4::INTEGER
          AND dossier.status = each.status
          AND $4::INTEGER = ANY ((array((
                  SELECT below.id
                  FROM grants AS my_grant
                  JOIN offices AS my_office ON my_office.id = my_grant.office_id
                  JOIN offices AS below ON below.id BETWEEN my_office.id AND my_office.last_id
                  WHERE my_grant.principal = (
                    SELECT CAST(vget('principal') AS UUID) AS vget_1)
                  AND my_grant.kind = (
                    SELECT vget('kind') AS vget_2)
                  AND (my_grant.valid_until IS NULL
                    OR my_grant.valid_until > statement_timestamp())))))
          AND dossier.due_on IS NOT NULL
          ORDER BY dossier.due_on, dossier.id
          LIMIT 11) AS dossier
        ORDER BY dossier.due_on, dossier.id
        LIMIT 11) AS dossier
      ORDER BY dossier.due_on, dossier.id
      LIMIT 11) AS page
    HAVING true)) AS root_1
FROM viewer
