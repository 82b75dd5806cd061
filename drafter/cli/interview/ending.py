"""The end of an interview: the message, what each sentence rests on, what to do next, and where it can go."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from drafter.cli import outlets, render
from drafter.cli.interview.answers import Kept, fields_of, request_of
from drafter.cli.interview.asking import BACK
from drafter.cli.interview.conduct import Interview
from drafter.cli.interview.questions import Choice, applying, in_words
from drafter.cli.outcome import length_note, save
from drafter.cli.progress import progress
from drafter.errors import DrafterError, RequestError
from drafter.request import Channel, Request

if TYPE_CHECKING:
    from drafter.message import Result

DONE = "done"


class Ending:
    """Has the message written, shows it, and does with it what the person wants until they are done."""

    def __init__(self, interview: Interview) -> None:
        self.interview, self.asker, self.kept = interview, interview.asker, interview.kept
        self._stale = True
        self._model: Any = None

    def run(self) -> None:
        """Until the person is done; then nothing is kept. Raises Stopped, with everything kept."""
        while True:
            request = request_of(self.kept.answers)
            if self._stale:
                result = self._written(request)
            if result is None:
                self._change()
                continue
            render.say()
            wish = self.asker.pick("What now?", _wishes(result), "copy", back=False)
            if wish == DONE:
                Kept.forget()
                saved = self.kept.saved
                kept = f", except {saved}, which you saved" if saved and Path(saved).exists() else ""
                render.say(f"Done. Your answers have been removed from this computer{kept}. All the best!")
                return
            self._do(wish, result, request)

    def _written(self, request: Request) -> Result | None:
        """The message, shown with all that belongs to it; None where these answers allow none, which is said."""
        from drafter.drafting import Drafter

        render.say()
        try:
            self._model = self._model or self._chosen_writer()
            with progress() as listener:
                result = Drafter(self._model, on_event=listener).draft(request, seed=self.kept.seed)
        except DrafterError as fault:
            render.say("From these answers no message can be written yet:", style="bold")
            for problem in fault.problems if isinstance(fault, RequestError) else [fault]:
                render.say(str(problem), indent=2)
            return None
        self._stale = False
        show(result, request)
        return result

    def _chosen_writer(self) -> Any:
        """Who writes; the person decides where a language model is set up. Raises DrafterError, and Stopped."""
        from drafter.models import configured_model

        model = configured_model()
        if model is None:
            return "phrasebook"
        here = Choice("phrasebook", "The phrasebook, on this computer")
        there = Choice(model, f"{model.name}: it is told what may be told, without names and private things")
        return self.asker.pick("Who shall write it?", (there, here), model, back=False)

    def _do(self, wish: str, result: Result, request: Request) -> None:
        render.say()
        try:
            if wish == "again":
                self.kept.seed += 1
                self.kept.save()
                self._stale = True
            elif wish == "change":
                self._change()
            elif wish == "show":
                show(result, request)
            elif wish == "mail":
                self._mail(result, request)
            elif wish == "copy":
                render.say(outlets.copy(render.as_text(result.message)))
            else:
                self._save(wish, result, request)
        except DrafterError as fault:
            render.say(f"That did not work: {fault}")

    def _mail(self, result: Result, request: Request) -> None:
        """Has the mail program open the message; where there is none, a mail file can be saved instead."""
        if outlets.open_mail(result.message) is None:
            render.say(outlets.OPENED)
            return
        render.say(f"{outlets.NO_PROGRAM} You can save a mail file instead, and open it wherever you write mail.")
        self._save("eml", result, request)

    def _change(self) -> None:
        """Asks one question again, and then those that its new answer opens."""
        given = self.kept.answers
        listed = applying(given)
        choices = [Choice(one, f"{one.short}: {_short(in_words(one, given.get(one.field), given))}") for one in listed]
        question = self.asker.pick("Which answer?", choices, listed[0])
        if question is not BACK and self.interview.ask(question) is not BACK:
            self.interview.run()
            self._stale = True

    def _save(self, wish: str, result: Result, request: Request) -> None:
        usual = {"text": "withdrawal.txt", "script": "call.txt", "eml": "withdrawal.eml", "request": "request.toml"}[
            wish
        ]
        typed = self.asker.line("Name of the file", usual, _unusable)
        if typed is BACK:
            return
        path = Path(typed).expanduser()
        if wish == "eml":
            outlets.save_eml(path, result.message, request, to=None, sender=None)
        else:
            save(path, self._text(wish, result, request) + "\n")
        render.say(f"Saved as {path}.")
        if wish == "request":
            self.kept.saved = str(path.resolve())
            self.kept.save()
            render.say("It holds what you keep private, so mind where it lies. To use it again, type:")
            render.command("draft", str(path))

    def _text(self, wish: str, result: Result, request: Request) -> str:
        if wish == "request":
            return as_toml(fields_of(self.kept.answers)).rstrip("\n")
        return outlets.script(result.message, request) if wish == "script" else render.as_text(result.message)


def _wishes(result: Result) -> Sequence[Choice]:
    channel = result.advice.channel
    mail = [Choice("mail", "Open it in my mail program"), Choice("eml", "Save it as a mail file (.eml)")]
    call = [Choice("script", "Save the script for the call")]
    special = {Channel.EMAIL: mail, Channel.PHONE: call}.get(channel, [])
    return (
        Choice("copy", "Copy it to the clipboard"),
        *special,
        Choice("text", "Save it as a text file"),
        Choice("show", "Show it once more"),
        Choice("again", "Word it in another way"),
        Choice("change", "Change an answer"),
        Choice("request", "Save my answers for later (a request file)"),
        Choice(DONE, "I am done"),
    )


def show(result: Result, request: Request) -> None:
    """The message, what each sentence rests on, what was looked for, and what to do next."""
    from drafter.cli.omitted import omitted
    from drafter.explanation import explain

    channel = result.advice.channel
    rule("Your message")
    text = outlets.script(result.message, request) if channel is Channel.PHONE else render.as_text(result.message)
    for line in text.split("\n"):
        render.say(line) if line else render.say()
    rule("What each sentence rests on")
    for one in explain(result.message, request, result.report, result.claims):
        if one.moves[0] not in {"greets", "signs off"}:
            render.say(one.text)
            render.say(one.rests_on or "A courtesy: it claims nothing.", style="dim", indent=4)
    rule("What was looked at")
    render.say(_private(request))
    render.say(f"{len(result.report.rules)} guardrails read it and found nothing to mend. {_writer(result)}")
    for note in (*result.notes, *omitted(result, request), length_note(result.message, channel)):
        if note:
            render.say(note)
    rule("What to do next")
    render.advice(result.advice, stderr=False)


def rule(title: str) -> None:
    """A heading that can be heard as well as seen."""
    render.say()
    render.say(title, style="bold underline")
    render.say()


def _private(request: Request) -> str:
    count = len(request.private)
    kept = ["what must stay private" if count == 1 else f"the {count} things that must stay private"] if count else []
    if request.reason.detail and request.reason.share != "detail":
        kept.append("your own words for the reason")
    if not kept:
        return "Nothing private is in it: you named nothing that has to stay private."
    return f"Nothing private is in it. Looked for, also in other words, and not found: {', and '.join(kept)}."


def _writer(result: Result) -> str:
    if {attempt.writer for attempt in result.attempts} == {"phrasebook"}:
        return "It was written here, on this computer; nothing was sent anywhere."
    if result.source == "phrasebook":
        return "The phrasebook wrote it, on this computer."
    return f"{result.source} wrote it, from the facts that may be told and without your names."


def _unusable(typed: str) -> str | None:
    path = Path(typed.strip() or ".").expanduser()
    if not typed.strip() or path.is_dir():
        return "Type a name for the file."
    if not path.parent.is_dir():
        return f"There is no folder {path.parent}."
    return f"{path} exists already; take another name." if path.exists() else None


def _short(text: str) -> str:
    return text if len(text) <= 44 else f"{text[:43]}…"


def as_toml(fields: Mapping[str, Any], comments: Mapping[str, Sequence[str]] | None = None) -> str:
    """The fields of a request, by dotted name, as a TOML file; `comments` stand above their field."""
    flat: list[str] = []
    reason: list[str] = []
    for name, held in fields.items():
        table, _, inner = name.rpartition(".")
        text = json.dumps(held, ensure_ascii=False)  # a JSON string, list or boolean is one in TOML too
        text = text.replace("\x7f", "\\u007f")
        (reason if table else flat).extend([*(comments or {}).get(name, ()), f"{inner} = {text}"])
    return "\n".join([*flat, *(["", "[reason]", *reason] if reason else [])]) + "\n"
