WITH log AS MATERIALIZED (
  SELECT 'log:' || (file_row_number + 1) AS entry, kind, account, happened, amount
  FROM read_parquet('log.parquet', file_row_number = true)
), account AS (SELECT entry, account, happened FROM log WHERE kind = 'open'),
step AS (
  SELECT account, t, sum(n) AS n FROM (
    SELECT account, happened AS t, amount AS n FROM log WHERE kind = 'pay'
    UNION ALL SELECT account, happened + INTERVAL 2160 HOUR, -amount FROM log WHERE kind = 'pay') GROUP BY ALL
), level AS (
  SELECT account, t, sum(n) OVER (PARTITION BY account ORDER BY t) > 1000 AS over,
    lead(t) OVER (PARTITION BY account ORDER BY t) AS u FROM step
), point AS (
  SELECT a.entry, greatest(l.t, a.happened) AS f, l.over
  FROM account a JOIN level l ON l.account = a.account AND (l.u IS NULL OR l.u > a.happened)
  WHERE l.t <= getvariable('now')
  UNION ALL
  SELECT a.entry, a.happened, false FROM account a
  WHERE NOT EXISTS (FROM log l WHERE l.kind = 'pay' AND l.account = a.account AND l.happened <= a.happened)
), told AS (
  SELECT entry, f, CASE WHEN over THEN 'broken'
    WHEN bool_or(over) OVER (PARTITION BY entry ORDER BY f) THEN 'cured' ELSE 'kept' END AS status FROM point
), changed AS (
  SELECT * FROM (SELECT *, lag(status) OVER (PARTITION BY entry ORDER BY f) AS was FROM told)
  WHERE was IS DISTINCT FROM status
), turned AS (
  SELECT c.entry, c.f, list(r.entry ORDER BY r.entry) AS opened FROM changed c JOIN account w USING (entry)
  JOIN (
    SELECT entry, account, unnest([happened, happened + INTERVAL 2160 HOUR]) AS t FROM log WHERE kind = 'pay') r
    ON r.account = w.account AND r.t = c.f WHERE c.was IS NOT NULL GROUP BY ALL
), span AS (
  SELECT *, lead(f) OVER w AS u, lead(opened) OVER w AS closed FROM (
    SELECT c.entry, c.f, status, CASE WHEN was IS NULL THEN [c.entry] ELSE coalesce(opened, []) END AS opened
    FROM changed c LEFT JOIN turned t ON t.entry = c.entry AND t.f = c.f)
  WINDOW w AS (PARTITION BY entry ORDER BY f)
)
SELECT '1' AS clause, '1' AS rule, 'keep' AS kind, 'holder' AS debtor, NULL::VARCHAR AS creditor,
  to_json({'a': a.account})::VARCHAR AS instance, a.entry AS trigger, status,
  make_timestamptz(epoch_us(f)) AS "from", make_timestamptz(epoch_us(u)) AS until, NULL::BOOLEAN AS used, NULL::BOOLEAN AS "open", false AS final,
  opened AS entries, coalesce(closed, []) AS closed_by, NULL::VARCHAR AS breach,
  NULL::VARCHAR AS breaches, NULL::VARCHAR AS breach_entries
FROM span JOIN account a USING (entry)
