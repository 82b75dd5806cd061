"""What is kept of sentences and requests changes no report, whatever was read before, and is not kept without end."""

import json
import re
from concurrent.futures import ThreadPoolExecutor
from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drafter import Draft, Report, Request, check
from drafter.content import read_text
from drafter.guardrails import asked, wording
from drafter.guardrails.phrases import Phrases, _all, called_by, joined
from drafter.guardrails.wording import LONGEST_KEPT, kept, worded

ITEMS = [json.loads(line) for line in islice(read_text("evals/labelled/written.jsonl").split("\n"), 40)]
PAIRS = [(Draft(**item["draft"]), Request.model_validate(item["request"])) for item in ITEMS]
WORDS = ("fair", "unfair", "pay", "wages", "not", "can", "ʀʀʀ", "7", "don't")
PATTERNS = (r"\bfair\b.{0,9}\bpay\b", r"\bnot fair\b", r"\bpay\s+can\b", r"\d\W+not", r"ʀ+ can", r"don't\s.*wages")


def forget() -> None:
    """Empties what is kept."""
    wording._worded.cache_clear()
    asked._memories.cache_clear()
    asked._last = (None, {})


def fresh(pair: tuple[Draft, Request]) -> Report:
    """The report of a draft when nothing is known beforehand."""
    forget()
    return check(*pair)


def test_a_report_is_the_same_whatever_was_checked_before() -> None:
    """With everything kept of all the others, each draft gets the report that it gets alone."""
    alone = [fresh(pair) for pair in PAIRS]
    assert [check(*pair) for pair in PAIRS + PAIRS[::-1]] == alone + alone[::-1]


def test_threads_that_share_what_is_kept_get_the_same_reports() -> None:
    """Many drafts at a time, in an order that mixes requests, are judged as one after the other."""
    alone = [check(*pair) for pair in PAIRS]
    forget()
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(lambda pair: check(*pair), PAIRS * 3)) == alone * 3


def test_the_same_sentence_is_judged_by_its_own_request() -> None:
    """A reason that one request allows and another does not is a finding for the other alone."""
    said = "Thank you. I have accepted another offer, so I withdraw from Copy Editor at Larkfield Press."
    body = f"Dear Tom,\n\n{said} I hope we stay in touch.\n\nBest,\nAna Ruiz"
    draft = Draft(subject="Copy Editor", body=body)
    names = {"sender": "Ana Ruiz", "company": "Larkfield Press", "role": "Copy Editor", "recipient": "Tom"}
    found = [
        [one.rule for one in check(draft, Request.model_validate({**names, "reason": {"kind": kind}})).errors]
        for kind in ("other_offer", "staying", "other_offer")
    ]
    assert found == [[], ["honesty/false-reason"], []]


@pytest.mark.parametrize(("length", "same"), [(LONGEST_KEPT, True), (LONGEST_KEPT + 1, False)])
def test_what_is_longer_than_a_sentence_is_not_kept(length: int, same: bool) -> None:
    """A text as long as a letter takes up no room once it has been read."""
    assert (worded("x" * length) is worded("x" * length)) is same


def test_a_kept_function_is_worked_out_once_for_each_of_its_arguments() -> None:
    """Asked again, it says what it said; asked something else, it is worked out."""
    calls = []

    @kept
    def counted(said: wording.Wording, times: int) -> str:
        calls.append(times)
        return said.masked * times

    said = worded("ab")
    assert [counted(said, 1), counted(said, 2), counted(said, 1)] == ["ab", "abab", "ab"]
    assert calls == [1, 2]


def test_phrases_that_are_newer_than_a_wording_are_found_in_it() -> None:
    """What a sentence calls for is looked up again for phrases that were made since."""
    said = worded("a fair wage")
    assert said.search(Phrases([r"\bwage\b"])) is not None


@given(parts=st.lists(st.lists(st.sampled_from(WORDS), min_size=1, max_size=4).map(" ".join), min_size=1, max_size=4))
def test_what_runs_over_sentences_is_found_in_the_text_they_make(parts: list[str]) -> None:
    """Looked up part by part, a text calls for what it calls for as a whole."""
    text = "\n".join(parts)
    phrases = [Phrases([pattern]) for pattern in PATTERNS]
    called = joined([called_by(part) for part in parts])
    found = [phrases_.search(text, called) is not None for phrases_ in phrases]
    assert found == [re.search(pattern, text) is not None for pattern in PATTERNS]


@pytest.mark.parametrize("repeated", ["# head\n- **item** one\n", "my health and my pay and my baby, ", "[Your Name] "])
def test_many_matches_are_found_without_looking_for_any_twice(repeated: str) -> None:
    """A text that breaks a rule at every step has its first findings, and each search goes on where the last ended."""
    searches = []

    class Counting:
        def __init__(self, pattern: str) -> None:
            self._pattern = re.compile(pattern)

        def search(self, text: str, start: int = 0) -> re.Match[str] | None:
            found = self._pattern.search(text, start)
            searches.append((found.end() if found else len(text)) - start)
            return found

    text = repeated * 200
    patterns = [Counting(re.escape(repeated[:3])), Counting("nowhere"), Counting(re.escape(text[-4:]))]
    assert len(list(_all(patterns, text))) >= 200  # type: ignore[arg-type]
    assert sum(searches) <= len(patterns) * (len(text) + 400)


def test_one_moment_written_in_two_ways_is_two_requests() -> None:
    """What a draft may say of an interview goes by how the request has it, whichever was asked about first."""
    base = {"sender": "Ana Ruiz", "company": "Larkfield Press", "role": "Copy Editor", "stage": "invited"}
    times = ("2026-03-05T10:30:00+00:00", "2026-03-05T13:30:00+03:00")
    requests = [Request.model_validate({**base, "next_interview": time}) for time in times]
    body = (
        "Dear hiring team,\n\nThank you for the invitation to Larkfield Press for Thursday, 5 March at 13:30. "
        "I withdraw from Copy Editor, and hope that we meet one day.\n\nBest,\nAna Ruiz"
    )
    draft = Draft(subject="Copy Editor", body=body)
    forget()
    found = [[one.evidence for one in check(draft, request).errors] for request in requests]
    assert [[one.strip(".") for one in evidence] for evidence in found] == [["13:30"], []]
