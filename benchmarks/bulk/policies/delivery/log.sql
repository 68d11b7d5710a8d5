-- A pair of rows an order, in time; deliveries take up to seven days, and one in twenty never comes.
SELECT 'order' AS kind, 'o' || i AS id, happened FROM (
  SELECT i, TIMESTAMP '2024-01-01' + to_microseconds((i * (getvariable('span') // getvariable('n'))) * 2) AS happened
  FROM range(getvariable('n') // 2) r(i))
UNION ALL
SELECT 'deliver', 'o' || i, TIMESTAMP '2024-01-01'
  + to_microseconds((i * (getvariable('span') // getvariable('n'))) * 2 + 1 + (hash(i, 'a') % 604800000000)::BIGINT)
FROM range(getvariable('n') // 2) r(i) WHERE hash(i, 'b') % 20 > 0
ORDER BY 3
