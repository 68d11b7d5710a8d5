-- A hundred rows an account: opened, then ninety-nine payments, about a thousand in ninety days.
SELECT CASE k WHEN 0 THEN 'open' ELSE 'pay' END AS kind, 'a' || a AS account,
  TIMESTAMP '2024-01-01' + to_microseconds((k * getvariable('span') // 100)::BIGINT
    + (hash(a, k) % (getvariable('span') // 100))::BIGINT) AS happened,
  CASE WHEN k > 0 THEN 1 + (hash(a, k, 'v') % 72)::INTEGER END AS amount
FROM range(getvariable('n') // 100) r(a), range(100) s(k)
ORDER BY 3
