"""CPU time as the kernel accounts for it."""

from collections.abc import Iterable
from pathlib import Path

import psutil


def cpu_ns(processes: Iterable[psutil.Process]) -> int:
    """Nanoseconds on a processor, of all threads of some processes (the first figure of schedstat)."""
    return sum(
        int(stat.read_text().split()[0])
        for process in processes
        for stat in Path(f"/proc/{process.pid}/task").glob("*/schedstat")
    )


def family(pid: int) -> list[psutil.Process]:
    """A process and all that it started."""
    parent = psutil.Process(pid)
    return [parent, *parent.children(recursive=True)]
