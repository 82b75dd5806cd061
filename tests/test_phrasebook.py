"""The built-in writer: its whole option space is sound, and it does not sound like a form."""

import itertools
import os
import random
import re
from typing import Any

import pytest

from drafter.disclosure import FactKind, brief
from drafter.guardrails import check
from drafter.letter import compose
from drafter.message import Draft
from drafter.names import Names
from drafter.phrasebook import book, wordings, write
from drafter.praise import woven
from drafter.request import Channel, ReasonKind, Request, Share, Stage, Tone

USUAL = {"sender": "Ana Ruiz", "company": "Larkfield Press", "role": "Copy Editor", "recipient": "Tom Hale"}
PRAISE: list[list[str]] = [
    [],
    ["the tour of the press"],
    ["How openly you spoke"],
    ["meeting the team"],
    ["Their honesty", "the quick answers"],
    ["friendly panel."],
]
SPACE = [
    {
        "channel": channel,
        "stage": stage,
        "reason": {"kind": reason, "share": share, "detail": "The rehearsals fall on my choir evenings"},
        "tone": tone,
        "keep_in_touch": door,
        "next_interview": None if stage is Stage.APPLIED else interview,
        "recipient": recipient,
        "appreciated": praise,
    }
    for channel, stage, reason, share, tone, door, interview, recipient, praise in itertools.product(
        Channel,
        Stage,
        ReasonKind,
        Share,
        Tone,
        (True, False),
        (None, "2027-03-05T10:30"),
        (None, "Dr. Amy Wong"),
        PRAISE,
    )
]
SAMPLE = int(os.environ.get("DRAFTER_PHRASEBOOK_SAMPLE", "1500"))
"""How many of the option space's 51,840 requests are tried; set it to 51840 to try them all."""


def message(seed: int = 0, **fields: Any) -> tuple[Draft, Request]:
    """What the phrasebook writes for a request, and the request."""
    request = Request.model_validate({**USUAL, **fields})
    names = Names.of(request)
    told = brief(request, names)
    return compose(write(told, seed=seed, names=names), names, told.channel), request


@pytest.mark.parametrize("part", range(4))
def test_every_message_passes_every_guardrail(part: int) -> None:
    """All channels, stages, reasons, shares, tones, doors, dates and recipients, each with a seed of its own."""
    chosen = random.Random(20_270_305).sample(range(len(SPACE)), min(SAMPLE, len(SPACE)))[part::4]
    failed = {}
    for number in chosen:
        draft, request = message(seed=number, **SPACE[number])
        if not (report := check(draft, request)).acceptable:
            failed[number] = [(finding.rule, finding.evidence) for finding in report.errors]
    assert failed == {}


@pytest.mark.parametrize("tone", Tone)
@pytest.mark.parametrize("channel", Channel)
def test_every_move_has_eight_wordings_in_each_situation(channel: Channel, tone: Tone) -> None:
    """Withdrawal, reason, thanks, praise, door, wishes, cancelling and the courtesies each have at least eight."""
    told = brief(Request.model_validate({**USUAL, "channel": channel, "tone": tone, "stage": "applied"}))
    moves = [
        "withdraw",
        "alone",
        "joined",
        "detailed",
        "door",
        "wish",
        "cancel",
        "courtesy",
        "np",
        "np_plural",
        "clause",
    ]
    moves += ["gerund", "sign_off", *Stage, *({"purpose"} if channel is Channel.PHONE else {"subject"})]
    moves += ["other_offer", "staying", "career_goals", "role_fit", "schedule", "relocation", "personal"]
    assert {move: len(found) for move in moves if len(found := set(wordings(move, told))) < 8} == {}


def test_no_article_stands_before_a_slot() -> None:
    """No wording has "a" or "an" before a name, which may begin with any letter."""
    every = [
        text for groups in book("en").values() if isinstance(groups, list) for group in groups for text in texts(group)
    ]
    assert [text for text in every if re.search(r"\ban? \{", text)] == []


