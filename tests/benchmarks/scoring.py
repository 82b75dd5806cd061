"""`drafter eval score` beside plain Python, pydantic-evals and inspect_ai: what `make bench` prints third.

All of them score the same 1,000 recorded messages by the same five simple rules, in one process, and save what they
can: plain Python JSON Lines and a page, inspect_ai its log, `drafter eval` the scored run, pydantic-evals nothing.
`drafter eval` is timed with its guardrails, which it always runs, and without them, which is what the others do.
With a number of drafts as argument it scores so many, and prints time and peak memory.
"""

import html
import json
import resource
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stdout
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from unittest.mock import patch

from drafter.evals.baselines import save_scored
from drafter.evals.produce import Job
from drafter.evals.records import Record, line_of
from drafter.evals.scorers import Outcome
from drafter.evals.scoring import Scoring
from drafter.evals.suites import Suite
from drafter.guardrails.pack import RULES
from drafter.message import Report, RuleStatus, Status
from tests.benchmarks.check import drafts

SAMPLES, ROUNDS = 1_000, 3
COMPANY, SENDER = "Larkfield Press", "Ana Ruiz"

RULES_OF_THUMB: dict[str, Callable[[str], bool]] = {
    "not_empty": lambda body: bool(body.strip()),
    "short": lambda body: len(body.split()) <= 150,
    "signed": lambda body: body.rstrip().endswith(SENDER),
    "names_company": lambda body: COMPANY in body,
    "thanks": lambda body: "thank" in body.lower(),
}


def not_empty(one: Outcome) -> bool:
    """The five of them, as `drafter eval` has scorers."""
    return RULES_OF_THUMB["not_empty"](one.body)


def short(one: Outcome) -> bool:
    """Not too long."""
    return RULES_OF_THUMB["short"](one.body)


def signed(one: Outcome) -> bool:
    """Ends with the sender."""
    return RULES_OF_THUMB["signed"](one.body)


def names_company(one: Outcome) -> bool:
    """Holds the company."""
    return RULES_OF_THUMB["names_company"](one.body)


def thanks(one: Outcome) -> bool:
    """Thanks."""
    return RULES_OF_THUMB["thanks"](one.body)


def recorded(count: int) -> Iterator[Record]:
    """So many recorded messages, of some hundred different ones."""
    pairs = drafts()
    for number in range(count):
        message, request = pairs[number % len(pairs)]
        yield Record(id=f"s{number}", request=request, draft=message, source="phrasebook")


def suite_in(folder: Path) -> Suite:
    """A suite with the five rules."""
    scorers = [f"{__name__}:{name}" for name in RULES_OF_THUMB]
    fields = {"name": "bench", "about": "a", "data": ["run.jsonl"], "scorers": scorers, "folder": folder}
    return Suite.model_validate(fields)


def save_run(folder: Path, count: int) -> Path:
    """The run that is scored."""
    path = folder / "run.jsonl"
    path.touch()
    header = line_of(Job(suite_in(folder)).header)
    with path.open("w", encoding="utf-8") as run:
        run.write(header)
        run.writelines(map(line_of, recorded(count)))
    return path


