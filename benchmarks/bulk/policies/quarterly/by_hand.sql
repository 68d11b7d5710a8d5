WITH log AS MATERIALIZED (
  SELECT 'log:' || (file_row_number + 1) AS entry, kind, id, happened
  FROM read_parquet('log.parquet', file_row_number = true)
), quarter AS (
  SELECT * FROM (VALUES ('2024-Q1', TIMESTAMP '2024-01-01', TIMESTAMP '2024-04-01'), ('2024-Q2', TIMESTAMP '2024-04-01', TIMESTAMP '2024-07-01'),
    ('2024-Q3', TIMESTAMP '2024-07-01', TIMESTAMP '2024-10-01'), ('2024-Q4', TIMESTAMP '2024-10-01', TIMESTAMP '2025-01-01')) q(period, starts, opens)
), duty AS (
  SELECT r.entry, r.id, r.happened, q.period, q.opens, (q.opens::DATE + 11)::TIMESTAMP AS due
  FROM log r JOIN quarter q ON q.opens > r.happened WHERE r.kind = 'register'
), done AS MATERIALIZED (
  SELECT o.entry, o.period, any_value(o.id) AS id, any_value(o.happened) AS happened, any_value(o.opens) AS opens, any_value(o.due) AS due,
    min(d.happened) AS first, arg_min(d.entry, d.happened) AS act,
    min(d.happened) FILTER (d.happened >= o.due) AS cure, arg_min(d.entry, d.happened) FILTER (d.happened >= o.due) AS cured_by
  FROM duty o LEFT JOIN (FROM log WHERE kind = 'report') d ON d.id = o.id AND d.happened >= o.opens
  GROUP BY o.entry, o.period
), span AS (
  SELECT entry, period, id, 'dormant' AS status, happened AS f, CASE WHEN opens < getvariable('now') THEN opens END AS u,
    entry AS opened, NULL AS closed FROM done
  UNION ALL SELECT entry, period, id, 'due', opens,
    CASE WHEN first < due THEN first WHEN due <= getvariable('now') THEN due END, NULL, CASE WHEN first < due THEN act END
    FROM done WHERE opens < getvariable('now')
  UNION ALL SELECT entry, period, id, 'kept', first, NULL, act, NULL FROM done WHERE first < due
  UNION ALL SELECT entry, period, id, 'broken', due, cure, NULL, cured_by FROM done
    WHERE (first IS NULL OR first >= due) AND due <= getvariable('now')
  UNION ALL SELECT entry, period, id, 'cured', cure, NULL, cured_by, NULL FROM done WHERE first >= due
)
SELECT '1' AS clause, '1' AS rule, 'achieve' AS kind, 'supplier' AS debtor, 'buyer' AS creditor,
  to_json({'n': id, 'period': period})::VARCHAR AS instance, entry AS trigger, status,
  make_timestamptz(epoch_us(f)) AS "from", make_timestamptz(epoch_us(u)) AS until,
  NULL::BOOLEAN AS used, NULL::BOOLEAN AS "open", status IN ('kept', 'cured') AS final, CASE WHEN opened IS NULL THEN [] ELSE [opened] END AS entries,
  CASE WHEN closed IS NULL THEN [] ELSE [closed] END AS closed_by, NULL::VARCHAR AS breach,
  NULL::VARCHAR AS breaches, NULL::VARCHAR AS breach_entries
FROM span
