"""The local model: what it was trained on, what it says, and when it keeps quiet."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drafter import Draft, Request, check
from drafter.content import read_text
from drafter.guardrails.engine import case_of
from drafter.guardrails.learned import features, limits, makes, model, model_path
from drafter.guardrails.trainer import digest, sentences

REQUEST = Request(sender="Ana Ruiz", company="Larkfield Press", role="Copy Editor", recipient="Tom Hale")
VEILED = "You will have to look for somebody else to wait on your answers."
TOPIC = "The little one has come early, and we are at the ward day and night."


def findings(sentence: str, request: Request = REQUEST) -> list[str]:
    """The rules by which the local model flags a letter with this sentence in it."""
    body = (
        f"Dear Tom,\n\nI am withdrawing my application for Copy Editor at Larkfield Press. {sentence}\n\n"
        "Thank you for your time. I would be glad to stay in touch.\n\nBest wishes,\nAna Ruiz"
    )
    report = check(Draft(subject="Copy Editor", body=body), request)
    return [finding.rule for finding in report.findings if finding.evidence == sentence]


def test_the_model_is_that_of_the_sentences() -> None:
    """model.json was trained on the sentences as they stand beside it; after a change of them, run `make model`."""
    assert f'"sentences": "{digest("en")}"' in read_text(model_path("en"))


def test_every_sentence_has_a_label_and_stands_once() -> None:
    """No line is without its label, and none is there twice."""
    known = sentences("en")
    assert all(one.labels for one in known)
    assert len({(one.labels, one.features) for one in known}) > 0.99 * len(known)


def test_the_model_is_small() -> None:
    """It weighs less than 5 MB."""
    assert len(read_text(model_path("en")).encode()) < 5_000_000


@pytest.mark.parametrize(
    ("sentence", "rules"),
    [
        (VEILED, ["positivity/negative-tone"]),
        (TOPIC, ["discretion/sensitive-topic"]),
        ("I enjoyed meeting the team.", []),
        ("My plans have changed.", []),
    ],
)
def test_it_flags_what_no_pattern_names(sentence: str, rules: list[str]) -> None:
    """A veiled fault is found, with the whole sentence as evidence; a friendly sentence is not."""
    assert findings(sentence) == rules


def test_it_says_what_weighs_most() -> None:
    """The finding names words of the sentence."""
    body = f"Dear Tom,\n\n{VEILED}\n\nBest wishes,\nAna Ruiz"
    (told,) = (f.message for f in check(Draft(subject=None, body=body), REQUEST).findings if f.evidence == VEILED)
    assert "What weighs most: " in told


def test_what_the_request_allows_is_left_to_the_other_rules() -> None:
    """A sentence about something that the sender may mention is not the model's business."""
    allowed = REQUEST.model_copy(update={"may_mention": ("the little one has come early",)})
    assert findings(TOPIC, allowed) == []


@pytest.mark.parametrize(
    ("sentence", "move"),
    [
        ("If the harbour ever floats us onto one quay, nothing would please me more.", "door_open"),
        ("I hope the next candidate is a delight.", None),
        ("Put a line through my candidacy from today.", "withdraw"),
        ("I have accepted another offer.", None),
        ("How big-hearted of you to see me so early.", "thank"),
        ("Thanks to my new timetable I am free at noon.", None),
    ],
)
def test_moves_in_unusual_words_are_found(sentence: str, move: str | None) -> None:
    """A sentence makes a move when the model says so, and one that is only near it in words does not."""
    body = f"Dear Tom,\n\n{sentence}\n\nBest wishes,\nAna Ruiz"
    case = case_of(Draft(subject=None, body=body), REQUEST)
    made = {name for one in case.body.sentences for name in limits("en") if makes(name, one, "en")}
    assert made == ({move} if move else set())


def test_doubt_anywhere_keeps_an_unusual_withdrawal_from_counting() -> None:
    """Words that only the model takes for a withdrawal are not clear where another sentence is in doubt."""
    body = "Dear Tom,\n\nPut a line through my candidacy from today.{}\n\nBest wishes,\nAna Ruiz"
    rules = [
        {one.rule for one in check(Draft(subject=None, body=body.format(more)), REQUEST).errors}
        for more in ("", " I am still leaning towards it, I think.")
    ]
    assert ["clarity/no-withdrawal" in found for found in rules] == [False, True]


@given(st.text())
def test_any_text_has_a_score(text: str) -> None:
    """No text breaks the model, and the order of its features does not matter."""
    known = model("en")
    assert known is not None
    told = features(text)
    assert known.scores(told) == known.scores(told[::-1])
