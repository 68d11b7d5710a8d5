-- Ten rows a supplier: registered in the first weeks, then nine reports some time in the year.
SELECT CASE k WHEN 0 THEN 'register' ELSE 'report' END AS kind, 's' || i AS id,
  TIMESTAMP '2024-01-01' + to_microseconds(CASE k WHEN 0 THEN (hash(i) % (getvariable('span') // 10))::BIGINT
    ELSE (k * getvariable('span') // 10)::BIGINT + (hash(i, k) % (getvariable('span') // 10))::BIGINT END) AS happened
FROM range(getvariable('n') // 10) r(i), range(10) s(k)
ORDER BY 3
