"""Non-responses ("failed to respond"): a kind of their own, and not statements."""

from __future__ import annotations

import re

from servanda.articles.model import Attribution, TextSpan

NON_RESPONSE = re.compile(
    r"""(?ix)\b(?:(?:has|have)\ yet
    |fail(?:s|ed)?|declin(?:es?|ed)|refus(?:es?|ed)|did\ not|didn['’]t
    |has\ not|have\ not|does\ not|was\ not\ available|were\ not\ available)
    (?:\ immediately|\ yet)*(?:\ to)?\ (?:respond|reply|answer|comment|to\ comment)\w*\b
    (?:(?!\ [—–-])[^.;\n—])*"""
)


def non_responses(text: str) -> list[TextSpan]:
    """Spans of reported non-responses, without the author's comment after a dash."""
    return [
        TextSpan(m.start(), m.start() + len(m.group().rstrip(" ,")))
        for m in NON_RESPONSE.finditer(text)
    ]


def is_non_response(text: str, said: Attribution) -> bool:
    """Whether a cue belongs to a non-response."""
    start = max(0, said.cue.start - 60)
    found = non_responses(text[start : said.cue.end + 60])
    return any(TextSpan(s.start + start, s.end + start).overlaps(said.cue) for s in found)
