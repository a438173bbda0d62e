WITH viewer AS MATERIALIZED (
  SELECT vset($1::VARCHAR) AS vset_1)
SELECT ((WITH total(counted) AS MATERIALIZED (
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
                    OR my_grant.valid_until > statement_timestamp()))))) AS office_id) AS each_office_id, LATERAL (
          SELECT 1
          FROM participants AS participant
          WHERE participant.office_id = each_office_id.office_id
          AND participant.folded_name >= $2::VARCHAR
          AND participant.folded_name < concat($2::VARCHAR, chr(1114111))
          LIMIT 10001) AS participant
        LIMIT 10001) AS counted)
    SELECT concat('{"nodes":[', array_to_string(trim_array(array_agg(page.nodes_1), greatest(CAST(count(*) AS INTEGER) - $3::INTEGER, 0)), ','), '],"totalCount":', least((
          SELECT counted
          FROM total), 10000),
      ',"totalCountIsExact":', to_json((
          SELECT counted
          FROM total) <= 10000), '}')
    FROM (
      SELECT concat(E'\x1E0,', participant.id, ',', (array((
              SELECT offices_served.id
              FROM offices_served
              ORDER BY offices_served.id)))[width_bucket(participant.office_id, array((
              SELECT offices_served.id
              FROM offices_served
              ORDER BY offices_served.id)))], E'\x1E{"fullName":', to_json(participant.full_name),
        ',"sex":', to_json(participant.sex),
        ',"office":', coalesce((
            SELECT concat('{"nameEn":', to_json(office.name_en),
              ',"parent":', coalesce((
                  SELECT concat('{"code":', to_json(office_2.code), '}')
                  FROM offices AS office_2
                  WHERE office_2.id = office.parent_id), 'null'), '}')
            FROM offices AS office
            WHERE office.id = participant.office_id), 'null'), '}') AS nodes_1
      FROM (
        SELECT participant.*
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
            SELECT participant.folded_name, participant.id
            FROM participants AS participant
            WHERE participant.office_id = each_office_id.office_id
            AND participant.folded_name >= $2::VARCHAR
            AND participant.folded_name < concat($2::VARCHAR, chr(1114111))
            ORDER BY participant.folded_name, participant.id
            LIMIT 1) AS participant
          ORDER BY participant.folded_name, participant.id
          LIMIT 26) AS each, LATERAL (
          SELECT participant.*
          FROM participants AS participant
          WHERE participant.office_id = each.office_id
          AND participant.folded_name >= $2::VARCHAR
          AND participant.folded_name < concat($2::VARCHAR, chr(1114111))
          ORDER BY participant.folded_name, participant.id
          LIMIT 26) AS participant
        ORDER BY participant.folded_name, participant.id
        LIMIT 26) AS participant
      ORDER BY participant.folded_name, participant.id
      LIMIT 26) AS page
    HAVING true)) AS root_1
FROM viewer
