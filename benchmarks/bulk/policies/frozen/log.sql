-- A hundred rows an account: opened, frozen and thawed twice, and transfers all along.
SELECT CASE k WHEN 0 THEN 'open' WHEN 30 THEN 'freeze' WHEN 35 THEN 'thaw' WHEN 70 THEN 'freeze'
    WHEN 72 THEN 'thaw' ELSE 'transfer' END AS kind, 'a' || a AS account,
  TIMESTAMP '2024-01-01' + to_microseconds((k * getvariable('span') // 100)::BIGINT
    + (hash(a, k) % (getvariable('span') // 100))::BIGINT) AS happened
FROM range(getvariable('n') // 100) r(a), range(100) s(k)
ORDER BY 3
