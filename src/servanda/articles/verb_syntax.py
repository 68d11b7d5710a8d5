"""Queries on a cue verb in its dependency parse: its subject, and the clauses it governs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from servanda.articles.cue_words import (
    CLAUSE,
    DOCUMENTS,
    EVERY_VERB,
    OBJECT,
    OF_THINGS,
    PREPOSITION,
    RESEARCH,
)

if TYPE_CHECKING:
    from spacy.tokens import Token

GOVERNED = ("dobj", "prep", "xcomp", "ccomp", "oprd", "attr", "acomp", "dep", "prt")
SUBJECT_SHARING = ("xcomp", "advcl", "conj", "pcomp", "prep", "acl", "dep")
NOMINAL_TAGS = ("NOUN", "PROPN", "PRON", "NUM", "DET", "ADJ", "SYM")
ISSUES = frozenset(
    """
    air carry circulate deliver distribute draft fire file give hold issue make mail pen plant post
    publish put release run send share sign submit tweet wear write
    """.split()  # noqa: SIM905
)
NON_ASSERTING = frozenset("have want be try need choose expect seem appear help allow".split())  # noqa: SIM905
ASKING = frozenset("ask beg demand insist order propose recommend request require urge".split())  # noqa: SIM905
TALK_VERBS = frozenset("discuss talk".split())  # noqa: SIM905
TIMES = frozenset(("DATE", "TIME"))
TIME_PREPOSITIONS = frozenset(
    ["in", "on", "at", "during", "after", "before", "while", "when", "since", "amid", "following"]
)


SPEAKERS = DOCUMENTS | frozenset(
    """
    administration agency alliance association bloc board body bureau campaign chamber coalition
    commission committee company corporation council country court delegation department firm
    foundation fund government group institute lobby ministry network office organization outfit
    panel parliament party police side state team think-tank tribunal union
    """.split()  # noqa: SIM905
)
NAMED_ENTITIES = ("ORG", "PERSON", "GPE", "NORP")


def subject(verb: Token, depth: int = 0) -> Token | None:
    """Head word of a verb's subject: its own, else that of the verb that governs it."""
    own = own_subject(verb)
    if own is not None or depth > 6:
        return own
    if verb.dep_ == "conj":
        clause = verb.head
        while clause.dep_ == "conj":
            clause = clause.head
        if clause.dep_ == "ccomp" and is_coordinated_cue(verb, clause.head):
            return subject(clause.head, depth + 1)
    if verb.tag_ == "VBG" and is_trailing_participle(verb):
        main = verb.sent.root
        return own_subject(main) or passive_subject(main)
    if verb.dep_ in ("relcl", "acl") and verb.head.pos_ in ("NOUN", "PROPN", "PRON"):
        return None if is_passive(verb) or verb.tag_ == "VBN" else issuer(verb.head) or verb.head
    if verb.dep_ == "advcl" and verb.tag_ == "VBG" and verb.i and verb.nbor(-1).text == ",":
        cue = verb.head
        while cue.dep_ in ("ccomp", "conj") and cue.head != cue and not speaks(cue):
            cue = cue.head
        if lemma_of(cue) in CLAUSE and cue.i < verb.i and own_subject(cue) is not None:
            return own_subject(cue)
    if verb.dep_ == "xcomp" and verb.head.pos_ == "ADJ" and verb.head.head.lemma_ == "be":
        able = own_subject(verb.head.head)
        return None if able is None or able.lower_ == "it" else able
    if verb.dep_ == "xcomp" and verb.tag_ == "VB" and (made := causee(verb.head)) is not None:
        return made
    if verb.dep_ in SUBJECT_SHARING and verb.head != verb and not is_passive(verb):
        return subject(verb.head, depth + 1) or passive_subject(verb.head)
    return None


def speaks(verb: Token) -> bool:
    """Whether this is a verb of saying with a subject of its own."""
    return lemma_of(verb) in CLAUSE and own_subject(verb) is not None


def causee(verb: Token) -> Token | None:
    """ "That led the minister to say …": the object of the governing verb is the speaker."""
    return next(
        (ch for ch in verb.rights if ch.dep_ == "dobj" and ch.ent_type_ in NAMED_ENTITIES), None
    )


