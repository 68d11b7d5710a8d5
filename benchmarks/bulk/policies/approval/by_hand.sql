WITH log AS MATERIALIZED (
  SELECT 'log:' || (file_row_number + 1) AS entry, kind, id, happened
  FROM read_parquet('log.parquet', file_row_number = true)
), doc AS (
  SELECT entry, id, happened FROM log WHERE kind = 'submit'
), -- where approval covers a document: the union of the ten days after each
edge AS (
  SELECT d.entry, greatest(a.happened, d.happened) AS t, 1 AS n
  FROM doc d JOIN log a ON a.kind = 'approve' AND a.id = d.id AND a.happened + INTERVAL 240 HOUR > d.happened
  UNION ALL
  SELECT d.entry, a.happened + INTERVAL 240 HOUR, -1
  FROM doc d JOIN log a ON a.kind = 'approve' AND a.id = d.id AND a.happened + INTERVAL 240 HOUR > d.happened
), covered AS (
  SELECT entry, t, sum(n) OVER (PARTITION BY entry ORDER BY t) AS level
  FROM (SELECT entry, t, sum(n) AS n FROM edge GROUP BY ALL)
), cover AS MATERIALIZED (
  SELECT entry, t AS f, CASE WHEN u <= getvariable('now') THEN u END AS u FROM (
    SELECT entry, t, level, lead(t) OVER (PARTITION BY entry ORDER BY t) AS u FROM (
      SELECT *, lag(level > 0, 1, false) OVER (PARTITION BY entry ORDER BY t) AS was FROM covered)
    WHERE (level > 0) <> was)
  WHERE level > 0 AND t <= getvariable('now')
), bad AS MATERIALIZED (
  SELECT d.entry, p.entry AS act, p.happened FROM doc d JOIN log p ON p.kind = 'publish' AND p.id = d.id AND p.happened >= d.happened
  LEFT JOIN cover c ON c.entry = d.entry AND c.f <= p.happened AND (c.u IS NULL OR p.happened < c.u)
  WHERE c.entry IS NULL
), first AS (SELECT entry, min(happened) AS happened FROM bad GROUP BY entry),
point AS (
  SELECT d.entry, d.happened AS t, 'kept' AS status, NULL AS opened FROM doc d
    WHERE NOT EXISTS (FROM cover c WHERE c.entry = d.entry AND c.f = d.happened)
  UNION ALL SELECT c.entry, c.f, 'excused', NULL FROM cover c LEFT JOIN first b USING (entry)
    WHERE b.happened IS NULL OR c.f < b.happened
  UNION ALL SELECT c.entry, c.u, 'kept', NULL FROM cover c LEFT JOIN first b USING (entry)
    WHERE c.u IS NOT NULL AND (b.happened IS NULL OR c.u < b.happened)
  UNION ALL SELECT entry, happened, 'broken', act FROM bad
), turned AS (
  SELECT p.entry, p.t, list(r.entry ORDER BY r.entry) AS turned FROM point p JOIN doc w USING (entry)
  JOIN (SELECT entry, id, unnest([happened, happened + INTERVAL 240 HOUR]) AS t FROM log WHERE kind = 'approve') r ON r.id = w.id AND r.t = p.t WHERE p.opened IS NULL AND p.t > w.happened GROUP BY ALL
), span AS (
  SELECT *, lead(t) OVER w AS u, lead(entries) OVER w AS closed FROM (
    SELECT p.entry, p.t, status, opened, CASE WHEN p.t > w.happened AND opened IS NULL THEN coalesce(turned, [])
        WHEN p.t > w.happened THEN [opened] WHEN opened IS NULL THEN [p.entry] ELSE list_sort([p.entry, opened]) END AS entries
    FROM point p JOIN doc w USING (entry) LEFT JOIN turned r ON r.entry = p.entry AND r.t = p.t)
  WINDOW w AS (PARTITION BY entry ORDER BY t)
)
SELECT '1' AS clause, '1' AS rule, 'forbid' AS kind, 'author' AS debtor, NULL::VARCHAR AS creditor,
  to_json({'n': d.id})::VARCHAR AS instance, d.entry AS trigger, status,
  make_timestamptz(epoch_us(t)) AS "from", make_timestamptz(epoch_us(u)) AS until, NULL::BOOLEAN AS used, NULL::BOOLEAN AS "open", false AS final,
  entries, coalesce(closed, []) AS closed_by,
  CASE WHEN status = 'broken' THEN to_json({'id': d.id})::VARCHAR END AS breach,
  CASE WHEN status = 'broken' THEN '[' || to_json({'id': d.id})::VARCHAR || ']' END AS breaches,
  CASE WHEN status = 'broken' THEN '[' || to_json(opened)::VARCHAR || ']' END AS breach_entries
FROM span JOIN doc d USING (entry)
