-- Three rows a document: submitted, approved within a week, published within three weeks.
SELECT CASE k WHEN 0 THEN 'submit' WHEN 1 THEN 'approve' ELSE 'publish' END AS kind, 'd' || i AS id,
  TIMESTAMP '2024-01-01' + to_microseconds((i * (getvariable('span') // getvariable('n'))) * 3 + CASE k
    WHEN 0 THEN 0 WHEN 1 THEN 1 + 2 * (hash(i, 'a') % 302400000000)::BIGINT
    ELSE 2 + 2 * (hash(i, 'b') % 907200000000)::BIGINT END) AS happened
FROM range(getvariable('n') // 3) r(i), range(3) s(k)
ORDER BY 3
