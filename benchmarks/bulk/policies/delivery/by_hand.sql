WITH log AS MATERIALIZED (
  SELECT 'log:' || (file_row_number + 1) AS entry, kind, id, happened
  FROM read_parquet('log.parquet', file_row_number = true)
), duty AS (
  SELECT entry, id, happened, (happened::DATE + 6)::TIMESTAMP AS due FROM log WHERE kind = 'order'
), done AS MATERIALIZED (
  SELECT o.entry, any_value(o.id) AS id, any_value(o.happened) AS happened, any_value(o.due) AS due,
    min(d.happened) AS first, arg_min(d.entry, d.happened) AS act,
    min(d.happened) FILTER (d.happened >= o.due) AS cure, arg_min(d.entry, d.happened) FILTER (d.happened >= o.due) AS cured_by
  FROM duty o LEFT JOIN (FROM log WHERE kind = 'deliver') d ON d.id = o.id AND d.happened >= o.happened
  GROUP BY o.entry
), span AS (
  SELECT entry, id, 'due' AS status, happened AS f,
    CASE WHEN first < due THEN first WHEN due <= getvariable('now') THEN due END AS u,
    entry AS opened, CASE WHEN first < due THEN act END AS closed FROM done
  UNION ALL SELECT entry, id, 'kept', first, NULL, act, NULL FROM done WHERE first < due
  UNION ALL SELECT entry, id, 'broken', due, cure, NULL, cured_by FROM done
    WHERE (first IS NULL OR first >= due) AND due <= getvariable('now')
  UNION ALL SELECT entry, id, 'cured', cure, NULL, cured_by, NULL FROM done
    WHERE first >= due
)
SELECT '1' AS clause, '1' AS rule, 'achieve' AS kind, 'seller' AS debtor, 'buyer' AS creditor,
  to_json({'n': id})::VARCHAR AS instance, entry AS trigger, status,
  make_timestamptz(epoch_us(f)) AS "from", make_timestamptz(epoch_us(u)) AS until,
  NULL::BOOLEAN AS used, NULL::BOOLEAN AS "open", status IN ('kept', 'cured') AS final, CASE WHEN opened IS NULL THEN [] ELSE [opened] END AS entries,
  CASE WHEN closed IS NULL THEN [] ELSE [closed] END AS closed_by, NULL::VARCHAR AS breach,
  NULL::VARCHAR AS breaches, NULL::VARCHAR AS breach_entries
FROM span
