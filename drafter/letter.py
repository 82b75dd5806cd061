"""The letter: what every writer hands in, be it a language model or the phrasebook, before names are filled in.

A letter is made of sentences that each name the fact of the brief they rest on, so that a person can see what every
sentence rests on, and names are slots (`{company}`), so that nobody can misspell them.
"""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import Field

from drafter.disclosure import everyday_words
from drafter.message import Claim, Draft
from drafter.names import Names
from drafter.request import Channel, Contracted

Line = Annotated[str, Field(max_length=5_000)]


class Sentence(Contracted):
    """One sentence, and the number of the fact that it rests on; 0 for a courtesy that claims nothing."""

    text: Line
    fact: int


class Paragraph(Contracted):
    """Sentences that stand together."""

    sentences: tuple[Sentence, ...]


class Letter(Contracted):
    """A message in parts. The signature is not among them: it is always the sender's name.

    `greeting` and `sign_off` stand on lines of their own in an e-mail. A phone script has the caller's name in its
    greeting, and needs no signature.
    """

    subject: Line | None
    greeting: Line
    paragraphs: tuple[Paragraph, ...]
    sign_off: Line

    @property
    def sentences(self) -> tuple[Sentence, ...]:
        """All sentences in order, greeting and sign-off left out."""
        return tuple(sentence for paragraph in self.paragraphs for sentence in paragraph.sentences)


def compose(letter: Letter, names: Names, channel: Channel) -> Draft:
    """The draft that a letter makes on a channel, with its names filled in."""
    paragraphs = [" ".join(one.text.strip() for one in paragraph.sentences) for paragraph in letter.paragraphs]
    greeting, sign_off = letter.greeting.strip(), letter.sign_off.strip()
    if channel is Channel.PHONE:
        pieces = [" ".join(piece for piece in (greeting, *paragraphs[:1]) if piece), *paragraphs[1:], sign_off]
    elif channel is Channel.TEXT:
        said = " ".join([*paragraphs, sign_off])
        pieces = [f"{greeting} {_run_on(said) if greeting.endswith(',') else said}".strip() + "\n{sender}"]
    else:
        pieces = [greeting, *paragraphs, f"{sign_off}\n{{sender}}".strip()]
    body = "\n\n".join(piece for piece in pieces if piece)
    for slot, name in names.slots().items():
        if name.endswith((".", "!", "?")):  # "at Print. Ltd." needs no second stop
            body = re.sub(rf"(\{{{slot}\}})\.(?=\s|$)", r"\1", body)
    subject = names.fill(letter.subject.strip()) if channel is Channel.EMAIL and letter.subject else None
    return Draft(subject=subject, body=names.fill(body))


def parted(text: str) -> tuple[str | None, str, int]:
    """The subject, the body and the line, from 1, on which the body begins; "Subject: …" may be a text's first line."""
    subject, above = None, 0
    first, _, rest = text.partition("\n")
    if first.lower().startswith("subject:"):
        subject, text, above = first.partition(":")[2].strip(), rest, 1
    return subject, text.strip("\n"), above + len(text) - len(text.lstrip("\n")) + 1


def _run_on(text: str) -> str:
    """A text that goes on after a comma: an everyday word at its start loses its capital, a name keeps it."""
    word = re.match(r"[^\W\d_]{2,}", text)
    return text[0].lower() + text[1:] if word and word[0].lower() in everyday_words() else text


def claims(letter: Letter, names: Names) -> tuple[Claim, ...]:
    """What each sentence of a letter rests on, with names filled in; null for a courtesy."""
    return tuple(Claim(text=names.fill(one.text.strip()), fact=one.fact or None) for one in letter.sentences)
