"""Where messages, figures and runs are saved: files whole, through links, and never in the place of what is no file."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from drafter.cli.outcome import save
from drafter.errors import EvalDataError
from drafter.evals.baselines import save_scored
from drafter.evals.produce import Job, produce
from drafter.evals.runfile import RunFile
from drafter.evals.scoring import Scoring
from tests.conftest import Command
from tests.samples import Make, made_of

WORDS = ("draft", "--sender", "Ana Ruiz", "--company", "Larkfield", "--role", "Copy Editor", "--model", "phrasebook")


def linked(link: Path, target: Path) -> Path:
    link.symlink_to(target)
    return link


def test_a_file_is_written_through_a_link(tmp_path: Path) -> None:
    """The link stays, and the file that it leads to, there or not yet, holds the text and keeps its mode."""
    there = tmp_path / "there.txt"
    there.write_text("before")
    there.chmod(0o640)
    for name in ("there.txt", "new.txt"):
        save(link := linked(tmp_path / f"to-{name}", tmp_path / name), "after")
        assert (link.is_symlink(), (tmp_path / name).read_text()) == (True, "after")
    assert there.stat().st_mode & 0o777 == 0o640
    assert sorted(one.name for one in tmp_path.iterdir()) == ["new.txt", "there.txt", "to-new.txt", "to-there.txt"]


@pytest.mark.parametrize(
    ("leads", "said"),
    [
        ("away/out.txt", "there is no folder"),
        ("out.xz", "under an archive's name; leave out .xz"),
        ("there.txt", "exists already; add --force"),
        ("folder", "is a folder"),
    ],
)
def test_a_link_is_as_good_as_where_it_leads(leads: str, said: str, command: Command, tmp_path: Path) -> None:
    """What can't be saved behind it is said before anything is written or paid for."""
    (tmp_path / "there.txt").write_text("before")
    (tmp_path / "folder").mkdir()
    done = command(*WORDS, "--out", linked(tmp_path / "link.txt", tmp_path / leads))
    assert (done.code, said in " ".join(done.err.split()), done.out) == (2, True, "")


@pytest.mark.parametrize("name", ["run.jsonl.xz", "run.zip", "run.parquet"])
def test_nothing_is_saved_under_an_archives_name(name: str, command: Command, tmp_path: Path, suite_of: Make) -> None:
    """Runs and figures alike refuse the same names."""
    with pytest.raises(EvalDataError, match="archive's name"):
        produce(Job(suite_of()), tmp_path / name)
    done = command(*WORDS, "--out", tmp_path / name)
    assert (done.code, "archive's name" in " ".join(done.err.split())) == (2, True)


def test_a_device_is_written_to(tmp_path: Path) -> None:
    """A terminal gets the text, and what leads to /dev/null goes on leading there; neither asks for --force."""
    master, slave = os.openpty()
    save(Path(os.ttyname(slave)), "good\n")
    assert os.read(master, 100).split() == [b"good"]
    save(link := linked(tmp_path / "nowhere", Path(os.devnull)), "gone")
    assert link.is_symlink()
    assert link.is_char_device()
    os.close(master)
    os.close(slave)


@pytest.mark.parametrize("mode", ["wb", "ab"])
def test_standard_output_by_its_name_is_standard_output(mode: str, tmp_path: Path) -> None:
    """`--out /dev/stdout` prints, into a pipe and into a file, of which nothing that stands there is lost."""
    line = [sys.executable, "-m", "drafter", *WORDS, "--quiet", "--out", "/dev/stdout"]
    piped = subprocess.run(line, capture_output=True, check=True).stdout
    (tmp_path / "out.txt").write_bytes(b"before\n")
    with (tmp_path / "out.txt").open(mode) as out:
        out.write(b"first\n")
        out.flush()
        subprocess.run(line, stdout=out, check=True)
    assert b"Larkfield" in piped
    assert (tmp_path / "out.txt").read_bytes() == (b"before\n" if mode == "ab" else b"") + b"first\n" + piped


@pytest.mark.parametrize("name", ["x.txt.gz", "x.txt.zst", "x.zip"])
def test_a_message_is_not_saved_as_an_archive(name: str, command: Command, tmp_path: Path) -> None:
    """Plain text under such a name could not be unpacked; that is said before anything is written."""
    done = command(*WORDS, "--out", tmp_path / name)
    assert (done.code, list(tmp_path.iterdir())) == (2, [])
    assert "archive" in done.err


