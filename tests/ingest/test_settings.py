"""Settings come from the environment, and a text that does not fit is named."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from ingest.settings import SettingError, Settings, load, setting, variable_name


@dataclass(frozen=True, kw_only=True)
class Colours:
    size: int = setting(3, "How many.")
    names: tuple[str, ...] = setting((), "Which.")
    file: Path | None = setting(None, "Where.")
    bright: bool = setting(False, "Whether.")


def test_texts_become_values() -> None:
    environ = {"OFFICEHOURS_SIZE": "7", "OFFICEHOURS_NAMES": "red, blue", "OFFICEHOURS_BRIGHT": "yes"}
    assert load(Colours, environ) == Colours(size=7, names=("red", "blue"), bright=True)


def test_an_empty_variable_counts_as_missing_and_given_values_win() -> None:
    assert load(Colours, {"OFFICEHOURS_SIZE": "", "OFFICEHOURS_FILE": ""}, bright=True) == Colours(bright=True)


@pytest.mark.parametrize(("name", "text"), [("SIZE", "many"), ("BRIGHT", "perhaps")])
def test_what_does_not_fit_is_named(name: str, text: str) -> None:
    with pytest.raises(SettingError, match=f"OFFICEHOURS_{name}='{text}' is not a valid"):
        load(Colours, {f"OFFICEHOURS_{name}": text})


def test_database_and_key_lie_in_the_data_folder_by_default() -> None:
    settings = load(Settings, {"OFFICEHOURS_DATA": "/srv/officehours"})
    assert settings.database == "sqlite:////srv/officehours/officehours.sqlite3"
    assert settings.secrets == Path("/srv/officehours/secret.key")
    assert variable_name("database_url") == "OFFICEHOURS_DATABASE_URL"
