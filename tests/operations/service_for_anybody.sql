WITH viewer AS MATERIALIZED (
  SELECT vset($1::VARCHAR) AS vset_1)
SELECT (coalesce((
      SELECT concat('{"code":', to_json(service.id),
        ',"group":', to_json(service.service_group),
        ',"nameVi":', to_json(service.name_vi),
        ',"nationalCode":', coalesce(to_json(service.national_code), 'null'),
        ',"versions":', (
          SELECT concat('{"nodes":[', array_to_string(trim_array(array_agg(page.nodes_1), greatest(CAST(count(*) AS INTEGER) - 20, 0)), ','), ']}')
          FROM (
            SELECT concat('{"validFrom":', to_json(service_version.valid_from),
              ',"validTo":', coalesce(to_json(service_version.valid_to), 'null'),
              ',"level":', to_json(service_version.level),
              ',"applicants":', to_json(service_version.applicants),
              ',"forms":', to_json(service_version.forms),
              ',"legalBasis":', to_json(service_version.legal_basis), '}') AS nodes_1
            FROM service_versions AS service_version
            WHERE service_version.service_id = service.id
            ORDER BY service_version.valid_from, service_version.id
            LIMIT 21) AS page
          HAVING true), '}')
      FROM services AS service
      WHERE service.id = $2::VARCHAR), 'null')) AS root_1
FROM viewer
