"""The commands by name, loaded when they are used: `drafter --help` needs none of them, and a command only its own."""

from __future__ import annotations

from importlib import import_module
from typing import Any, NamedTuple

import typer
from typer.core import TyperGroup


class Entry(NamedTuple):
    """Where a command is, and what `drafter --help` says of it: the first sentence of its own help."""

    modules: tuple[str, ...]
    summary: str


COMMANDS = {
    "draft": Entry(("draft",), "Write a message and check it."),
    "check": Entry(("check",), "Judge drafts by the guardrails."),
    "revise": Entry(("revise",), "Change a message as you ask, under the same guardrails."),
    "reply": Entry(("reply",), "Answer what they wrote back: they ask why, offer more, propose another date, ..."),
    "resume": Entry(("resume",), "Go on with the questions where you stopped."),
    "request": Entry(("request",), "Make a request from what you have: a mail thread, or notes."),
    "guide": Entry(("guide",), "Print the ten principles of a graceful withdrawal, or the advice for a request."),
    "rules": Entry(("rules",), "List, explain and test the guardrails."),
    "eval": Entry(
        ("evaluate", "runs", "suites", "comparisons"), "Measure the guardrails and the writers: suites, runs, ..."
    ),
    "mcp": Entry(("mcp",), "Offer draft, check, advise and the guide to agents over MCP."),
    "doctor": Entry(("doctor",), "Say what is configured and where, what will write, and whether it answers."),
}


class Commands(TyperGroup):
    """The group of all commands. What is not loaded yet is known by its name and summary alone."""

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """The command of a name; its modules are imported now, which makes it known to the app."""
        if cmd_name not in self.commands and cmd_name in COMMANDS:
            from drafter.cli import app

            for module in COMMANDS[cmd_name].modules:
                import_module(f"drafter.cli.{module}")
            group = typer.main.get_command(app)
            assert isinstance(group, Commands)  # noqa: S101 -- the app is made of this class
            self.commands.update(group.commands)
        return super().get_command(ctx, cmd_name)

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002 -- typer's signature
        """All names, those who write first."""
        return list(COMMANDS)

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """The command that was asked for; a name that is none is answered with the nearest of all."""
        if args and args[0] not in COMMANDS:
            for name in COMMANDS:  # typer looks for the nearest among those that are loaded
                self.get_command(ctx, name)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: Any, formatter: Any) -> None:  # noqa: ARG002 -- typer's signature
        """The list of commands in the help."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, entry.summary) for name, entry in COMMANDS.items()])
