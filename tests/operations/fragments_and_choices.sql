WITH viewer AS MATERIALIZED (
  SELECT vset($1::VARCHAR) AS vset_1)
SELECT ((
    SELECT concat('{"totalCount":', least((
          SELECT count(*)
          FROM (
            SELECT 1
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
                        OR my_grant.valid_until > statement_timestamp()))))) AS office_id) AS each_office_id, (
              SELECT DISTINCT unnest(($2::TEXT[])) AS status) AS each_status, LATERAL (
              SELECT 1
              FROM dossiers AS dossier
              WHERE dossier.office_id = each_office_id.office_id
              AND dossier.status = each_status.status
              LIMIT 10001) AS dossier
            LIMIT 10001) AS counted), 10000),
      ',"nodes":[', array_to_string(trim_array(array_agg(page.nodes_2), greatest(CAST(count(*) AS INTEGER) - 10, 0)), ','), ']}')
    FROM (
      SELECT concat(E'\x1E0,', dossier.participant_id, ',', (array((
              SELECT offices_served.id
              FROM offices_served
              ORDER BY offices_served.id)))[width_bucket(dossier.office_id, array((
              SELECT offices_served.id
              FROM offices_served
              ORDER BY offices_served.id)))], E'\x1E{"__typename":"Dossier","reference":', to_json(dossier.reference),
        ',"code":', coalesce(to_json(dossier.code), 'null'),
        ',"office":', coalesce((
            SELECT concat('{"code":', to_json(office.code), '}')
            FROM offices AS office
            WHERE office.id = dossier.office_id), 'null'), '}') AS nodes_2
      FROM (
        SELECT dossier.*
        FROM (
          SELECT each_office_id.office_id, each_status.status
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
                      OR my_grant.valid_until > statement_timestamp()))))) AS office_id) AS each_office_id, (
            SELECT DISTINCT unnest(($2::TEXT[])) AS status) AS each_status, LATERAL (
            SELECT dossier.id
            FROM dossiers AS dossier
            WHERE dossier.office_id = each_office_id.office_id
            AND dossier.status = each_status.status
            ORDER BY dossier.id DESC
            LIMIT 1) AS dossier
          ORDER BY dossier.id DESC
          LIMIT 11) AS each, LATERAL (
          SELECT dossier.*
          FROM dossiers AS dossier
          WHERE dossier.office_id = each.office_id
          AND dossier.status = each.status
          ORDER BY dossier.id DESC
          LIMIT 11) AS dossier
        ORDER BY dossier.id DESC
        LIMIT 11) AS dossier
      ORDER BY dossier.id DESC
      LIMIT 11) AS page
    HAVING true)) AS root_1, ((
    SELECT concat('{"totalCount":', least((
          SELECT count(*)
          FROM (
            SELECT 1
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
                        OR my_grant.valid_until > statement_timestamp()))))) AS office_id) AS each_office_id, (
              SELECT DISTINCT unnest(($3::TEXT[])) AS status) AS each_status, LATERAL (
              SELECT 1
              FROM dossiers AS dossier_2
              WHERE dossier_2.office_id = each_office_id.office_id
              AND dossier_2.status = each_status.status
              LIMIT 10001) AS dossier_2
            LIMIT 10001) AS counted), 10000),
      ',"nodes":[', array_to_string(trim_array(array_agg(page_2.nodes_2), greatest(CAST(count(*) AS INTEGER) - 10, 0)), ','), ']}')
    FROM (
      SELECT concat(E'\x1E1,', dossier_2.participant_id, ',', (array((
              SELECT offices_served.id
              FROM offices_served
              ORDER BY offices_served.id)))[width_bucket(dossier_2.office_id, array((
              SELECT offices_served.id
              FROM offices_served
              ORDER BY offices_served.id)))], E'\x1E{"__typename":"Dossier","reference":', to_json(dossier_2.reference),
        ',"code":', coalesce(to_json(dossier_2.code), 'null'),
        ',"office":', coalesce((
            SELECT concat('{"code":', to_json(office_2.code), '}')
            FROM offices AS office_2
            WHERE office_2.id = dossier_2.office_id), 'null'), '}') AS nodes_2
      FROM (
        SELECT dossier_2.*
        FROM (
          SELECT each_office_id.office_id, each_status.status
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
                      OR my_grant.valid_until > statement_timestamp()))))) AS office_id) AS each_office_id, (
            SELECT DISTINCT unnest(($3::TEXT[])) AS status) AS each_status, LATERAL (
            SELECT dossier_2.id
            FROM dossiers AS dossier_2
            WHERE dossier_2.office_id = each_office_id.office_id
            AND dossier_2.status = each_status.status
            ORDER BY dossier_2.id DESC
            LIMIT 1) AS dossier_2
          ORDER BY dossier_2.id DESC
          LIMIT 11) AS each, LATERAL (
          SELECT dossier_2.*
          FROM dossiers AS dossier_2
          WHERE dossier_2.office_id = each.office_id
          AND dossier_2.status = each.status
          ORDER BY dossier_2.id DESC
          LIMIT 11) AS dossier_2
        ORDER BY dossier_2.id DESC
        LIMIT 11) AS dossier_2
      ORDER BY dossier_2.id DESC
      LIMIT 11) AS page_2
    HAVING true)) AS root_2
FROM viewer
