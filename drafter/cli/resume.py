"""`drafter` alone and `drafter resume`: the interview."""

from __future__ import annotations

import sys

import typer

from drafter.cli import STOPPED, app, examples, render
from drafter.cli.called import called
from drafter.cli.interview.answers import Kept, place
from drafter.cli.interview.asking import Asker, Lines, Menus, Stopped
from drafter.cli.interview.questions import Choice
from drafter.cli.look import Plain, look
from drafter.errors import DrafterError


@app.command(epilog=examples("drafter resume", "drafter resume --plain"))
def resume(plain: Plain = False) -> None:  # noqa: ARG001 -- its callback acts on it
    """Go on with the questions where you stopped."""
    if not on_terminal():
        raise typer.BadParameter("asks questions, so it needs a terminal", param_hint="resume")
    kept = Kept.found()
    if kept is None:
        raise DrafterError(f"there is nothing to go on with; to start, type: {called()}")
    look.plain = look.plain or kept.plain
    conduct(kept)


def on_terminal() -> bool:
    """Whether a person sits in front of this."""
    return sys.stdin.isatty() and sys.stdout.isatty()


def start() -> None:
    """The interview from its first question, or from where an unfinished one stopped."""
    kept = Kept.found()
    look.plain = look.plain or (kept is not None and kept.plain)
    render.say("This writes the message that withdraws you from an interview process.", style="bold")
    render.say(
        "A few questions first. What must stay private stays on this computer, and you send the message yourself. "
        f"{'Type < to go back' if look.plain else 'Esc goes back'}; Ctrl-C stops, and your answers are kept."
    )
    conduct(_chosen(kept) if kept is not None and kept.answers else Kept())


def _chosen(kept: Kept) -> Kept:
    """The unfinished interview, or a new one."""
    company = kept.answers.get("company")
    render.say()
    render.say(f"You have begun one before{f', to {company}' if company else ''}.")
    goes_on = Choice(True, "Yes, go on"), Choice(False, "No, start anew, and forget it")
    try:
        return kept if asker().pick("Go on with it?", goes_on, default=True, back=False) else Kept()
    except Stopped:
        raise typer.Exit(STOPPED) from None


def conduct(kept: Kept) -> None:
    """Asks what is open, and ends with the message. Ctrl-C keeps the answers and exits as shells do."""
    from drafter.cli.interview.conduct import Interview
    from drafter.cli.interview.ending import Ending

    kept.plain = look.plain
    interview = Interview(asker(), kept)
    try:
        interview.run()
        Ending(interview).run()
    except (Stopped, KeyboardInterrupt):
        if look.plain:
            typer.echo(err=True)  # the line of the question has not ended yet
        if kept.answers or kept.typing:
            _say_kept(saved=kept.save())
        raise typer.Exit(STOPPED) from None


def _say_kept(*, saved: bool) -> None:
    if not saved:
        render.note(f"Your answers can't be kept: {place()} can't be written.")
        return
    render.note(f"Your answers are kept in {place()}. To go on, type:")
    render.command("resume", stderr=True)


def asker() -> Asker:
    """Menus, or plain lines where those are wanted."""
    return Lines() if look.plain else Menus()
