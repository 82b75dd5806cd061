"""What the interview asks, in order: each question with a line that explains it, and when it applies."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any, NamedTuple

Answers = Mapping[str, Any]
"""Answers by dotted field; None where the person left a question open."""


class Shape(Enum):
    """What kind of answer a question takes."""

    TEXT = "text"
    LIST = "list"
    MOMENT = "moment"
    CHOICE = "choice"


class Choice(NamedTuple):
    """An answer that can be picked, and its words."""

    value: Any
    label: str


def _always(_: Answers) -> bool:
    return True


@dataclass(frozen=True)
class Question:
    """One question. `field` is dotted, as in a request; `first` is the answer that stands there at first.

    `why` explains it in a line, and `more` adds what the answers so far make worth saying.
    """

    field: str
    short: str
    ask: str
    why: str
    shape: Shape = Shape.TEXT
    needed: bool = False
    choices: Callable[[Answers], tuple[Choice, ...]] = lambda _: ()
    first: Any = None
    more: Callable[[Answers], str] = lambda _: ""
    applies: Callable[[Answers], bool] = _always


def _stages(_: Answers) -> tuple[Choice, ...]:
    return (
        Choice("applied", "I have applied, and that is all"),
        Choice("invited", "They invited me; I have met nobody yet"),
        Choice("screened", "I had a first call with a recruiter"),
        Choice("interviewed", "I have been interviewed"),
        Choice("final_round", "I was in the final round"),
    )


def _contacts(_: Answers) -> tuple[Choice, ...]:
    return (
        Choice("email", "By e-mail"),
        Choice("phone", "By phone"),
        Choice("in_person", "In person"),
        Choice(None, "Hardly at all, or it varies"),
    )


def _channels(given: Answers) -> tuple[Choice, ...]:
    best, _ = _advised(given)
    ways = {"email": "An e-mail", "phone": "A phone call", "text": "A text message", "linkedin": "A LinkedIn message"}
    advised = Choice(None, f"{ways.pop(best)} (advised)")
    return (advised, *(Choice(value, label) for value, label in ways.items()))


def _advised(given: Answers) -> tuple[str, str]:
    """The channel that the guide recommends, and why."""
    from drafter.cli.interview.answers import request_of
    from drafter.guide import channel_for

    return channel_for(request_of({**given, "channel": None}))


def _reasons(_: Answers) -> tuple[Choice, ...]:
    return (
        Choice("other_offer", "I accepted another offer"),
        Choice("staying", "I am staying where I am"),
        Choice("career_goals", "My goals point in another direction"),
        Choice("role_fit", "The role is not right for me"),
        Choice("compensation", "The pay"),
        Choice("company", "Something about the company"),
        Choice("schedule", "The hours or the timing"),
        Choice("relocation", "I am moving, or can't move"),
        Choice("health", "Health"),
        Choice("family", "Family"),
        Choice("personal", "Something else that is personal"),
        Choice("undisclosed", "I would rather not say"),
    )


_IN_GENERAL = {
    "other_offer": "that you accepted another offer",
    "staying": "that you stay in your present job",
    "career_goals": "that your goals point in another direction",
    "role_fit": "that it is not the right fit",
    "compensation": "that it is not the right fit; pay is not named",
    "company": "that it is not the right fit; nothing is said against them",
    "schedule": "that the schedule does not suit",
    "relocation": "that you are relocating",
    "health": '"personal circumstances"; health is not named',
    "family": '"personal circumstances"; family is not named',
    "personal": '"personal circumstances"',
}


def _shares(given: Answers) -> tuple[Choice, ...]:
    general = Choice("general", f"In general words: {_IN_GENERAL[given['reason.kind']]}")
    nothing = Choice("nothing", "Nothing: the message gives no reason")
    detail = (Choice("detail", "My own words, briefly"),) if given.get("reason.detail") else ()
    return (general, nothing, *detail)


def _yes_no(_: Answers) -> tuple[Choice, ...]:
    return Choice(True, "Yes, leave it open"), Choice(False, "No, let it end here")


def _told(given: Answers) -> bool:
    return given.get("reason.kind") != "undisclosed"


QUESTIONS = (
    Question("sender", "Your name", "What is your name?", "As you sign your messages.", needed=True),
    Question("company", "Company", "Which company is it?", "As they write it themselves.", needed=True),
    Question("role", "Role", "Which role do you withdraw from?", "The title, as in their advertisement.", needed=True),
    Question(
        "recipient",
        "To",
        "Whom do you write to?",
        "The name of the recruiter or manager. Leave it empty to greet the hiring team.",
    ),
    Question(
        "stage",
        "How far it got",
        "How far has it got?",
        "The furthest thing that has happened. It won't thank them for anything that hasn't happened.",
        Shape.CHOICE,
        choices=_stages,
        first="interviewed",
    ),
    Question(
        "next_interview",
        "Interview to cancel",
        "Is an interview arranged that this calls off?",
        "Its date, such as 5 March, tomorrow or 2027-03-05 10:30. Leave it empty if there is none.",
        Shape.MOMENT,
        applies=lambda given: given.get("stage") != "applied",
    ),
    Question(
        "contact",
        "In touch so far",
        "How have you been in touch so far?",
        "Most of the time. It decides how best to tell them.",
        Shape.CHOICE,
        choices=_contacts,
        first="email",
    ),
    Question(
        "channel",
        "How to tell them",
        "How do you want to tell them?",
        "Nothing is sent from here: you send it, or say it.",
        Shape.CHOICE,
        choices=_channels,
        more=lambda given: _advised(given)[1],
    ),
    Question(
        "reason.kind",
        "Your reason",
        "Why do you withdraw, in truth?",
        "So that nothing untrue is said. You decide next how much of it is told.",
        Shape.CHOICE,
        choices=_reasons,
        first="other_offer",
    ),
    Question(
        "reason.detail",
        "In your own words",
        "Is there more to it, in your own words?",
        "It is kept out of the message unless you share it in the next question. May stay empty.",
        applies=_told,
    ),
    Question(
        "reason.share",
        "Told of it",
        "How much of that may they know?",
        "You owe nobody the details.",
        Shape.CHOICE,
        choices=_shares,
        first="general",
        applies=_told,
    ),
    Question(
        "private",
        "Must stay private",
        "Is there anything they must not learn?",
        "It is kept out in any wording. Separate several with a semicolon. May stay empty.",
        Shape.LIST,
    ),
    Question(
        "appreciated",
        "What was good",
        "What was good, honestly?",
        "Such as: the tour; how openly the team spoke. It makes the thanks sincere. May stay empty.",
        Shape.LIST,
    ),
    Question(
        "keep_in_touch",
        "Door open",
        "Would you like to hear from them again one day?",
        "If so, the message leaves the door open. If not, it ends kindly.",
        Shape.CHOICE,
        choices=_yes_no,
        first=True,
    ),
)
"""The questions in order."""


def applying(answers: Answers) -> list[Question]:
    """The questions that apply, given the answers so far."""
    return [question for question in QUESTIONS if question.applies(answers)]


def in_words(question: Question, value: Any, answers: Answers) -> str:
    """An answer as the person would read it."""
    if question.shape is Shape.CHOICE:
        label = next((one.label for one in question.choices(answers) if one.value == value), str(value))
        return label.removesuffix(" (advised)")
    if value in (None, [], ()):
        return "-"
    return as_typed(question, value)


def as_typed(question: Question, value: Any) -> str:
    """A value as the person would type it."""
    if value in (None, [], ()):
        return ""
    if question.shape is Shape.MOMENT:
        return str(value).replace("T", " ")
    return "; ".join(value) if question.shape is Shape.LIST else str(value)
