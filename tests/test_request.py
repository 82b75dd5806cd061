"""The contract's nouns as models."""

from datetime import date, datetime
from typing import Any

import pytest
from pydantic import ValidationError

from drafter.request import Request, contradictions

USUAL = {"sender": "Ann", "company": "Bolt", "role": "Cook"}


def test_only_three_fields_are_required() -> None:
    """Sender, company and role make a request; everything else has the contract's default."""
    request = Request.model_validate(USUAL)
    assert (request.stage, request.reason.kind, request.reason.share) == ("interviewed", "undisclosed", "general")
    assert (request.tone, request.language, request.keep_in_touch, request.max_words) == ("warm", "en", True, None)


@pytest.mark.parametrize(
    "fields",
    [
        {"sender": ""},
        {"sender": " \u200b "},
        {"company": "x" * 301},
        {"role": "Cook\x07"},
        {"stage": "met"},
        {"next_interview": 20_270_305},
        {"next_interview": "soon"},
        {"private": "one text"},
        {"max_words": 0},
        {"language": "English!"},
        {"colour": "red"},
        {"reason": "staying"},
        {"reason": {"kind": "bored"}},
    ],
)
def test_a_wrong_value_is_refused(fields: dict[str, Any]) -> None:
    """Blank names, control characters, values outside the contract and unknown fields are no request."""
    with pytest.raises(ValidationError):
        Request.model_validate({**USUAL, **fields})


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("2027-03-05", date(2027, 3, 5)),
        ("2027-03-05T10:30", datetime(2027, 3, 5, 10, 30)),
        (date(2027, 3, 5), date(2027, 3, 5)),
    ],
)
def test_a_date_stays_a_date(given: Any, kept: date) -> None:
    """A date without a time is not made midnight."""
    assert Request.model_validate({**USUAL, "next_interview": given}).next_interview == kept


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"reason": {"kind": "staying", "share": "detail"}}, "reason.detail"),
        ({"stage": "applied", "next_interview": "2027-03-05"}, "next_interview"),
    ],
)
def test_contradictions_are_named(fields: dict[str, Any], field: str) -> None:
    """What makes no sense together is well-formed, and is named where a message is to be written from it."""
    assert [problem.where for problem in contradictions(Request.model_validate({**USUAL, **fields}))] == [field]
