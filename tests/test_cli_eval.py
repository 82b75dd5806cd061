"""`drafter eval`: from a suite to its figures, gates and pages, and how far it is."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree as ET

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

    def three(self, folder: Path, suite_of: Make) -> list[Path]:
        """Suites over six requests: one that passes, one that falls short, one that has a baseline."""
        suite_of()
        text = 'about = "a"\ndata = ["data.jsonl"]\nwriter = "phrasebook"\nscorers = ["acceptable", "words"]\n'
        more = {"good": "", "short": '[gates]\n"words.mean" = { most = 1 }\n', "lacking": 'baseline = "base.jsonl"\n'}
        files = [folder / f"{name}.toml" for name in more]
        for file, held in zip(files, more.values(), strict=True):
            file.write_text(f'name = "{file.stem}"\n{text}{held}')
        return files

    def test_several_suites_are_one_document(self, command: Command, tmp_path: Path, suite_of: Make) -> None:
        """As JSON, JUnit or Markdown, with what changed beside the baseline; the gate sees samples that are missing."""
        suites = self.three(tmp_path, suite_of)
        run = ("eval", "run", *suites, "--gate", "--runs", tmp_path / "runs")
        command(*run, "--renew-baselines")
        data = tmp_path / "data.jsonl"
        data.write_text("".join(data.read_text().splitlines(keepends=True)[:-1]))
        made = json.loads((done := command(*run, "--format", "json")).out)
        assert (done.code, made["passed"], made["left_out"]) == (1, False, {})
        told = [(one["scores"]["suite"], len(one["scores"]["shortfalls"]), one["comparison"]) for one in made["suites"]]
        assert told[:2] == [("good", 0, None), ("short", 1, None)]
        assert (told[2][2]["verdict"], told[2][2]["only_before"]) == ("incomplete", ["s5"])
        tree = ET.fromstring(command(*run, "--format", "junit").out)
        assert [one.get("name") for one in tree] == ["good", "short", "lacking", "lacking, compared"]
        assert (tree.get("failures"), tree.get("tests")) == ("2", "19")
        assert command(*run, "--format", "markdown", "--out", tmp_path / "all.md").out == ""
        text = (tmp_path / "all.md").read_text(encoding="utf-8")
        assert all(f"## {name}: 5 samples" in text for name in ("good", "short", "lacking"))
        assert "### Beside its baseline: incomplete" in text
        assert "1 sample is missing from the second run: s5" in text

    def test_samples_that_are_missing_do_not_pass(self, command: Command, tmp_path: Path, suite_of: Make) -> None:
        """`compare --gate` ends with 5, and names them; so it does where a line of a run can't be read."""
        suite = suite_of(12)
        (tmp_path / "mine.toml").write_text('name = "mine"\nabout = "a"\ndata = ["data.jsonl"]\nscorers = ["words"]\n')
        lines = made_of(suite, tmp_path / "a.jsonl").splitlines(keepends=True)
        (tmp_path / "b.jsonl").write_bytes(b"".join(lines[:-2]))
        (tmp_path / "c.jsonl").write_bytes(b"".join([*lines[:-1], b"{}\n"]))
        compared = ("eval", "compare", "--suite", tmp_path / "mine.toml", "--gate", tmp_path / "a.jsonl")
        assert command(*compared, tmp_path / "a.jsonl").code == 0
        done = command(*compared, tmp_path / "b.jsonl")
        assert (done.code, "2 samples are missing from the second run: s10, s11" in done.out) == (5, True)
        done = command(*compared, tmp_path / "c.jsonl")
        assert (done.code, "1 line of the second run could not be read: c.jsonl, line 13" in done.out) == (5, True)
        done = command(*compared, tmp_path / "c.jsonl", "--strict")
        assert (done.code, "c.jsonl, line 13" in done.err) == (2, True)

    def test_a_page_is_written_of_what_can_be_read(self, command: Command, tmp_path: Path, suite_of: Make) -> None:
        """Lines that can't be are told with their number, counted and on the page; with `--strict` they stop it."""
        suite = suite_of(3)
        (tmp_path / "mine.toml").write_text('name = "mine"\nabout = "a"\ndata = ["data.jsonl"]\nscorers = ["words"]\n')
        whole = made_of(suite, tmp_path / "a.jsonl")
        (tmp_path / "b.jsonl").write_bytes(whole[:-10].replace(b'"id":"s1"', b'"id":""'))
        words = (
            "eval",
            "report",
            tmp_path / "b.jsonl",
            "--suite",
            tmp_path / "mine.toml",
            "--out",
            tmp_path / "p.html",
        )
        strict = command(*words, "--strict")
        assert (strict.code, "b.jsonl, line 3" in strict.err, (tmp_path / "p.html").exists()) == (2, True, False)
        done = command(*words)
        assert (done.code, "2 lines could not be read" in done.err) == (0, True)
        assert all(f"b.jsonl, line {number}: " in done.err for number in (3, 4))
        text = (tmp_path / "p.html").read_text(encoding="utf-8")
        assert all(part in text for part in ("b.jsonl, line 3: id: ", '"id":"s0"'))

    def test_a_suite_for_a_model_is_not_run_offline(self, command: Command, tmp_path: Path, suite_of: Make) -> None:
        """What can write it is named, and has the options that are named; no other suite is begun."""
        suite_of()
        text = 'about = "a"\ndata = ["data.jsonl"]\nscorers = ["words"]\n'
        for name, writer in (("mine", "phrasebook"), ("live", "model")):
            (tmp_path / f"{name}.toml").write_text(f'name = "{name}"\nwriter = "{writer}"\n{text}')
        done = command("eval", "run", tmp_path / "mine.toml", tmp_path / "live.toml", "--runs", tmp_path / "runs")
        assert (done.code, done.out, (tmp_path / "runs").exists()) == (2, "", False)
        assert re.search(r"live: writer: is a model.*eval produce SUITE --model NAME", done.err)
        assert "--model" in command("eval", "produce", "--help").out

    @pytest.mark.parametrize("begun", ["fork", "forkserver"])
    def test_a_run_is_scored_with_other_rule_packs(self, begun: str, tmp_path: Path, suite_of: Make) -> None:
        """A changed copy of guardrails/ judges as it says, also in processes that are not forked; the scored run tells
        which packs judged.
        """
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
        (tmp_path / "begun.py").write_text(
            f"import multiprocessing\nif __name__ == '__main__':\n    multiprocessing.set_start_method({begun!r})\n"
            "    from drafter.cli import main\n    main()\n"
        )
        line = [sys.executable, "begun.py", *words, "--jobs", "2", "--save", "scored.jsonl"]
        done = subprocess.run(line, cwd=tmp_path, capture_output=True, text=True, check=True)
        made = json.loads(done.stdout)
        assert (made["shares"]["acceptable"]["count"], made["rejected_by"]) == (0, {"form/placeholder": 2})
        assert f'"judged":"{content_hash("guardrails")}"' not in (tmp_path / "scored.jsonl").read_text()

    def test_what_is_not_there_has_not_passed(self, command: Command, tmp_path: Path, suite_of: Make) -> None:
        """A suite that was named and has no recordings, or a baseline that is missing, is told, and fails the gate."""
        suite_of()
        text = 'about = "a"\ndata = ["data.jsonl"]\nscorers = ["acceptable"]\n'
        (tmp_path / "bare.toml").write_text(f'name = "bare"\nwriter = "phrasebook"\nbaseline = "gone.jsonl"\n{text}')
        (tmp_path / "mute.toml").write_text(
            f'name = "mute"\nwriter = "recorded"\nmodel = "m"\nrecordings = "none"\n{text}'
        )
        for name, said in (("bare", "its baseline gone.jsonl is not there"), ("mute", "nothing is recorded yet")):
            run = ("eval", "run", tmp_path / f"{name}.toml", "--gate", "--runs", tmp_path / "runs")
            done = command(*run, "--format", "json")
            made = json.loads(done.out)
            assert (done.code, made["passed"], said in made["lacking"][name], said in done.err) == (
                1,
                False,
                True,
                True,
            )
            assert ET.fromstring(command(*run, "--format", "junit").out).get("failures") == "1"
            assert f"{name}: not passed" in command(*run, "--format", "markdown").out

    def test_suites_of_one_name_are_refused(self, command: Command, tmp_path: Path, suite_of: Make) -> None:
        """Before the first is tried: the second run would take the place of the first."""
        suite = self.three(tmp_path, suite_of)[0]
        done = command("eval", "run", suite, suite, "--runs", tmp_path / "runs")
        assert (done.code, "good: name: is the name of two suites" in done.err) == (2, True)
        assert not (tmp_path / "runs").exists()

    @pytest.mark.parametrize(
        ("scorer", "said"),
        [
            ("ghost", "ghost: scorers: is no scorer"),
            ("mine:ghost", "there is no function 'ghost' in mine"),
            ("torn:good", "torn.py: line 1: scorer torn:good can't be imported: SyntaxError"),
        ],
    )
    def test_a_wrong_scorer_is_named_before_the_first_suite(
        self, scorer: str, said: str, command: Command, tmp_path: Path, suite_of: Make
    ) -> None:
        """Whichever suite it is of, and whatever is wrong with it: nothing is tried or written."""
        suites = self.three(tmp_path, suite_of)
        (tmp_path / "mine.py").write_text("def good(one):\n    return True\n")
        (tmp_path / "torn.py").write_text("def good(one:\n")
        suites[2].write_text(suites[2].read_text().replace('"words"', f'"{scorer}"'))
        done = command("eval", "run", *suites, "--runs", tmp_path / "runs")
        assert (done.code, said in " ".join(done.err.split()), done.out) == (2, True, "")
        assert not (tmp_path / "runs").exists()

    def test_an_error_leaves_the_document(self, command: Command, tmp_path: Path, suite_of: Make) -> None:
        """What was tried before a suite that ends in an error is told, with the error, in every form."""
        good, _, wrong = self.three(tmp_path, suite_of)
        (tmp_path / "mine.py").write_text("def bad(one):\n    return 1 / 0\n")
        wrong.write_text(wrong.read_text().replace('"words"', '"mine:bad"'))
        run = ("eval", "run", good, wrong, "--runs", tmp_path / "runs")
        done = command(*run, "--format", "json")
        made = json.loads(done.out)
        assert (done.code, made["passed"], [one["scores"]["suite"] for one in made["suites"]]) == (2, False, ["good"])
        assert "ZeroDivisionError" in made["errors"]["lacking"]
        tree = ET.fromstring(command(*run, "--format", "junit").out)
        assert (tree.get("errors"), len(tree.findall("testsuite/testcase/error"))) == ("1", 1)
        assert "lacking: ended in an error" in command(*run, "--format", "markdown").out

    def test_a_baseline_is_not_made_of_what_can_not_be_read(
        self, command: Command, tmp_path: Path, suite_of: Make
    ) -> None:
        """It stays as it is, and what is wrong is told."""
        suite = self.three(tmp_path, suite_of)[2]
        run = ("eval", "run", suite, "--renew-baselines", "--runs", tmp_path / "runs")
        assert command(*run).code == 0
        before = (tmp_path / "base.jsonl").read_bytes()
        with (tmp_path / "data.jsonl").open("a") as data:
            data.write("{}\n")
        done = command(*run)
        assert (done.code, "stays as it is, since 1 line could not be read" in done.err) == (2, True)
        assert (tmp_path / "base.jsonl").read_bytes() == before

    @pytest.mark.parametrize("way", [["score"], ["report"], ["compare", "a.jsonl"]])
    @pytest.mark.parametrize("name", ["mine", "mine.toml", "lies/mine.toml"])
    def test_a_run_does_not_choose_the_code(
        self,
        way: list[str],
        name: str,
        command: Command,
        tmp_path: Path,
        suite_of: Make,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        """A suite that doesn't come along is never looked for by what a run says: its scorers are code."""
        made_of(suite_of(1), tmp_path / "a.jsonl")
        (tmp_path / "lies").mkdir()
        text = 'name = "mine"\nabout = "a"\ndata = ["data.jsonl"]\nscorers = ["evil:good"]\n'
        for folder in (tmp_path, tmp_path / "lies"):
            (folder / "mine.toml").write_text(text)
            (folder / "evil.py").write_text(f"open({str(tmp_path / 'run')!r}, 'w')\ndef good(one):\n    return True\n")
            shutil.copy(tmp_path / "data.jsonl", tmp_path / "lies" / "data.jsonl")
        run = tmp_path / "a.jsonl"
        run.write_text(run.read_text(encoding="utf-8").replace('"suite":"mine"', f'"suite":"{name}"'), encoding="utf-8")
        monkeypatch.chdir(tmp_path)
        done = command("eval", *way, "a.jsonl")
        told = "names the suite 'mine', which doesn't come along; name its file with --suite mine.toml"
        assert (done.code, (tmp_path / "run").exists()) == (2, False)
        assert (told if name == "mine" else "is no run") in done.err

    def test_a_baseline_says_its_suite(self, command: Command) -> None:
        """A scored run of a suite that comes along needs no --suite to be compared."""
        base = content_root() / "evals" / "baselines" / "faults.jsonl"
        assert command("eval", "compare", str(base), str(base), "--gate").code == 0

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
