"""A person's own scorers: functions that lie beside a suite."""

import json
import sys
from pathlib import Path

import pytest

from drafter.errors import EvalDataError
from drafter.evals.reading import run_chunks
from drafter.evals.scoring import Work
from tests.conftest import Command
from tests.samples import Make, made_of, scores_of


class TestOwnScorers:
    """Functions that lie beside a suite."""

    def brought(self, folder: Path, text: str, file: str = "mine.py") -> Path:
        folder.mkdir(exist_ok=True)
        (folder / file).write_text(text, encoding="utf-8")
        return folder

    @pytest.mark.parametrize("jobs", [1, 2])
    def test_they_are_found_in_the_suites_folder(
        self, jobs: int, suite_of: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """From whatever folder it is run, by whatever process, and what they import from beside them too."""
        monkeypatch.setattr("drafter.evals.reading.BLOCK", 1_000)
        text = "from beside_mine import LEAST\n\ndef long(one):\n    return one.words > LEAST\n"
        self.brought(tmp_path, text)
        self.brought(tmp_path, "LEAST = 10\n", "beside_mine.py")
        suite = suite_of(scorers=["mine:long"])
        made_of(suite, tmp_path / "a.jsonl")
        monkeypatch.chdir("/")
        assert scores_of(suite, tmp_path / "a.jsonl", jobs).shares["mine:long"].count == 6

    def test_functions_of_one_name_are_two_figures(self, suite_of: Make, tmp_path: Path) -> None:
        """Of two modules, of two suites' modules of one name, and of one that is named like a scorer of ours."""
        self.brought(tmp_path, "def words(one):\n    return 1\n")
        self.brought(tmp_path, "def words(one):\n    return 2\n", "other.py")
        elsewhere = self.brought(tmp_path / "elsewhere", "def words(one):\n    return 3\n")
        suite = suite_of(scorers=["mine:words", "other:words", "words", "words"])
        made_of(suite, tmp_path / "a.jsonl")
        numbers = scores_of(suite, tmp_path / "a.jsonl").numbers
        assert [numbers[name].mean for name in ("mine:words", "other:words")] == [1, 2]
        assert (numbers["words"].count, numbers["words"].mean > 10) == (6, True)
        moved = suite.model_copy(update={"folder": elsewhere, "scorers": ("mine:words",)})
        assert scores_of(moved, tmp_path / "a.jsonl").numbers["mine:words"].mean == 3

    @pytest.mark.parametrize(
        ("text", "said"),
        [
            ("def good(one):\n    return (\n", "mine.py: line 2: scorer mine:good can't be imported: SyntaxError"),
            ("\nimport no_such_thing\n", "mine.py: line 2: scorer mine:good can't be imported: ModuleNotFoundError"),
            ("x = 1 / 0\n", "mine.py: line 1: scorer mine:good can't be imported: ZeroDivisionError"),
            ("def god(one):\n    return True\n", "mine:good: scorers: there is no function 'good' in mine"),
            ("good = 3\n", "'good' is no function"),
            ("def good(one):\n    return 1 / 0\n", "mine.py: line 2: scorer mine:good raised ZeroDivisionError"),
            ("import sys\nsys.exit(0)\n", "mine.py: line 2: scorer mine:good can't be imported: SystemExit"),
            ("def good(one):\n    raise SystemExit(0)\n", "mine.py: line 2: scorer mine:good raised SystemExit"),
            ("def good(one):\n    return 'yes'\n", "mine:good: scorers: gave str for sample 's0'"),
            ("def good(one):\n    return float('nan')\n", "mine:good: scorers: gave nan for sample 's0'"),
            (
                "def good(one):\n    return 10**400\n",
                "mine:good: scorers: gave a number that is too large for sample 's0'",
            ),
            ("import numpy\n\ndef good(one):\n    return numpy.ones(2)\n", "scorers: gave ndarray for sample 's0'"),
            ("class Odd:\n    item = 3\n\ndef good(one):\n    return Odd()\n", "scorers: gave Odd for sample 's0'"),
        ],
    )
    @pytest.mark.parametrize("jobs", [1, 2])
    def test_what_is_wrong_with_one_is_named(
        self, text: str, said: str, jobs: int, suite_of: Make, tmp_path: Path
    ) -> None:
        """With file and line, whether it can't be imported, raises, or gives what is no score."""
        self.brought(tmp_path, text)
        suite = suite_of(scorers=["mine:good"])
        made_of(suite, tmp_path / "a.jsonl")
        with pytest.raises(EvalDataError) as wrong:
            scores_of(suite, tmp_path / "a.jsonl", jobs)
        assert said in str(wrong.value)

    def test_one_that_takes_something_else_is_told_that_alone(self, suite_of: Make, tmp_path: Path) -> None:
        """It was found, so nothing is said of where it was looked for."""
        self.brought(tmp_path, "def good():\n    return True\n")
        made_of(suite := suite_of(scorers=["mine:good"]), tmp_path / "a.jsonl")
        with pytest.raises(EvalDataError, match=r"takes 0 positional arguments but 1 was given for sample 's0'$"):
            scores_of(suite, tmp_path / "a.jsonl")

    def test_helpers_of_one_name_are_each_suites_own(self, suite_of: Make, tmp_path: Path) -> None:
        """Imported at the top or when it is scored, from a file or a package: never from another suite's folder."""
        made_of(suite_of(), tmp_path / "a.jsonl")
        found = []
        for number in (1, 2, 1):
            folder = self.brought(tmp_path / str(number), "from top import N\n\ndef top(one):\n    return N\n")
            self.brought(folder, f"N = {number}\n", "top.py")
            self.brought(folder, "def late(one):\n    from package.held import N\n    return N\n", "other.py")
            self.brought(folder / "package", f"N = {number}\n", "held.py")
            suite = suite_of(scorers=["mine:top", "other:late"]).model_copy(update={"folder": folder})
            found.append([one.mean for one in scores_of(suite, tmp_path / "a.jsonl").numbers.values()])
        assert found == [[1, 1], [2, 2], [1, 1]]
        assert not {"top", "other", "package", "package.held"}.intersection(sys.modules)

    @pytest.mark.parametrize("file", ["mine.py", "held.py"])
    def test_an_edited_scorer_is_loaded_anew(self, file: str, suite_of: Make, tmp_path: Path) -> None:
        """Also by a worker that has scored with it before, and where only what it imports was edited."""
        self.brought(tmp_path, "import held\n\ndef good(one):\n    return 10 + held.N\n")
        self.brought(tmp_path, "N = 1\n", "held.py")
        suite = suite_of(scorers=["mine:good"])
        made_of(suite, tmp_path / "a.jsonl")
        work, chunk = Work(suite), next(run_chunks(tmp_path / "a.jsonl"))
        assert work(chunk).sums.numbers["mine:good"] == {11.0: 6}
        text = (tmp_path / file).read_text(encoding="utf-8")
        self.brought(tmp_path, text.replace("1", "2"), file)
        assert Work(suite)(chunk).sums.numbers["mine:good"] == {(12.0 if file == "held.py" else 21.0): 6}
        with pytest.raises(EvalDataError, match=f"{file}: was edited while it scored"):
            work(chunk)

    @pytest.mark.parametrize("jobs", [1, 2])
    def test_one_that_is_edited_while_it_scores_is_refused(
        self, jobs: int, suite_of: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """In whichever process: there is no figure of two versions."""
        monkeypatch.setattr("drafter.evals.reading.BLOCK", 1_000)
        text = "from pathlib import Path\n\ndef good(one):\n    if one.id == 's1':\n"
        edit = "        Path(__file__).with_name('mine.txt').replace(__file__)\n"
        self.brought(tmp_path, f"{text}{edit}    return 1\n")
        self.brought(tmp_path, "def good(one):\n    return 2\n", "mine.txt")
        suite = suite_of(20, scorers=["mine:good"])
        made_of(suite, tmp_path / "a.jsonl")
        with pytest.raises(EvalDataError, match=r"mine\.py: was edited while it scored"):
            scores_of(suite, tmp_path / "a.jsonl", jobs)

    @pytest.mark.parametrize("jobs", [1, 2])
    @pytest.mark.parametrize(
        ("last", "said"),
        [
            ("True", "mine:good: scorers: gave True or False for sample 's5', and a number for 's0'"),
            ("'no'", "mine:good: scorers: gave str for sample 's5'"),
        ],
    )
    def test_a_scorer_gives_one_kind(
        self, last: str, said: str, jobs: int, suite_of: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """One that turns from numbers to something else is told with the sample, however the run is divided."""
        monkeypatch.setattr("drafter.evals.reading.BLOCK", 1_000)
        self.brought(tmp_path, f"def good(one):\n    return {last} if one.id == 's5' else 1\n")
        suite = suite_of(scorers=["mine:good"])
        made_of(suite, tmp_path / "a.jsonl")
        with pytest.raises(EvalDataError) as wrong:
            scores_of(suite, tmp_path / "a.jsonl", jobs)
        assert said in str(wrong.value)

    def test_what_one_prints_is_a_note(self, command: Command, suite_of: Make, tmp_path: Path) -> None:
        """When it is imported and when it scores: the figures stay a document."""
        self.brought(tmp_path, "print('come')\n\ndef good(one):\n    print('seen', one.id)\n    return True\n")
        suite = suite_of()
        made_of(suite, tmp_path / "a.jsonl")
        text = 'name = "mine"\nabout = "a"\ndata = ["data.jsonl"]\nscorers = ["mine:good"]\n'
        (tmp_path / "mine.toml").write_text(text)
        done = command("eval", "score", tmp_path / "a.jsonl", "--suite", tmp_path / "mine.toml", "--format", "json")
        assert json.loads(done.out)["shares"]["mine:good"]["value"] == 1.0
        assert all(said in done.err for said in ("come", "seen s5"))