def plain_python(run: Path) -> None:
    """Read, score, write lines and a page."""
    rows = []
    with run.open(encoding="utf-8") as lines:
        next(lines)
        for line in lines:
            record = json.loads(line)
            body = record["draft"]["body"]
            rows.append(
                {"id": record["id"], **{name: rule(body) for name, rule in RULES_OF_THUMB.items()}, "body": body}
            )
    run.with_name("plain.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    cells = "".join(f"<tr><td>{row['id']}<td>{html.escape(row['body'])}<td>{row['short']}" for row in rows)
    run.with_name("plain.html").write_text(f"<table>{cells}</table>", encoding="utf-8")


def with_pydantic_evals(run: Path) -> None:
    """Cases whose task gives back what was recorded."""
    from pydantic_evals import Case, Dataset
    from pydantic_evals.evaluators import Evaluator, EvaluatorContext

    class Thumb(Evaluator[str, str]):
        def evaluate(self, ctx: EvaluatorContext[str, str]) -> dict[str, bool]:
            return {name: rule(ctx.output) for name, rule in RULES_OF_THUMB.items()}

    cases = [Case(name=id_, inputs=body) for id_, body in _bodies(run)]
    Dataset(name="bench", cases=cases, evaluators=[Thumb()]).evaluate_sync(lambda body: body, progress=False)


def with_inspect(run: Path) -> None:
    """A task whose solver gives back what was recorded, with five scorers and a log."""
    from inspect_ai import Task
    from inspect_ai import eval as evaluate
    from inspect_ai.dataset import Sample
    from inspect_ai.model import ModelOutput
    from inspect_ai.scorer import Score, Target, accuracy, scorer
    from inspect_ai.solver import Generate, TaskState, solver

    @solver
    def recorded_answer() -> Any:
        async def solve(state: TaskState, generate: Generate) -> TaskState:
            state.output = ModelOutput.from_content("recorded", state.input_text)
            return state

        return solve

    def made(name: str) -> Any:
        @scorer(metrics=[accuracy()], name=name)
        def one() -> Any:
            async def score(state: TaskState, target: Target) -> Score:
                return Score(value=RULES_OF_THUMB[name](state.output.completion))

            return score

        return one()

    samples = [Sample(id=id_, input=body, target="") for id_, body in _bodies(run)]
    task = Task(dataset=samples, solver=recorded_answer(), scorer=[made(name) for name in RULES_OF_THUMB])
    with redirect_stdout(StringIO()):
        evaluate(task, model="mockllm/model", display="none", log_dir=str(run.with_name("logs")))


def _bodies(run: Path) -> list[tuple[str, str]]:
    lines = run.read_text(encoding="utf-8").splitlines()[1:]
    return [(record["id"], record["draft"]["body"]) for record in map(json.loads, lines)]


def with_drafter(run: Path) -> None:
    """The figures, and the scored run."""
    save_scored(Scoring(suite_in(run.parent), run, jobs=1), run.with_name("scored.jsonl"))


@contextmanager
def without_guardrails() -> Iterator[None]:
    """Has every draft pass unread, so that what is timed is all but the guardrails."""
    passed = Report(rules=tuple(RuleStatus(rule=rule, status=Status.PASS) for rule in RULES))
    with patch("drafter.evals.scorers.check", lambda draft, request, **options: passed):
        yield


def compare() -> None:
    """Prints samples a second of each, and what drafter's are beside them."""
    runs: dict[str, Callable[[Path], None]] = {
        "plain Python": plain_python,
        "pydantic-evals": with_pydantic_evals,
        "inspect_ai": with_inspect,
        "drafter eval": with_drafter,
    }
    rates: dict[str, float] = {}
    with TemporaryDirectory() as folder:
        run = save_run(Path(folder), SAMPLES)
        for name, score in runs.items():
            rates[name] = max(_rate(score, run) for _ in range(ROUNDS))
        with without_guardrails():
            rates["drafter eval, unguarded"] = max(_rate(with_drafter, run) for _ in range(ROUNDS))
    print(f"\nScoring {SAMPLES} recorded messages by five simple rules, one process, best of {ROUNDS}")
    for name, rate in rates.items():
        print(
            f"  {name:<26}{rate:9,.0f} a second   × {rate / rates['drafter eval, unguarded']:.3f} of drafter unguarded"
        )


def _rate(score: Callable[[Path], None], run: Path) -> float:
    started = time.perf_counter()
    score(run)
    return SAMPLES / (time.perf_counter() - started)


def many(count: int, *, guarded: bool) -> None:
    """Prints what scoring so many drafts takes, by all cores."""
    with TemporaryDirectory() as folder:
        run = save_run(Path(folder), count)
        size = run.stat().st_size
        scoring = Scoring(suite_in(run.parent), run)
        before = sum(resource.getrusage(resource.RUSAGE_SELF)[:2])
        started = time.perf_counter()
        if guarded:
            scores = scoring.scores()
        else:
            with without_guardrails():
                scores = scoring.scores()
        taken = time.perf_counter() - started
    spent = sum(sum(resource.getrusage(who)[:2]) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)) - before
    here, there = (resource.getrusage(who).ru_maxrss / 1024 for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    said = "with" if guarded else "without"
    print(f"{scores.samples:,} drafts ({size / 1e6:,.0f} MB), {said} guardrails: {taken:.1f} s")
    print(f"  {scores.samples / taken:,.0f} a second, {scores.samples / spent:,.0f} a second of processor time")
    print(f"  peak memory {here:.0f} MB, of the largest worker {there:.0f} MB")


if __name__ == "__main__":
    if sys.argv[1:]:
        many(int(sys.argv[1]), guarded="--unguarded" not in sys.argv)
    else:
        compare()
