"""Where cases come from: a seed, other forms, the small real case that is compiled in."""

from __future__ import annotations

import os

from .._call import Line
from ..case import Case
from ..errors import UsageError
from ..progress import Progress
from ..results import ImportResult, ReferralResult
from ._common import Lang, result


def generate(
    seed: int = 1,
    *,
    prefectures: int = 1,
    provinces: int = 1,
    people: int = 2_000_000,
    counties: int = 3,
    towns: int = 41,
    settlements: int = 140,
    planar: bool = False,
) -> Case:
    """Makes a synthetic prefecture or province: for trials, teaching and benchmarks.

    Parameters
    ----------
    seed : int
        The same seed and sizes give the same case everywhere.
    prefectures, provinces : int
        From two prefectures on they share provincial, regional and national centres.
    people, counties, towns, settlements : int
        Of a prefecture.
    planar : bool
        Kilometres on a plane in place of longitude and latitude.

    Returns
    -------
    Case
        The case.
    """
    line = Line("generate").option("seed", seed).option("prefectures", prefectures).option("provinces", provinces)
    line.option("people", people).option("counties", counties).option("towns", towns).option("settlements", settlements)
    answer = line.option("planar", planar).run()
    return Case.read(answer.shelf.path())


def import_case(file: str | os.PathLike[str] | None = None, *, kenya: str | os.PathLike[str] | None = None) -> ImportResult:
    """Turns another form of a case into a case: ``fenji import``.

    Parameters
    ----------
    file : path, optional
        The JSON form of a prefecture with its exact arcs.
    kenya : path, optional
        Folder with Kenya's open facility list (``facilities.csv``) and its census of 2019 (``census_V1_T2.7.csv``): real levels, beds and places,
        to hold plans against.

    Returns
    -------
    ImportResult
        With ``.case``, and ``.notes`` on every row that was left out, placed or changed.

    Raises
    ------
    CaseError
        Everything that is wrong with the files, at once.
    """
    if (file is None) == (kenya is None):
        raise UsageError("import_case takes a JSON file, or kenya=FOLDER")
    line = Line("import", *([] if file is None else [os.fspath(file)])).option("kenya", None if kenya is None else os.fspath(kenya))
    return ImportResult("import", line.run(), None)


def demo(*, lang: Lang = "en", progress: Progress = None) -> ReferralResult:
    """Plans the small real case that is compiled in: south-east Chongqing, 2.8 million people.

    Parameters
    ----------
    lang : {"en", "zh"}
        Language of report and pictures.
    progress : bool or callable, optional
        See :func:`referral`.

    Returns
    -------
    ReferralResult
        Its case is ``.case``.
    """
    answer = Line("demo").option("lang", lang).run(progress=progress)
    return result(ReferralResult, "demo", answer, Case.read(answer.shelf.path("case")))
