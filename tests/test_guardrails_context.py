"""What a sentence does in its message: the numbers it is judged by, and what more good words must not do."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drafter import Draft, Request, check
from drafter.guardrails.context import ABSENT, AROUND, BESIDE, DOUBT, UNIT, Context, views
from drafter.guardrails.engine import case_of
from drafter.guardrails.tagged import done, spoken
from drafter.guardrails.tagger import does
from drafter.guardrails.taught import HEADS, WEIGHT, taught
from drafter.message import Occasion

REQUEST = Request(sender="Maya Lindqvist", company="Northwind", role="Data Engineer", recipient="Tom Hale")
BEFORE = (
    "I enjoyed learning about the team. It was a pleasure to meet everyone. I wish you all the best with the search."
)
BEHIND = "I am grateful for your kindness. It was a good afternoon. You made me feel welcome."
FAULTS = (
    "The interview was a farce.",
    "Your team is rude and incompetent.",
    "The salary you offer is an insult.",
    "I am done here.",
    "Please do not contact me again.",
    "I might still change my mind.",
    "Could we postpone the interview instead?",
)

scores = st.lists(st.fixed_dictionaries({head: st.integers(-400, 400) for head in HEADS}), min_size=1, max_size=7)


def letter(*sentences: str) -> Draft:
    body = (
        "Dear Tom,\n\nThank you for the time you and the team gave me. I have decided to withdraw my application for "
        f"the Data Engineer role at Northwind. {' '.join(sentences)} I hope our paths cross again, and I would be glad "
        "to stay in touch.\n\nKind regards,\nMaya Lindqvist"
    )
    return Draft(subject="Data Engineer", body=body)


@given(scores)
def test_a_view_holds_its_own_scores_and_those_around(told: list[dict[str, int]]) -> None:
    """Own scores, the neighbours', the mean and the highest of all others, and the place, as when worked out slowly."""
    for place, (one, view) in enumerate(zip(told, views(told), strict=True)):
        others = [other for index, other in enumerate(told) if index != place]
        beside = [told[index] if 0 <= index < len(told) else None for index in (place - 1, place + 1)]
        expected = list(one.values())
        for other in beside:
            expected += [other[head] if other else ABSENT for head in AROUND]
        expected += [sum(x[head] for x in others) // len(others) if others else ABSENT for head in AROUND]
        expected += [max(x[head] for x in others) if others else ABSENT for head in AROUND]
        assert view == [*expected, 32 * place // len(told)]


def test_a_score_in_context_is_a_weighted_sum() -> None:
    """Weights are in units, one for each number and one for how far it is beyond doubt."""
    context = Context(3 * UNIT, [2 * UNIT, -UNIT, *[UNIT] * BESIDE], [UNIT, 0, *[0] * BESIDE])
    assert context.score(context.own([5, 4]), [1] * BESIDE) == 3 + 10 - 4 + (5 - DOUBT) + BESIDE
    assert context.score(context.own([DOUBT - 5, 4]), [1] * BESIDE) == 3 + 2 * (DOUBT - 5) - 4 + BESIDE


@given(st.integers(-400, 400), st.integers(-200, 200))
def test_what_a_sign_adds_is_as_if_the_score_were_higher(score: int, more: int) -> None:
    """Raising a head's own score afterwards comes to the same as having it so at first, but for the rounding."""
    context = Context(3 * UNIT, [300, -UNIT, *[UNIT] * BESIDE], [100, 0, *[70] * BESIDE])
    around = [1] * BESIDE
    raised = context.score(context.own([score, 4]), around) + context.raised(0, score, more)
    assert abs(raised - context.score(context.own([score + more, 4]), around)) <= 1


@pytest.mark.parametrize("fault", FAULTS)
def test_good_words_around_a_fault_do_not_hide_it(fault: str) -> None:
    """A letter that is blocked for a sentence is blocked with six friendly ones around it."""
    assert not check(letter(fault), REQUEST).acceptable
    assert not check(letter(BEFORE, fault, BEHIND), REQUEST).acceptable


def test_friendly_sentences_alone_are_acceptable() -> None:
    """What was put around the faults breaks no rule itself."""
    assert check(letter(BEFORE, BEHIND), REQUEST).acceptable


@pytest.mark.parametrize("occasion", Occasion)
def test_a_short_message_and_an_answer_are_judged_sentence_by_sentence(occasion: Occasion) -> None:
    """Two sentences give no context, and neither does a message that answers another."""
    short = Draft(body="Hi Tom,\n\nI withdraw. This was a waste of my afternoon.\n\nMaya Lindqvist")
    case = case_of(short if occasion is Occasion.WITHDRAWAL else letter(BEFORE), REQUEST, occasion)
    assert all(done("veiled", one, case) == does("veiled", one, "en") for _, one in spoken(case))


def test_what_is_taught_holds_each_sentence_once_and_messages_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty line ends a message; its sentences count more, and stand in the list once however often they come."""
    files = {
        "sentences/letters.tsv": "thank\tThank you.\nwithdraw\tI withdraw.\n\nthank\tThank you.\nopen\tDo write.\n",
        "sentences/tone.tsv": "cold\tFine.\nthank\tThank you.\n",
    }
    monkeypatch.setattr("drafter.guardrails.taught.sources", lambda _: list(files))
    monkeypatch.setattr("drafter.guardrails.taught.read_text", files.__getitem__)
    known = taught("en")
    assert [[one.text for one in message] for message in known.messages] == [
        ["Thank you.", "I withdraw."],
        ["Thank you.", "Do write."],
    ]
    assert {one.text: one.weight for one in known.sentences} == {
        "Thank you.": WEIGHT,
        "I withdraw.": WEIGHT,
        "Do write.": WEIGHT,
        "Fine.": 1,
    }
