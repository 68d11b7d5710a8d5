-- A hundred rows a tank: installed, then read; one reading in fifty is above the mark.
SELECT CASE k WHEN 0 THEN 'install' ELSE 'level' END AS kind, 't' || a AS tank,
  TIMESTAMP '2024-01-01' + to_microseconds((k * getvariable('span') // 100)::BIGINT
    + (hash(a, k) % (getvariable('span') // 100))::BIGINT) AS happened,
  CASE WHEN k = 0 THEN NULL WHEN hash(k, a) % 50 = 0 THEN 120 ELSE 40 + (hash(a, k, 'v') % 50)::INTEGER END AS litres
FROM range(getvariable('n') // 100) r(a), range(100) s(k)
ORDER BY 3
