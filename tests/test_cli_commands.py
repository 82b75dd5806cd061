"""The commands, which are loaded when they are used."""

from collections.abc import Mapping
from typing import Any

import pytest
import typer

from drafter.cli import app
from drafter.cli.commands import COMMANDS, Commands
from tests.conftest import Command


@pytest.fixture
def known() -> Mapping[str, Any]:
    """Every command, loaded."""
    group = typer.main.get_command(app)
    assert isinstance(group, Commands)
    return {name: group.get_command(None, name) for name in COMMANDS}


def test_each_name_is_a_command(known: Mapping[str, Any]) -> None:
    """What the help lists can be run, under that name."""
    assert {name: command.name for name, command in known.items()} == {name: name for name in COMMANDS}


@pytest.mark.parametrize("name", COMMANDS)
def test_the_summary_begins_as_the_command_s_own_help(known: Mapping[str, Any], name: str) -> None:
    """`drafter --help` says of a command what the command says of itself, as far as its first sentence goes."""
    said = " ".join(known[name].help.split())
    assert said.startswith(COMMANDS[name].summary.removesuffix(" ..."))


def test_a_slip_is_answered_with_the_nearest_of_all(command: Command) -> None:
    """Also a command that was not loaded before is suggested."""
    done = command("docter")
    assert (done.code, "Did you mean 'doctor'?" in done.err) == (2, True)


def test_help_lists_every_command(command: Command) -> None:
    """None is missing, and those who write come first."""
    listed = command("--help").out.partition("Commands:\n")[2]
    places = [listed.index(f"\n  {name} " if number else f"  {name} ") for number, name in enumerate(COMMANDS)]
    assert places == sorted(places)
