"""The guide's advice."""

from datetime import date, datetime
from typing import Any

import pytest

from drafter.guide import PRINCIPLES, advise, channel_for, word_limit
from drafter.request import Request

USUAL = {"sender": "Ann", "company": "Bolt", "role": "Cook"}
NOW = datetime(2027, 3, 4, 15, 0)


def request(**fields: Any) -> Request:
    """A sound request with these fields."""
    return Request.model_validate({**USUAL, **fields})


def test_there_are_ten_principles() -> None:
    """The guide has ten principles, numbered from one."""
    assert [principle.number for principle in PRINCIPLES] == list(range(1, 11))


@pytest.mark.parametrize(
    ("fields", "channel"),
    [
        ({"contact": "email", "stage": "final_round"}, "email"),
        ({"contact": "phone", "stage": "screened"}, "phone"),
        ({"contact": "in_person"}, "phone"),
        ({"contact": "in_person", "stage": "applied"}, "email"),
        ({"stage": "final_round"}, "phone"),
        ({"stage": "applied"}, "email"),
        ({"channel": "text", "contact": "email"}, "text"),
    ],
)
def test_the_channel_follows_the_contact_so_far(fields: dict[str, Any], channel: str) -> None:
    """E-mail where contact was by e-mail, a call after interviews or much contact, but first the person's choice."""
    assert channel_for(request(**fields))[0] == channel


@pytest.mark.parametrize(
    ("interview", "said"),
    [
        ("2027-03-05T10:00", "less than a day"),
        ("2027-03-05", "less than a day"),
        ("2027-03-09", "well before the interview"),
        ("2027-03-01", "has passed"),
        (None, "The sooner they know"),
    ],
)
def test_a_near_interview_asks_for_a_call(interview: str | None, said: str) -> None:
    """Under a day before an interview the advice is to call as well; a date gone by is pointed out."""
    made = request(stage="invited", next_interview=interview)
    assert said in advise(made, now=NOW).when


def test_a_date_is_enough_for_now() -> None:
    """`now` may be a date."""
    assert "less than a day" in advise(request(stage="invited", next_interview="2027-03-05"), now=date(2027, 3, 5)).when


def test_another_offer_is_waited_for() -> None:
    """Where the reason is another offer, the advice is to wait until its contract is signed."""
    assert advise(request(reason={"kind": "other_offer"}), now=NOW).wait is not None
    assert advise(request(reason={"kind": "staying"}), now=NOW).wait is None


def test_a_call_is_confirmed_in_writing() -> None:
    """Only a call is followed up in writing."""
    assert "in writing" in (advise(request(channel="phone"), now=NOW).follow_up or "")
    assert advise(request(channel="email"), now=NOW).follow_up is None


@pytest.mark.parametrize(("fields", "limit"), [({"channel": "text"}, 60), ({"channel": "text", "max_words": 40}, 40)])
def test_the_persons_own_limit_counts(fields: dict[str, Any], limit: int) -> None:
    """The limit in words is the person's, else the channel's."""
    assert word_limit(request(**fields)) == limit
