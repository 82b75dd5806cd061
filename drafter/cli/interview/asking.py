"""How a question is asked: with menus and line editing (questionary), or plainly, a line at a time, for screen readers.

Both give the same answers. Either can be asked to go back, and either keeps what was half-written when it is stopped.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Protocol

from drafter.cli import render
from drafter.cli.interview.questions import Choice

BACK = object()
"""What an asker gives where the person wants the question before."""

HOW = "(arrow keys, then Enter)"

BACK_TYPED = "<"
"""What is typed for that."""

Check = Callable[[str], str | None]
"""What is wrong with a typed answer, as a sentence; None where it is sound."""


class Stopped(Exception):
    """The person pressed Ctrl-C or closed the input; `typed` is what stood in the line."""

    def __init__(self, typed: str = "") -> None:
        self.typed = typed
        super().__init__("stopped")


class Asker(Protocol):
    """Asks the person."""

    def line(self, ask: str, default: str, check: Check) -> Any:
        """A typed answer that the check finds sound, or BACK. Raises Stopped."""
        ...

    def pick(self, ask: str, choices: Sequence[Choice], default: Any, *, back: bool = True) -> Any:
        """The value of a picked choice, or BACK. Raises Stopped."""
        ...

    def several(self, ask: str, choices: Sequence[Choice]) -> list[Any]:
        """The values of those choices that the person keeps; all are marked at first. Raises Stopped."""
        ...


class Menus:
    """Asks with questionary: arrow keys, line editing, Esc for back."""

    def line(self, ask: str, default: str, check: Check) -> Any:
        import questionary
        from prompt_toolkit.key_binding import KeyBindings

        while True:
            keys = KeyBindings()
            mark = "?" if ask else ">"
            typed = _asked(questionary.text(ask, default=default, qmark=mark, key_bindings=keys), keys)
            wrong = None if typed is BACK else check(typed)
            if wrong is None:
                return typed
            render.say(wrong, style="bold")
            default = typed

    def pick(self, ask: str, choices: Sequence[Choice], default: Any, *, back: bool = True) -> Any:
        import questionary

        listed = [questionary.Choice(one.label, value=(one.value,)) for one in choices]
        if back:
            listed.append(questionary.Choice("(back)", value=(BACK,)))
        start = next((one for one in listed if one.value == (default,)), listed[0])
        question = questionary.select(
            ask, listed, default=start, qmark="?" if ask else ">", pointer="->", instruction=HOW
        )
        found = _asked(question, question.application.key_bindings if back else None)
        return found if found is BACK else found[0]

    def several(self, ask: str, choices: Sequence[Choice]) -> list[Any]:
        import questionary

        listed = [questionary.Choice(one.label, value=(one.value,), checked=True) for one in choices]
        question = questionary.checkbox(
            ask, listed, qmark="?", pointer="->", instruction="(space unmarks, Enter takes what is marked)"
        )
        return [value for (value,) in _asked(question, None)]


def _asked(question: Any, keys: Any) -> Any:
    """The answer to one of questionary's questions. Esc goes back where `keys` can be added to."""
    if keys is not None:
        keys.add("escape", eager=True)(lambda event: event.app.exit(result=BACK))
        question.application.ttimeoutlen = 0.1  # seconds that an Esc waits in case an arrow key's code follows
    try:
        found = question.unsafe_ask()
    except (KeyboardInterrupt, EOFError):
        buffer = question.application.current_buffer
        raise Stopped(buffer.text) from None
    return BACK if isinstance(found, str) and found.strip() == BACK_TYPED else found


class Lines:
    """Asks in plain lines: nothing moves, nothing is coloured, choices have numbers."""

    def line(self, ask: str, default: str, check: Check) -> Any:
        stays = f" [Enter keeps: {default}; - empties it]" if default else ""
        while True:
            typed = _read(f"{ask or 'Your answer'}{stays}: ")
            if typed == BACK_TYPED:
                return BACK
            text = "" if typed == "-" else typed or default
            wrong = check(text)
            if wrong is None:
                return text
            render.say(wrong)

    def pick(self, ask: str, choices: Sequence[Choice], default: Any, *, back: bool = True) -> Any:
        if ask:
            render.say(ask)
        for number, one in enumerate(choices, 1):
            render.say(f"{number}. {one.label}")
        usual = next((number for number, one in enumerate(choices, 1) if one.value == default), 1)
        while True:
            typed = _read(f"Your choice, 1 to {len(choices)} [Enter takes {usual}]: ")
            if back and typed == BACK_TYPED:
                return BACK
            number = int(typed) if typed.isascii() and typed.isdigit() else 0 if typed else usual
            if 1 <= number <= len(choices):
                return choices[number - 1].value
            render.say(f"Type a number from 1 to {len(choices)}.")

    def several(self, ask: str, choices: Sequence[Choice]) -> list[Any]:
        render.say(ask)
        for number, one in enumerate(choices, 1):
            render.say(f"{number}. {one.label}")
        while True:
            typed = _read("Numbers of those that are wrong, or Enter if all are right: ")
            wrong = [int(part) for part in typed.replace(",", " ").split() if part.isascii() and part.isdigit()]
            if len(wrong) == len(typed.replace(",", " ").split()) and all(1 <= one <= len(choices) for one in wrong):
                return [one.value for number, one in enumerate(choices, 1) if number not in wrong]
            render.say(f"Type numbers from 1 to {len(choices)}, with spaces between them.")


def _read(ask: str) -> str:
    try:
        return input(ask).strip()
    except (KeyboardInterrupt, EOFError):
        raise Stopped from None
