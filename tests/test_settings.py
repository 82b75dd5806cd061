"""Settings: where they come from, which come first, and what is wrong with them."""

from pathlib import Path

import pytest

from drafter.errors import ContentError, SettingsError
from drafter.message import Usage
from drafter.models import ModelReply
from drafter.prices import Prices
from drafter.settings import current_settings, setting_files, source_of


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder to be in, and an empty one for the person's own settings."""
    (tmp_path / "here").mkdir()
    (tmp_path / "own" / "drafter").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "here")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "own"))
    return tmp_path / "here"


def test_what_comes_first_holds(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment, the folder's file, the person's own, the default; and each value says where it is from."""
    folder, own = setting_files()
    own.write_text('model = "own"\njudge = "own"\nseconds = 30\n')
    folder.write_text('model = "folder"\njudge = "folder"\n')
    monkeypatch.setenv("DRAFTER_MODEL", "environment")
    found = current_settings()
    assert (found.model, found.judge, found.seconds, found.attempts) == ("environment", "folder", 30, 3)
    named = [source_of(name) for name in ("model", "judge", "seconds", "attempts")]
    assert named == ["DRAFTER_MODEL", str(folder), str(own), "the default"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("modle = 'x'", "did you mean model"),
        ("openai_api_key = 'x'", "no key belongs into a file"),
        ("base_url = 'http://x'", "would send your key to wherever this folder says"),
        ("attempts = 0", "greater than or equal to 1"),
        ("seconds = 'long'", "seconds"),
        ("model = ", "is not valid TOML"),
        ("\udcff", "can't be read"),
    ],
)
def test_a_wrong_file_is_named(text: str, said: str, here: Path) -> None:
    """An unknown setting, a key, a value that is none, broken TOML: the error names file, setting and what to do."""
    Path("drafter.toml").write_bytes(text.encode(errors="surrogateescape"))
    with pytest.raises(SettingsError) as wrong:
        current_settings()
    assert "drafter.toml" in str(wrong.value)
    assert said in str(wrong.value)


def test_a_wrong_variable_is_named(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """So is a variable; an empty one is as none."""
    monkeypatch.setenv("DRAFTER_TOKENS", "many")
    monkeypatch.setenv("DRAFTER_MODEL", "")
    with pytest.raises(SettingsError, match="DRAFTER_TOKENS"):
        current_settings()


def test_a_base_url_in_ones_own_file_is_taken(here: Path) -> None:
    """Whoever's settings they are may say where their key goes."""
    setting_files()[1].write_text('base_url = "http://127.0.0.1:9/v1"\n')
    assert current_settings().base_url == "http://127.0.0.1:9/v1"


def reply(model: str) -> ModelReply:
    return ModelReply("{}", Usage(prompt_tokens=1_000_000, completion_tokens=500_000), model)


@pytest.mark.parametrize(
    ("model", "cost"), [("mine", 2.0), ("mine-2026-01-31", 2.0), ("vendor/mine", 2.0), ("gpt-nobody-knows", None)]
)
def test_a_call_costs_what_the_prices_say(model: str, cost: float | None, tmp_path: Path) -> None:
    """A dated or prefixed name is found under its plain name; for an unknown model no price is claimed."""
    own = tmp_path / "prices.toml"
    own.write_text("[models]\nmine = { in = 1.00, out = 2.00 }\n")
    assert Prices.known(own).cost(reply(model)) == cost


def test_a_price_of_ones_own_goes_over_the_known_one(tmp_path: Path) -> None:
    """The file that comes along has prices, which a person's own file replaces one by one."""
    own = tmp_path / "prices.toml"
    own.write_text("[models]\ngpt-5-mini = { in = 0, out = 0 }\n")
    assert Prices.known().cost(reply("gpt-5-mini"))
    assert Prices.known(own).cost(reply("gpt-5-mini")) == 0


@pytest.mark.parametrize("text", ["[models]\nx = 1\n", "[models]\nx = { in = -1, out = 2 }\n", "[models\n"])
def test_a_wrong_price_file_is_named(text: str, tmp_path: Path) -> None:
    """What can't be a price is an error that names the file."""
    own = tmp_path / "prices.toml"
    own.write_text(text)
    with pytest.raises(ContentError, match=r"prices\.toml"):
        Prices.known(own)
    with pytest.raises(ContentError, match="named for the prices"):
        Prices.known(tmp_path / "away.toml")
