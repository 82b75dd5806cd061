"""The request: what the person tells the tool. Its vocabulary is fixed by the contract.

Source: the contract's table "Request". A Request says what *is*; whether it makes sense to write a message from it is
another question (`contradictions`), so that a finished draft can be checked against any well-formed request.
"""

from __future__ import annotations

import re
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from drafter.errors import Problem

NAME_LIMIT = 300  # characters; the longest real job titles stay under 200
DETAIL_LIMIT = 2_000
ENTRY_LIMIT = 1_000
ENTRIES_LIMIT = 30

# C0 and C1 controls other than tab and line ends: no keyboard types them, and terminals obey them.
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
_INVISIBLE = re.compile(
    r"[\s\u00ad\u115f\u1160\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\u3164\ufeff\uffa0]+"
)


class Stage(StrEnum):
    """The furthest thing that has *happened*."""

    APPLIED = "applied"
    INVITED = "invited"
    SCREENED = "screened"
    INTERVIEWED = "interviewed"
    FINAL_ROUND = "final_round"


class Contact(StrEnum):
    """How most contact has gone so far."""

    EMAIL = "email"
    PHONE = "phone"
    IN_PERSON = "in_person"


class Channel(StrEnum):
    """How the message will be delivered."""

    EMAIL = "email"
    PHONE = "phone"
    TEXT = "text"
    LINKEDIN = "linkedin"


class ReasonKind(StrEnum):
    """The true reason."""

    OTHER_OFFER = "other_offer"
    STAYING = "staying"
    CAREER_GOALS = "career_goals"
    ROLE_FIT = "role_fit"
    COMPENSATION = "compensation"
    COMPANY = "company"
    SCHEDULE = "schedule"
    RELOCATION = "relocation"
    PERSONAL = "personal"
    HEALTH = "health"
    FAMILY = "family"
    UNDISCLOSED = "undisclosed"


class Share(StrEnum):
    """How much of the reason may be told."""

    NOTHING = "nothing"
    GENERAL = "general"
    DETAIL = "detail"


class Tone(StrEnum):
    """How the message sounds."""

    WARM = "warm"
    NEUTRAL = "neutral"
    FORMAL = "formal"


def _clean(text: str) -> str:
    if text.isascii() and text.isprintable() and (bare := text.strip()):
        return bare  # most are: then nothing has to be looked for
    if found := _CONTROL.search(text):
        raise ValueError(f"holds the control character U+{ord(found[0]):04X}; remove it")
    if not _INVISIBLE.sub("", text):
        raise ValueError("is blank; write something, or leave the field out where it is optional")
    return text.strip()


def _language(tag: str) -> str:
    if not re.fullmatch(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*", tag):
        raise ValueError('is not a BCP 47 tag such as "en", "de" or "pt-BR"')
    return tag


def _moment(value: Any) -> Any:
    """Dates stay dates: pydantic would read "2026-03-01" as midnight and a bare number as seconds since 1970."""
    if isinstance(value, str):
        text = value.strip()
        try:
            return date.fromisoformat(text) if len(text) <= 10 else datetime.fromisoformat(text)
        except ValueError:
            pass
    elif isinstance(value, date):
        return value
    raise ValueError("is not an ISO 8601 date or date-time such as 2026-03-05 or 2026-03-05T10:30")


Name = Annotated[str, Field(min_length=1, max_length=NAME_LIMIT), AfterValidator(_clean)]
Detail = Annotated[str, Field(min_length=1, max_length=DETAIL_LIMIT), AfterValidator(_clean)]
Entry = Annotated[str, Field(min_length=1, max_length=ENTRY_LIMIT), AfterValidator(_clean)]
Entries = Annotated[tuple[Entry, ...], Field(max_length=ENTRIES_LIMIT)]
Moment = Annotated[datetime | date, BeforeValidator(_moment)]


class Contracted(BaseModel):
    """A frozen model that knows its own fields and no others."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True, defer_build=True)


class Reason(Contracted):
    """Why the person withdraws, and how much of that may be told."""

    kind: ReasonKind = ReasonKind.UNDISCLOSED
    detail: Detail | None = None
    share: Share = Share.GENERAL

    @property
    def shared_detail(self) -> str | None:
        """The detail, where it may be told; otherwise None."""
        return self.detail if self.share is Share.DETAIL else None


class Request(Contracted):
    """What the person tells the tool. Raises `pydantic.ValidationError` for a wrong field or value."""

    sender: Name
    company: Name
    role: Name
    recipient: Name | None = None
    stage: Stage = Stage.INTERVIEWED
    next_interview: Moment | None = None
    contact: Contact | None = None
    channel: Channel | None = None
    reason: Reason = Reason()
    private: Entries = ()
    appreciated: Entries = ()
    may_mention: Entries = ()
    keep_in_touch: bool = True
    tone: Tone = Tone.WARM
    language: Annotated[str, AfterValidator(_language)] = "en"
    max_words: Annotated[int, Field(ge=1, le=1_000)] | None = None

    @model_validator(mode="before")
    @classmethod
    def _absent_is_absent(cls, data: Any) -> Any:
        """`reason: null` in a file means that no reason was given, as leaving it out does."""
        if isinstance(data, dict) and data.get("reason", ...) is None:
            return {key: value for key, value in data.items() if key != "reason"}
        return data

    @property
    def primary_language(self) -> str:
        """The language without region or script: "pt" for "pt-BR"."""
        return self.language.split("-")[0].lower()


def contradictions(request: Request) -> list[Problem]:
    """What in a well-formed request makes no sense together, so that nobody could write from it truthfully."""
    found = []
    if request.reason.share is Share.DETAIL and request.reason.detail is None:
        found.append(
            Problem(
                "reason.detail",
                "is missing, though reason.share is detail",
                allowed="the reason in your own words, or reason.share general or nothing",
            )
        )
    if request.next_interview is not None and request.stage is Stage.APPLIED:
        found.append(
            Problem(
                "next_interview",
                "an interview is arranged, but stage says that nothing has happened beyond the application",
                found=str(request.next_interview),
                allowed="stage invited, screened, interviewed or final_round; or no next_interview",
            )
        )
    return found
