"""Getting a message out: mail files by Python's own parser, links, scripts and lengths."""

from datetime import datetime
from email import message_from_bytes
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import default
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drafter.delivery import (
    LINKEDIN_FREE_NOTE,
    LINKEDIN_MESSAGE,
    LINKEDIN_NOTE,
    Mailbox,
    as_eml,
    as_mailto,
    as_script,
    linkedin_length,
    text_length,
)
from drafter.errors import DrafterError
from drafter.message import Draft

NOW = datetime(2026, 3, 5, 10, 30)
MESSAGE = Draft(subject="Café Ångström", body="Dear Zoë,\n\nThank you. I withdraw.\n\nAna Ruiz")
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=200)


def parsed(raw: bytes) -> EmailMessage:
    mail = message_from_bytes(raw, policy=default)
    assert isinstance(mail, EmailMessage)
    return mail


def test_a_mail_file_says_what_the_message_says() -> None:
    """Python's parser finds subject, body and names, and nothing wrong with the file."""
    mail = parsed(as_eml(MESSAGE, now=NOW, to=Mailbox("Zoë Ångström", "zoe@example.com")))
    assert (mail["Subject"], mail.get_content().split("\r\n")[:-1]) == (MESSAGE.subject, MESSAGE.body.split("\n"))
    assert mail["To"].addresses == (Address("Zoë Ångström", addr_spec="zoe@example.com"),)
    assert mail.defects == []


@given(subject=TEXT, body=TEXT, name=TEXT)
def test_a_mail_file_is_ascii_with_crlf_alone(subject: str, body: str, name: str) -> None:
    """Whatever is in the names and texts, every byte is ASCII, every line ends in CRLF and none is over 998 long."""
    raw = as_eml(Draft(subject=subject, body=body), now=NOW, to=Mailbox(name, "tom@example.com"))
    lines = raw.split(b"\r\n")
    assert raw.isascii()
    assert [line for line in lines if b"\n" in line or b"\r" in line or len(line) > 998] == []


@given(name=TEXT, subject=TEXT)
def test_no_name_adds_a_header(name: str, subject: str) -> None:
    """A file has the headers that it is given, whatever a name or a subject holds."""
    mail = parsed(as_eml(Draft(subject=subject, body="x"), now=NOW, sender=Mailbox(name, "a@example.com")))
    usual = {"X-Unsent", "Date", "From", "Subject", "MIME-Version", "Content-Type", "Content-Transfer-Encoding"}
    assert set(mail.keys()) == usual


@pytest.mark.parametrize("end", ["\r\n", "\n", "\r", "\u2028", "\x85", "\x0b", "\r\n\r\n"])
def test_a_line_break_in_a_company_name_injects_nothing(end: str) -> None:
    """A company called "X<line break>Bcc: …" stays within the subject."""
    mail = parsed(as_eml(Draft(subject=f"My application at X{end}Bcc: all@example.com", body="x"), now=NOW))
    assert mail["Bcc"] is None
    assert mail["Subject"] == "My application at X Bcc: all@example.com"


@pytest.mark.parametrize(
    "address", ["", "tom", "tom@", "a b@example.com", "a@b\r\nBcc: c@d", "zoë@example.com", "a@b, c@d"]
)
def test_an_address_that_is_none_is_refused(address: str) -> None:
    """What is no single plain address is named in the error."""
    with pytest.raises(DrafterError, match="is no mail address"):
        as_eml(MESSAGE, now=NOW, to=Mailbox("Tom", address))


@given(body=TEXT, subject=TEXT)
def test_a_link_carries_the_whole_message(body: str, subject: str) -> None:
    """What a mail program reads from the link is the body with CRLF; `&` and `#` in it end nothing."""
    link = as_mailto(Draft(subject=subject or "x", body=body or "x"), "tom@example.com")
    found = parse_qs(urlsplit(link).query, keep_blank_values=True, strict_parsing=True)
    assert link.isascii()
    assert link.startswith("mailto:tom@example.com?")
    assert found["body"] == [(body or "x").replace("\r\n", "\n").replace("\n", "\r\n")]


def test_a_script_has_the_words_of_the_message_in_order() -> None:
    """Pauses, headings and line breaks apart, a script is the message and then the voicemail's."""
    call = Draft(body="Hello Tom, this is Ana. I have news. I withdraw.\n\nThank you!\n\nGoodbye.")
    short = Draft(body="Hello Tom. I withdraw. Thank you.")
    lines = [line for line in as_script(call, short).split("\n") if line and not line.startswith(("[", "CALLING"))]
    told, tone, voicemail = " ".join(lines).partition("IF A VOICEMAIL ANSWERS (after the tone, slowly)")
    assert (told.split(), tone != "", voicemail.split()) == (call.body.split(), True, short.body.split())
    assert "[pause: let them say hello]" in as_script(call)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("x" * 160, "160 characters: one text message."),
        ("x" * 161, "sent as 2 text messages"),
        ("x" * 306, "sent as 2 text messages"),
        ("x" * 307, "sent as 3 text messages"),
        ("€" * 80, "160 characters: one text message."),
        ("ó" * 70, "70 characters: one text message."),
        ("x" * 70 + "’", "sent as 2 text messages in one, since ’ is not in the phone alphabet"),
    ],
    ids=lambda value: value[:12],
)
def test_a_text_message_is_measured_as_phones_do(body: str, said: str) -> None:
    """160 characters of the phone alphabet, or 70 of any other; fewer in each part of a longer one."""
    assert said in text_length(body).said


@pytest.mark.parametrize(
    ("size", "fits", "said"),
    [
        (LINKEDIN_FREE_NOTE, True, "the note of an invitation."),
        (LINKEDIN_NOTE, True, "the note of an invitation with a paid account."),
        (LINKEDIN_NOTE + 1, True, "too long for the note"),
        (1_901, True, "fits a message. It"),
        (LINKEDIN_MESSAGE + 1, False, "takes 8,000"),
    ],
)
def test_linkedin_says_where_a_message_fits(size: int, fits: bool, said: str) -> None:
    """A note of an invitation, an InMail and a message each have a limit of their own."""
    length = linkedin_length("x" * size)
    assert (length.fits, said in length.said) == (fits, True)
