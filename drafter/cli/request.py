"""`drafter request from-text`: a request from a mail thread or notes, confirmed by the person."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from drafter.cli import STOPPED, app, examples, render
from drafter.cli.called import called
from drafter.cli.drafts import read_text
from drafter.cli.look import Plain
from drafter.cli.outcome import Place
from drafter.errors import DrafterError, ModelError

if TYPE_CHECKING:
    from drafter.finding import Found

request = typer.Typer(
    no_args_is_help=True, rich_markup_mode=None, help="Make a request from what you have: a mail thread, or notes."
)
app.add_typer(request, name="request")


@request.callback()
def _group() -> None:
    """Make a request from what you have: a mail thread, or notes."""


@request.command(
    "from-text",
    epilog=examples(
        "drafter request from-text thread.txt",
        "pbpaste | drafter request from-text -",
        "drafter request from-text notes.txt --model gpt-5-mini --out request.toml",
    ),
)
def from_text(
    file: Annotated[str, typer.Argument(metavar="FILE", help='A mail thread or notes; "-" reads standard input.')],
    model: Annotated[
        str | None,
        typer.Option(
            help="A language model that reads the text, which is sent to it as it stands; left out: none does."
        ),
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Take all that is found, unseen. Read the request then.")] = False,
    out: Annotated[Path | None, typer.Option(help="Write the request to this file.")] = None,
    force: Annotated[bool, typer.Option("--force", help="Let --out replace a file.")] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="What is found, with its lines, as JSON. Confirms nothing.")
    ] = False,
    plain: Plain = False,  # noqa: ARG001 -- its callback acts on it
) -> None:
    """Find a request's fields in a text, each shown with the line that says it; you confirm what is taken.

    Nothing is used without your yes. Without --model the text is searched by rule, and nothing leaves this computer.
    """
    place = Place(out, force)
    place.check()
    text = read_text(file, "there is nothing to read")
    asked = not (yes or as_json) and _can_ask(from_stdin=file == "-")
    if out is not None and not (asked or yes or as_json):  # before a model is paid for what nobody will confirm
        raise DrafterError(
            f"{out} was not written: nobody is here to confirm what is found. Run this in a terminal, or add --yes to "
            "take all of it, and read the request"
        )
    found = _found(text, model)
    if as_json:
        place.put(render.as_json([one.model_dump() for one in found]))
    elif not found:
        raise DrafterError("nothing was found in it that belongs into a request; answer the questions instead: drafter")
    elif yes:
        place.put(_as_request(found).rstrip("\n"))
        render.note(f"Every value has its line above it. Read it through before you use it.{_missing(found)}")
    elif asked:
        _confirmed(found, place)
    else:
        _only_shown(found)


def _found(text: str, model: str | None) -> Sequence[Found]:
    """What a model finds, and where it does not answer or none is named, what is found by rule."""
    from drafter.conversation import Speaker, chosen_model, run
    from drafter.finding import find, finding, sound

    by_rule = find(text, date.today())
    reader = None if model in {None, "none"} else chosen_model(model)
    if reader is None:
        return by_rule
    by_model = run(finding(text, date.today()), {Speaker.WRITER: reader})
    if isinstance(by_model, ModelError):
        render.note(f"{by_model}. So it was searched by rule.")
        return by_rule
    return sound([*by_model, *(one for one in by_rule if one.field == "private")])


def _only_shown(found: Sequence[Found]) -> None:
    """Shows what was found where nobody can confirm it."""
    for one in found:
        typer.echo(render.printable(f"{one.field}: {one.value}"))
        typer.echo(render.printable(f"    line {one.line}: {one.source}"))
    render.note(
        "Nothing was made of it: run this in a terminal to confirm it, or add --yes and read the request."
        f"{_missing(found)}"
    )


def _confirmed(found: Sequence[Found], place: Place) -> None:
    """Has the person confirm what was found, and goes on with it."""
    from drafter.cli.interview.answers import Kept
    from drafter.cli.interview.asking import Stopped
    from drafter.cli.interview.questions import Choice
    from drafter.cli.resume import asker, conduct

    if place.out is None and Kept.found() is not None:
        raise DrafterError(f"you have begun an interview; go on with `{called('resume')}` first, or add --out FILE")
    _show(found)
    try:
        kept = asker().several("Is this right?", [Choice(one, _short(_label(one))) for one in found])
        if place.out is None:
            conduct(_answers(kept))
            return
    except Stopped:
        raise typer.Exit(STOPPED) from None
    place.put(_as_request(kept).rstrip("\n"))
    render.note(f"The request is in {place.out}.{_missing(kept)} Next, type:")
    render.command("draft", str(place.out), stderr=True)


_WANTED = {
    "sender": "your name",
    "company": "the company",
    "role": "the role",
    "recipient": "whom you write to",
    "stage": "how far it got",
    "reason.kind": "your reason",
}


def _missing(found: Sequence[Found]) -> str:
    """What a message should know and is not among what was found, as a sentence behind another one."""
    named = {one.field for one in found}
    absent = [words for field, words in _WANTED.items() if field not in named]
    return f" Not found: {', '.join(absent)}." if absent else ""


def _can_ask(*, from_stdin: bool) -> bool:
    """Whether a person can answer; where the text came through standard input, the terminal is opened for them."""
    if from_stdin:
        with suppress(OSError):
            sys.stdin = Path("/dev/tty").open(encoding="utf-8")  # noqa: SIM115 -- open for as long as questions are asked
    return sys.stdin.isatty() and sys.stdout.isatty()


def _show(found: Sequence[Found]) -> None:
    render.say("Found, each with the line that says it:", style="bold")
    for one in found:
        render.say()
        render.say(_label(one))
        render.say(f"line {one.line}: {one.source}", style="dim", indent=4)
    render.say()


def _label(one: Found) -> str:
    """A field and its value in the interview's words."""
    from drafter.cli.interview.conduct import question_of
    from drafter.cli.interview.questions import Shape, in_words

    question = question_of(one.field)
    value = in_words(question, one.value, {one.field: one.value}) if question.shape is Shape.CHOICE else one.value
    return render.printable(f"{question.short}: {value}")


def _short(text: str) -> str:
    return text if len(text) <= 66 else f"{text[:65]}…"


def _answers(kept: Sequence[Found]) -> Any:
    """The interview with what was confirmed as answered; the rest of the questions is asked."""
    from drafter.cli.interview.answers import Kept
    from drafter.finding import fields_in

    return Kept(fields_in(kept))


def _as_request(found: Sequence[Found]) -> str:
    """The request as a TOML file, with the source line of each value above it."""
    from drafter.cli.interview.ending import as_toml
    from drafter.finding import fields_in

    sources: dict[str, list[str]] = {}
    for one in found:
        sources.setdefault(one.field, []).append(f"# line {one.line}: {render.printable(one.source)}")
    missing = [name for name in ("sender", "company", "role") if name not in sources]
    head = [f"# {name} was not found; every request needs it" for name in missing]
    return "\n".join(head + ([""] if head else [])) + as_toml(fields_in(found), sources)