def is_trailing_participle(verb: Token) -> bool:
    """ "Ruiz rejected the idea that …, saying": its subject is that of the main verb."""
    root = verb.sent.root
    unattributed = verb.dep_ == "acl" or (
        verb.dep_ == "advcl" and lemma_of(verb.head) not in EVERY_VERB
    )
    says = lemma_of(verb) in CLAUSE and lemma_of(root) in EVERY_VERB
    return unattributed and says and verb.i > root.i and verb.nbor(-1).text == ","


def issuer(noun: Token) -> Token | None:
    """ "issued a statement saying": the issuer of a document is the speaker."""
    verb = noun.head
    if noun.dep_ == "dobj" and lemma_of(verb) in ISSUES and lemma_of(noun) in DOCUMENTS:
        return subject(verb)
    return None


def cannot_speak(source: Token, verb: Token) -> bool:
    """Whether the subject cannot make a statement: "a hat that says", a person who "shows"."""
    if source.tag_ in ("WDT", "DT") and source.lower_ in ("that", "which", "this"):
        thing = verb.head if verb.dep_ == "relcl" else source
        if source.lower_ == "that" and thing != source:
            return lemma_of(thing) not in DOCUMENTS | RESEARCH
        return lemma_of(thing) not in SPEAKERS and thing.ent_type_ not in NAMED_ENTITIES
    shown = lemma_of(verb) in OF_THINGS and source.ent_type_ == "PERSON"
    annotation_lines = lemma_of(verb) == "show" and source.tag_ in ("PRP", "WP", "EX")
    return annotation_lines or (shown and not clauses_of(verb))


def own_subject(verb: Token) -> Token | None:
    """The verb's own grammatical subject, or the agent of a passive."""
    for child in verb.children:
        if child.dep_ == "agent" or (child.dep_ == "prep" and child.lower_ == "by"):
            for noun in child.children:
                if noun.dep_ == "pobj" and is_passive(verb):
                    return noun
    if is_passive(verb):
        return None
    found = [
        ch for ch in verb.children if ch.dep_ in ("nsubj", "csubj", "nsubjpass") and is_nominal(ch)
    ]
    spoken = [ch for ch in found if ch.lower_ not in ("which", "that", "whom")]
    return nearest(spoken or found, verb)


def nearest(found: list[Token], verb: Token) -> Token | None:
    """Choose among several subjects.

    The first, since the second usually names it ("the lawyer Beth Doran said"); but the one next
    to the verb if it is a pronoun, follows the verb, or the cue is set between commas.
    """
    if len(found) < 2:
        return found[0] if found else None
    after = (ch for ch in found if ch.left_edge.i == verb.i + 1)
    near = next(after, min(found, key=lambda ch: abs(ch.i - verb.i)))
    aside = verb.i + 1 < len(verb.doc) and verb.doc[verb.i + 1].text in (",", ".")
    inverted = near.left_edge.i == verb.i + 1 and near.left_edge.pos_ != "ADP"
    beside = inverted or near.tag_ == "PRP" or (aside and near.i == verb.i - 1)
    return near if beside or is_outside_clause(found[0], near) else found[0]


def is_outside_clause(first: Token, near: Token) -> bool:
    """ "His promises notwithstanding, the analysts agree": the first is outside the clause."""
    return any(t.is_punct or t.pos_ == "VERB" for t in first.doc[first.i + 1 : near.left_edge.i])


def is_nominal(token: Token) -> bool:
    return token.text[0].isalnum() and (token.pos_ in NOMINAL_TAGS or token.text.istitle())


def passive_subject(verb: Token) -> Token | None:
    """The subject of a passive: "he was quoted as saying"."""
    for child in verb.children:
        if child.dep_ == "nsubjpass":
            return child
    return None


def is_passive(verb: Token) -> bool:
    if verb.tag_ not in ("VBN", "VBD"):
        return False
    if any(ch.lower_ in ("'s", "’s") and ch.dep_ == "auxpass" for ch in verb.children):
        return any(ch.dep_ == "agent" for ch in verb.rights)
    return any(c.dep_ in ("auxpass", "nsubjpass", "agent") for c in verb.children)


def noun_phrase(head: Token) -> tuple[int, int]:
    """Token indices `[from, to)` of a source: its head with modifiers and appositions."""
    left, right = head.left_edge.i, head.i + 1
    for child in head.rights:
        if child.dep_ in ("relcl", "advcl", "punct", "dep", "acl"):
            continue
        right = max(right, child.right_edge.i + 1)
    if head.dep_ in ("nsubj", "nsubjpass") and head.i < head.head.i:
        right = min(right, head.head.i)
    for child in head.lefts:
        if child.dep_ in ("punct", "relcl", "advcl", "ccomp"):
            left = max(left, child.right_edge.i + 1)
    return left, right


