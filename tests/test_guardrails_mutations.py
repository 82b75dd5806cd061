"""Good drafts, changed: a fault put in is found, and a change that is none changes nothing."""

import unicodedata
from collections.abc import Callable
from functools import cache
from typing import NamedTuple

import pytest

from drafter import Draft, Request, check, draft

FIRST = {"sender": "Ana Ruiz", "company": "Larkfield Press", "role": "Copy Editor", "recipient": "Tom Hale"}
OTHERS = (
    {
        "sender": "Søren Ødegård",
        "company": "Debt Relief Partners",
        "role": "Pain Management Nurse",
        "recipient": "Dr. Wu",
    },
    {"sender": "Zoë O'Brien-Katz", "company": "Yahoo!", "role": "C++ Developer (m/f/d)", "recipient": "Ms de la Cruz"},
    {"sender": "李娜", "company": "株式会社みどり", "role": "翻訳者", "recipient": "田中さん"},
    {"sender": "Bo", "company": "May & June", "role": "Divorce Lawyer", "recipient": "Will Grace"},
)
SITUATIONS = (
    {"channel": "email", "stage": "interviewed", "reason": {"kind": "other_offer"}},
    {"channel": "email", "stage": "applied", "tone": "formal", "reason": {"kind": "undisclosed"}},
    {
        "channel": "linkedin",
        "stage": "final_round",
        "reason": {"kind": "health", "detail": "my knee", "share": "general"},
    },
    {"channel": "text", "stage": "invited", "next_interview": "2027-03-05", "reason": {"kind": "staying"}},
    {"channel": "phone", "stage": "screened", "tone": "neutral", "reason": {"kind": "relocation", "share": "nothing"}},
)
SEEDS = range(6)


class Good(NamedTuple):
    """A good draft and the request that it answers."""

    body: str
    request: Request

    def rules(self, body: str) -> set[str]:
        """The rules that the draft breaks with another body."""
        return {finding.rule for finding in check(Draft(subject=None, body=body), self.request).errors}


@cache
def good() -> tuple[Good, ...]:
    """The phrasebook's messages for all situations and seeds."""
    asked = [Request.model_validate(FIRST | situation) for situation in SITUATIONS]
    return tuple(Good(draft(one, model="phrasebook", seed=seed).message.body, one) for one in asked for seed in SEEDS)


def before_the_close(body: str, sentence: str) -> str:
    """The body with a sentence more, in the middle of its text."""
    head, stop, tail = body.partition("Copy Editor")
    end = min(place for sign in ".!?" if (place := tail.find(sign)) >= 0) + 1
    return f"{head}{stop}{tail[:end]} {sentence}{tail[end:]}"


PUT_IN = {
    "discretion/sensitive-topic": "I was diagnosed with diabetes in the spring.",
    "positivity/disparagement": "Your hiring process is a mess.",
    "positivity/negative-tone": "Don't bother to answer.",
    "honesty/unsupported-fact": "We spoke about it on 17 October with Gregor Samsa.",
    "honesty/unapproved-promise": "I will call you on the first of the month with two names for you.",
    "form/placeholder": "My number is [phone number].",
    "form/model-chatter": "Here is a version that is a little warmer:",
    "safety/injected": "See https://deals.example/now for more.",
    "clarity/no-withdrawal": "I might still change my mind, unless you object, so please keep my interview for now.",
}


@pytest.mark.parametrize(("rule", "sentence"), PUT_IN.items(), ids=PUT_IN)
def test_a_fault_put_into_a_good_draft_is_found(rule: str, sentence: str) -> None:
    """A sentence at fault is found in every good draft, wherever the draft would be fine without it."""
    missed = [one.body for one in good() if rule not in one.rules(before_the_close(one.body, sentence))]
    assert missed == []


TAKEN_OUT: dict[str, Callable[[Good], str]] = {
    "form/wrong-name": lambda one: one.body.replace("Larkfield Press", "Larkspur Books"),
    "clarity/no-withdrawal": lambda one: "Dear Tom,\n\nThank you for everything.\n\nBest wishes,\nAna Ruiz",
    "positivity/no-thanks": lambda one: "Dear Tom,\n\nI withdraw my application.\n\nBest wishes,\nAna Ruiz",
    "brevity/repetition": lambda one: one.body.replace("\n\n", "\n\n" + longest(one.body) + "\n\n", 1),
    "brevity/too-long": lambda one: before_the_close(one.body, "I enjoyed every part of it. " * 40),
}


def longest(body: str) -> str:
    """The longest paragraph of a body; where there is one alone, all of it."""
    return max(body.split("\n\n"), key=len)


@pytest.mark.parametrize("rule", TAKEN_OUT)
def test_a_good_draft_that_loses_something_is_found(rule: str) -> None:
    """Another company, no withdrawal, no thanks, a paragraph twice, too many words: each is found in every draft."""
    changed = [(one, TAKEN_OUT[rule](one)) for one in good()]
    assert [body for one, body in changed if body != one.body and rule not in one.rules(body)] == []


UNCHANGED: dict[str, Callable[[str], str]] = {
    "other line breaks": lambda body: body.replace("\n", "\r\n"),
    "letters and their accents apart": lambda body: unicodedata.normalize("NFD", body),
    "typographic quotes": lambda body: body.replace("'", "’"),
    "spaces that don't break": lambda body: body.replace(" to ", "\u00a0to\u00a0"),
    "two spaces after a sentence": lambda body: body.replace(". ", ".  "),
    "white space around": lambda body: f"\n{body}\n\n",
}


@pytest.mark.parametrize("form", UNCHANGED)
def test_a_good_draft_in_another_form_stays_good(form: str) -> None:
    """Forms of Unicode, of quotes, of white space and of line breaks change no verdict."""
    changed = [(one, UNCHANGED[form](one.body)) for one in good()]
    assert [(body, one.rules(body)) for one, body in changed if one.rules(body)] == []


@pytest.mark.parametrize("names", OTHERS, ids=lambda names: names["company"])
def test_a_good_draft_stays_good_whatever_the_names(names: dict[str, str]) -> None:
    """With everybody renamed, in the request and in the draft, nothing is found: a name is never evidence."""
    for situation in SITUATIONS:
        request = Request.model_validate(names | situation)
        for seed in SEEDS:
            message = draft(request, model="phrasebook", seed=seed).message
            assert check(message, request).findings == ()
