"""The guide to graceful withdrawal: its ten principles, and the advice that it gives for one request.

Source: the contract, "The guide's principles that these rules serve".
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import NamedTuple

from drafter.message import Advice
from drafter.request import Channel, Contact, ReasonKind, Request, Stage

WORD_LIMITS = {Channel.EMAIL: 150, Channel.LINKEDIN: 100, Channel.TEXT: 60, Channel.PHONE: 120}
"""Words in the body that each channel bears (the contract, `brevity/too-long`)."""


class Principle(NamedTuple):
    """One principle of the guide; `number` is what rules and `--explain` refer to."""

    number: int
    title: str
    text: str


PRINCIPLES = (
    Principle(
        1, "Tell them at once", "Say it as soon as you have decided: their time and other candidates depend on it."
    ),
    Principle(
        2,
        "Choose the channel by the contact so far",
        "E-mail where contact was by e-mail; a call after interviews or much contact.",
    ),
    Principle(3, "Thank them sincerely", "For the opportunity, and for the time and effort the team gave you."),
    Principle(4, "Say clearly that you withdraw", "One plain sentence, so that nobody has to ask."),
    Principle(5, "Give a brief, valid reason where you can", "A few words do. You owe nobody the details."),
    Principle(6, "Be honest, and discreet", "Nothing that is untrue, and nothing that could harm you."),
    Principle(7, "Never disparage", "Not the company, not the role, not the people, not by comparison."),
    Principle(8, "Keep the tone positive and respectful", "Warm or formal as suits you, but never cold."),
    Principle(9, "Leave the door open", "Where that is true: you may meet again."),
    Principle(
        10, "Be brief and professional throughout", "A short message is read kindly; a long one is read closely."
    ),
)


def channel_for(request: Request) -> tuple[Channel, str]:
    """The channel to use and, in a sentence, why (principle 2)."""
    if request.channel is not None:
        return request.channel, "You chose it."
    if request.contact is Contact.EMAIL:
        return Channel.EMAIL, "Contact was by e-mail so far, so an e-mail is what they expect."
    if request.contact is None:
        if request.stage is Stage.FINAL_ROUND:
            return Channel.PHONE, "After a final round they know you well; a call is the courteous way."
        return Channel.EMAIL, "An e-mail suits this stage, and they can pass it on."
    met = request.stage in {Stage.INTERVIEWED, Stage.FINAL_ROUND}
    if met or request.contact is Contact.PHONE:
        how = "by phone" if request.contact is Contact.PHONE else "in person"
        return Channel.PHONE, f"Contact was mostly {how}, so a call is the courteous way."
    return Channel.EMAIL, "You have not met for an interview yet, so an e-mail is enough."


def word_limit(request: Request) -> int:
    """The most words that the body may have: the person's own limit, else the channel's."""
    return request.max_words or WORD_LIMITS[channel_for(request)[0]]


def advise(request: Request, *, now: datetime | date) -> Advice:
    """What to do with the message, as the guide has it.

    `now` is the person's local date, or date and time, which decides how near an arranged interview is.
    """
    channel, why = channel_for(request)
    return Advice(
        channel=channel,
        channel_why=why,
        when=_when(request, channel, now),
        whom=_whom(request),
        wait=_wait(request),
        follow_up=_follow_up(request, channel),
        expect=_expect(request),
    )


def _hours_left(interview: datetime | date, now: datetime | date) -> float:
    """Hours from `now` to the interview. A date without a time counts from its first minute, to be on the safe side."""

    def moment(value: datetime | date) -> datetime:
        full = value if isinstance(value, datetime) else datetime.combine(value, time.min)
        return full if full.tzinfo is None else full.astimezone().replace(tzinfo=None)

    return (moment(interview) - moment(now)) / timedelta(hours=1)


def _when(request: Request, channel: Channel, now: datetime | date) -> str:
    if request.next_interview is None:
        return "Today. The sooner they know, the more it helps them and the other candidates."
    last = request.next_interview
    day_over = last.date() < _day(now) if isinstance(last, datetime) else last < _day(now)
    if day_over:
        return (
            "Today. The interview date in your request has passed: if the interview took place, set stage to "
            "interviewed and leave next_interview out before you send this."
        )
    if _hours_left(last, now) >= 24:
        return "Today, well before the interview, so that they can give the time to somebody else."
    call = "" if channel is Channel.PHONE else " Also call, since a message may not be read in time."
    return f"Now: the interview is less than a day away.{call} One short apology is in place."


def _day(moment: datetime | date) -> date:
    return moment.date() if isinstance(moment, datetime) else moment


def _whom(request: Request) -> str:
    if request.recipient is None:
        return "The recruiter first, if one is involved; otherwise your main contact. Ask for a name if you can."
    return "The recruiter first, if one is involved; otherwise your main contact, and let them tell the rest."


def _wait(request: Request) -> str | None:
    if request.reason.kind is not ReasonKind.OTHER_OFFER:
        return None
    return "If the other offer is not signed yet, wait until it is; an offer can still fall through."


def _follow_up(request: Request, channel: Channel) -> str | None:
    if channel is not Channel.PHONE:
        return None
    spare = (
        "" if request.stage in {Stage.INTERVIEWED, Stage.FINAL_ROUND} else " If nobody answers, the e-mail is enough."
    )
    return f"Confirm the call in writing the same day, in two lines.{spare}"


def _expect(request: Request) -> tuple[str, ...]:
    asked = "They may ask why. You can repeat what the message says, and you owe no more."
    if request.reason.kind in {ReasonKind.OTHER_OFFER, ReasonKind.COMPENSATION, ReasonKind.STAYING}:
        counter = "They may make a counter-offer. Decide beforehand whether anything would change your mind."
        return asked, counter
    if request.keep_in_touch:
        return asked, "They may ask to stay in touch, or offer another role. A short friendly answer is enough."
    return (asked,)
