"""`drafter rules`: what the guardrails are, why, and whether they do what their own texts say."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Table
from rich.text import Text

from drafter.cli import app, examples, render

if TYPE_CHECKING:
    from drafter.guardrails.kinds import Rule

rules = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="List, explain and test the guardrails.")
app.add_typer(rules, name="rules")

EXAMPLES = 4
"""Texts of each sort that `explain` shows at most."""


@rules.command("list")
def list_(as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False) -> None:
    """Print every rule with its severity and what it says of a draft that breaks it."""
    from drafter.guardrails.pack import REFERENCE, RULES

    found = [(name, _parts(name, REFERENCE)) for name in RULES]
    if as_json:
        typer.echo(render.as_json([_data(name, parts) for name, parts in found]))
        return
    table = Table(box=None, show_header=False, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column(style="bold", no_wrap=True)
    table.add_column(no_wrap=True)
    table.add_column()
    for name, parts in found:
        table.add_row(name, parts[0].severity, parts[0].message)
    render.console(stderr=False).print(table)


@rules.command(epilog=examples("drafter rules explain positivity/disparagement"))
def explain(
    rule: Annotated[str, typer.Argument(metavar="RULE", help='A rule\'s id, such as "form/placeholder".')],
    language: Annotated[str, typer.Option(help="The language whose pack is shown.")] = "en",
) -> None:
    """Say why a rule is there, what breaks it and what does not."""
    from drafter.errors import UnknownRule
    from drafter.guardrails.pack import RULES
    from drafter.guide import PRINCIPLES

    if rule not in RULES:
        raise UnknownRule(rule, RULES)
    text = Text.assemble((rule, "bold"), "\n")
    for number in dict.fromkeys(part.principle for part in _parts(rule, language)):
        _, title, why = PRINCIPLES[number - 1]
        text.append(f"\nPrinciple {number} of the guide: {title}\n", "bold").append(f"{why}\n")
    for message, advice in dict.fromkeys((part.message, part.advice) for part in _parts(rule, language)):
        text.append(f"\n{message}\n").append(f"{advice}\n", "green")
    for label, style, texts in (
        ("Breaks it", "red", [one for part in _parts(rule, language) for one in part.flag]),
        ("Keeps it", "green", [one for part in _parts(rule, language) for one in part.passes]),
    ):
        text.append(f"\n{label}:\n", "bold")
        for shown in dict.fromkeys(map(_shown, texts[: 3 * EXAMPLES])):
            text.append(f"  {shown}\n", style)
    render.console(stderr=False).print(text, end="")


@rules.command()
def test() -> None:
    """Run every rule on its own texts. Exits 1 where one fails, or where nothing triggers a rule."""
    from drafter.guardrails.pack import REFERENCE, RULES, languages
    from drafter.guardrails.pack import rules as load
    from drafter.guardrails.selftest import failures

    wrong = [str(one) for language in languages() for one in failures(language)]
    present = {part.id for part in load(REFERENCE)}
    wrong += [f"{rule}: no pack has it, so nothing triggers it" for rule in RULES if rule not in present]
    for line in wrong:
        typer.echo(line)
    parts = {part.path: part for language in languages() for part in load(language)}
    texts = sum(len(part.flag) + len(part.passes) for language in languages() for part in load(language))
    typer.echo(f"{len(RULES)} rules in {len(parts)} packs, {texts} texts: {len(wrong) or 'none'} failed.")
    raise typer.Exit(1 if wrong else 0)


def _parts(name: str, language: str) -> list[Rule]:
    """The parts of a rule in the packs."""
    from drafter.guardrails.pack import rules as load

    return [part for part in load(language) if part.id == name]


def _data(name: str, parts: list[Rule]) -> dict[str, Any]:
    return {
        "rule": name,
        "severity": parts[0].severity,
        "principles": sorted({part.principle for part in parts}),
        "messages": list(dict.fromkeys(part.message for part in parts)),
        "advice": list(dict.fromkeys(part.advice for part in parts)),
    }


def _shown(text: Mapping[str, Any]) -> str:
    said = (
        str(text.get("sentence") or text.get("body") or text.get("subject")).replace("\n\n", "\n").replace("\n", " / ")
    )
    given = ", ".join(f"{field}: {value}" for field, value in text.get("request", {}).items())
    return f"{said}   (where {given})" if given else said
