"""Honesty: what counts as given by the request, and what a draft may say of it."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drafter import Draft, Request, check

Make = Callable[..., Request]
LETTER = (
    "Dear Tom,\n\nThank you for considering me. {sentence}\n\nI am withdrawing my application to Larkfield Press. "
    "I would be glad to stay in touch.\n\nKind regards,\nAna Ruiz"
)


def honesty(request: Request, sentence: str) -> dict[str, str]:
    """Which rules of honesty a sentence breaks, each with its evidence."""
    report = check(Draft(subject="Copy Editor", body=LETTER.format(sentence=sentence)), request)
    return {finding.rule: finding.evidence for finding in report.errors if finding.rule.startswith("honesty/")}


@given(st.dates(), st.sampled_from(["{0:%A}, {0.day} {0:%B} {0.year}", "{0:%B} {0.day}", "{0:%a} {0:%d/%m/%Y}"]))
def test_the_date_of_the_interview_is_given_in_any_form(day: object, form: str) -> None:
    """Whichever day the interview is on and however it is written, naming it is no invention."""
    request = Request.model_validate(
        {
            "sender": "Ana Ruiz",
            "company": "Larkfield Press",
            "role": "Copy Editor",
            "recipient": "Tom Hale",
            "stage": "invited",
            "next_interview": str(day),
        }
    )
    assert honesty(request, f"Please cancel the interview on {form.format(day)}.") == {}


@pytest.mark.parametrize("clock", ["10:30", "10.30 am", "10:30am", "half past ten", "1030"])
def test_the_time_of_the_interview_is_given_in_any_form(request_of: Make, clock: str) -> None:
    """However the hour is written, naming it is no invention."""
    request = request_of(stage="invited", next_interview="2027-03-12T10:30")
    assert honesty(request, f"Please cancel the interview at {clock}.") == {}


def test_another_date_than_the_interview_is_found(request_of: Make) -> None:
    """A day that the request does not give is an invention, though the request gives another."""
    request = request_of(stage="invited", next_interview="2027-03-12")
    assert honesty(request, "Please cancel the interview on 19 March.") == {"honesty/unsupported-fact": "19 "}


@pytest.mark.parametrize("field", ["appreciated", "may_mention"])
def test_what_the_request_gives_is_no_invention(request_of: Make, field: str) -> None:
    """A name that an entry gives may be said, and is found where no entry gives it."""
    sentence = "It was good to hear Sofia speak of the work."
    assert honesty(request_of(**{field: ["Sofia spoke of the work"]}), sentence) == {}
    assert honesty(request_of(), sentence) == {"honesty/unsupported-fact": "Sofia"}


def test_a_secret_is_no_invention(request_of: Make) -> None:
    """What is true but private is left to the rule on private facts."""
    request = request_of(private=["I am going to Contoso"])
    report = check(Draft(body=LETTER.format(sentence="I am going to Contoso.")), request)
    rules = {finding.rule for finding in report.errors}
    assert "discretion/private-fact" in rules
    assert "honesty/unsupported-fact" not in rules


@pytest.mark.parametrize("slot", ["[Hiring Lead Name]", "{Interviewer Name}", "https://Example.example/Berlin/7"])
def test_slots_and_links_are_left_to_their_own_rules(request_of: Make, slot: str) -> None:
    """An unfilled slot or a link is no stated fact."""
    assert "honesty/unsupported-fact" not in honesty(request_of(), f"Please greet {slot} as well.")


@pytest.mark.parametrize(
    ("kind", "flagged"), [("staying", True), ("health", True), ("compensation", False), ("role_fit", False)]
)
def test_a_contracted_not_counts_as_not(request_of: Make, kind: str, flagged: bool) -> None:
    """A reason told with "isn't" is told as with "is not", and is false only where it stands for no true one."""
    request = request_of(reason={"kind": kind})
    for words in ("isn't the right fit", "is not the right fit"):
        assert ("honesty/false-reason" in honesty(request, f"The role {words} for me.")) is flagged
