-- A hundred rows a contract: both read, then signed, then readings of either; one in four above the ceiling.
SELECT kind, CASE WHEN kind = 'sign' THEN 'a' || c END AS first, CASE WHEN kind = 'sign' THEN 'b' || c END AS second,
  CASE WHEN kind = 'tanks' THEN CASE WHEN k = 0 OR k > 2 AND hash(c * 100 + k) % 2 = 0 THEN 'a' ELSE 'b' END || c END AS who,
  CASE WHEN kind = 'tanks' THEN CASE WHEN k > 2 AND hash((c * 100 + k)::VARCHAR) % 4 = 0 THEN 12 ELSE 5 END END AS tanks, happened
FROM (SELECT c, k, CASE k WHEN 2 THEN 'sign' ELSE 'tanks' END AS kind,
        TIMESTAMP '2024-01-01' + to_microseconds((k * getvariable('span') // 100)::BIGINT
          + (hash(c, k) % (getvariable('span') // 100))::BIGINT) AS happened
      FROM range(getvariable('n') // 100) r(c), range(100) s(k))
ORDER BY happened
