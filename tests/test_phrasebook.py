"""The phrasebook: its letters are acceptable, varied and the same for the same seed."""

import os
import re
from collections import Counter
from datetime import date
from itertools import combinations, product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drafter.disclosure import Brief, FactKind, brief
from drafter.errors import NoAcceptableDraft
from drafter.guardrails import check
from drafter.incoming import Situation
from drafter.letter import compose
from drafter.message import Draft, Occasion
from drafter.names import Names
from drafter.phrasebook import write, write_reply
from drafter.phrasebook.book import book, wordings
from drafter.request import Channel, ReasonKind, Request, Share, Stage, Tone

EVERY = int(os.environ.get("DRAFTER_PHRASEBOOK_EVERY", "37"))
"""Which part of the option space is tried: every 37th combination in each run, all 15,552 of them with 1."""

APPRECIATED = {
    Stage.APPLIED: [(), ("how quickly you answered",)],
    Stage.INVITED: [(), ("the quick reply",), ("your honesty", "your patience")],
    Stage.SCREENED: [(), ("how clearly the work was explained",), ("Your patience.", "the frank answers")],
    Stage.INTERVIEWED: [(), ("the tour of the lab",), ("meeting the team",), ("The team was so open",)],
    Stage.FINAL_ROUND: [(), ("that you took so much time",), ("I loved the case study",), ("friendly panel",)],
}
DETAIL = {
    ReasonKind.OTHER_OFFER: "I have signed with a clinic closer to home",
    ReasonKind.SCHEDULE: "The night shifts would clash with my evening course",
    ReasonKind.RELOCATION: "We are moving to Leeds in June.",
    ReasonKind.ROLE_FIT: "Too much cold calling",
}
ROLES = ("Data Engineer", "Head of Music", "Year 4 Teacher", "Projektleiterin Fernwärme", "Sales Position")
RECIPIENTS = (None, "Tobias Lang", "Dr. Paul Reyes")
MENTIONS = ((), (), (), ("I can introduce a former colleague",), ("my portfolio stays online",))

SPACE = [
    combination
    for combination in product(
        Channel, Stage, ReasonKind, Share, Tone, (True, False), (None, date(2027, 2, 17)), (False, True)
    )
    if combination[1] is not Stage.APPLIED or combination[6] is None
]


def made(index: int) -> Request:
    """The combination of this index; what is no option (names, entries) goes round as the index grows."""
    channel, stage, kind, share, tone, door, interview, named = SPACE[index]
    detail = DETAIL.get(kind, "My circumstances ask for it") if share is Share.DETAIL else None
    return Request(
        sender="Maya Lindqvist",
        company="Northwind",
        role=ROLES[index % len(ROLES)],
        recipient=RECIPIENTS[1 + index % 2] if named else None,
        stage=stage,
        next_interview=interview,
        channel=channel,
        reason={"kind": kind, "share": share, "detail": detail},  # type: ignore[arg-type]  # pydantic reads it
        appreciated=APPRECIATED[stage][index % len(APPRECIATED[stage])],
        may_mention=MENTIONS[index % len(MENTIONS)],
        keep_in_touch=door,
        tone=tone,
    )


def written(request: Request, seed: int = 0) -> Draft:
    """The phrasebook's draft for a request."""
    names = Names.of(request)
    told = brief(request, names)
    return compose(write(told, seed=seed, names=names), names, told.channel)


def request_with(**fields: Any) -> Request:
    usual = {"sender": "Ana Ruiz", "company": "Larkfield Press", "role": "Copy Editor", "recipient": "Tom Hale"}
    return Request.model_validate({**usual, **fields})


@pytest.mark.parametrize("channel", Channel)
@pytest.mark.parametrize("seed", range(2))
def test_every_letter_passes_every_guardrail(channel: Channel, seed: int) -> None:
    """Over the option space, no letter breaks a rule, and each rule ran."""
    faults = []
    for index in range(seed * 17, len(SPACE), EVERY):
        if SPACE[index][0] is channel:
            request = made(index)
            draft = written(request, seed + index)
            report = check(draft, request)
            if not report.acceptable:
                faults.append((index, [(one.rule, one.evidence) for one in report.errors], draft.body))
    assert faults == []


@pytest.mark.parametrize("meant", Situation)
def test_every_answer_passes_every_guardrail(meant: Situation) -> None:
    """Over the option space, no answer to what came back breaks a rule that holds for answers."""
    faults = []
    for index in range(0, len(SPACE), 5 * EVERY):
        request = made(index)
        names, told = Names.of(request), brief(request)
        draft = compose(write_reply(told, meant, seed=index, names=names), names, told.channel)
        report = check(draft, request, occasion=Occasion.REPLY)
        if not report.acceptable:
            faults.append((index, [(one.rule, one.evidence) for one in report.errors], draft.body))
    assert faults == []


