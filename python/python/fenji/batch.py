"""Batches: the specification of ``fenji batch``, run here or on a Dask cluster, into the same folder and the same data set.

Jobs are tasks of Dask with demands of memory and processors (worker resources); a case is shipped once; results come back to the client, which
puts each in place by one rename under the hash of its job. So a worker may die (its jobs are run again elsewhere), and the client may die: run
again, it goes on where it was, and nothing is done twice or lost.

    python -m fenji.batch SPEC --out DIR --dask tcp://scheduler:8786
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

import pandas as pd

from . import _fenji, _worker
from ._call import Line
from ._cluster import offered, same_build
from .errors import FenjiError, UsageError, translate
from .progress import Event, Progress, listener

__all__ = ["BatchResult", "merge", "report", "run", "status"]


class BatchResult:
    """A batch: its folder, its jobs and its data set.

    Attributes
    ----------
    folder : pathlib.Path
        The folder of the batch.
    jobs : pandas.DataFrame
        One row a job: ``case``, ``scenario``, ``command``, ``status``, ``objective``, ``gap``, ...
    done : int
        Jobs that this run did.
    """

    def __init__(self, folder: Path, done: int) -> None:
        self.folder = folder
        self.done = done
        self.jobs = pd.read_csv(folder / "data" / "jobs.csv", dtype={"job": str, "case": str, "parent": str, "group": str})

    @property
    def tables(self) -> list[str]:
        """Names that :meth:`to_frame` knows."""
        return sorted({p.stem for p in (self.folder / "data").iterdir() if p.suffix in (".parquet", ".csv")})

    @property
    def shared(self) -> list[dict[str, Any]]:
        """What rounds of shared hospitals came to, one for each command and scenario: ``certificate`` (``lower``, ``upper``, ``gap``, ``price``),
        ``rounds``, ``cases`` and ``ended``; empty where the specification has no ``[shared]``."""
        path = self.folder / "data" / "shared.json"
        found: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else []
        return found

    def to_frame(self, name: str = "jobs") -> pd.DataFrame:
        """A table of the data set.

        Parameters
        ----------
        name : str
            ``jobs``, ``indicators``, ``ledger``, ``facilities`` or ``flows``; with shared hospitals ``rounds`` and ``shared`` too.

        Returns
        -------
        pandas.DataFrame
            Every row with its job, case, scenario, command and parameters.

        Raises
        ------
        KeyError
            The data set has no such table.
        """
        if name not in self.tables:
            raise KeyError(f"{name!r}: the tables are {', '.join(self.tables)}")
        path = self.folder / "data" / f"{name}.parquet"
        return pd.read_parquet(path) if path.exists() else pd.read_csv(path.with_suffix(".csv"))

    def __repr__(self) -> str:
        counts = ", ".join(f"{n} {status}" for status, n in self.jobs["status"].value_counts().items())
        return f"<fenji.batch.BatchResult {self.folder}: {counts or 'no jobs'}>"

    def _repr_html_(self) -> str:
        return str(self.jobs.to_html(index=False, max_rows=50))


def run(
    spec: str | os.PathLike[str],
    out: str | os.PathLike[str],
    address: str | None = None,
    *,
    client: Any = None,
    jobs: int | None = None,
    threads_per_job: int = 1,
    memory: str | float | None = None,
    cpus: float | None = None,
    retries: int = 3,
    resume: bool = True,
    retry: bool = False,
    progress: Progress = None,
) -> BatchResult:
    """Runs a batch, or goes on with one. Hospitals that several cases share are priced and shared out between rounds of jobs (``[shared]``).

    Parameters
    ----------
    spec : path
        The specification of ``fenji batch``.
    out : path
        Folder of the batch: absent, empty, or of the same batch.
    address : str, optional
        Scheduler of a Dask cluster; without one (and without ``client``) jobs run in threads of this process.
    client : distributed.Client, optional
        A client that there is already, in place of ``address``.
    jobs : int, optional
        Jobs at a time, without a cluster (one for each processor).
    threads_per_job : int
        Threads of a job.
    memory : str or float, optional
        Demand of a job on the worker resource ``memory``, bytes (``"2GiB"``); workers must be started with ``--resources "memory=..."``.
    cpus : float, optional
        Demand on the worker resource ``cpus``; by default none: a worker runs as many jobs as it has threads.
    retries : int
        How often a job is tried again that Dask gave up because its workers died.
    resume : bool
        Go on with what is there; otherwise a folder with results is refused.
    retry : bool
        Also do the jobs again that failed or met a limit.
    progress : bool or callable, optional
        See :func:`fenji.referral`; jobs are the units.

    Returns
    -------
    BatchResult
        A failing or infeasible job is a row.

    Raises
    ------
    CaseError
        The specification is not valid.
    UsageError
        The folder is locked or holds something else; a worker runs another build of fenji.
    """
    if threads_per_job < 1:
        raise UsageError(f"threads_per_job={threads_per_job}: 1 or more")
    try:
        batch = _fenji.Batch(os.fspath(spec), os.fspath(out), _fenji.__file__, resume, threads_per_job)
    except _fenji.Fault as fault:
        raise translate(fault) from None
    on_event, end = listener(progress)
    done = before = 0

    def tell(**event: Any) -> None:
        if on_event is not None:
            on_event(**event)

    def put(outcome: _worker.Outcome) -> None:
        nonlocal done
        batch.put(outcome.record, outcome.answer, outcome.files)
        done += 1
        tell(kind="progress", done=done - before)

    try:
        with _engine(address, client, jobs, _demands(memory, cpus), retries, on_event) as work:
            # one pass; with shared hospitals one for each round
            more = True
            while more:
                todo = [_Job(*row) for row in batch.waiting(retry)]
                before = done
                tell(kind="started", step="jobs", total=len(todo))
                work(todo, put)
                tell(kind="finished")
                more, said = _next_round(batch)
                for text in said:
                    tell(kind="note", text=text)
    finally:
        end()
        # What is there is put into the data set, however the run ended.
        batch.collect()
    return BatchResult(Path(batch.root()), done)


def status(folder: str | os.PathLike[str]) -> pd.DataFrame:
    """How far a batch is, by status of its jobs.

    Parameters
    ----------
    folder : path
        The folder of a batch.

    Returns
    -------
    pandas.DataFrame
        ``status`` and ``jobs``; ``missing`` are those without a trustworthy result.
    """
    try:
        counts = _fenji.batch_counts(os.fspath(folder))
    except _fenji.Fault as fault:
        raise translate(fault) from None
    return pd.DataFrame(counts, columns=["status", "jobs"])


def report(folder: str | os.PathLike[str], *, indicator: str | None = None, lang: Literal["en", "zh"] | None = None) -> BatchResult:
    """Makes data set and page of a batch again: maps, ranking of areas, differences between scenarios, every job.

    Parameters
    ----------
    folder : path
        The folder of a batch.
    indicator : str, optional
        Indicator of maps and ranking, by its name in the table ``indicators``; that of the specification by default.
    lang : {"en", "zh"}, optional
        Language of the page; that of the specification by default.

    Returns
    -------
    BatchResult
        With ``report.html`` in its folder.
    """
    line = Line("batch", "report", os.fspath(folder)).option("indicator", indicator).option("lang", lang)
    line.run(out=None)
    return BatchResult(Path(folder), 0)


def merge(shards: Sequence[str | os.PathLike[str]], out: str | os.PathLike[str]) -> BatchResult:
    """Puts shards of one batch together that ``fenji batch run --shard`` made.

    Parameters
    ----------
    shards : sequence of paths
        Their folders.
    out : path
        Folder of the whole: absent, empty, or of the same batch.

    Returns
    -------
    BatchResult
        Jobs of shards that are not there are missing.
    """
    Line("batch", "merge", *(os.fspath(s) for s in shards)).option("out", os.fspath(out)).run(out=None)
    return BatchResult(Path(out), 0)


def _next_round(batch: _fenji.Batch) -> tuple[bool, list[str]]:
    """Whether there are jobs of a next round of shared hospitals, and what is said of the one that ended."""
    try:
        return batch.next_round() or (False, [])
    except _fenji.Fault as fault:
        raise translate(fault) from None


class _Job:
    """A job with its inputs."""

    def __init__(self, hash_: str, label: str, told: str, case: str, files: list[tuple[str, str]]) -> None:
        self.hash, self.label, self.told = hash_, label, told
        self.case = Path(case)
        self._files = files

    def files(self) -> _worker.Files:
        """The scenario and the files that arguments name, by the names that the job has for them."""
        return [(name, Path(path).read_bytes()) for name, path in self._files]


def _case_files(folder: Path) -> tuple[str, _worker.Files]:
    files = [(p.name, p.read_bytes()) for p in sorted(folder.iterdir()) if p.is_file() and p.suffix in (".csv", ".toml")]
    digest = hashlib.sha256()
    for name, content in files:
        digest.update(f"{name} {len(content)} ".encode())
        digest.update(content)
    return digest.hexdigest(), files


#: Does jobs and hands over what each came to.
_Work = Callable[[list[_Job], Callable[[_worker.Outcome], None]], None]


@contextmanager
def _engine(
    address: str | None, client: Any, jobs: int | None, demands: dict[str, float], retries: int, on_event: Callable[..., object] | None
) -> Iterator[_Work]:
    """What does the jobs: threads here, or a cluster, which keeps the cases from round to round."""
    if client is None and address is None:
        yield lambda todo, put: _here(todo, put, jobs or os.cpu_count() or 1)
        return
    with _client(address, client) as cluster:
        cases: dict[Path, tuple[str, Any]] = {}
        yield lambda todo, put: _on_cluster(cluster, todo, put, demands, retries, on_event, cases)


def _here(todo: list[_Job], put: Callable[[_worker.Outcome], None], at_a_time: int) -> None:
    """Jobs in threads of this process: the lock of the interpreter is released while they work."""
    cases: dict[Path, tuple[str, _worker.Files]] = {}
    waiting: Iterator[_Job] = iter(todo)
    with ThreadPoolExecutor(at_a_time) as pool:
        working: set[Future[_worker.Outcome]] = set()
        try:
            while True:
                while len(working) < at_a_time and (job := next(waiting, None)) is not None:
                    if job.case not in cases:
                        cases = {job.case: _case_files(job.case)}
                    key, files = cases[job.case]
                    working.add(pool.submit(_worker.work, job.told, key, files, job.files(), _worker.build(), "here"))
                if not working:
                    return
                ended, working = wait(working, return_when=FIRST_COMPLETED)
                for future in ended:
                    put(future.result())
        except BaseException:
            for future in working:
                future.cancel()
            _fenji.batch_stop()
            raise


class _client:
    """A client for the time of a run; one that was handed in stays open."""

    def __init__(self, address: str | None, client: Any) -> None:
        self._own = client is None
        if client is None:
            try:
                import distributed
            except ImportError as error:
                raise UsageError("a cluster needs Dask: pip install 'fenji[batch]'") from error
            try:
                connect: Any = distributed.Client
                client = connect(address, timeout=30)
            except OSError as error:
                raise FenjiError(f"no scheduler answers at {address}: {error}") from error
        self._client = client

    def __enter__(self) -> Any:
        return self._client

    def __exit__(self, *_: object) -> None:
        if self._own:
            self._client.close()


def _demands(memory: str | float | None, cpus: float | None) -> dict[str, float]:
    demands: dict[str, float] = {}
    if memory is not None:
        from dask.utils import parse_bytes

        demands["memory"] = float(parse_bytes(memory))
    if cpus is not None:
        demands["cpus"] = float(cpus)
    return demands


def _on_cluster(
    client: Any,
    todo: list[_Job],
    put: Callable[[_worker.Outcome], None],
    demands: dict[str, float],
    retries: int,
    on_event: Callable[..., object] | None,
    cases: dict[Path, tuple[str, Any]],
) -> None:
    """Jobs as tasks of a cluster; ``cases`` are those that were shipped."""
    from distributed import KilledWorker, as_completed

    wanted = _worker.build()
    same_build(client, wanted)
    offered(client, demands)
    tries: dict[str, int] = {}
    good: list[str] | None = None

    def submit(job: _Job) -> Any:
        if job.case not in cases:
            key, files = _case_files(job.case)
            # A task, not a scattered value: Dask makes it again when the worker that holds it dies.
            cases[job.case] = (key, client.submit(_worker.ship, files, key=f"fenji-case-{key}", pure=True, retries=retries))
        key, case = cases[job.case]
        name = f"fenji-job-{job.hash}-{tries.get(job.hash, 0)}"
        given = (job.told, key, case, job.files(), wanted)
        return client.submit(_worker.work, *given, key=name, pure=False, resources=demands or None, workers=good)

    open_: dict[Any, _Job] = {submit(job): job for job in todo}
    watch: Any = as_completed
    queue = watch(list(open_), with_results=False, raise_errors=False)
    try:
        for future in queue:
            job = open_.pop(future)
            error = future.exception() if future.status == "error" else None
            if future.status == "finished":
                outcome = future.result()
                put(_worker.Outcome(*outcome))
                future.release()
                continue
            if isinstance(error, _worker.OtherBuild):
                # One that joined later: from now on jobs go to workers of this build only.
                good = [w for w, said in client.run(_worker.build, on_error="return").items() if said == wanted]
                if not good:
                    raise UsageError(str(error))
            tries[job.hash] = tries.get(job.hash, 0) + 1
            if tries[job.hash] > retries:
                raise FenjiError(f"{job.label}: given up after {retries} retries: {error or future.status}")
            if on_event is not None:
                why = "its workers died" if isinstance(error, KilledWorker) else str(error or future.status)
                on_event(kind="note", text=f"{job.label}: again ({why})")
            again = submit(job)
            open_[again] = job
            queue.add(again)
    except BaseException:
        client.cancel(list(open_), force=True)
        raise


def main(arguments: list[str] | None = None) -> int:
    """The command line of the module.

    Parameters
    ----------
    arguments : list of str, optional
        Those of the process when left out.

    Returns
    -------
    int
        Exit code: 0 fine (a job that failed is a row), 1 failure, 2 usage, 4 invalid input, 130 stopped by Ctrl-C.
    """
    parser = argparse.ArgumentParser(prog="python -m fenji.batch", description="Run a batch of fenji, here or on a Dask cluster")
    parser.add_argument("spec", metavar="SPEC", help="specification (TOML) of fenji batch")
    parser.add_argument("--out", metavar="DIR", required=True, help="folder of the batch; run again into it to go on")
    parser.add_argument("--dask", metavar="ADDRESS", help="scheduler of a Dask cluster; without it jobs run in this process")
    parser.add_argument("--jobs", metavar="N", type=int, help="jobs at a time, without a cluster")
    parser.add_argument("--threads-per-job", metavar="K", type=int, default=1)
    parser.add_argument("--memory", metavar="M", help="demand of a job on the worker resource `memory`, for example 2GiB")
    parser.add_argument("--cpus", metavar="C", type=float, help="demand of a job on the worker resource `cpus`")
    parser.add_argument("--retries", metavar="R", type=int, default=3)
    parser.add_argument("--quiet", action="store_true", help="no progress")
    given = parser.parse_args(arguments)
    from .errors import CaseError

    done = [0, 0]

    def listen(event: Event) -> None:
        if event.kind == "started":
            done[1] = event.total or 0
            print(f"{done[1]} jobs to do", file=sys.stderr, flush=True)
        elif event.kind == "progress":
            print(f"{event.done} of {done[1]}", file=sys.stderr, flush=True)
        elif event.kind == "note":
            print(event.text, file=sys.stderr, flush=True)

    try:
        result = run(
            given.spec,
            given.out,
            given.dask,
            jobs=given.jobs,
            threads_per_job=given.threads_per_job,
            memory=given.memory,
            cpus=given.cpus,
            retries=given.retries,
            progress=None if given.quiet else listen,
        )
    except CaseError as error:
        print(error, file=sys.stderr)
        return 4
    except UsageError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    except FenjiError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print(f"stopped: finished jobs are kept in {given.out}, and its data set and page are made; the same command goes on", file=sys.stderr)
        return 130
    print(json.dumps({"folder": str(result.folder), "done": result.done, "jobs": result.jobs["status"].value_counts().to_dict()}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
