"""The examples of a page, run as a reader would: files are written, commands typed and Python run, in their order.

A fenced block is one of these:

- with a name, as `title="request.toml"` behind the language or as a comment in its first line: a file, which is written
- `console`: `$ command`, and under it exactly what the command prints
- `sh`: commands that end well. One that waits for somebody (the interview, a server, --watch) is only parsed
- `python`: runs; where a `text` block follows, that is exactly what it prints
- `text` anywhere else: a drawing, which nobody runs
"""

import contextlib
import io
import json
import os
import re
import shlex
import subprocess
import sys
import textwrap
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.loopback import Answer, completion, endpoint
from tests.test_pipeline import letter

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"

WRITTEN = [ROOT / "README.md", *sorted(DOCS.glob("*.md")), *sorted((DOCS / "recipes").glob("*.md"))]
"""The pages that people write; those under docs/reference/ are made."""

_FENCE = re.compile(r'^( *)```(\w+)(?: title="([^"]+)")?\n([\s\S]*?)^\1```$', re.MULTILINE)
_NAMED = re.compile(r"# ([\w./-]+\.\w+)\n")
_WAITS = re.compile(r"^drafter$|^drafter resume\b|--watch\b|--http\b")


@dataclass(frozen=True)
class Block:
    """A fenced block: where it begins, its language, the file that it is (or None), its text, what it prints."""

    place: str
    language: str
    name: str | None
    text: str
    printed: str | None = None

    @property
    def shown(self) -> str:
        """What the page says happens: what is printed where that is shown, else the block itself."""
        return self.text if self.printed is None else self.printed


def blocks(page: Path) -> Iterator[Block]:
    """The blocks of a page in their order."""
    text = page.read_text(encoding="utf-8")
    found = list(_FENCE.finditer(text))
    assert text.count("```") == 2 * len(found), f"{page.name}: a fenced block has no language, or no end"
    for index, one in enumerate(found):
        language, inside = one[2], textwrap.dedent(one[4])
        follows = found[index + 1] if index + 1 < len(found) else None
        shown = (
            follows and language == "python" and follows[2] == "text" and not text[one.end() : follows.start()].strip()
        )
        comment = _NAMED.match(inside) if language in {"toml", "yaml"} else None
        yield Block(
            place=f"{page.relative_to(ROOT).as_posix()}:{text.count(chr(10), 0, one.start()) + 1}",
            language=language,
            name=one[3] or (comment[1] if comment else None),
            text=inside,
            printed=textwrap.dedent(follows[4]) if shown and follows else None,
        )


@dataclass(frozen=True)
class Reader:
    """Somebody who follows a page: in a folder of their own, with these variables, and a service at `base_url`."""

    folder: Path
    variables: Mapping[str, str]
    base_url: str

    def follow(self, block: Block) -> str:
        """Does what a block says, and gives the block's text as what happens now would have it: the page's own where it
        is right. Where Python is followed by what it prints, that is given. Fails where something does not work.
        """
        if block.name is not None:
            place = self.folder / block.name
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(block.text, encoding="utf-8")
        elif block.language == "console":
            typed = re.findall(r"^\$ (.+)$", block.text, re.MULTILINE)
            return "".join(f"$ {one}\n{self.type(one, block.place, frozenset({0, 1}))}" for one in typed)
        elif block.language == "sh":
            self.type(block.text, block.place)
        elif block.language == "python":
            printed = self._run(block)
            return block.shown if block.printed is None else printed
        else:
            assert block.language == "text", f"{block.place}: a {block.language} block needs the name of its file"
        return block.shown

    def type(self, commands: str, place: str, codes: frozenset[int] = frozenset({0})) -> str:
        """What commands print on standard output, in a shell that stops at the first that fails."""
        lines = [self._line(line) for line in commands.replace("\\\n", " ").splitlines()]
        ran = subprocess.run(
            ["bash", "-e", "-o", "pipefail", "-c", "\n".join(lines)],
            cwd=self.folder,
            env={**self.variables},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
        )
        assert ran.returncode in codes, f"{place}: exit {ran.returncode}\n{ran.stdout}\n{ran.stderr}"
        return ran.stdout

    def _line(self, line: str) -> str:
        """A line as it can be run here: what waits for somebody is parsed, and the service is the one at hand."""
        command = re.sub(r"\s+# .*", "", line).strip()
        if command == "source .venv/bin/activate":
            return "true"  # what it puts on the path is there already
        if _WAITS.search(command):
            return f"{command} --help >/dev/null"
        return re.sub(r"http://localhost:11434/v1", self.base_url, command)

    def _run(self, block: Block) -> str:
        """What Python prints."""
        printed = io.StringIO()
        with contextlib.chdir(self.folder), contextlib.redirect_stdout(printed):
            exec(compile(block.text, block.place, "exec"), {"__name__": "__main__"})
        return printed.getvalue()