@pytest.mark.parametrize("index", range(0, len(SPACE), 499))
def test_the_same_brief_and_seed_make_the_same_letter(index: int) -> None:
    """Nothing but the brief and the seed decides what is written."""
    told = brief(made(index))
    assert write(told, seed=3) == write(told, seed=3)


RECORDED = (
    "Hi Tom. I've decided to stay where I am, which is why I'm taking my name out of the "
    "running for the Copy Editor position at Larkfield Press. Thank you for the interview and "
    "for your time. I'd be glad to talk again one day. Best regards,\nAna Ruiz"
)


def test_a_seed_means_the_same_on_every_python() -> None:
    """A letter that was written once can be had again: this one is on record."""
    body = written(request_with(channel="text", reason={"kind": "staying"}), seed=11).body
    assert body == RECORDED


@pytest.mark.parametrize("index", range(5, len(SPACE), 997))
def test_fifty_seeds_make_many_messages(index: int) -> None:
    """Of 50 seeds at least 40 bodies differ, and no sentence is in more than 35 % of them."""
    request = made(index)
    told = brief(request)
    letters = [write(told, seed=seed) for seed in range(50)]
    own = {*told.words(FactKind.MAY_MENTION), told.detail}
    counted = Counter(one.text for letter in letters for one in letter.sentences)
    bodies = {tuple(one.text for one in letter.sentences) for letter in letters}
    often = {
        text: count
        for text, count in counted.items()
        if count > 17 and not any(words and words.rstrip(".").lower() in text.lower() for words in own)
    }
    assert len(bodies) >= 40
    assert often == {}


SITUATIONS = [
    brief(request_with(channel=channel, tone=tone, stage=stage))
    for channel, tone, stage in product(Channel, Tone, Stage)
]
MOVES = (
    "withdraw", "alone", "joined", "detailed", "other_offer", "staying", "career_goals", "role_fit", "schedule",
    "relocation", "personal", "cancel", "np", "how", "that", "gerund", "said", "door", "wish", "courtesy", "sign_off",
)  # fmt: skip


@pytest.mark.parametrize("move", MOVES)
def test_every_move_has_eight_wordings_in_every_situation(move: str) -> None:
    """For each tone, channel and stage there are at least eight wordings to draw from."""
    assert {told.channel: len(wordings(move, told)) for told in SITUATIONS if len(wordings(move, told)) < 8} == {}


@pytest.mark.parametrize("told", SITUATIONS, ids=lambda told: f"{told.channel}-{told.tone}-{told.stage}")
def test_every_stage_has_eight_thanks(told: Brief) -> None:
    """What they are thanked for depends on the stage, and there are eight ways to say it."""
    assert len(wordings(told.stage, told)) >= 8


def test_every_mail_has_eight_subjects_and_every_channel_five_orders() -> None:
    """Messages differ in their shape, too."""
    mails = [told for told in SITUATIONS if told.channel is Channel.EMAIL]
    assert min(len(wordings("subject", told)) for told in mails) >= 8
    assert {channel for channel, orders in book("en")["orders"].items() if len(orders) >= 5} == set(Channel)


WORDINGS = [
    (move, text)
    for move, groups in book("en").items()
    if isinstance(groups, list) and isinstance(groups[0], dict)
    for group in groups
    for text in group["texts"]
]


def test_no_article_stands_before_a_slot() -> None:
    """An article before a role would be wrong for every other role."""
    assert [text for _, text in WORDINGS if re.search(r"\ban? \{", text, re.IGNORECASE)] == []


@pytest.mark.parametrize("move", MOVES)
def test_wordings_of_a_move_are_really_different(move: str) -> None:
    """No two wordings of a group have four fifths of their words in common."""
    alike = [
        (one, other)
        for group in book("en")[move]
        for one, other in combinations(group["texts"], 2)
        if len(words_of(one) & words_of(other)) > 0.8 * len(words_of(one) | words_of(other))
    ]
    assert alike == []


def words_of(text: str) -> set[str]:
    return set(re.findall(r"[a-z']+", text.lower()))


@pytest.mark.parametrize(
    "told", [told for told in SITUATIONS if told.tone is Tone.FORMAL], ids=lambda told: told.channel
)
def test_a_formal_message_has_no_contractions(told: Brief) -> None:
    """A formal message says "I am" where a warm one says "I'm"."""
    moves = (*MOVES, told.stage, "greeting_named", "greeting_unnamed")
    assert [
        text for move in moves for text in wordings(move, told) if re.search(r"\w'(?:m|ve|d|ll|re|s|t)\b", text)
    ] == []


