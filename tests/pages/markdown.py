"""Text as Markdown that shows it as it is."""

import re
from collections.abc import Iterable, Sequence

_SYNTAX = re.compile(r"[\\`*_{}\[\]<>|#~^&]|(?m:^\s*(?:[-+]|\d+(?=[.)])))")


def plain(text: str) -> str:
    """Text with everything that Markdown or HTML would read as markup as numeric entities."""
    return _SYNTAX.sub(lambda found: "".join(f"&#{ord(letter)};" for letter in found[0]), text)


def one_line(text: str) -> str:
    """`plain` text of several lines or paragraphs as one, broken where the lines end."""
    return "<br>".join(plain(line.strip()) for line in text.splitlines() if line.strip())


def code(text: str) -> str:
    """Text as code; a "|" in it would end a table's cell."""
    fence = "``" if "`" in text else "`"
    return f"{fence}{text}{fence}" if "|" not in text else f"<code>{plain(text)}</code>"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table; the cells are Markdown already."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(cell.replace(chr(10), ' ') for cell in line)} |" for line in lines)


def listed(items: Iterable[str]) -> str:
    """A list with one item a line."""
    return "\n".join(f"- {item}" for item in items)


def boxed(kind: str, title: str, inside: str) -> str:
    """An admonition of a kind that the theme knows ("success", "failure")."""
    indented = "\n".join(f"    {line}" if line else "" for line in inside.splitlines())
    return f'!!! {kind} "{title}"\n\n{indented}'
