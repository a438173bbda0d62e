WITH viewer AS MATERIALIZED (
  SELECT vset($1::VARCHAR) AS vset_1)
SELECT ((
    SELECT concat('{"nodes":[', array_to_string(array_reverse(trim_array(array_agg(page.nodes_1), greatest(CAST(count(*) AS INTEGER) - 2, 0))), ','), '],"pageInfo":{"hasNextPage":true,"hasPreviousPage":', to_json(greatest(CAST(count(*) AS INTEGER) - 2, 0) > 0),
      ',"startCursor":', (array_to_json(array_reverse(trim_array(array_agg(page.mark), greatest(CAST(count(*) AS INTEGER) - 2, 0)))) ->> 0), coalesce(to_json(array_to_json(array_reverse(trim_array(array_agg(page.cursor), greatest(CAST(count(*) AS INTEGER) - 2, 0)))) ->> 0), 'null'), '}}')
    FROM (
      SELECT concat(E'\x1E1,', dossier.participant_id, ',', (array((
              SELECT offices_served.id
              FROM offices_served
              ORDER BY offices_served.id)))[width_bucket(dossier.office_id, array((
              SELECT offices_served.id
              FROM offices_served
              ORDER BY offices_served.id)))], E'\x1E{"reference":', to_json(dossier.reference), '}') AS nodes_1, translate(encode(convert_to(CAST(json_build_array('OLDEST', dossier.id) AS TEXT), 'UTF8'), 'base64'), '+/=
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
          SELECT each_office_id.office_id
          FROM (
            SELECT DISTINCT unnest((array((
                    SELECT below.id
                    FROM grants AS my_grant
                    JOIN offices AS my_office ON my_office.id = my_grant.office_id
                    JOIN offices AS below ON below.id BETWEEN my_office.id AND my_office.last_id
                    WHERE my_grant.principal = (
                      SELECT CAST(vget('principal') AS UUID) AS vget_1)
                    AND my_grant.kind = (
                      SELECT vget('kind') AS vget_2)
                    AND (my_grant.valid_until IS NULL
                      OR my_grant.valid_until > statement_timestamp()))))) AS office_id) AS each_office_id, LATERAL (
            SELECT dossier.id
            FROM dossiers AS dossier
            WHERE dossier.office_id = each_office_id.office_id
            AND (dossier.id) < ($2::UUID)
            ORDER BY dossier.id DESC
            LIMIT 1) AS dossier
          ORDER BY dossier.id DESC
          LIMIT 3) AS each, LATERAL (
          SELECT dossier.*
          FROM dossiers AS dossier
          WHERE dossier.office_id = each.office_id
          AND (dossier.id) < ($2::UUID)
          ORDER BY dossier.id DESC
          LIMIT 3) AS dossier
        ORDER BY dossier.id DESC
        LIMIT 3) AS dossier
      ORDER BY dossier.id DESC
      LIMIT 3) AS page
    HAVING true)) AS root_1
FROM viewer
