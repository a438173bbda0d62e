WITH viewer AS MATERIALIZED (
  SELECT vset($2::VARCHAR) AS vset_1)
SELECT (
  SELECT coalesce((
      SELECT concat('{"code":', CAST(to_json(service.id) AS TEXT),
        ',"group":', CAST(to_json(service.service_group) AS TEXT),
        ',"nameVi":', CAST(to_json(service.name_vi) AS TEXT),
        ',"nationalCode":', coalesce(CAST(to_json(service.national_code) AS TEXT), 'null'),
        ',"versions":', (
          SELECT concat('{"nodes":', concat('[', array_to_string(trim_array(array_agg(page.nodes_1), greatest(CAST(count(*) AS INTEGER) - 20, 0)), ','), ']'), '}') AS concat_2
          FROM (
            SELECT concat('{"validFrom":', CAST(to_json(service_version.valid_from) AS TEXT),
              ',"validTo":', coalesce(CAST(to_json(service_version.valid_to) AS TEXT), 'null'),
              ',"level":', CAST(to_json(service_version.level) AS TEXT),
              ',"applicants":', CAST(to_json(service_version.applicants) AS TEXT),
              ',"forms":', CAST(to_json(service_version.forms) AS TEXT),
              ',"legalBasis":', CAST(to_json(service_version.legal_basis) AS TEXT), '}') AS nodes_1
            FROM service_versions AS service_version
            WHERE service_version.service_id = service.id
            ORDER BY service_version.valid_from, service_version.id
            LIMIT 21) AS page
          HAVING true), '}') AS concat_1
      FROM services AS service
      WHERE service.id = $1::VARCHAR), 'null') AS coalesce_1) AS root_1
FROM viewer
