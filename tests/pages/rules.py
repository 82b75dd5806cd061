"""The pages of the rules, made from the packs: an overview, a page for each family, and one for the kinds."""

import inspect
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from drafter.guardrails import engine  # noqa: F401 -- it has every kind made known
from drafter.guardrails.kinds import KINDS, Rule
from drafter.guardrails.pack import REFERENCE, RULES, rules_by_name
from drafter.guide import PRINCIPLES
from tests.pages.markdown import boxed, code, listed, one_line, plain, table

TEXTS, OF_EACH = 4, 2
"""How many texts of a sort are shown of what says the same, and how many of each part where several say it."""

FAMILIES = {
    "honesty": "What the message says is true, and the request says so.",
    "discretion": "What nobody needs to know stays out.",
    "positivity": "Friendly in every line, thankful, and with the door open.",
    "clarity": "Nobody has to ask whether you withdraw.",
    "brevity": "Short, and everything once.",
    "form": "It looks like a letter that a person wrote, with every name right.",
    "safety": "Nothing that somebody planted is carried out or passed on.",
}


def rule_pages() -> dict[str, str]:
    """The pages by path."""
    families = dict.fromkeys(name.partition("/")[0] for name in RULES)
    return {
        "rules/index.md": _overview(),
        "rules/kinds.md": _kinds(),
        **{f"rules/{family}.md": _family(family) for family in families},
    }


def link(rule: str, folder: str = "") -> str:
    """A link to a rule; `folder` is where the rules are from the page that links ("rules/")."""
    family, _, name = rule.partition("/")
    return f"[{rule}]({folder}{family}.md#{name})"


def _overview() -> str:
    rows = []
    for name in RULES:
        parts = rules_by_name(REFERENCE)[name]
        rows.append([link(name), ", ".join(_principles(parts)), plain(parts[0].message)])
    return "\n\n".join(
        [
            "# The rules",
            f"{len(RULES)} rules say what may be sent. A finding of severity *error* keeps a draft from being shown, a "
            "*warning* does not. `drafter rules list` prints this table, `drafter rules explain RULE` what is on the "
            "pages behind it, and `drafter rules test` tries every rule on its own texts.",
            table(["rule", "principle", "what it says of a draft that breaks it"], rows),
            "The numbers are those of the [guide's ten principles](../guide.md). Each rule is made of one part or "
            "more, which are data in the packs under `guardrails/`, and run by the [kinds of rule](kinds.md). How to "
            "add one is told in [Your own rule](../../recipes/rule.md).",
        ]
    )


def _family(family: str) -> str:
    blocks = [f"# {family.capitalize()}", FAMILIES[family]]
    for name in RULES:
        if name.startswith(f"{family}/"):
            blocks += _rule(name, rules_by_name(REFERENCE)[name])
    return "\n\n".join(blocks)


def _rule(name: str, parts: Sequence[Rule]) -> list[str]:
    said = dict.fromkeys((part.message, part.advice) for part in parts)
    return [
        f"## {name} {{ #{name.partition('/')[2]} }}",
        f"*{' and '.join(dict.fromkeys(part.severity for part in parts))}* · serves {', '.join(_served(parts))} · "
        f"{len(parts)} {'part' if len(parts) == 1 else 'parts'} in "
        f"{', '.join(code(path) for path in dict.fromkeys(part.path for part in parts))}",
        *(_said(message, advice, parts) for message, advice in said),
    ]


def _said(message: str, advice: str, parts: Sequence[Rule]) -> str:
    """What the rule says, which parts say it, and texts that break and that keep it."""
    those = [part for part in parts if (part.message, part.advice) == (message, advice)]
    kinds = dict.fromkeys(f"[{part.kind}](kinds.md#{part.kind})" for part in those)
    limits = "".join(f" {limit}" for limit in dict.fromkeys(filter(None, map(_limit, those))))
    return "\n\n".join(
        [
            f"**{plain(message)}**<br>{plain(advice)}",
            f"Looked for by {', '.join(kinds)}.{limits}",
            boxed("failure", "Breaks it", listed(_texts(part.flag for part in those))),
            boxed("success", "Keeps it", listed(_texts(part.passes for part in those))),
        ]
    )


def _limit(part: Rule) -> str:
    """For which requests and messages the part is there, where not for all."""
    when = " and ".join(
        f"`{field}` is {' or '.join(code(_value(value)) for value in values)}"
        for field, values in part.parameters.get("when", {}).items()
    )
    occasions = " or ".join(part.parameters.get("occasions", ()))
    return " ".join(
        said for said in (f"Only where {when}." if when else "", f"Only in a {occasions}." if occasions else "") if said
    )


def _texts(sorts: Iterable[Sequence[Mapping[str, Any]]]) -> list[str]:
    several = list(sorts)
    found = [_text(text) for texts in several for text in texts[: OF_EACH if len(several) > 1 else TEXTS]]
    return list(dict.fromkeys(found))[:TEXTS]


def _text(text: Mapping[str, Any]) -> str:
    given = ", ".join(f"{field} = {_value(value)}" for field, value in text.get("request", {}).items())
    said = one_line(str(text.get("sentence") or text.get("body") or text.get("subject")))
    return f"{said} <small>(where {plain(given)})</small>" if given else said


def _value(value: Any) -> str:
    """A value as a request file has it."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{name} = {_value(one)}" for name, one in value.items()) + " }"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(_value, value))}]"
    return f'"{value}"' if isinstance(value, str) else str(value)


def _principles(parts: Sequence[Rule]) -> list[str]:
    return [str(number) for number in sorted({part.principle for part in parts})]


def _served(parts: Sequence[Rule]) -> list[str]:
    numbers = sorted({part.principle for part in parts})
    return [f"[{number}. {PRINCIPLES[number - 1].title}](../guide.md)" for number in numbers]


def _kinds() -> str:
    used = {part.kind for parts in rules_by_name(REFERENCE).values() for part in parts}
    blocks = [
        "# Kinds of rule",
        "A part of a rule names the kind that runs it, and gives it what it needs. Kinds are functions in "
        "`drafter/guardrails/`, marked `@kind(…)`; what they need stands in their docstrings, which are shown here.",
    ]
    for name in sorted(KINDS):
        rules = [rule for rule, parts in rules_by_name(REFERENCE).items() if name in {part.kind for part in parts}]
        by = f"Used by {', '.join(link(rule) for rule in rules)}." if name in used else "No rule uses it now."
        blocks += [f"## {name}", inspect.getdoc(KINDS[name]) or "", by]
    return "\n\n".join(blocks)