def texts(group: Any) -> list[str]:
    """The wordings of a group; the lists of kindred words have none."""
    return list(group["texts"]) if isinstance(group, dict) else []


def test_the_same_seed_gives_the_same_message() -> None:
    """Request and seed decide the message; this one is written down, so that it is the same everywhere."""
    draft, _ = message(seed=3, channel="text", reason={"kind": "staying"})
    assert draft == message(seed=3, channel="text", reason={"kind": "staying"})[0]
    assert draft.body == (GOLDEN)


GOLDEN = ""


def test_messages_vary() -> None:
    """Fifty seeds give at least forty different messages, and no sentence stands in more than a third of them."""
    bodies = [message(seed=seed, channel="email", reason={"kind": "other_offer"})[0].body for seed in range(50)]
    assert len(set(bodies)) >= 40
    sentences = [set(re.split(r"(?<=[.!?])\s+", body.split("\n\n", 1)[1].rsplit("\n\n", 1)[0])) for body in bodies]
    most = max(sum(sentence in one for one in sentences) for sentence in set().union(*sentences))
    assert most <= 17


@pytest.mark.parametrize("seed", range(40))
def test_no_words_clash(seed: int) -> None:
    """Nobody decides twice, hopes twice, is glad twice or apologises twice in one message."""
    body = message(
        seed=seed, channel="email", stage="invited", next_interview="2027-03-05", reason={"kind": "staying"}
    )[0].body
    words = re.findall(r"[a-z']+", body.lower())
    for kin in book("en")["kin"]:
        assert sum(word in kin.split() for word in words) <= 1, kin


@pytest.mark.parametrize(
    ("entry", "move", "phrase"),
    [
        ("the tour of the lab", "np", "the tour of the lab"),
        ("friendly panel", "np", "the friendly panel"),
        ("Your patience.", "np", "your patience"),
        ("Their honesty", "np", "your honesty"),
        ("quick answers", "np_plural", "the quick answers"),
        ("How clearly it was explained", "clause", "how clearly it was explained"),
        ("that you called back", "clause", "that you called back"),
        ("meeting the team", "gerund", "meeting the team"),
        ("I enjoyed the case study", "np", "the case study"),
    ],
)
def test_praise_is_woven_in_as_its_grammar_asks(entry: str, move: str, phrase: str) -> None:
    """Noun phrases, clauses and gerunds each find their sentence, in small letters and addressed to the readers."""
    praise = woven([entry])
    assert praise is not None
    assert (praise.move, next(iter(praise.values.values()))) == (move, phrase)


@pytest.mark.parametrize("entry", ["The team was so open", "I met Jo. Jo was kind", "tour; lunch", "word " * 30, "???"])
def test_praise_that_fits_no_sentence_is_not_woven_in(entry: str) -> None:
    """What can't be woven in soundly is left out: a sound message beats a broken one."""
    assert woven([entry]) is None


@pytest.mark.parametrize("limit", [34, 40, 60])
def test_a_short_limit_is_kept(limit: int) -> None:
    """A small limit gets a message that has all it must, within it."""
    draft, request = message(channel="email", max_words=limit, reason={"kind": "other_offer"})
    assert check(draft, request).acceptable


def test_every_sentence_rests_on_its_fact() -> None:
    """The withdrawal rests on the decision or the reason, the thanks on what was appreciated, the door on its fact."""
    request = Request.model_validate({**USUAL, "appreciated": ["your patience"], "reason": {"kind": "staying"}})
    told = brief(request)
    facts = {sentence.fact for sentence in write(told).sentences} - {0}
    assert told.number(FactKind.APPRECIATED) in facts
    assert told.number(FactKind.DOOR) in facts
    assert facts & {told.number(FactKind.DECISION), told.number(FactKind.REASON)}
