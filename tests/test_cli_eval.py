"""`drafter eval`: from a suite to its figures, gates and pages, and how far it is."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from drafter.cli.bars import bar
from drafter.content import content_root
from drafter.evals.records import content_hash
from tests.conftest import Command
from tests.samples import Make, made_of


class TestCommands:
    """`drafter eval …`."""

    def test_from_suite_to_page(self, command: Command, tmp_path: Path, suite_of: Make) -> None:
        """produce, score, compare and report, one after the other."""
        suite_of()
        text = 'name = "mine"\nabout = "a"\ndata = ["data.jsonl"]\nwriter = "phrasebook"\nscorers = ["acceptable"]\n'
        (tmp_path / "mine.toml").write_text(text + "[gates]\nacceptable = { least = 1.0 }\n")
        suite, run = tmp_path / "mine.toml", tmp_path / "run.jsonl"
        assert command("eval", "produce", suite, "--out", run).code == 0
        scored = command("eval", "score", run, "--suite", suite, "--gate", "--format", "json")
        assert (scored.code, json.loads(scored.out)["shares"]["acceptable"]["value"]) == (0, 1.0)
        assert command("eval", "produce", suite, "--out", run, "--resume").code == 0
        assert "6 samples are in" in command("eval", "produce", suite, "--out", run, "--resume").err
        assert command("eval", "run", suite, "--runs", tmp_path / "runs", "--gate").code == 0

    def test_a_gate_that_does_not_hold_is_exit_1(self, command: Command, tmp_path: Path, suite_of: Make) -> None:
        """`--gate` names what fell short; without it, the figures are printed and that is all."""
        suite_of()
        text = 'name = "mine"\nabout = "a"\ndata = ["data.jsonl"]\nwriter = "phrasebook"\nscorers = ["words"]\n'
        (tmp_path / "mine.toml").write_text(text + '[gates]\n"words.mean" = { most = 1 }\n')
        done = command("eval", "run", tmp_path / "mine.toml", "--runs", tmp_path / "runs", "--gate")
        assert done.code == 1
        assert "fell short  words.mean" in done.out
        assert command("eval", "run", tmp_path / "mine.toml", "--runs", tmp_path / "runs").code == 0

    def test_the_suites_that_come_along_hold(self, command: Command, tmp_path: Path) -> None:
        """All of them with their gates, as `make eval` has them; a run is like itself; the page is written."""
        assert command("eval", "run", "--gate", "--runs", tmp_path).code == 0
        run = tmp_path / "phrasebook.jsonl"
        assert command("eval", "compare", run, run, "--gate").code == 0
        assert command("eval", "report", run, run, "--out", tmp_path / "page.html").code == 0
        assert command("eval", "compare", run, tmp_path / "guardrails.jsonl").code == 2

    def test_what_got_worse_than_the_baseline_fails_the_gate(
        self, command: Command, tmp_path: Path, suite_of: Make
    ) -> None:
        """`run --gate` compares with the baseline, which `--renew-baselines` writes; each verdict has its code."""
        suite_of(8)
        text = 'name = "mine"\nabout = "a"\ndata = ["data.jsonl"]\nwriter = "phrasebook"\nscorers = ["acceptable"]\n'
        (tmp_path / "mine.toml").write_text(text + 'baseline = "base/mine.jsonl"\n')
        run = ("eval", "run", tmp_path / "mine.toml", "--gate", "--runs", tmp_path / "runs")
        assert command(*run, "--renew-baselines").code == 0
        base, suite = tmp_path / "base" / "mine.jsonl", ("--suite", tmp_path / "mine.toml")
        good = base.read_text(encoding="utf-8")
        assert command(*run).code == 0
        worse = tmp_path / "worse.jsonl"
        worse.write_text(good.replace('"acceptable":true', '"acceptable":false'), encoding="utf-8")
        few = tmp_path / "few.jsonl"
        few.write_text(good.replace('"acceptable":true', '"acceptable":false', 1), encoding="utf-8")
        codes = [
            command("eval", "compare", one, other, *suite, "--gate").code
            for one, other in ((base, base), (worse, base), (base, worse), (base, few), (base, tmp_path / "away"))
        ]
        assert codes == [0, 3, 1, 4, 2]
        made = command("eval", "compare", base, worse, *suite, "--format", "json")
        assert json.loads(made.out)["verdict"] == "regressed"
        base.write_text(good.replace('"id":"s', '"id":"t'), encoding="utf-8")
        assert command(*run).code == 2  # nothing in common is no pass

    def test_a_run_is_scored_with_other_rule_packs(self, tmp_path: Path, suite_of: Make) -> None:
        """A changed copy of guardrails/ judges as it says; the scored run tells which packs judged."""
        suite = suite_of(2)
        made_of(suite, tmp_path / "a.jsonl")
        rules = tmp_path / "rules"
        shutil.copytree(str(content_root() / "guardrails"), rules)
        pack = rules / "en" / "form.toml"
        stricter = "patterns = [\n  '\\b(?:I|me|my)\\b',"
        pack.write_text(pack.read_text(encoding="utf-8").replace("patterns = [", stricter, 1), encoding="utf-8")
        (tmp_path / "mine.toml").write_text(
            'name = "mine"\nabout = "a"\ndata = ["data.jsonl"]\nscorers = ["acceptable"]\n'
        )
        words = ["eval", "score", "a.jsonl", "--suite", "mine.toml", "--guardrails", "rules", "--format", "json"]
        line = [sys.executable, "-m", "drafter", *words, "--save", "scored.jsonl"]
        done = subprocess.run(line, cwd=tmp_path, capture_output=True, text=True, check=True)
        made = json.loads(done.stdout)
        assert (made["shares"]["acceptable"]["count"], made["rejected_by"]) == (0, {"form/placeholder": 2})
        assert f'"judged":"{content_hash("guardrails")}"' not in (tmp_path / "scored.jsonl").read_text()

    def test_a_file_of_samples_is_scored_as_it_is(self, command: Command, tmp_path: Path, suite_of: Make) -> None:
        """With a suite named, labelled drafts need no run; without one, that is said."""
        suite_of()
        (tmp_path / "mine.toml").write_text('name = "mine"\nabout = "a"\ndata = ["data.jsonl"]\nscorers = ["failed"]\n')
        done = command("eval", "score", tmp_path / "data.jsonl", "--suite", tmp_path / "mine.toml", "--format", "json")
        assert json.loads(done.out)["shares"]["failed"]["count"] == 6
        assert "--suite" in command("eval", "score", tmp_path / "data.jsonl").err


@pytest.mark.parametrize(("total", "said"), [(200, "Writing: 100 of 200, 25/s, 4 s left, 50% good\n"), (None, None)])
def test_progress_without_a_terminal_is_plain_lines(
    total: int | None, said: str | None, capsys: pytest.CaptureFixture[str]
) -> None:
    """Every two seconds: how many, how fast, how long still, and how many are good."""
    now = [0.0]
    with bar("Writing", total, good="good", clock=lambda: now[0]) as step:
        now[0] = 1.0
        step(40, 40)
        assert capsys.readouterr().err == ""
        now[0] = 4.0
        step(60, 10)
    assert capsys.readouterr().err == (said or "Writing: 100, 25/s, 50% good\n")
