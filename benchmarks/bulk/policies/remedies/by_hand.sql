WITH log AS MATERIALIZED (
  SELECT 'log:' || (file_row_number + 1) AS entry, kind, id, happened
  FROM read_parquet('log.parquet', file_row_number = true)
), one AS MATERIALIZED (
  SELECT *, CASE WHEN first < due THEN first END AS kept, (first IS NULL OR first >= due) AND due <= getvariable('now') AS broken FROM (
    SELECT o.entry, any_value(o.id) AS id, any_value(o.happened) AS opens, any_value((o.happened::DATE + 6)::TIMESTAMP) AS due,
      min(d.happened) AS first, arg_min(d.entry, d.happened) AS act,
      min(d.happened) FILTER (d.happened >= (o.happened::DATE + 6)::TIMESTAMP) AS cure,
      arg_min(d.entry, d.happened) FILTER (d.happened >= (o.happened::DATE + 6)::TIMESTAMP) AS cured_by
    FROM log o LEFT JOIN (FROM log WHERE kind = 'deliver') d ON d.id = o.id AND d.happened >= o.happened
    WHERE o.kind = 'order' GROUP BY o.entry)
), two AS MATERIALIZED (
  SELECT *, CASE WHEN first < due THEN first END AS kept, (first IS NULL OR first >= due) AND due <= getvariable('now') AS broken FROM (
    SELECT o.entry, any_value(o.id) AS id, any_value(o.due) AS opens, any_value((o.due::DATE + 4)::TIMESTAMP) AS due,
      min(d.happened) AS first, arg_min(d.entry, d.happened) AS act,
      min(d.happened) FILTER (d.happened >= (o.due::DATE + 4)::TIMESTAMP) AS cure,
      arg_min(d.entry, d.happened) FILTER (d.happened >= (o.due::DATE + 4)::TIMESTAMP) AS cured_by
    FROM one o LEFT JOIN (FROM log WHERE kind = 'refund') d ON d.id = o.id AND d.happened >= o.due
    WHERE o.broken GROUP BY o.entry)
), three AS MATERIALIZED (
  SELECT *, CASE WHEN first < due THEN first END AS kept, (first IS NULL OR first >= due) AND due <= getvariable('now') AS broken FROM (
    SELECT o.entry, any_value(o.id) AS id, any_value(o.due) AS opens, any_value((o.due::DATE + 4)::TIMESTAMP) AS due,
      min(d.happened) AS first, arg_min(d.entry, d.happened) AS act,
      min(d.happened) FILTER (d.happened >= (o.due::DATE + 4)::TIMESTAMP) AS cure,
      arg_min(d.entry, d.happened) FILTER (d.happened >= (o.due::DATE + 4)::TIMESTAMP) AS cured_by
    FROM two o LEFT JOIN (FROM log WHERE kind = 'pay') d ON d.id = o.id AND d.happened >= o.due
    WHERE o.broken GROUP BY o.entry)
), second AS MATERIALIZED (
  SELECT two.*, coalesce(three.kept, three.cure) AS made,
    CASE WHEN three.kept IS NOT NULL THEN three.act ELSE three.cured_by END AS made_by FROM two LEFT JOIN three USING (entry)
), duty AS MATERIALIZED (
  SELECT '1' AS rule, one.*, coalesce(two.kept, CASE WHEN two.made IS NULL OR two.cure <= two.made THEN two.cure END) AS made,
    CASE WHEN two.kept IS NOT NULL THEN two.act ELSE two.cured_by END AS made_by
    FROM one LEFT JOIN second two USING (entry)
  UNION ALL SELECT '1/else', * FROM second
  UNION ALL SELECT '1/else/else', *, NULL, NULL FROM three
), ends AS (
  SELECT *, CASE WHEN broken THEN least(cure, made) END AS after,
    CASE WHEN made IS NULL OR cure <= made THEN 'cured' ELSE 'compensated' END AS how,
    CASE WHEN made IS NULL OR cure <= made THEN cured_by ELSE made_by END AS after_by FROM duty
), span AS (
  SELECT rule, entry, id, 'due' AS status, opens AS f,
    CASE WHEN kept IS NOT NULL THEN kept WHEN broken THEN due END AS u,
    entry AS opened, CASE WHEN kept IS NOT NULL THEN act END AS closed FROM ends
  UNION ALL SELECT rule, entry, id, 'kept', kept, NULL, act, NULL FROM ends WHERE kept IS NOT NULL
  UNION ALL SELECT rule, entry, id, 'broken', due, after, NULL, CASE WHEN after IS NOT NULL THEN after_by END FROM ends
    WHERE broken AND (after IS NULL OR after > due)
  UNION ALL SELECT rule, entry, id, how, after, NULL, after_by, NULL FROM ends WHERE after IS NOT NULL
)
SELECT '1' AS clause, rule, 'achieve' AS kind, 'seller' AS debtor, 'buyer' AS creditor,
  to_json({'n': id})::VARCHAR AS instance, entry AS trigger, status,
  make_timestamptz(epoch_us(f)) AS "from", make_timestamptz(epoch_us(u)) AS until,
  NULL::BOOLEAN AS used, NULL::BOOLEAN AS "open", status IN ('kept', 'cured', 'compensated') AS final, CASE WHEN opened IS NULL THEN [] ELSE [opened] END AS entries,
  CASE WHEN closed IS NULL THEN [] ELSE [closed] END AS closed_by, NULL::VARCHAR AS breach,
  NULL::VARCHAR AS breaches, NULL::VARCHAR AS breach_entries
FROM span
