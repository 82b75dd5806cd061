"""`drafter` alone and `drafter resume`: the interview."""

from __future__ import annotations

import sys

import typer

from drafter.cli import STOPPED, app, examples, render
from drafter.cli.interview.answers import Kept, place
from drafter.cli.interview.asking import Asker, Lines, Menus, Stopped
from drafter.cli.interview.questions import Choice
from drafter.cli.look import Plain, look


@app.command(epilog=examples("drafter resume", "drafter resume --plain"))
def resume(plain: Plain = False) -> None:  # noqa: ARG001 -- its callback acts on it
    """Go on with the questions where you stopped."""
    if not on_terminal():
        raise typer.BadParameter("asks questions, so it needs a terminal", param_hint="resume")
    kept = Kept.found()
    if kept is None:
        raise typer.BadParameter("there is nothing to go on with; to start, type: drafter", param_hint="resume")
    conduct(kept)


def on_terminal() -> bool:
    """Whether a person sits in front of this."""
    return sys.stdin.isatty() and sys.stdout.isatty()


def start() -> None:
    """The interview from its first question, or from where an unfinished one stopped."""
    kept = Kept.found()
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
    goes_on = Choice(True, "Go on with it"), Choice(False, "Start anew, and forget it")
    try:
        return kept if asker().pick("Which one?", goes_on, default=True, back=False) else Kept()
    except Stopped:
        raise typer.Exit(STOPPED) from None


def conduct(kept: Kept) -> None:
    """Asks what is open, and ends with the message. Ctrl-C keeps the answers and exits as shells do."""
    from drafter.cli.interview.conduct import Interview
    from drafter.cli.interview.ending import Ending

    interview = Interview(asker(), kept)
    try:
        interview.run()
        Ending(interview).run()
    except (Stopped, KeyboardInterrupt):
        if kept.answers or kept.typing:
            saved = kept.save()
            render.note(
                f"Your answers are kept in {place()}. To go on, type: drafter resume"
                if saved
                else f"Your answers can't be kept: {place()} can't be written."
            )
        raise typer.Exit(STOPPED) from None


def asker() -> Asker:
    """Menus, or plain lines where those are wanted."""
    return Lines() if look.plain else Menus()
