"""What is held against the world: imported cases, and the network that stands."""

from __future__ import annotations

import html
import os
from typing import Any

import pandas as pd

from .. import _fenji
from ..case import Case
from ..errors import translate
from ..frames import Library, from_csv
from .base import Result


class ImportResult(Result):
    """A case that was made of other tables."""

    @property
    def case(self) -> Case:
        """The case."""
        if self._case is None:
            self._case = Case.read(self._shelf.path())
        return self._case

    @property
    def notes(self) -> pd.DataFrame:
        """What became of each row that is not in the case as it was written; empty where there is no such row."""
        if "notes.csv" not in self._shelf:
            return pd.DataFrame()
        return from_csv(self.read("notes.csv"))  # type: ignore[no-any-return]

    @property
    def tables(self) -> list[str]:
        """Names that :meth:`to_frame` knows: the tables of the case, and ``notes``."""
        return [n.removesuffix(".csv") for n in self.files if n.endswith(".csv")]

    def to_frame(self, name: str | None = None, library: Library = "pandas") -> Any:
        """A table of the case, or the notes.

        Parameters
        ----------
        name : str, optional
            One of :attr:`tables`; the first when left out.
        library : {"pandas", "polars", "arrow"}
            What kind of frame.

        Returns
        -------
        frame
            Codes and names as text.
        """
        name = name or self.tables[0]
        if name not in self.tables:
            raise KeyError(f"{name!r}: the tables are {', '.join(self.tables)}")
        return from_csv(self.read(f"{name}.csv"), library)

    def save(self, folder: str | os.PathLike[str]) -> None:
        """Writes the case folder with its notes, whole or not at all.

        Parameters
        ----------
        folder : path
            Absent or empty: a case is never written over another.
        """
        files = [(name, self.read(name)) for name in self.files]
        try:
            _fenji.save(os.fspath(folder), files, True)
        except _fenji.Fault as fault:
            raise translate(fault) from None

    def __repr__(self) -> str:
        return f"<fenji.ImportResult: {self.case!r}, {len(self.notes):,} notes>"

    def _repr_html_(self) -> str:
        counts: dict[str, int] = dict(self.notes["note"].value_counts()) if len(self.notes) else {}
        told = "".join(f"<tr><th style='text-align:left'>{html.escape(str(k))}</th><td>{n:,} rows</td></tr>" for k, n in counts.items())
        return self.case._repr_html_() + (f"<p>Not in the case as written:</p><table>{told}</table>" if told else "")


class RealityResult(Result):
    """The network that stands, held against one chosen from nothing, against chance, and against a layout."""

    @property
    def ways(self) -> pd.DataFrame:
        """Ways to care: a row for each ``rank`` (2, 3, 4: this and above) and ``network`` (real, chosen, random, layout) with ``places``, ``km``,
        ``minutes``, ``p90``, shares of people ``within_15``, ``within_30``, ``within_60`` minutes, shares of the real places that are the ``same``
        or ``near``; of the chosen one ``bound_km`` and ``gap``."""
        return self.to_frame("ways")  # type: ignore[no-any-return]

    @property
    def beds(self) -> pd.DataFrame:
        """Sites and beds by ``tier``; with a referral plan ``beds_filled``, ``stays`` and ``visits``."""
        return self.to_frame("tiers")  # type: ignore[no-any-return]

    @property
    def sites(self) -> pd.DataFrame:
        """Facilities of rank 2 and above, and those that were chosen for one (``chosen_for_rank``)."""
        return self.to_frame("chosen")  # type: ignore[no-any-return]

    @property
    def sentences(self) -> list[str]:
        """The figures in sentences."""
        return [line for line in self._text.splitlines() if line.startswith("Rank ")]

    @property
    def indicators(self) -> pd.DataFrame:
        """By rank: mean ways of the real and of the best network, and what share of the real places the best takes, beside chance."""
        rows = [
            (r["rank"], r["real"]["km"], r["best"]["km"], r["bound_km"], r["gap"], r["random"]["km"], r["best"]["same"], r["random"]["same"])
            for r in self.answer.get("ranks") or []
        ]
        columns = ["rank", "real_km", "chosen_km", "bound_km", "gap", "random_km", "same", "same_by_chance"]
        return pd.DataFrame(rows, columns=columns)

    @property
    def gap(self) -> float:
        """The largest relative gap of the choices."""
        return max((float(r["gap"]) for r in self.answer.get("ranks") or []), default=float("inf"))
