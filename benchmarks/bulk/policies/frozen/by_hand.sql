WITH log AS MATERIALIZED (
  SELECT 'log:' || (file_row_number + 1) AS entry, kind, account, happened
  FROM read_parquet('log.parquet', file_row_number = true)
), account AS (
  SELECT entry, account, happened FROM log WHERE kind = 'open'
), flip AS (
  SELECT account, happened, kind FROM (
    SELECT *, lag(kind, 1, 'thaw') OVER (PARTITION BY account ORDER BY happened) AS was
    FROM log WHERE kind IN ('freeze', 'thaw'))
  WHERE kind <> was
), cold AS MATERIALIZED (
  SELECT a.entry, f.account, greatest(f.happened, a.happened) AS f, f.u FROM (
    SELECT account, kind, happened, lead(happened) OVER (PARTITION BY account ORDER BY happened) AS u FROM flip) f
  JOIN account a USING (account) WHERE f.kind = 'freeze' AND (u IS NULL OR u > a.happened)
), bad AS MATERIALIZED (
  SELECT c.entry, t.entry AS act, t.happened FROM cold c
  JOIN log t ON t.kind = 'transfer' AND t.account = c.account AND t.happened >= c.f AND (c.u IS NULL OR t.happened < c.u)
), first AS (SELECT entry, min(happened) AS happened FROM bad GROUP BY entry),
point AS (
  SELECT a.entry, a.happened AS t, 'dormant' AS status, NULL AS opened FROM account a
    WHERE NOT EXISTS (FROM cold c WHERE c.entry = a.entry AND c.f = a.happened)
  UNION ALL SELECT c.entry, c.f, 'kept', NULL FROM cold c LEFT JOIN first b USING (entry)
    WHERE b.happened IS NULL OR c.f < b.happened
  UNION ALL SELECT c.entry, c.u, 'dormant', NULL FROM cold c LEFT JOIN first b USING (entry)
    WHERE c.u IS NOT NULL AND (b.happened IS NULL OR c.u < b.happened)
  UNION ALL SELECT entry, happened, 'broken', act FROM bad
), turned AS (
  SELECT p.entry, p.t, list(r.entry ORDER BY r.entry) AS turned FROM point p JOIN account w USING (entry)
  JOIN (SELECT entry, account, happened AS t FROM log WHERE kind IN ('freeze', 'thaw')) r ON r.account = w.account AND r.t = p.t WHERE p.opened IS NULL AND p.t > w.happened GROUP BY ALL
), span AS (
  SELECT *, lead(t) OVER w AS u, lead(entries) OVER w AS closed FROM (
    SELECT p.entry, p.t, status, opened, CASE WHEN p.t > w.happened AND opened IS NULL THEN coalesce(turned, [])
        WHEN p.t > w.happened THEN [opened] WHEN opened IS NULL THEN [p.entry] ELSE list_sort([p.entry, opened]) END AS entries
    FROM point p JOIN account w USING (entry) LEFT JOIN turned r ON r.entry = p.entry AND r.t = p.t)
  WINDOW w AS (PARTITION BY entry ORDER BY t)
)
SELECT '1' AS clause, '1' AS rule, 'forbid' AS kind, 'bank' AS debtor, NULL::VARCHAR AS creditor,
  to_json({'a': a.account})::VARCHAR AS instance, a.entry AS trigger, status,
  make_timestamptz(epoch_us(t)) AS "from", make_timestamptz(epoch_us(u)) AS until, NULL::BOOLEAN AS used, NULL::BOOLEAN AS "open", false AS final,
  entries, coalesce(closed, []) AS closed_by,
  CASE WHEN status = 'broken' THEN to_json({'account': a.account})::VARCHAR END AS breach,
  CASE WHEN status = 'broken' THEN '[' || to_json({'account': a.account})::VARCHAR || ']' END AS breaches,
  CASE WHEN status = 'broken' THEN '[' || to_json(opened)::VARCHAR || ']' END AS breach_entries
FROM span JOIN account a USING (entry)
