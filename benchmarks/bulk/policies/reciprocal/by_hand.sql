WITH RECURSIVE log AS MATERIALIZED (
  SELECT 'log:' || (file_row_number + 1) AS entry, * FROM read_parquet('log.parquet', file_row_number = true)
), contract AS MATERIALIZED (
  SELECT entry, first, second, happened FROM log WHERE kind = 'sign'
), reading AS MATERIALIZED (
  SELECT *, row_number() OVER (PARTITION BY entry ORDER BY happened) AS n FROM (
    SELECT c.entry, r.entry AS reading, false AS of_second, r.tanks > 10 AS above, greatest(r.happened, c.happened) AS t, r.happened
    FROM contract c JOIN log r ON r.kind = 'tanks' AND r.who = c.first
    UNION ALL SELECT c.entry, r.entry, true, r.tanks > 10, greatest(r.happened, c.happened), r.happened
    FROM contract c JOIN log r ON r.kind = 'tanks' AND r.who = c.second)
), step AS ( -- who is above its ceiling, and who is in breach (0 nobody, 1 the first, 2 the second), reading by reading
  SELECT entry, 0::BIGINT AS n, NULL::TIMESTAMP AS t, false AS a, false AS b, 0 AS who FROM contract
  UNION ALL
  SELECT entry, n, t, a, b, CASE WHEN was = 1 AND a OR was = 2 AND b THEN was WHEN a THEN 1 WHEN b THEN 2 ELSE 0 END
  FROM (SELECT s.entry, r.n, r.t, CASE WHEN of_second THEN s.a ELSE above END AS a,
          CASE WHEN of_second THEN above ELSE s.b END AS b, s.who AS was
        FROM step s JOIN reading r ON r.entry = s.entry AND r.n = s.n + 1)
), last AS (SELECT entry, t, arg_max(who, n) AS who FROM step WHERE n > 0 GROUP BY ALL
), told AS (
  SELECT entry, t, mine, CASE WHEN who = mine THEN 'broken' WHEN who > 0 THEN 'excused'
    WHEN bool_or(who = mine) OVER (PARTITION BY entry, mine ORDER BY t) THEN 'cured' ELSE 'kept' END AS status
  FROM last, (VALUES (1), (2)) m(mine)
), changed AS (
  SELECT * FROM (SELECT *, lag(status) OVER (PARTITION BY entry, mine ORDER BY t) AS was FROM told)
  WHERE was IS DISTINCT FROM status
), turned AS (
  SELECT entry, happened AS t, list(reading ORDER BY reading) AS opened FROM reading GROUP BY ALL
), span AS (
  SELECT *, lead(t) OVER w AS u, lead(opened) OVER w AS closed FROM (
    SELECT c.entry, c.t, c.mine, c.status, CASE WHEN c.was IS NULL THEN [c.entry] ELSE coalesce(r.opened, []) END AS opened
    FROM changed c LEFT JOIN turned r ON r.entry = c.entry AND r.t = c.t)
  WINDOW w AS (PARTITION BY entry, mine ORDER BY t)
)
SELECT mine::VARCHAR AS clause, mine::VARCHAR AS rule, 'keep' AS kind,
  CASE mine WHEN 1 THEN first ELSE second END AS debtor, NULL::VARCHAR AS creditor,
  to_json({'a': first, 'b': second})::VARCHAR AS instance, c.entry AS trigger, status,
  make_timestamptz(epoch_us(t)) AS "from", make_timestamptz(epoch_us(u)) AS until, NULL::BOOLEAN AS used, NULL::BOOLEAN AS "open", false AS final,
  opened AS entries, coalesce(closed, []) AS closed_by, NULL::VARCHAR AS breach,
  NULL::VARCHAR AS breaches, NULL::VARCHAR AS breach_entries
FROM span JOIN contract c USING (entry)
