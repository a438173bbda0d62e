"""The settings are read once, refuse nonsense by name, and keep secrets to themselves."""

from pathlib import Path

import pytest

from api.settings import SettingMissing, Settings, SettingWrong
from auth.viewer import ViewerKind
from schema.limits import USUAL_RATES


def test_nothing_need_be_set_in_development() -> None:
    settings = Settings.read({}, otherwise="development")
    assert settings.url == "http://127.0.0.1:8000"
    assert settings.issuer == "http://127.0.0.1:8000/provider"
    assert settings.home == Path.cwd() / "var"


def test_it_is_production_unless_told_otherwise() -> None:
    settings = Settings.read({})
    assert not settings.is_development
    assert settings.issuer == ""


@pytest.mark.parametrize("port", ["", "0", "65536", "eighty", "-1", "\uff18\uff10", " 80"])
def test_a_port_is_a_port(port: str) -> None:
    with pytest.raises(SettingWrong, match="The setting ANSINH_PORT is wrong: it must be 1 … 65535"):
        Settings.read({"ANSINH_PORT": port})


@pytest.mark.parametrize("key", ["secret", "00" * 31, "0" * 63, "zz" * 32])
def test_a_wrong_key_is_refused_without_being_said(key: str) -> None:
    with pytest.raises(SettingWrong) as refusal:
        Settings.read({"ANSINH_SEALING_KEY": key})
    assert key not in str(refusal.value)


def test_an_unknown_environment_is_refused() -> None:
    with pytest.raises(SettingWrong, match=r"development \| production"):
        Settings.read({"ANSINH_ENVIRONMENT": "staging"})


def test_production_must_be_given_its_keys() -> None:
    with pytest.raises(SettingMissing, match="ANSINH_SEALING_KEY"):
        Settings.read({}).identifier_keys()


def test_given_keys_are_used() -> None:
    keys = Settings.read({"ANSINH_SEALING_KEY": "01" * 32, "ANSINH_FINDING_KEY": "02" * 32}).identifier_keys()
    assert keys.sealing == b"\1" * 32
    assert keys.finding == b"\2" * 32


def test_development_makes_keys_once_for_its_eyes_only(tmp_path: Path) -> None:
    settings = Settings.read({"ANSINH_HOME": str(tmp_path / "var")}, otherwise="development")
    first = settings.identifier_keys()
    assert settings.identifier_keys() == first
    assert first.sealing != first.finding
    assert [file.name for file in settings.home.iterdir()] == ["identifier.keys"]
    assert (settings.home / "identifier.keys").stat().st_mode & 0o777 == 0o600


def test_rates_are_as_usual_unless_given() -> None:
    rates = Settings.read({"ANSINH_RATES": "CITIZEN=500:5 PARTNER=9:1"}).rates
    assert (rates[ViewerKind.CITIZEN].capacity, rates[ViewerKind.CITIZEN].restore_rate) == (500, 5)
    assert rates[ViewerKind.OFFICER] == USUAL_RATES[ViewerKind.OFFICER]


@pytest.mark.parametrize("rates", ["CITIZEN=5", "CITIZEN=0:1", "CITIZEN=1:0", "NOBODY=1:1", "=1:1"])
def test_a_rate_is_a_rate(rates: str) -> None:
    with pytest.raises(SettingWrong, match="ANSINH_RATES"):
        Settings.read({"ANSINH_RATES": rates})