MESSAGE = """\
Subject: Data Engineer at Northwind

Dear Tom,

Thank you for the interview, and for how openly the team spoke about on-call. I have accepted another offer, so I am
withdrawing my application for Data Engineer at Northwind. I would be glad to stay in touch.

Kind regards,
Maya Lindqvist
"""
THREAD = """\
From: Tom Okafor <tom@example.com>
To: Maya Lindqvist <maya@example.com>
Subject: Your interview for Data Engineer at Northwind

Hi Maya,

thank you for the conversation on Tuesday.

Best wishes,
Tom Okafor
Northwind
"""
ANSWERS: dict[str, Any] = {
    "withdrawal": letter(
        ("Thank you for the interview, and for how openly the team spoke about on-call.", 4),
        ("I have accepted another offer, so I am withdrawing my application for {role} at {company}.", 3),
        ("I would be glad to stay in touch.", 5),
    ),
    "found": {"found": [{"field": "recipient", "value": "Tom Okafor", "quote": "Tom Okafor"}]},
    "greeting": {"greeting": "hello"},
    "revision": {"changes": [{"line": "1", "added": False, "text": "Hi {recipient},", "fact": 0}]},
}


def answer(asked: dict[str, Any]) -> Answer:
    """What the service says: a sound letter, a change, what it found, or as a judge that all is well."""
    name = asked["response_format"]["json_schema"]["name"]
    if name == "verdicts":
        inner = asked["response_format"]["json_schema"]["schema"]["properties"]["verdicts"]["items"]["properties"]
        verdicts = [{"rule": rule, "quote": None, "verdict": "pass"} for rule in inner["rule"]["enum"]]
        return completion(json.dumps({"verdicts": verdicts}))
    return completion(json.dumps(ANSWERS[name]))


@contextmanager
def reading(place: Path) -> Iterator[Reader]:
    """A reader at an empty place, with the examples that come along, a request, a message, and what they were sent."""
    folder = place / "reader"
    files = {path.relative_to(ROOT).as_posix(): path.read_text("utf-8") for path in (ROOT / "examples").iterdir()}
    files["request.toml"] = files["examples/request.toml"]
    for name, text in {**files, "message.txt": MESSAGE, "thread.txt": THREAD, "their-mail.txt": THREAD}.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    with endpoint(answer) as served:
        yield Reader(folder, _variables(place, served.base_url), served.base_url)


def _variables(place: Path, base_url: str) -> dict[str, str]:
    """The environment of a reader who has set nothing up, and whose language model is at `base_url`."""
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("OPENAI_", "DRAFTER_", "COLUMNS"))
    }
    homes = dict.fromkeys(("XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME"), str(place / "home"))
    return {
        **kept,
        **homes,
        "PATH": f"{_tools(place / 'bin')}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT),
        "PYTHONUTF8": "1",
        "DRAFTER_BASE_URL": base_url,
        "DISPLAY": ":0",
        "EDITOR": "true",
    }


def _tools(folder: Path) -> Path:
    """A folder of programs that stand in for those that a page may call and that this machine may lack."""
    folder.mkdir()
    programs = {
        "drafter": f'exec {shlex.quote(sys.executable)} -m drafter "$@"',
        "pip": f'exec {shlex.quote(sys.executable)} -m tests.examples "$@"',
        "make": f'for word; do grep -q "^$word:.*##" {shlex.quote(str(ROOT / "Makefile"))}; done',
        **dict.fromkeys(("xclip", "pbcopy", "xdg-email", "open"), "exec cat >/dev/null"),
    }
    for name, script in programs.items():
        (folder / name).write_text(f"#!/bin/bash\nset -e\n{script}\n", encoding="utf-8")
        (folder / name).chmod(0o755)
    return folder


def _install(words: list[str]) -> None:
    """Stands in for `pip install`: fails for what this project does not offer under its name."""
    import tomllib

    extras = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["optional-dependencies"]
    for word in words[1:]:
        found = re.fullmatch(r"graceful-drafter(?:\[([\w,]+)\])?|langchain-\w+", word)
        if words[0] != "install" or not found or set((found[1] or "").split(",")) - {"", *extras}:
            sys.exit(f"pip {' '.join(words)}: there is no {word}")


if __name__ == "__main__":
    _install(sys.argv[1:])