class TestRuns:
    """Runs and scored runs."""

    @pytest.mark.parametrize("name", ["a.jsonl.gz", "a.jsonl.zst", "a.parquet", "null", "folder"])
    def test_what_lines_cannot_be_kept_in_is_refused(self, name: str, suite_of: Make, tmp_path: Path) -> None:
        """Archives, devices and folders, for runs and scored runs; nothing is left beside them."""
        suite = suite_of()
        made_of(suite, tmp_path / "run.jsonl")
        (tmp_path / "folder").mkdir()
        linked(tmp_path / "null", Path(os.devnull))
        before = sorted(tmp_path.iterdir())
        with pytest.raises(EvalDataError, match=r"archive|no ordinary file"):
            produce(Job(suite), tmp_path / name)
        with pytest.raises(EvalDataError, match=r"archive|no ordinary file"):
            save_scored(Scoring(suite, tmp_path / "run.jsonl"), tmp_path / name)
        assert sorted(tmp_path.iterdir()) == before

    @pytest.mark.parametrize("way", ["run", "record"])
    @pytest.mark.parametrize("held", ["data", "scored"])
    def test_what_is_no_run_is_not_replaced_by_one(
        self, way: str, held: str, command: Command, suite_of: Make, tmp_path: Path
    ) -> None:
        """A suite's own data, or a baseline, where its run would be saved: it is told, and stays to the byte."""
        made_of(suite := suite_of(), tmp_path / "a.jsonl")
        writer = {"run": '"phrasebook"', "record": '"recorded"\nmodel = "m"\nrecordings = "tape"'}[way]
        text = f'name = "mine"\nabout = "a"\ndata = ["data.jsonl"]\nwriter = {writer}\n'
        (tmp_path / "mine.toml").write_text(text)
        place = tmp_path / "mine.jsonl"
        if held == "data":
            place.write_bytes((tmp_path / "data.jsonl").read_bytes())
        else:
            save_scored(Scoring(suite, tmp_path / "a.jsonl"), place)
        before = place.read_bytes()
        done = command("eval", way, tmp_path / "mine.toml", "--runs", tmp_path)
        assert (done.code, "mine.jsonl: is no run, so it stays" in " ".join(done.err.split())) == (2, True)
        assert place.read_bytes() == before

    def test_a_scored_run_replaces_a_file_by_force_alone(
        self, command: Command, suite_of: Make, tmp_path: Path
    ) -> None:
        """`--save` names a file as `--out` does: what is there stays, and `--force` is named."""
        made_of(suite_of(), tmp_path / "a.jsonl")
        (tmp_path / "mine.toml").write_text('name = "mine"\nabout = "a"\ndata = ["data.jsonl"]\nscorers = ["words"]\n')
        (there := tmp_path / "there.txt").write_text("mine")
        words = ("eval", "score", tmp_path / "a.jsonl", "--suite", tmp_path / "mine.toml", "--save", there)
        done = command(*words)
        assert (done.code, "add --force" in " ".join(done.err.split()), there.read_text()) == (2, True, "mine")
        assert (command(*words, "--force").code, there.read_text() == "mine") == (0, False)

    def test_a_link_to_a_run_is_the_run(self, suite_of: Make, tmp_path: Path) -> None:
        """It is gone on with, put in order, held and taken away where it lies; the link stays a link."""
        suite = suite_of()
        whole = made_of(suite, tmp_path / "run.jsonl")
        lines = whole.splitlines(keepends=True)
        (tmp_path / "run.jsonl").write_bytes(b"".join([lines[0], *reversed(lines[2:])]))
        link = linked(tmp_path / "link.jsonl", tmp_path / "run.jsonl")
        produce(Job(suite), link, resume=True)
        assert (link.is_symlink(), (tmp_path / "run.jsonl").read_bytes()) == (True, whole)
        with (
            RunFile(tmp_path / "run.jsonl").writing(Job(suite).header, resume=True),
            pytest.raises(EvalDataError, match="another process"),
        ):
            RunFile(link).remove()
        RunFile(link).remove()
        assert (link.is_symlink(), (tmp_path / "run.jsonl").exists()) == (True, False)

    def test_a_scored_run_is_saved_through_a_link_and_never_over_its_run(self, suite_of: Make, tmp_path: Path) -> None:
        """The run stays as it is, by whatever name it is called."""
        suite = suite_of()
        whole = made_of(suite, tmp_path / "run.jsonl")
        scoring = Scoring(suite, tmp_path / "run.jsonl", jobs=1)
        save_scored(scoring, link := linked(tmp_path / "scored.jsonl", tmp_path / "new" / "scored.jsonl"))
        assert (link.is_symlink(), len(link.read_bytes().splitlines())) == (True, 7)
        for name in (tmp_path / "run.jsonl", linked(tmp_path / "link.jsonl", tmp_path / "run.jsonl")):
            with pytest.raises(EvalDataError, match="is the run itself"):
                save_scored(scoring, name)
        assert (tmp_path / "run.jsonl").read_bytes() == whole

    def test_a_place_that_cannot_be_written_is_named(self, suite_of: Make, tmp_path: Path) -> None:
        """Where a folder would have to be in the place of a file, for runs and scored runs."""
        suite = suite_of()
        made_of(suite, tmp_path / "run.jsonl")
        with pytest.raises(EvalDataError, match="can't be written"):
            produce(Job(suite), tmp_path / "run.jsonl" / "b.jsonl")
        with pytest.raises(EvalDataError, match="can't be written"):
            save_scored(Scoring(suite, tmp_path / "run.jsonl"), tmp_path / "run.jsonl" / "b.jsonl")

    def test_nothing_is_left_beside_a_scored_run_that_was_stopped(self, suite_of: Make, tmp_path: Path) -> None:
        """An error on the way leaves neither half a file nor the one that was there before changed."""
        suite = suite_of(scorers=["acceptable"])
        made_of(suite, tmp_path / "run.jsonl")
        with (tmp_path / "run.jsonl").open("a") as run:
            run.write("{}\n")
        (tmp_path / "scored.jsonl").write_text("before")
        before = sorted(tmp_path.iterdir())
        with pytest.raises(EvalDataError, match="line 8"):
            save_scored(Scoring(suite, tmp_path / "run.jsonl", jobs=1, strict=True), tmp_path / "scored.jsonl")
        assert (sorted(tmp_path.iterdir()), (tmp_path / "scored.jsonl").read_text()) == (before, "before")
