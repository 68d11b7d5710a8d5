-- Five of eight orders are delivered, most in time; the rest are refunded or paid for, some too late.
SELECT kind, 'o' || i AS id, TIMESTAMP '2024-01-01'
  + to_microseconds((i * (getvariable('span') // getvariable('n'))) * 2 + late) AS happened
FROM (
  SELECT i, 'order' AS kind, 0 AS late FROM range(getvariable('n') // 2) r(i)
  UNION ALL SELECT i, 'deliver', 1 + 2 * (hash(i, 'a') % 302400000000)::BIGINT
    FROM range(getvariable('n') // 2) r(i) WHERE hash(i, 'd') % 8 < 5
  UNION ALL SELECT i, 'refund', 2 * ((hash(i, 'b') % 259200000000)::BIGINT + 216000000000)
    FROM range(getvariable('n') // 2) r(i) WHERE hash(i, 'd') % 8 >= 4 AND hash(i, 'r') % 4 > 0
  UNION ALL SELECT i, 'pay', 2 * ((hash(i, 'c') % 259200000000)::BIGINT + 388800000000)
    FROM range(getvariable('n') // 2) r(i) WHERE hash(i, 'd') % 8 >= 6 AND hash(i, 'p') % 4 > 0)
ORDER BY 3
