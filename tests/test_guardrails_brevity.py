"""Length and repetition: what the packs' own texts can't show."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drafter import Draft, Request, check

LIMITS = {"email": 150, "linkedin": 100, "text": 60, "phone": 120}


def _request(**fields: object) -> Request:
    standard = {"sender": "Ana Ruiz", "company": "Larkfield Press", "role": "Copy Editor", "channel": "email"}
    return Request.model_validate({**standard, **fields})


def _rules(body: str, request: Request) -> set[str]:
    return {finding.rule for finding in check(Draft(body=body), request).findings}


@pytest.mark.parametrize(("channel", "limit"), LIMITS.items())
@pytest.mark.parametrize("extra", [0, 1])
def test_the_limit_itself_is_not_too_long(channel: str, limit: int, extra: int) -> None:
    """A body may have as many words as its channel bears, and not one more."""
    body = " ".join(f"w{number}" for number in range(limit + extra))
    assert ("brevity/too-long" in _rules(body, _request(channel=channel))) == bool(extra)


@given(st.integers(min_value=1, max_value=200), st.integers(min_value=1, max_value=200))
def test_the_persons_own_limit_counts(limit: int, words: int) -> None:
    """A limit in the request takes the place of the channel's, whichever is the greater."""
    body = " ".join(f"w{number}" for number in range(words))
    assert ("brevity/too-long" in _rules(body, _request(max_words=limit))) == (words > limit)


@pytest.mark.parametrize(
    ("body", "repeated"),
    [
        ("Thank you. I withdraw my application. Thank you.", False),
        ("Thank you. Thank you. I withdraw my application.", True),
        ("面接のお時間をいただき感謝します。面接のお時間をいただき感謝します。", True),
        ("I liked Larkfield Press and Larkfield Press liked me.", False),
    ],
)
def test_only_a_needless_repetition_is_found(body: str, repeated: bool) -> None:
    """A short thanks may stand at both ends; twice side by side is once too often, in any script."""
    assert ("brevity/repetition" in _rules(body, _request())) == repeated


def test_a_repeated_sentence_is_shown_where_it_comes_again() -> None:
    """The evidence is the second of two equal sentences, not the first."""
    sentence = "The tour of the printing works will stay with me."
    body = f"{sentence} I withdraw. {sentence}"
    [finding] = [one for one in check(Draft(body=body), _request()).findings if one.rule == "brevity/repetition"]
    assert finding.span is not None
    assert (finding.span.start, finding.evidence) == (body.rindex(sentence), sentence)