@pytest.mark.parametrize("index", range(2, len(SPACE), 211))
def test_two_moves_never_say_the_same(index: int) -> None:
    """Thanks are given in one move only, nothing is hoped for twice, and there is one apology at most."""
    letter = write(brief(made(index)), seed=index)
    text = " ".join(one.text for one in letter.sentences)
    for words in (r"\bhope\b", r"\b(?:sorry|apologi\w+)\b", r"\bdecided\b", r"\bwish\b", r"\bglad\b|\bpleased\b"):
        assert len(re.findall(words, text)) <= 1, words


@pytest.mark.parametrize(("channel", "least", "most"), [("email", 38, 100), ("text", 22, 60), ("phone", 42, 110)])
def test_messages_have_the_length_that_suits_their_channel(channel: str, least: int, most: int) -> None:
    """Neither curt nor long-winded."""
    lengths = [
        len(written(made(index), index).body.split())
        for index in range(3, len(SPACE), 61)
        if SPACE[index][0] == channel
    ]
    assert least <= min(lengths)
    assert max(lengths) <= most


@settings(deadline=None)  # the first draw reads the content files
@given(limit=st.integers(min_value=5, max_value=150), index=st.integers(min_value=0, max_value=len(SPACE) - 1))
def test_the_limit_holds_or_the_error_says_what_is_needed(limit: int, index: int) -> None:
    """A letter fits into the person's own limit; where none can, the error names a limit that does."""
    request = made(index).model_copy(update={"max_words": limit})
    try:
        assert len(written(request).body.split()) <= limit
    except NoAcceptableDraft as fault:
        found = re.search(r"raise max_words to (\d+)", str(fault))
        assert found is not None
        needed = int(found[1])
        assert len(written(request.model_copy(update={"max_words": needed})).body.split()) <= needed


@pytest.mark.parametrize("index", range(0, len(SPACE), 997))
def test_forty_words_are_enough_for_what_must_stay(index: int) -> None:
    """With little room the letter still names role and company, thanks, and keeps the door as the person wants it."""
    request = made(index).model_copy(update={"max_words": 40})
    assert check(written(request), request).acceptable


@pytest.mark.parametrize(
    ("fields", "sentence", "kind"),
    [
        ({"appreciated": ["the tour of the press"]}, "the tour of the press", FactKind.APPRECIATED),
        ({"may_mention": ["I can introduce a former colleague."]}, "I can introduce", FactKind.MAY_MENTION),
        ({"reason": {"kind": "other_offer"}}, "offer", FactKind.REASON),
        (
            {"reason": {"kind": "schedule", "share": "detail", "detail": "The late shifts clash with my course."}},
            "he late shifts clash with my course",
            FactKind.REASON,
        ),
        ({"next_interview": "2027-02-17"}, "17 February", FactKind.INTERVIEW),
    ],
)
def test_a_sentence_carries_the_number_of_its_fact(fields: dict[str, Any], sentence: str, kind: FactKind) -> None:
    """The person can see what each sentence rests on."""
    told = brief(request_with(channel="email", **fields))
    for seed in range(10):
        found = [one for one in write(told, seed=seed).sentences if sentence in one.text]
        if found:
            assert {one.fact for one in found} == {told.number(kind)}
            return
    pytest.fail(f"no letter of ten speaks of {sentence!r}")


@pytest.mark.parametrize("role", ["Sales Position", "Night Job", "Lead Role"])
def test_a_title_that_ends_in_position_is_not_followed_by_another(role: str) -> None:
    """Nobody says "the Sales Position position"."""
    bodies = [written(request_with(role=role), seed).body for seed in range(40)]
    assert [
        body for body in bodies if re.search(rf"{role} (?:position|role|job|process)|position of {role}", body)
    ] == []


def test_without_a_reason_to_tell_none_is_given() -> None:
    """Where nothing may be told, not even personal reasons or another direction are named."""
    request = request_with(reason={"kind": "health", "detail": "back surgery", "share": "nothing"})
    bodies = " ".join(written(request, seed).body for seed in range(60))
    assert re.findall(r"personal|circumstance|direction|offer|elsewhere|goals|health|surgery|fit\b", bodies) == []


def test_a_title_is_not_greeted_with_hi() -> None:
    """To say "Hi Dr. Reyes" is too familiar."""
    requests = [request_with(recipient="Dr. Paul Reyes", channel=channel) for channel in Channel]
    assert [body for one in requests for seed in range(20) if (body := written(one, seed).body).startswith("Hi")] == []
