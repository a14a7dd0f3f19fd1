"""Demands that no worker of a cluster offers are refused before a job is handed over: Dask would wait for ever."""

from typing import Any

import pytest

import fenji
from fenji._cluster import offered


class Cluster:
    """A client whose scheduler knows these workers."""

    def __init__(self, *resources: dict[str, float]) -> None:
        self.resources = resources

    def scheduler_info(self, **_: Any) -> dict[str, Any]:
        return {"workers": {f"tcp://worker-{n}": {"resources": offer} for n, offer in enumerate(self.resources)}}


def test_demands_are_held_against_what_workers_offer() -> None:
    small, large = {"memory": 1e9}, {"memory": 4e9, "cpus": 2.0}
    offered(Cluster({}), {})
    offered(Cluster({}, small, large), {"memory": 2e9, "cpus": 2.0})
    for cluster, demands in [(Cluster({}), {"memory": 1.0}), (Cluster(small, {"cpus": 4.0}), {"memory": 1e9, "cpus": 1.0}), (Cluster(), {"cpus": 1.0})]:
        with pytest.raises(fenji.UsageError, match="no worker offers"):
            offered(cluster, demands)
