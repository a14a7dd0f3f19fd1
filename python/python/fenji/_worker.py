"""What a worker of a cluster does: one job, from bytes to bytes. Nothing here needs the files of the client, or a disk."""

from __future__ import annotations

import functools
import hashlib
import threading
from collections import OrderedDict
from pathlib import Path
from typing import Any, NamedTuple

from . import _fenji

#: Files of a folder: name and content.
Files = list[tuple[str, bytes]]
#: Cases that a worker keeps ready.
_KEPT = 4

_cases: OrderedDict[str, _fenji.Shelf] = OrderedDict()
_lock = threading.Lock()


class Outcome(NamedTuple):
    """What a job came to."""

    hash: str
    record: str
    answer: str | None
    files: Files
    build: str


class OtherBuild(Exception):
    """A worker runs another build of fenji than the client."""

    def __init__(self, wanted: str, found: str, worker: str) -> None:
        super().__init__(f"worker {worker} runs fenji {found}, the client {wanted}: install the same build on both")
        self.wanted, self.found, self.worker = wanted, found, worker

    def __reduce__(self) -> tuple[Any, ...]:
        return (type(self), (self.wanted, self.found, self.worker))


@functools.cache
def build() -> str:
    """Version and hash of the compiled library of this process."""
    path = _fenji.__file__
    return f"{_fenji.__version__}-{hashlib.sha256(Path(path).read_bytes()).hexdigest()[:16]}"


def ship(files: Files) -> Files:
    """A case as a task of its own: it is shipped once, moves between workers as they need it, and comes back when its worker dies."""
    return files


def work(job: str, key: str, case: Files, files: Files, wanted: str, worker: str | None = None) -> Outcome:
    """Carries out one job.

    Parameters
    ----------
    job : str
        The job and how it is run, as the library wrote it.
    key : str
        Hash of the case.
    case : list of pairs
        Its files.
    files : list of pairs
        ``scenario.toml`` and the files that arguments name.
    wanted : str
        Build of the client.
    worker : str, optional
        Name of this worker; found out when left out.

    Returns
    -------
    Outcome
        Also of a job that failed.
    """
    if build() != wanted:
        raise OtherBuild(wanted, build(), worker or _address())
    place = _case(key, case)
    beside = _fenji.Shelf()
    for name, content in files:
        beside.put(name, content)
    out = _fenji.Shelf()
    hash_, record, answer = _fenji.batch_job(job, place.path(), beside, out)
    made = [(name, out.get(name) or b"") for name in out.names()]
    return Outcome(hash_, record, answer, made, build())


def _case(key: str, files: Files) -> _fenji.Shelf:
    """The case, read once and kept for the next job of it."""
    with _lock:
        if key in _cases:
            _cases.move_to_end(key)
            return _cases[key]
    given = _fenji.Shelf()
    for name, content in files:
        given.put(name, content)
    try:
        shelf, _ = _fenji.open_case(given.path())
    except _fenji.Fault:
        # The job itself tells what is wrong with it.
        shelf = given
    with _lock:
        _cases[key] = shelf
        while len(_cases) > _KEPT:
            _cases.popitem(last=False)
    return shelf


def _address() -> str:
    try:
        from distributed import get_worker

        return str(get_worker().address)
    except Exception:
        return "here"
