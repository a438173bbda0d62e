"""What a process of An Sinh is told from outside: read once, when it starts, and never changed."""

import os
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any, Self

from auth.scopes import HIGHEST_ASSURANCE, LEVELS
from auth.signatures import key_of
from auth.tokens import ALGORITHMS, ClaimNames
from auth.viewer import ACCOUNT_KINDS, ViewerKind
from db.identifiers import IdentifierKeys
from db.server import CannotStart, FolderUnusable
from schema.limits import USUAL_RATES, Rate

KEY_BYTES = 32
HIGHEST_PORT = 65_535
# A balancer asks every second or two, and takes two answers for one; before a developer there is none.
NOTICE_S = {"development": 0, "production": 5}
LONGEST_S = 3_600
# CITIZEN=20000:200 OFFICER=50000:500
# What a browser writes as the origin of a page: no path, not even a slash.
ORIGIN = re.compile(r"https?://[^/?#@\s]+", re.ASCII)
SWITCH = {"on": True, "off": False}
# personal_number=SoDinhDanh account_type:2=EMPLOYER assurance:urn:vn:muc2=2
CLAIM = re.compile(
    r"(?P<fact>account_type|assurance)(:(?P<word>\S+))?=(?P<meaning>[^=\s]+)"
    r"|(?P<other>name|personal_number|scope)=(?P<claim>[^=\s]+)"
)
CLAIMS = (
    "(account_type | assurance | name | personal_number | scope)=claim …"
    f" account_type:word=({' | '.join(ACCOUNT_KINDS)}) … assurance:word=(1 … {HIGHEST_ASSURANCE}) …"
)
# Those that sign with a private key: what is signed with a shared one, or not at all, proves nothing.
ASYMMETRIC = tuple(f"{family}{bits}" for family in ("ES", "PS", "RS") for bits in (256, 384, 512))
RATES = re.compile(r"(?P<kind>[A-Z]+)=(?P<capacity>[1-9][0-9]{0,8}):(?P<restored>[1-9][0-9]{0,8})")


class SettingWrong(CannotStart):
    """The setting {name} is wrong: it must be {wanted}."""

    vietnamese = "Cấu hình {name} không hợp lệ: giá trị phải là {wanted}."


class SettingMissing(CannotStart):
    """The setting {name} is missing: it is {wanted}."""

    vietnamese = "Thiếu cấu hình {name}: đó là {wanted}."


