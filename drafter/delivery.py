"""Getting a message out: as a mail file, a link for the mail program, a script to read aloud. Nothing here sends.

Lengths: a text message of 160 characters of GSM 03.38, or 70 where one is not in it (153 and 67 in each part of a
longer one; 3GPP TS 23.038 and 23.040). LinkedIn: 8,000 characters in a message, 1,900 in an InMail, 300 in the note of
an invitation, 200 with a free account (LinkedIn's help pages).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import NamedTuple
from urllib.parse import quote

from drafter.errors import DrafterError
from drafter.message import Draft

GSM = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
GSM_DOUBLE = frozenset("^{}\\[~]|€\f")
"""The characters of the extension table, each of which takes the room of two."""

LINKEDIN_MESSAGE, LINKEDIN_INMAIL, LINKEDIN_NOTE, LINKEDIN_FREE_NOTE = 8_000, 1_900, 300, 200


class Mailbox(NamedTuple):
    """Somebody's name and address; the address as it was given."""

    name: str
    address: str


def as_eml(message: Draft, *, now: datetime, to: Mailbox | None = None, sender: Mailbox | None = None) -> bytes:
    """A message as a mail file (RFC 5322) that mail programs open as a draft, ready to be sent.

    Lines end in CRLF, what is not ASCII is encoded, and no name or subject can add a header. Without addresses the mail
    program fills them in. Raises DrafterError for an address that is none.
    """
    mail = EmailMessage(policy=SMTP.clone(cte_type="7bit"))
    mail["X-Unsent"] = "1"  # what Outlook and others open for editing
    mail["Date"] = format_datetime(now.astimezone())
    if sender is not None:
        mail["From"] = _address(sender)
    if to is not None:
        mail["To"] = _address(to)
    mail["Subject"] = in_one_line(message.subject or "")
    mail.set_content(message.body + "\n", charset="utf-8")
    return mail.as_bytes()


def _address(box: Mailbox) -> Address:
    try:
        made = Address(display_name=in_one_line(box.name), addr_spec=box.address.strip())
    except (ValueError, MessageError, IndexError):
        made = None
    if made is None or not made.domain or not made.addr_spec.isascii() or {"\n", "\r"} & set(box.address):
        raise DrafterError(f"{box.address!r} is no mail address; give one such as tom@example.com")
    return made


def in_one_line(text: str) -> str:
    """A text without line breaks, control characters and doubled spaces, as a header takes it."""
    return " ".join(re.sub(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+", " ", text).split())


def as_mailto(message: Draft, to: str | None = None) -> str:
    """A mailto link (RFC 6068) with subject and body; `to` is an address, or None to leave it open."""
    address = "" if to is None else quote(_address(Mailbox("", to)).addr_spec, safe="@")
    body = quote(message.body.replace("\r\n", "\n").replace("\n", "\r\n"), safe="")
    subject = f"subject={quote(in_one_line(message.subject), safe='')}&" if message.subject else ""
    return f"mailto:{address}?{subject}body={body}"


def as_script(message: Draft, voicemail: Draft | None = None) -> str:
    """A phone message to read aloud: a sentence a line, pauses where they will answer, and what to tell a voicemail."""
    blocks = ["CALLING", *_spoken(message.body)]
    if voicemail is not None:
        blocks += ["IF A VOICEMAIL ANSWERS (after the tone, slowly)", "\n".join(_sentences(voicemail.body))]
    return "\n\n".join(blocks)


def _spoken(body: str) -> Iterator[str]:
    paragraphs = [part for part in re.split(r"\n\s*\n", body) if part.strip()]
    for number, paragraph in enumerate(paragraphs):
        lines = list(_sentences(paragraph))
        if number == 0 and len(lines) > 1:
            yield lines[0]
            yield "[pause: let them say hello]"
            lines = lines[1:]
        yield "\n".join(lines)
        if number < len(paragraphs) - 1:
            yield "[pause: let them answer]" if number == 0 else "[breathe]"


def _sentences(text: str) -> Iterator[str]:
    yield from (one.strip() for one in re.split(r"(?<=[.!?])\s+", " ".join(text.split())) if one.strip())


class Length(NamedTuple):
    """How long a message is where the service counts, said in a sentence; `fits` is false where it takes no more."""

    fits: bool
    said: str


def text_length(body: str) -> Length:
    """The length of a text message in the units that phones charge by."""
    odd = sorted({sign for sign in body if sign not in GSM and sign not in GSM_DOUBLE})
    if odd:
        units, single, part = len(body.encode("utf-16-le")) // 2, 70, 67
    else:
        units, single, part = len(body) + sum(sign in GSM_DOUBLE for sign in body), 160, 153
    parts = 1 if units <= single else -(-units // part)
    said = f"{units} characters: {'one text message' if parts == 1 else f'sent as {parts} text messages in one'}"
    because = f", since {odd[0]} is not in the phone alphabet" if odd and parts > 1 else ""
    return Length(parts <= 10, f"{said}{because}.")


def linkedin_length(body: str) -> Length:
    """Where on LinkedIn a message fits."""
    size = len(body)
    if size > LINKEDIN_MESSAGE:
        return Length(False, f"{size:,} characters: LinkedIn takes {LINKEDIN_MESSAGE:,} in a message at most.")
    places = ["a message"]
    if size <= LINKEDIN_INMAIL:
        places.append("an InMail")
    if size <= LINKEDIN_NOTE:
        free = "" if size <= LINKEDIN_FREE_NOTE else " with a paid account"
        places.append(f"the note of an invitation{free}")
    note = (
        ""
        if size <= LINKEDIN_NOTE
        else f" It is too long for the note of an invitation ({LINKEDIN_FREE_NOTE}, or {LINKEDIN_NOTE} if you pay)."
    )
    return Length(True, f"{size:,} characters: fits {' and '.join(places)}.{note}")
