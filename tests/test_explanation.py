"""What each sentence of a message does, rests on and serves."""

from collections.abc import Callable

import pytest

from drafter import Draft, Request, check, draft
from drafter.explanation import explain
from drafter.request import Channel


@pytest.mark.parametrize("channel", list(Channel))
def test_every_sentence_of_a_message_is_explained(channel: Channel, request_of: Callable[..., Request]) -> None:
    """The sentences cover the body in order; each does something, and those that claim a fact name it."""
    request = request_of(channel=channel, appreciated=["the tour"])
    result = draft(request, model="phrasebook", judge=False, seed=3)
    found = explain(result.message, request, result.report, result.claims)
    assert " ".join(one.text for one in found).split() == result.message.body.split()
    assert all(one.moves and one.principles for one in found)
    named = {one.rests_on for one in found}
    assert {fact for claim in result.claims if claim.fact for fact in [result.facts[claim.fact - 1]]} <= named


def test_a_draft_without_claims_is_explained_by_its_words(request_of: Callable[..., Request]) -> None:
    """A person's own draft: the fact that a sentence shares words with, marked as not sure; none for a courtesy."""
    request = request_of(appreciated=["the tour of the print shop"])
    text = "Dear Tom,\n\nI loved seeing the print shop. Thank you. I withdraw my application.\n\nAna Ruiz"
    letter = Draft(body=text)
    by_text = {one.text: one for one in explain(letter, request, check(letter, request))}
    shop = by_text["I loved seeing the print shop."]
    assert (shop.rests_on, shop.sure) == ("I honestly appreciated this: the tour of the print shop", False)
    assert by_text["Thank you."].rests_on is None
    assert by_text["I withdraw my application."].principles == (4,)


def test_findings_stand_with_their_sentence(request_of: Callable[..., Request]) -> None:
    """A finding with a place is with the sentence that it touches, and with no other."""
    letter = Draft(body="Dear Tom,\n\nThank you. Your process was chaotic. I withdraw.\n\nAna Ruiz")
    found = explain(letter, request_of(), check(letter, request_of()))
    assert [one.text for one in found if one.findings] == ["Your process was chaotic."]