@dataclass(frozen=True)
class Settings:
    """Everything that differs from one installation to the next.

    `home` holds what An Sinh itself keeps: the embedded database, its log, the keys of a development
    installation. `database_url` is where this process reads and writes; None stands for the server in `home`.
    `url` is where browsers find us. `issuer` signs the tokens that we accept, for `audience`; only
    who serves must have one. `signing_keys` are those that the agency signs with, the newest first.
    `claim_names` are under which names it says what, `algorithms` how it may sign.
    `has_introspection` and `has_explorer` are for developers. `origins` are those
    of other sites whose pages may ask with a token, `*` for all; never with a session. `rates` is how much a
    principal may spend with one process. `proxies` are the addresses whose word we take on who asks
    (`X-Forwarded-For`). `logs_requests`: whether the log has a line for each request.
    `metrics` is the address, host and port, where Prometheus finds the metrics; nobody else should reach it.
    `collector` is the address that traces are told to. `notice_s` is how long whoever sends requests here is
    told that we leave before we do: as long as a balancer needs to hear of it.
    """

    home: Path
    host: str
    port: int
    url: str
    is_development: bool
    issuer: str
    audience: str
    client_id: str
    client_secret: str | None
    database_url: str | None
    sealing_key: bytes | None
    finding_key: bytes | None
    signing_keys: tuple[bytes, ...] = ()
    claim_names: ClaimNames = field(default_factory=ClaimNames)
    algorithms: tuple[str, ...] = ALGORITHMS
    has_introspection: bool = False
    has_explorer: bool = False
    origins: tuple[str, ...] = ()
    rates: Mapping[ViewerKind, Rate] = field(default_factory=lambda: USUAL_RATES)
    proxies: tuple[str, ...] = ()
    logs_requests: bool = True
    metrics: tuple[str, int] | None = None
    collector: str | None = None
    notice_s: int = 0

    @classmethod
    def read(cls, environment: Mapping[str, str], *, otherwise: str = "production") -> Self:
        """Read the settings; `otherwise` stands where ANSINH_ENVIRONMENT is not given.

        Raises: SettingWrong.
        """
        port = environment.get("ANSINH_PORT", "8000")
        if not is_port(port):
            raise SettingWrong(name="ANSINH_PORT", wanted=f"1 … {HIGHEST_PORT}")
        kind = environment.get("ANSINH_ENVIRONMENT", otherwise)
        if kind not in {"development", "production"}:
            raise SettingWrong(name="ANSINH_ENVIRONMENT", wanted="development | production")
        is_development = kind == "development"
        url = environment.get("ANSINH_URL", f"http://127.0.0.1:{port}").rstrip("/")
        issuer = environment.get("ANSINH_ISSUER", f"{url}/provider" if is_development else "")
        return cls(
            home=Path(environment.get("ANSINH_HOME") or "var").absolute(),
            host=environment.get("ANSINH_HOST", "127.0.0.1"),
            port=int(port),
            url=url,
            is_development=is_development,
            issuer=issuer,
            audience=environment.get("ANSINH_AUDIENCE", "ansinh"),
            client_id=environment.get("ANSINH_CLIENT_ID", "ansinh"),
            client_secret=environment.get("ANSINH_CLIENT_SECRET"),
            database_url=environment.get("DATABASE_URL"),
            sealing_key=key(environment, "ANSINH_SEALING_KEY"),
            finding_key=key(environment, "ANSINH_FINDING_KEY"),
            signing_keys=signing_keys(environment, "ANSINH_SIGNING_KEYS"),
            claim_names=claim_names(environment.get("ANSINH_CLAIMS", "")),
            algorithms=algorithms(environment.get("ANSINH_ALGORITHMS", "")),
            has_introspection=switch(environment, "ANSINH_INTROSPECTION", otherwise=is_development),
            has_explorer=switch(environment, "ANSINH_EXPLORER", otherwise=is_development),
            origins=origins(environment.get("ANSINH_ORIGINS", "")),
            rates=rates(environment.get("ANSINH_RATES", "")),
            proxies=tuple(environment.get("ANSINH_PROXIES", "").split()),
            logs_requests=switch(environment, "ANSINH_LOG_REQUESTS", otherwise=True),
            metrics=address(environment, "ANSINH_METRICS"),
            collector=environment.get("ANSINH_COLLECTOR") or None,
            notice_s=seconds(environment, "ANSINH_NOTICE_S", otherwise=NOTICE_S[kind]),
        )

    def identifier_keys(self) -> IdentifierKeys:
        """Find the keys that identity numbers are sealed and found with.

        A development installation makes a pair of its own and keeps it in `home`, for itself only.
        Raises: SettingMissing, FolderUnusable.
        """
        if self.sealing_key and self.finding_key:
            return IdentifierKeys(self.sealing_key, self.finding_key)
        if not self.is_development:
            raise SettingMissing(name="ANSINH_SEALING_KEY, ANSINH_FINDING_KEY", wanted="[0-9a-f]{64}")
        pair = kept(self.home / "identifier.keys", 2 * KEY_BYTES)
        return IdentifierKeys(pair[:KEY_BYTES], pair[KEY_BYTES:])

    def keys_to_sign_with(self) -> tuple[bytes, ...]:
        """Find the keys that the agency signs with, the newest first.

        A development installation makes one of its own and keeps it in `home`, for itself only.
        Raises: SettingMissing, FolderUnusable.
        """
        if self.signing_keys:
            return self.signing_keys
        if not self.is_development:
            raise SettingMissing(name="ANSINH_SIGNING_KEYS", wanted="[0-9a-f]{64} …")
        return (kept(self.home / "signing.key", KEY_BYTES),)


def switch(environment: Mapping[str, str], name: str, *, otherwise: bool) -> bool:
    """Read a switch, `on` or `off`.

    Raises: SettingWrong.
    """
    found = SWITCH.get(environment.get(name) or ("on" if otherwise else "off"))
    if found is None:
        raise SettingWrong(name=name, wanted="on | off")
    return found


def origins(written: str) -> tuple[str, ...]:
    """Read origins, `https://example.vn https://other.example.vn:8443`, or `*`.

    Raises: SettingWrong.
    """
    found = tuple(word.lower() for word in written.split())
    if found != ("*",) and not all(ORIGIN.fullmatch(word) for word in found):
        raise SettingWrong(name="ANSINH_ORIGINS", wanted="https://… https://… | *")
    return found


def address(environment: Mapping[str, str], name: str) -> tuple[str, int] | None:
    """Read where to listen, `127.0.0.1:9100`. Raises: SettingWrong."""
    written = environment.get(name)
    if not written:
        return None
    host, _, port = written.rpartition(":")
    if not host or not is_port(port):
        raise SettingWrong(name=name, wanted=f"host:port, 1 … {HIGHEST_PORT}")
    return host.strip("[]"), int(port)


