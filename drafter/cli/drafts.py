"""Reads drafts and incoming messages: files, or standard input."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from drafter.errors import DrafterError
from drafter.letter import parted
from drafter.message import Draft


def read_draft(source: str, subject: str | None = None) -> tuple[Draft, int | None]:
    """The draft in a file or on standard input, and the line on which its body begins, where lines tell where it is.

    Raises DrafterError that names the file.
    """
    name = _name(source)
    if source.lower().endswith(".eml"):
        return _from_mail(source, name, subject), None
    text = read_text(source, "there is nothing to check")
    # A text may begin with an unfilled slot, "{name}"; JSON goes on with a quote or ends at once.
    if source.endswith(".json") or (source == "-" and re.match(r"\s*\{\s*[\"}]", text)):
        return _from_json(text, name, subject), None
    return parse_draft(text, name, subject)


def parse_draft(text: str, name: str, subject: str | None = None) -> tuple[Draft, int]:
    """The draft in a text, and the line on which its body begins: "Subject: …" may be its first line."""
    given, body, line = parted(text)
    return _draft({"subject": given if subject is None else subject, "body": body}, name), line


def _from_mail(source: str, name: str, subject: str | None) -> Draft:
    """The subject and the plain text of a mail file."""
    from email import policy
    from email.parser import BytesParser

    mail = BytesParser(policy=policy.default).parsebytes(_read(source, name))
    part = mail.get_body(preferencelist=("plain",))
    try:
        body = "" if part is None else part.get_content().replace("\r\n", "\n").strip("\n")
    except (LookupError, ValueError) as fault:
        raise DrafterError(f"{name}: its text can't be decoded: {fault}") from fault
    if not body.strip():
        raise DrafterError(f"{name}: holds no plain text; save the message as text and check that")
    given = str(mail["Subject"]) if mail["Subject"] is not None else None
    return _draft({"subject": given if subject is None else subject, "body": body}, name)


def _read(source: str, name: str) -> bytes:
    try:
        return sys.stdin.buffer.read() if source == "-" else Path(source).read_bytes()
    except (OSError, ValueError) as fault:  # ValueError: a path with a null character
        raise DrafterError(f"{name}: can't be read: {getattr(fault, 'strerror', None) or fault}") from fault


def read_text(source: str, so_what: str) -> str:
    """The text in a file or on standard input. Raises DrafterError that names it; `so_what` is said of an empty one."""
    name = _name(source)
    raw = _read(source, name)
    try:
        text = raw.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as fault:
        raise DrafterError(f"{name}: byte {fault.start} is not UTF-8; save it as UTF-8") from fault
    if not text.strip():
        raise DrafterError(f"{name}: is empty; {so_what}")
    return text


def _name(source: str) -> str:
    return "standard input" if source == "-" else source


def _from_json(text: str, name: str, subject: str | None) -> Draft:
    try:
        data = json.loads(text)
    except json.JSONDecodeError as fault:
        raise DrafterError(
            f"{name}: line {fault.lineno}, column {fault.colno}: is not valid JSON: {fault.msg}"
        ) from fault
    except (RecursionError, ValueError) as fault:
        raise DrafterError(f"{name}: is nested too deep or holds too long a number; it is no draft") from fault
    if isinstance(data, dict) and isinstance(data.get("message"), dict):
        data = data["message"]  # what `drafter draft --json` prints
    if isinstance(data, dict) and subject is not None:
        data["subject"] = subject
    return _draft(data, name)


def _draft(data: Any, name: str) -> Draft:
    try:
        return Draft.model_validate(data)
    except ValidationError as fault:
        error = fault.errors()[0]
        place = ".".join(str(step) for step in error["loc"]) or "the whole"
        raise DrafterError(f"{name}: {place}: {error['msg']}; a draft has subject and body") from fault
