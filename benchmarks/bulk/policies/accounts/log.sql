-- An order, when the carrier says it came (one in twenty never), and when the buyer signed for it, up to
-- two days after (one in five never), in time.
WITH ordered AS (
  SELECT i, TIMESTAMP '2024-01-01' + to_microseconds((i * (getvariable('span') // getvariable('n'))) * 3) AS happened
  FROM range(getvariable('n') // 3) r(i)
), carried AS (
  SELECT i, happened + to_microseconds(1 + (hash(i, 'a') % 518400000000)::BIGINT) AS happened
  FROM ordered WHERE hash(i, 'b') % 20 > 0
)
SELECT 'order' AS kind, 'o' || i AS id, happened FROM ordered
UNION ALL SELECT 'carried', 'o' || i, happened FROM carried
UNION ALL SELECT 'signed', 'o' || i, happened + to_microseconds(1 + (hash(i, 'c') % 172800000000)::BIGINT)
FROM carried WHERE hash(i, 'd') % 5 > 0
ORDER BY 3
