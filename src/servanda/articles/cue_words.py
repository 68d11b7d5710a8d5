"""Cue words of attribution: verbs, nouns and adjectives of saying and thinking.

Written by hand from general knowledge of English news prose. The sets group verbs by the
dependent that is their content.
"""

from __future__ import annotations

# The content is a clause or a quotation: "X says (that) Y", "Y, X says".
CLAUSE = frozenset(
    """
    accept acknowledge add admit advise advocate affirm agree allege announce answer argue ask
    assert assure attest aver boast brag caution charge chide clarify comment complain concede
    conclude concur confess confide confirm contend continue counter cry declare decree demand
    deny disclose divulge elaborate emphasize emphasise emphasis exclaim explain forecast
    grumble guess hint
    imply indicate inform inquire insist instruct interject joke lament lecture maintain mention
    mumble murmur muse mutter note notify object observe opine order plead pledge point posit
    post predict proclaim project promise propose protest quip quote read reason reassure reckon
    recommend recall recount  reiterate relate remark  repeat reply report request
    respond retort reveal rule say scoff scream shout show sigh signal snap speculate state
    stipulate stress suggest swear tell testify theorize threaten tweet underline underscore urge
    utter volunteer vow warn whisper wonder write yell chant bemoan rejoin intone marvel crow
    describe blog text email tease deadpan gush rant opine surmise estimate find determine
    retweet caption cable telegraph begin conclude finish offer preach fume thunder drawl
    hypothesize theorise decry assail
    bark beseech bellow blurt chorus conjecture counsel encourage enthuse exhort expound gloat
    implore infer insinuate intimate jest mandate narrate postulate prescribe profess
    pronounce prophesy rationalize rave reaffirm roar scold sing sneer specify spell stammer
    summarize vouch wail whine ascertain certify reckon recite
    """.split()  # noqa: SIM905
)

# With an infinitive these describe how an act proceeds; the infinitive is no content.
ASPECT = frozenset("begin continue finish conclude find determine show read observe decide".split())  # noqa: SIM905

# The content is an object: "X rejects Y", "X calls Y Z", "X accuses Y of Z".
OBJECT = frozenset(
    """
    accuse acknowledge admit advocate allege charge announce applaud assail  attribute  
    blame blast call  characterize characterise chide cite claim condemn confirm
    criticize criticise decry defend demand denounce deny deride describe disavow dismiss dispute
    dub   emphasize endorse explain hail highlight  label lament lambaste
    laud liken mention mock  note oppose order outline   pledge portray praise predict
    promise propose question  rebuff rebuke rebut recall recommend   reject
    reiterate renounce repeat repudiate request report reveal ridicule   slam
    stress suggest  thank  tout trumpet underline   urge
    voice vow welcome warn declare  deplore decline refuse refute  express propose
      dispute disclose quote identify discount denigrate bemoan   order
       compliment congratulate credit champion chastise castigate
    reprimand scold pillory skewer savage   excoriate
    answer ask concede email recite recount signal talk tweet
    attack bash belittle berate brand brief chastise commend compare critique
    deride detail discuss disparage downplay echo encourage exalt exhort extol fault flag hype
    implore impugn invoke lampoon malign minimize misrepresent paint pan persuade press
    protest rate reaffirm rebut reference rip salute scorn smear specify spurn summarize trash
    tell vilify warn
    affirm argue assert clarify conclude counter estimate forecast indicate profess reassure shout
    show state utter
    """.split()  # noqa: SIM905
)