def seconds(environment: Mapping[str, str], name: str, *, otherwise: int) -> int:
    """Read a time. Raises: SettingWrong."""
    written = environment.get(name) or str(otherwise)
    if not (written.isascii() and written.isdigit() and int(written) <= LONGEST_S):
        raise SettingWrong(name=name, wanted=f"0 … {LONGEST_S}")
    return int(written)


def is_port(written: str) -> bool:
    """Whether this is the number of a port."""
    return written.isascii() and written.isdigit() and 0 < int(written) <= HIGHEST_PORT


def rates(written: str) -> Mapping[ViewerKind, Rate]:
    """Read rates, `CITIZEN=20000:200`: capacity, units each second; others are as usual.

    Raises: SettingWrong.
    """
    given = {}
    for word in written.split():
        found = RATES.fullmatch(word)
        if not found or found["kind"] not in ViewerKind.__members__:
            kinds = " | ".join(ViewerKind)
            raise SettingWrong(name="ANSINH_RATES", wanted=f"({kinds})=capacity:each_second …")
        given[ViewerKind(found["kind"])] = Rate(
            capacity=int(found["capacity"]), restore_rate=int(found["restored"])
        )
    return MappingProxyType({**USUAL_RATES, **given})


def claim_names(written: str) -> ClaimNames:
    """Read under which names an issuer says what, and what its words mean, `name=HoVaTen assurance:muc2=2`.

    Where one word of its account types or levels is given, those that are not have no meaning.
    Raises: SettingWrong.
    """
    words = written.split()
    names: dict[str, Any] = {}
    kinds: dict[str, ViewerKind] = {}
    levels: dict[str, int] = {}
    for found in map(CLAIM.fullmatch, words):
        match found and found.groupdict():
            case {"fact": "account_type", "word": str(word), "meaning": kind} if kind in ACCOUNT_KINDS:
                kinds[word] = ViewerKind(kind)
            case {"fact": "assurance", "word": str(word), "meaning": level} if level in LEVELS:
                levels[word] = LEVELS[level]
            case {"fact": str(fact), "word": None, "meaning": claim}:
                names[fact] = claim
            case {"other": str(fact), "claim": claim}:
                names[fact] = claim
    # What has no meaning, or is said twice, has found no place.
    if len(names) + len(kinds) + len(levels) < len(words):
        raise SettingWrong(name="ANSINH_CLAIMS", wanted=CLAIMS)
    if kinds:
        names["account_types"] = MappingProxyType(kinds)
    if levels:
        names["assurance_levels"] = MappingProxyType(levels)
    return ClaimNames(**names)


def algorithms(written: str) -> tuple[str, ...]:
    """Read how an issuer may sign, `ES256 PS256`. Raises: SettingWrong."""
    found = tuple(written.split()) or ALGORITHMS
    if not set(found) <= set(ASYMMETRIC):
        raise SettingWrong(name="ANSINH_ALGORITHMS", wanted=" | ".join(ASYMMETRIC))
    return found


def key(environment: Mapping[str, str], name: str) -> bytes | None:
    """Read a key of 32 bytes, written as 64 hexadecimal digits."""
    written = environment.get(name)
    if not written:
        return None
    try:
        found = bytes.fromhex(written)
    except ValueError:
        found = b""
    if len(found) != KEY_BYTES:
        raise SettingWrong(name=name, wanted="[0-9a-f]{64}")
    return found


def signing_keys(environment: Mapping[str, str], name: str) -> tuple[bytes, ...]:
    """Read keys to sign with, each written as 64 hexadecimal digits, the newest first.

    Raises: SettingWrong, without what was written.
    """
    try:
        found = tuple(bytes.fromhex(word) for word in environment.get(name, "").split())
        for secret in found:
            key_of(secret)
    except ValueError:
        found = (b"",)
    if any(len(secret) != KEY_BYTES for secret in found):
        raise SettingWrong(name=name, wanted="[0-9a-f]{64} …")
    return found


def kept(file: Path, length: int) -> bytes:
    """Read a random secret of our own; made at the first reading, whole or not at all, for our eyes only."""
    try:
        if not file.exists():
            file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            unfinished = file.with_name(f"{file.name}.{os.getpid()}")
            unfinished.touch(mode=0o600)
            unfinished.write_text(secrets.token_hex(length))
            # Of two processes that make it at once, both end up with the one that was there first.
            try:
                os.link(unfinished, file)
            except FileExistsError:
                pass
            finally:
                unfinished.unlink()
        return bytes.fromhex(file.read_text())
    except OSError as problem:
        raise FolderUnusable(folder=file.parent, reason=problem.strerror or problem) from problem
