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
), span AS (SELECT *, lead(f) OVER (PARTITION BY entry ORDER BY f) AS u FROM changed)
SELECT '1' AS clause, '1' AS rule, 'keep' AS kind, 'holder' AS debtor, NULL::VARCHAR AS creditor,
  to_json({'a': a.account})::VARCHAR AS instance, a.entry AS trigger, status,
  make_timestamptz(epoch_us(f)) AS "from", make_timestamptz(epoch_us(u)) AS until, false AS final,
  CASE WHEN was IS NULL THEN a.entry END AS opened, NULL::VARCHAR AS closed, NULL::VARCHAR AS breach,
  NULL::VARCHAR AS breaches, NULL::VARCHAR AS breach_entries
FROM span JOIN account a USING (entry)