# The content follows a preposition.
PREPOSITION: dict[str, frozenset[str]] = {
    verb: frozenset(preps.split())
    for verb, preps in {
        "agree": "with to on",
        "allude": "to",
        "apologize": "for",
        "appeal": "for to",
        "ask": "about for",
        "boast": "about of",
        "brag": "about of",
        "call": "for on upon",
        "campaign": "for against",
        "caution": "against about",
        "muse": "about",
        "comment": "on about upon",
        "declare": "against",
        "remark": "on upon about",
        "report": "about",
        "rule": "against on",
        "complain": "about of that to",
        "disagree": "with",
        "harp": "on",
        "hint": "at",
        "inquire": "about",
        "insist": "on upon",
        "joke": "about",
        "object": "to",
        "point": "to out",
        "press": "for",
        "push": "for",
        "rail": "against at",
        "refer": "to",
        "respond": "by with to",
        "speak": "about of out against",
        "speculate": "about on",
        "talk": "about of",
        "testify": "about to",
        "tweet": "about",
        "warn": "of about against",
        "wonder": "about",
        "write": "about of",
        "lash": "out at",
        "apologise": "for",
        "argue": "for against",
        "advocate": "for",
        "believe": "in",
        "care": "about",
        "decide": "against on",
        "dream": "of about",
        "hope": "for",
        "know": "about of",
        "learn": "of about",
        "look": "to",
        "think": "of about",
        "worry": "about over",
        "admit": "to",
        "confess": "to",
        "attest": "to",
        "react": "to",
        "elaborate": "on",
        "lobby": "for against",
        "opine": "on about",
        "vote": "for against on",
        "vie": "for",
        "focus": "on",
        "protest": "against",
        "vouch": "for",
        "weigh": "on",
        "lecture": "on about",
        "vow": "to",
        "plead": "for to",
        "quote": "from",
        "preach": "about",
        "rave": "about",
    }.items()
}

# Beliefs and wishes: kept apart from statements.
ATTITUDE = frozenset(
    """
    agree anticipate appreciate approve assume believe consider contemplate desire disagree
    disapprove dislike doubt expect fear favor favour feel foresee forget hate hope imagine intend
    know learn like love oppose plan prefer presume realize realise recognize recognise
    regard regret resent respect see seek support suppose suspect think trust understand
    view want wish worry wonder envision hear decide aim
    admire articulate authorize back ban block champion despise detest distrust embrace
    examine grant ignore illustrate judge list nominate perceive promote publish relish vote
    abhor appoint convene dread idolize loathe overrule overturn permit prohibit publicize ratify
    focus repeal sponsor underestimate overstate veto vie withhold
    """.split()  # noqa: SIM905
)

# Adjectives of attitude: "is worried that", "was eager to", "are critical of".
FEELINGS = frozenset(
    """
    adamant afraid alarmed amazed angry angered annoyed anxious appalled ashamed astonished aware
    careful certain clear comfortable concerned confident convinced critical curious delighted
    desperate determined disappointed disgusted dismayed doubtful dubious eager encouraged excited
    familiar fearful fond frustrated furious glad grateful happy hesitant hopeful hostile
    indifferent interested keen leery loath mad mindful nervous open opposed optimistic outraged
    pessimistic pleased prepared proud ready reluctant relieved resentful sad satisfied scared
    sceptical
    shocked sick skeptical sorry supportive sure surprised suspicious sympathetic thankful
    thrilled tired troubled unaware uncertain unconvinced uneasy unhappy unimpressed unsure
    unwilling upset vocal wary willing worried
    """.split()  # noqa: SIM905
)

# The content is a clause that depends on one of these nouns: "the claim that", "calls for".
NOUNS = frozenset(
    """
    accusation admission advice agreement allegation announcement answer appeal argument assertion
    assessment assurance  charge claim comment complaint conclusion condemnation contention
    criticism declaration demand denial estimate explanation insistence message  
    objection offer opinion  plea pledge prediction promise  question reminder remark
    reply  request response rumor rumour speculation statement suggestion testimony
    threat vow warning word tweet        
    """.split()  # noqa: SIM905
)

# Documents, outlets and polls can be sources.
DOCUMENTS = frozenset(
    """
    account article book broadcast cable column communique communiqué declaration dispatch document
    editorial filing interview letter memo message note notice newspaper op-ed paper poll post
    press release report resolution statement story study summary survey telegram text transcript
    treaty tweet
    """.split()  # noqa: SIM905
)

# A thing can "show" or "indicate"; with a person as subject these verbs seldom mark a statement.
RESEARCH = frozenset(
    """
    analysis average census count data document email evidence estimate figures filing finding
    footage image number paper poll polling record report research result statistic study survey
    tally tape test transcript video
    """.split()  # noqa: SIM905
)
OF_THINGS = frozenset("show reveal indicate find determine".split())  # noqa: SIM905

EVERY_VERB = CLAUSE | OBJECT | ATTITUDE | frozenset(PREPOSITION)
