-- So many rows a tank (`each`): installed, then read; `above` readings in a thousand are above the mark.
SELECT CASE k WHEN 0 THEN 'install' ELSE 'level' END AS kind, 't' || a AS tank,
  TIMESTAMP '2024-01-01' + to_microseconds((k * getvariable('span') // getvariable('each'))::BIGINT
    + (hash(a, k) % (getvariable('span') // getvariable('each')))::BIGINT) AS happened,
  CASE WHEN k = 0 THEN NULL WHEN hash(k, a) % 1000 < getvariable('above') THEN 120 ELSE 40 + (hash(a, k, 'v') % 50)::INTEGER END AS litres
FROM range(getvariable('n') // getvariable('each')) r(a), range(getvariable('each')) s(k)
ORDER BY 3