def lemma_of(token: Token) -> str:
    """The lemma, corrected where the model errs and a listed verb fits ("hopes": hope, not hop)."""
    lemma = token.lemma_.lower()
    whole = lemma + "e"
    if token.lower_ in (whole + "s", whole + "d", lemma + "ing") and whole in EVERY_VERB:
        return whole if lemma not in EVERY_VERB else lemma
    return lemma


def surface_lemma(word: str) -> str:
    """The listed verb that a word is a present or past form of, by spelling alone."""
    for end, base in (("ies", "y"), ("ied", "y"), ("es", ""), ("ed", ""), ("s", ""), ("d", "")):
        if word.endswith(end) and word.removesuffix(end) + base in EVERY_VERB:
            return word.removesuffix(end) + base
    return word


def governed(verb: Token) -> set[int]:
    """Token indices of a verb's complements to its right, without circumstances."""
    found: set[int] = set()
    for child in verb.rights:
        if child.dep_ in GOVERNED and not is_circumstance(child):
            found.update(t.i for t in child.subtree)
    return found


def is_circumstance(child: Token) -> bool:
    """Whether a dependent of a verb states time, place or manner."""
    if child.dep_ in ("npadvmod", "advmod", "agent", "prt"):
        return True
    if child.dep_ == "advcl":
        return True
    if child.dep_ != "prep" or child.lower_ not in TIME_PREPOSITIONS:
        return False
    return any(t.ent_type_ in TIMES for t in child.subtree) or child.lower_ not in (
        "in",
        "at",
        "on",
    )


def clauses_of(verb: Token) -> list[Token]:
    """The verbs of the content clauses of a cue."""
    return [
        ch
        for ch in verb.children
        if (ch.dep_ == "ccomp" and ch.lower_ not in ('"', "”")) or is_bare_clause(ch, verb)
    ]


def is_bare_clause(clause: Token, verb: Token) -> bool:
    """ "said after the vote he would resign": a content clause without a marker."""
    if clause.dep_ != "advcl" or clause.i < verb.i or clause.tag_ == "VBG":
        return False
    lefts = list(clause.lefts)
    return (
        any(t.dep_ == "nsubj" for t in lefts)
        and not any(
            t.dep_ == "mark" or t.is_punct or t.lower_ in TIME_PREPOSITIONS or t.lower_ == "as"
            for t in lefts
        )
        and clause.doc[clause.left_edge.i - 1].text != ","
    )


def infinitive(verb: Token) -> Token | None:
    """The governed infinitive: "asks to leave", "promised to resign"."""
    for child in verb.rights:
        if child.dep_ == "xcomp" and child.tag_ in ("VB", "VBG"):
            return child
    return None


def after_preposition(verb: Token) -> set[int]:
    """Content after the preposition of a cue: "spoke about …"."""
    wanted = PREPOSITION.get(lemma_of(verb), frozenset())
    moved = lemma_of(verb) in ("refer", "appeal") and any(ch.dep_ == "dobj" for ch in verb.rights)
    if moved:
        return set()
    found: set[int] = set()
    for child in verb.rights:
        if child.dep_ in ("prep", "prt", "agent") and child.lower_ in wanted:
            found.update(t.i for t in child.subtree if t.i != child.i)
        elif child.dep_ == "advcl" and any(
            m.dep_ == "mark" and m.lower_ in wanted for m in child.lefts
        ):
            found.update(t.i for t in child.subtree if t.lower_ not in wanted)
        elif found and child.dep_ in ("xcomp", "advcl", "ccomp") and child.tag_ == "VB":
            found.update(t.i for t in child.subtree)
    return found


def as_clause(verb: Token) -> Token | None:
    """ "…, as police have said": the main verb, whose sentence is the content."""
    held = [ch for ch in verb.children if ch.dep_ in ("ccomp", "xcomp", "dobj")]
    if verb.dep_ != "advcl" or (held and not is_as_put_it(verb)):
        return None
    return verb.head if any(ch.lower_ == "as" for ch in verb.lefts) else None


