"""Articles: F on the project's gold, and the time of the rules and the parser, on one core.

./run python benchmarks/reading.py
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests" / "reading"))

from scoring import pieces, score, scores  # noqa: E402

from servanda.articles.attribution import attributions_in  # noqa: E402
from servanda.articles.english_parser import parsed, parser  # noqa: E402

COPIES = 20


def main() -> None:
    for name in ("tuned.txt", "held.txt"):
        found = score(name)
        print(f"{name}: {len(pieces(name))} pieces, {found.gold} statements, F {found.f:.1f}")
        for thing, one in scores(name).items():
            print(
                f"  {thing}: {one.gold} marked, {one.found} found, {one.right} right, F {one.f:.0f}"
            )
    parser()
    both = [p.text for name in ("tuned.txt", "held.txt") for p in pieces(name)]
    documents = ["\n\n".join(both[i::COPIES] * 8) for i in range(COPIES)]
    words = sum(len(d.split()) for d in documents)
    start = time.process_time()
    docs = [list(parsed(d)) for d in documents]
    middle = time.process_time()
    for parts, text in zip(docs, documents, strict=True):
        attributions_in(parts, text, nested=True)
    end = time.process_time()
    print(f"{COPIES} documents of {words // COPIES} words, CPU time on one core:")
    print(f"  parser {COPIES / (middle - start):.1f} documents a second")
    print(f"  rules  {COPIES / (end - middle):.1f} documents a second beyond it")


if __name__ == "__main__":
    main()
