"""`drafter check` for programs, and `drafter rules`."""

import json
from pathlib import Path

import pytest

from drafter.guardrails.pack import RULES
from tests.conftest import Command

REQUEST = 'sender = "Ana Ruiz"\ncompany = "Larkfield"\nrole = "Copy Editor"\nchannel = "email"\n'
DRAFT = "Subject: Copy Editor [today]\n\nDear hiring team,\n\nThank you. {company} is out.\n\nAna Ruiz\n"


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    """A draft with an unfilled slot in its subject and one in its body, and its request."""
    draft, request = tmp_path / "a,b:c.txt", tmp_path / "request.toml"
    draft.write_text(DRAFT, encoding="utf-8")
    request.write_text(REQUEST, encoding="utf-8")
    return draft, request


def test_sarif_says_where_in_the_file_a_fault_stands(command: Command, files: tuple[Path, Path]) -> None:
    """Regions are lines and columns of the draft's file, its subject line included."""
    done = command("check", files[0], "-r", files[1], "--format", "sarif")
    run = json.loads(done.out)["runs"][0]
    lines = DRAFT.split("\n")
    placed = [
        (result["ruleId"], lines[region["startLine"] - 1][region["startColumn"] - 1 : region["endColumn"] - 1])
        for result in run["results"]
        if (region := result["locations"][0]["physicalLocation"].get("region"))
    ]
    assert ("form/placeholder", "{company}") in placed
    assert ("form/placeholder", "[today]") in placed
    assert {rule["id"] for rule in run["tool"]["driver"]["rules"]} == set(RULES)
    assert done.code == 1


def test_github_gets_one_escaped_command_for_each_finding(command: Command, files: tuple[Path, Path]) -> None:
    """Colons and commas of a file's name are escaped, as the workflow commands want it."""
    found = json.loads(command("check", files[0], "-r", files[1], "--format", "json").out)["findings"]
    lines = command("check", files[0], "-r", files[1], "--format", "github").out.splitlines()
    assert len(lines) == len(found)
    assert all(line.startswith("::error file=") and "a%2Cb%3Ac.txt" in line for line in lines)


def test_a_draft_without_lines_of_its_own_has_no_region(
    command: Command, files: tuple[Path, Path], tmp_path: Path
) -> None:
    """The lines of a JSON file are not those of the body in it."""
    path = tmp_path / "draft.json"
    path.write_text(json.dumps({"subject": None, "body": "Dear [Name]"}), encoding="utf-8")
    done = command("check", path, "-r", files[1], "--format", "sarif")
    results = json.loads(done.out)["runs"][0]["results"]
    assert results
    assert all("region" not in one["locations"][0]["physicalLocation"] for one in results)


def test_rules_that_could_not_be_judged_are_errors_in_every_format(
    command: Command, files: tuple[Path, Path], tmp_path: Path
) -> None:
    """Failure is closed: what was not judged is said, for programs too."""
    request = tmp_path / "german.toml"
    request.write_text(REQUEST + 'language = "fi"\n', encoding="utf-8")
    sarif = json.loads(command("check", files[0], "-r", request, "--format", "sarif").out)
    assert sarif["runs"][0]["invocations"][0]["executionSuccessful"] is False
    assert "not judged" in command("check", files[0], "-r", request, "--format", "github").out


def test_rules_list_names_every_rule(command: Command) -> None:
    """All 18, in the contract's order, for people and for programs."""
    assert [line.split()[0] for line in command("rules", "list").out.splitlines() if "/" in line] == [*RULES]
    assert [one["rule"] for one in json.loads(command("rules", "list", "--json").out)] == [*RULES]


@pytest.mark.parametrize("rule", RULES)
def test_rules_explain_says_why_and_shows_both_sorts_of_text(command: Command, rule: str) -> None:
    """Each rule has a principle, advice, and a text that breaks it and one that keeps it."""
    done = command("rules", "explain", rule)
    assert done.code == 0
    assert all(word in done.out for word in ("Principle", "Breaks it", "Keeps it"))


def test_an_unknown_rule_is_named_with_the_nearest(command: Command) -> None:
    """A slip of the pen is answered with the rule that was meant."""
    done = command("rules", "explain", "form/placeholders")
    assert (done.code, "form/placeholder" in done.err) == (2, True)


def test_rules_test_fails_for_a_text_that_its_rule_misses(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    """The packs pass as they are; a text that no longer does what it stands there for ends with code 1."""
    monkeypatch.setattr("drafter.guardrails.selftest.flags", lambda rule, _: rule.id != "form/placeholder")
    done = command("rules", "test")
    assert done.code == 1
    assert "form/placeholder" in done.out
