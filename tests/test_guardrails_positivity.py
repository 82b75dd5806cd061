"""Tone and clarity: what the packs' own texts can't show."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drafter import Draft, Report, Request, check

REQUEST = Request(sender="Ana Ruiz", company="Larkfield Press", role="Copy Editor", recipient="Tom Hale")
OURS = ("positivity/", "clarity/")


def report(body: str, **changes: object) -> Report:
    """What the guardrails say of a body without a subject."""
    request = Request.model_validate({**REQUEST.model_dump(mode="json"), "channel": "linkedin", **changes})
    return check(Draft(subject=None, body=body), request)


def broken(body: str, **changes: object) -> set[str]:
    """The rules of tone and clarity that a body breaks."""
    return {finding.rule for finding in report(body, **changes).findings if finding.rule.startswith(OURS)}


def letter(*sentences: str) -> str:
    """A letter to Tom Hale that says just this."""
    return f"Dear Tom,\n\n{' '.join(sentences)}\n\nBest,\nAna Ruiz"


THANKS = "Thank you for your time."
WITHDRAWAL = "I withdraw my application for Copy Editor at Larkfield Press."
DOOR = "I would be glad to stay in touch."


def test_a_plain_letter_breaks_no_rule_of_tone() -> None:
    """Thanks, a withdrawal and an open door are all that tone and clarity ask for."""
    assert broken(letter(THANKS, WITHDRAWAL, DOOR)) == set()


@pytest.mark.parametrize(
    ("sentences", "rule"),
    [
        ((WITHDRAWAL, DOOR), "positivity/no-thanks"),
        ((THANKS, DOOR), "clarity/no-withdrawal"),
        ((THANKS, WITHDRAWAL), "positivity/door-closed"),
    ],
)
def test_a_missing_move_is_a_finding_on_the_whole_draft(sentences: tuple[str, ...], rule: str) -> None:
    """Each of the three moves that is left out is reported alone, and at no one place."""
    found = [finding for finding in report(letter(*sentences)).findings if finding.rule.startswith(OURS)]
    assert [(finding.rule, finding.span) for finding in found] == [(rule, None)]


def test_an_open_door_is_not_asked_for_by_a_sender_who_wants_none() -> None:
    """Without `keep_in_touch` a letter may end without a word about the future."""
    assert broken(letter(THANKS, WITHDRAWAL), keep_in_touch=False) == set()


def test_asking_not_to_be_contacted_is_wrong_even_where_the_door_may_close() -> None:
    """A request for silence breaks the rule whatever `keep_in_touch` says."""
    silence = letter(THANKS, WITHDRAWAL, "Please do not contact me again.")
    assert "positivity/door-closed" in broken(silence, keep_in_touch=False)


def test_a_clear_withdrawal_outweighs_a_doubtful_one() -> None:
    """Doubt that the sender had once does no harm beside a plain withdrawal."""
    doubtful = "Last week I wrote that I might have to withdraw."
    assert broken(letter(THANKS, doubtful, DOOR)) == {"clarity/no-withdrawal"}
    assert broken(letter(THANKS, doubtful, WITHDRAWAL, DOOR)) == set()


def test_a_doubtful_withdrawal_is_shown_where_it_stands() -> None:
    """The finding points at the sentence that hedges."""
    doubtful = "I might have to withdraw my application."
    (finding,) = [one for one in report(letter(THANKS, doubtful, DOOR)).findings if one.rule == "clarity/no-withdrawal"]
    assert finding.evidence == doubtful


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"role": "Toxic Waste Officer"}, "The Toxic Waste Officer role is a fine one."),
        ({"company": "Shoddy & Rude"}, "Everyone at Shoddy & Rude was kind."),
        ({"recipient": "Maggie Dull"}, "The talk with Maggie Dull was a pleasure."),
    ],
)
def test_names_in_the_request_criticise_nobody(changes: dict[str, str], sentence: str) -> None:
    """A name that looks like an insult is no evidence of one."""
    assert "positivity/disparagement" not in broken(letter(THANKS, sentence, WITHDRAWAL, DOOR), **changes)


@given(st.integers(min_value=0, max_value=6))
def test_two_apologies_are_allowed(count: int) -> None:
    """The third apology is one too many, wherever the three stand."""
    apologies = "Sorry for the trouble. " * count
    assert ("positivity/negative-tone" in broken(letter(apologies, THANKS, WITHDRAWAL, DOOR))) == (count > 2)


@given(st.text(max_size=300))
def test_any_text_is_judged(text: str) -> None:
    """No text breaks a rule's machine."""
    assert [
        rule.rule for rule in report(text).rules if rule.status.value == "error" and rule.rule.startswith(OURS)
    ] == []