def is_as_put_it(verb: Token) -> bool:
    """ "As Ruiz put it, …": the rest of the sentence is the content."""
    it = any(ch.lower_ == "it" and ch.i == verb.i + 1 for ch in verb.rights)
    return it and verb.lemma_ == "put" and any(ch.lower_ == "as" for ch in verb.lefts)


def is_as_reported(verb: Token) -> bool:
    """ "as reported by the Post, …"."""
    main = as_clause(verb)
    return (
        main is not None and main.dep_ == "ROOT" and any(ch.dep_ == "agent" for ch in verb.children)
    )


def coordinated_cue_words(verb: Token) -> set[int]:
    """Tokens of a second cue that the parser placed inside the content of the first:
    "said he would sign and warned against …"."""
    found: set[int] = set()
    for clause in clauses_of(verb):
        for second in clause.conjuncts:
            if is_coordinated_cue(second, verb) or is_other_speakers_cue(second, verb):
                found.update(t.i for t in second.subtree)
    return found


def is_coordinated_cue(second: Token, verb: Token) -> bool:
    """Whether a verb joined to a content clause is rather joined to the cue: same tense, no
    subject."""
    said = lemma_of(second) in CLAUSE or lemma_of(second) in OBJECT
    alike = second.tag_ in (verb.tag_, tense(verb))
    plain = not any(ch.dep_ in ("nsubj", "nsubjpass", "aux") for ch in second.children)
    return said and alike and plain and second.i > verb.i


def tense(verb: Token) -> str:
    """The tag of the first auxiliary, else the verb's own."""
    return next((ch.tag_ for ch in verb.lefts if ch.dep_ == "aux"), verb.tag_)


def is_other_speakers_cue(second: Token, verb: Token) -> bool:
    """ "…, and rights groups warned that …": a cue with another speaker."""
    says = lemma_of(second) in EVERY_VERB and second.tag_ == verb.tag_ and second.i > verb.i
    return says and any(ch.dep_ == "nsubj" for ch in second.children)


def is_not_asserted(verb: Token) -> bool:
    """Whether the act is mentioned but not asserted: "a way to report", "asked to say"."""
    if verb.tag_ == "VB" and verb.dep_ in ("relcl", "acl", "advcl", "pcomp"):
        return not (is_finite(verb) or (verb.dep_ == "advcl" and is_completed_act(verb)))
    if (
        verb.dep_ in ("ccomp", "xcomp")
        and lemma_of(verb.head) in ASKING
        and is_infinitive_or_subjunctive(verb)
    ):
        return True
    if verb.dep_ == "amod" and verb.head.i == verb.i + 1:
        return True
    plain = not any(ch.dep_ in ("aux", "nsubj", "auxpass") for ch in verb.children)
    return verb.tag_ == "VBN" and verb.dep_ in ("relcl", "acl", "advcl", "amod") and plain


def is_finite(verb: Token) -> bool:
    """Whether a verb has an auxiliary and a subject: "though they may endorse her"."""
    helped = any(ch.dep_ == "aux" and ch.lower_ != "to" for ch in verb.lefts)
    return helped and any(ch.dep_ == "nsubj" for ch in verb.lefts)


def is_completed_act(verb: Token) -> bool:
    """ "went on to explain", "met to discuss": an infinitive for a completed act."""
    went_on = verb.head.lemma_ == "go" and any(ch.lower_ == "on" for ch in verb.head.rights)
    return went_on or (
        lemma_of(verb) in TALK_VERBS and verb.head.tag_ in ("VBD", "VBZ", "VBP", "VBN")
    )


def is_infinitive_or_subjunctive(verb: Token) -> bool:
    """ "(requests) that he explain", "(asked them) to explain": an act not yet done."""
    aux = [ch.lower_ for ch in verb.children if ch.dep_ in ("aux", "auxpass")]
    return verb.tag_ in ("VB", "VBP") and aux in ([], ["to"])


def needs_a_clause(verb: Token) -> bool:
    """Whether a cue is a statement only with a content clause: "people calling in"."""
    if verb.dep_ == "acl":
        return issuer(verb.head) is None
    if verb.tag_ == "VB" and verb.dep_ in ("ccomp", "conj"):
        return not any(ch.lower_ in ("did", "does", "do") for ch in verb.lefts)
    return verb.tag_ == "VB" and verb.dep_ == "xcomp" and lemma_of(verb.head) in NON_ASSERTING
