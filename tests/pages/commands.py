"""The pages of the commands, made from the command line itself: an overview, and a page for each command."""

import re
from typing import Any

import typer

from drafter.cli import app
from drafter.cli.commands import COMMANDS
from tests.pages.markdown import code, plain, table

HELP: dict[str, Any] = {"help_option_names": ["-h", "--help"]}


def command_pages() -> dict[str, str]:
    """The pages by path."""
    top = typer.main.get_command(app)
    context = typer.Context(top, info_name="drafter", **HELP)
    commands = {name: top.get_command(context, name) for name in COMMANDS}  # type: ignore[attr-defined]
    return {
        "commands/index.md": _overview(top, context),
        **{f"commands/{name}.md": _page(command, name, context) for name, command in commands.items()},
    }


def _overview(top: Any, context: Any) -> str:
    rows = [[f"[drafter {name}]({name}.md)", plain(entry.summary)] for name, entry in COMMANDS.items()]
    return "\n\n".join(
        [
            "# The commands",
            plain(top.help),
            "Results go to standard output, notes to standard error. A command ends with 0 when all is well, 1 on "
            "findings, 2 when it could not run, 130 on Ctrl-C. `drafter` alone asks you what it needs.",
            table(["command", "what it does"], rows),
            "## Options before any command",
            _parameters(top, context)[1],
            _examples(top),
        ]
    )


def _page(command: Any, name: str, parent: Any) -> str:
    return "\n\n".join([f"# drafter {name}", *_told(command, name, parent, level=2)])


def _told(command: Any, name: str, parent: Any, level: int) -> list[str]:
    """What a command is and takes; of a group, what each of its own commands is and takes."""
    context = typer.Context(command, info_name=name, parent=parent, **HELP)
    blocks = ["\n\n".join(plain(block) for block in (command.help or "").split("\n\n"))]
    inner = getattr(command, "commands", None)
    if inner:
        for part, one in inner.items():
            blocks += [f"{'#' * level} {context.command_path} {part}", *_told(one, part, context, level + 1)]
        return blocks
    pieces = re.sub(r"\.{4,}", "...", re.sub(r"[{}]", "", " ".join(command.collect_usage_pieces(context))))
    arguments, options = _parameters(command, context)
    blocks.append(f"```text\n{context.command_path} {pieces}\n```")
    return blocks + [part for part in (arguments, options, _examples(command)) if part]


def _parameters(command: Any, context: Any) -> tuple[str, str]:
    """The tables of the arguments and of the options."""
    rows: dict[str, list[list[str]]] = {"argument": [], "option": []}
    for parameter in command.get_params(context):
        if record := parameter.get_help_record(context):
            rows[parameter.param_type_name].append([code(" ".join(record[0].split())), plain(record[1])])
    arguments = table(["argument", ""], rows["argument"]) if rows["argument"] else ""
    return arguments, table(["option", ""], rows["option"])


def _examples(command: Any) -> str:
    """The examples of the help page, which are its end."""
    lines = str(command.epilog or "").splitlines()
    shown = [line.strip() for line in lines if line.startswith("  ")]
    return "\n".join(["Examples:", "", "```sh", *shown, "```"]) if shown else ""
