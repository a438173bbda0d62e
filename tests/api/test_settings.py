"""The settings are read once, refuse nonsense by name, and keep secrets to themselves."""

from pathlib import Path

import pytest

from api.settings import SettingMissing, Settings, SettingWrong
from auth.tokens import ClaimNames
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


@pytest.mark.parametrize("keys", ["secret", "00" * 32, "ff" * 32, "01" * 31, f"{'01' * 32} zz"])
def test_a_wrong_key_to_sign_with_is_refused_without_being_said(keys: str) -> None:
    with pytest.raises(SettingWrong, match="ANSINH_SIGNING_KEYS") as refusal:
        Settings.read({"ANSINH_SIGNING_KEYS": keys})
    assert keys not in str(refusal.value)


def test_production_is_given_keys_to_sign_with_and_development_makes_one(tmp_path: Path) -> None:
    with pytest.raises(SettingMissing, match="ANSINH_SIGNING_KEYS"):
        Settings.read({}).keys_to_sign_with()
    given = Settings.read({"ANSINH_SIGNING_KEYS": f"{'02' * 32} {'01' * 32}"})
    assert given.keys_to_sign_with() == (b"\2" * 32, b"\1" * 32)
    settings = Settings.read({"ANSINH_HOME": str(tmp_path)}, otherwise="development")
    assert settings.keys_to_sign_with() == settings.keys_to_sign_with()
    assert (tmp_path / "signing.key").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("name", ["has_introspection", "has_explorer"])
def test_what_is_for_developers_is_there_in_development_only(name: str) -> None:
    assert getattr(Settings.read({}, otherwise="development"), name)
    assert not getattr(Settings.read({}), name)


@pytest.mark.parametrize("name", ["introspection", "explorer"])
def test_a_switch_is_on_or_off(name: str) -> None:
    assert getattr(Settings.read({f"ANSINH_{name.upper()}": "on"}), f"has_{name}")
    settings = Settings.read({f"ANSINH_{name.upper()}": "off"}, otherwise="development")
    assert not getattr(settings, f"has_{name}")
    with pytest.raises(SettingWrong, match=r"on \| off"):
        Settings.read({f"ANSINH_{name.upper()}": "yes"})


def test_no_other_site_is_let_in_unless_named() -> None:
    assert Settings.read({}).origins == ()
    named = Settings.read({"ANSINH_ORIGINS": "https://a.example.vn  http://localhost:5173"})
    assert named.origins == ("https://a.example.vn", "http://localhost:5173")
    assert Settings.read({"ANSINH_ORIGINS": "*"}).origins == ("*",)


@pytest.mark.parametrize(
    "origins",
    ["a.example.vn", "https://a.example.vn/", "https://*.example.vn *", "null", "https://", "ftp://a.vn"],
)
def test_an_origin_is_an_origin(origins: str) -> None:
    with pytest.raises(SettingWrong, match="ANSINH_ORIGINS"):
        Settings.read({"ANSINH_ORIGINS": origins})


def test_rates_are_as_usual_unless_given() -> None:
    rates = Settings.read({"ANSINH_RATES": "CITIZEN=500:5 PARTNER=9:1"}).rates
    assert (rates[ViewerKind.CITIZEN].capacity, rates[ViewerKind.CITIZEN].restore_rate) == (500, 5)
    assert rates[ViewerKind.OFFICER] == USUAL_RATES[ViewerKind.OFFICER]


@pytest.mark.parametrize("rates", ["CITIZEN=5", "CITIZEN=0:1", "CITIZEN=1:0", "NOBODY=1:1", "=1:1"])
def test_a_rate_is_a_rate(rates: str) -> None:
    with pytest.raises(SettingWrong, match="ANSINH_RATES"):
        Settings.read({"ANSINH_RATES": rates})


@pytest.mark.parametrize(
    ("written", "address"),
    [("127.0.0.1:9100", ("127.0.0.1", 9100)), ("[::1]:9100", ("::1", 9100)), ("", None)],
)
def test_metrics_have_an_address_of_their_own(written: str, address: tuple[str, int] | None) -> None:
    assert Settings.read({"ANSINH_METRICS": written}).metrics == address


@pytest.mark.parametrize("written", ["9100", ":9100", "127.0.0.1:", "127.0.0.1:0", "127.0.0.1:http"])
def test_an_address_is_an_address(written: str) -> None:
    with pytest.raises(SettingWrong, match="ANSINH_METRICS"):
        Settings.read({"ANSINH_METRICS": written})


def test_notice_is_given_to_balancers_and_not_to_developers() -> None:
    assert Settings.read({}).notice_s == 5
    assert Settings.read({}, otherwise="development").notice_s == 0
    assert Settings.read({"ANSINH_NOTICE_S": "20"}).notice_s == 20


@pytest.mark.parametrize("written", ["-1", "soon", "3601", "1.5"])
def test_a_time_is_a_number_of_seconds(written: str) -> None:
    with pytest.raises(SettingWrong, match="ANSINH_NOTICE_S"):
        Settings.read({"ANSINH_NOTICE_S": written})


NATIONAL = (
    "personal_number=SoDinhDanh name=HoVaTen account_type=LoaiTaiKhoan account_type:1=CITIZEN"
    " account_type:2=EMPLOYER assurance=MucDo assurance:urn:vn:muc=1=1 assurance:urn:vn:muc=2=2"
)


def test_claims_are_called_as_the_issuer_calls_them() -> None:
    assert Settings.read({}).claim_names == ClaimNames()
    assert Settings.read({"ANSINH_CLAIMS": NATIONAL}).claim_names == ClaimNames(
        account_type="LoaiTaiKhoan",
        name="HoVaTen",
        personal_number="SoDinhDanh",
        assurance="MucDo",
        account_types={"1": ViewerKind.CITIZEN, "2": ViewerKind.EMPLOYER},
        assurance_levels={"urn:vn:muc=1": 1, "urn:vn:muc=2": 2},
    )


def test_levels_are_asked_for_in_the_issuers_words() -> None:
    names = Settings.read({"ANSINH_CLAIMS": "assurance:high=3 assurance:low=1 assurance:some=2"}).claim_names
    assert [names.acr_values(level) for level in (1, 2, 3)] == ["low some high", "some high", "high"]


@pytest.mark.parametrize(
    "written",
    [
        "HoVaTen",
        "full_name=HoVaTen",
        "name=",
        "=HoVaTen",
        "name:1=CITIZEN",
        "account_type:1=MINISTER",
        "account_type:1=REPRESENTATIVE",
        "account_type:1=ANONYMOUS",
        "account_type:=CITIZEN",
        "assurance:2=0",
        "assurance:2=4",
        "assurance:2=two",
        "name=HoVaTen name=Ten",
        "assurance:2=2 assurance:2=1",
        "name = HoVaTen",
    ],
)
def test_a_claim_has_a_meaning(written: str) -> None:
    with pytest.raises(SettingWrong, match="ANSINH_CLAIMS is wrong"):
        Settings.read({"ANSINH_CLAIMS": written})


def test_issuer_signs_with_a_private_key() -> None:
    assert Settings.read({}).algorithms == ("ES256", "PS256")
    assert Settings.read({"ANSINH_ALGORITHMS": "RS256 ES384"}).algorithms == ("RS256", "ES384")


@pytest.mark.parametrize("written", ["HS256", "none", "ES256 HS256", "es256", "RS1", "ES256,PS256"])
def test_no_other_signature_is_believed(written: str) -> None:
    with pytest.raises(SettingWrong, match="ANSINH_ALGORITHMS is wrong"):
        Settings.read({"ANSINH_ALGORITHMS": written})
