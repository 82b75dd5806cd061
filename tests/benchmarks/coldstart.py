"""How long a command takes from start to end, beside a script that only imports pydantic: what `make bench` prints.

Each command is a process of its own, in turns, so that all meet the same noise. Times of one machine mean little; the
ratios to the script are what to compare. The goal for the first three is 2.5.
"""

import statistics
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).parents[2]
ROUNDS = 15
GOAL = 2.5
MEASURED = ("drafter --help", "drafter check FILE", "drafter draft FILE (phrasebook)")
SCRIPT = "from pydantic import BaseModel\n\n\nclass Model(BaseModel):\n    name: str\n    count: int = 0\n"


def commands(folder: Path) -> dict[str, Sequence[str | Path]]:
    """What is measured, by name; files are made in a folder. Every command is the one that is installed here."""
    here = Path(sys.executable).parent
    request, letter, script = ROOT / "examples" / "request.toml", folder / "letter.txt", folder / "script.py"
    script.write_text(SCRIPT, encoding="utf-8")
    draft: Sequence[str | Path] = (here / "drafter", "draft", request, "--model", "phrasebook", "--quiet")
    letter.write_bytes(subprocess.run(draft, capture_output=True, check=True).stdout)
    return {
        "script": (sys.executable, script),
        "drafter --help": (here / "drafter", "--help"),
        "drafter check FILE": (here / "drafter", "check", letter, "--request", request),
        "drafter draft FILE (phrasebook)": draft,
        "llm --help": (here / "llm", "--help"),
        "proselint check FILE": (here / "proselint", "check", letter),
    }


def seconds(wanted: Mapping[str, Sequence[str | Path]], rounds: int = ROUNDS) -> dict[str, list[float]]:
    """The times of every command, round by round; the first round warms the disk up and does not count."""
    times: dict[str, list[float]] = {name: [] for name in wanted}
    for round_ in range(rounds + 1):
        for name, command in wanted.items():
            started = time.perf_counter()
            done = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
            took = time.perf_counter() - started
            # 1: findings, as linters have it. Anything else measured the way to an error message.
            if done.returncode not in {0, 1}:
                raise RuntimeError(f"{name}: exit {done.returncode}: {done.stderr.decode()[-300:]}")
            if round_:
                times[name].append(took)
    return times


def main() -> None:
    """Prints median times, and the median of each round's ratio to the script."""
    with TemporaryDirectory() as folder:
        times = seconds(commands(Path(folder)))
    script = times["script"]
    print(f"cold start, {ROUNDS} rounds; a script with one pydantic model: {statistics.median(script) * 1e3:.0f} ms")
    for name, took in times.items():
        if name == "script":
            continue
        ratio = statistics.median(one / base for one, base in zip(took, script, strict=True))
        goal = f"   goal {GOAL}: {'met' if ratio <= GOAL else 'missed'}" if name in MEASURED else ""
        print(f"  {name:32} {statistics.median(took) * 1e3:5.0f} ms   {ratio:5.2f} x{goal}")


if __name__ == "__main__":
    main()
