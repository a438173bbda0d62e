WITH viewer AS MATERIALIZED (
  SELECT vset($1::VARCHAR) AS vset_1)
SELECT (concat('{"maternity":{"today":', coalesce(to_json((
          SELECT CAST(timezone('Asia/Ho_Chi_Minh', statement_timestamp()) AS DATE) AS timezone_1)), 'null'), '},"pension":{"today":', coalesce(to_json((
          SELECT CAST(timezone('Asia/Ho_Chi_Minh', statement_timestamp()) AS DATE) AS timezone_1)), 'null'), '}}')) AS root_1, (concat('{"today":', coalesce(to_json((
          SELECT CAST(timezone('Asia/Ho_Chi_Minh', statement_timestamp()) AS DATE) AS timezone_1)), 'null'), '}')) AS root_2
FROM viewer
