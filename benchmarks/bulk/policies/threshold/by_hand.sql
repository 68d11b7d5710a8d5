WITH log AS MATERIALIZED (
  SELECT 'log:' || (file_row_number + 1) AS entry, kind, tank, happened, litres
  FROM read_parquet('log.parquet', file_row_number = true)
), tank AS (SELECT entry, tank, happened FROM log WHERE kind = 'install'),
reading AS (
  SELECT tank, happened, litres, lead(happened) OVER (PARTITION BY tank ORDER BY happened) AS u FROM log WHERE kind = 'level'
), point AS (
  SELECT t.entry, greatest(r.happened, t.happened) AS f, r.litres > 100 AS over
  FROM tank t JOIN reading r ON r.tank = t.tank AND (r.u IS NULL OR r.u > t.happened)
  UNION ALL
  SELECT t.entry, t.happened, NULL FROM tank t
  WHERE NOT EXISTS (FROM log r WHERE r.kind = 'level' AND r.tank = t.tank AND r.happened <= t.happened)
), told AS (
  SELECT entry, f, CASE WHEN over IS NULL THEN 'unknown' WHEN over THEN 'broken'
    WHEN bool_or(over) OVER (PARTITION BY entry ORDER BY f) THEN 'cured' ELSE 'kept' END AS status FROM point
), changed AS (
  SELECT * FROM (SELECT *, lag(status) OVER (PARTITION BY entry ORDER BY f) AS was FROM told)
  WHERE was IS DISTINCT FROM status
), turned AS (
  SELECT c.entry, c.f, list(r.entry ORDER BY r.entry) AS opened FROM changed c JOIN tank w USING (entry)
  JOIN log r ON r.kind = 'level' AND r.tank = w.tank AND r.happened = c.f WHERE c.was IS NOT NULL GROUP BY ALL
), span AS (
  SELECT *, lead(f) OVER w AS u, lead(opened) OVER w AS closed FROM (
    SELECT c.entry, c.f, status, CASE WHEN was IS NULL THEN [c.entry] ELSE coalesce(opened, []) END AS opened
    FROM changed c LEFT JOIN turned t ON t.entry = c.entry AND t.f = c.f)
  WINDOW w AS (PARTITION BY entry ORDER BY f)
)
SELECT '1' AS clause, '1' AS rule, 'keep' AS kind, 'operator' AS debtor, NULL::VARCHAR AS creditor,
  to_json({'t': t.tank})::VARCHAR AS instance, t.entry AS trigger, status,
  make_timestamptz(epoch_us(f)) AS "from", make_timestamptz(epoch_us(u)) AS until, NULL::BOOLEAN AS used, NULL::BOOLEAN AS "open", false AS final,
  opened AS entries, coalesce(closed, []) AS closed_by, NULL::VARCHAR AS breach,
  NULL::VARCHAR AS breaches, NULL::VARCHAR AS breach_entries
FROM span JOIN tank t USING (entry)
