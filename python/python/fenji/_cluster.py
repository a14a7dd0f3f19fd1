"""What a cluster must have before jobs are handed to it."""

from __future__ import annotations

from typing import Any

from . import _worker
from .errors import UsageError


def same_build(client: Any, wanted: str) -> None:
    """Every worker must be of this build."""
    found = client.run(_worker.build, on_error="return")
    if not found:
        raise UsageError("the cluster has no workers")
    other = {worker: said for worker, said in found.items() if said != wanted}
    if other:
        told = "; ".join(f"{worker}: {said}" for worker, said in sorted(other.items()))
        raise UsageError(f"workers with another build of fenji than this one ({wanted}): {told}")


def offered(client: Any, demands: dict[str, float]) -> None:
    """Some worker must offer what a job demands: Dask would wait for one for ever."""
    workers = client.scheduler_info(n_workers=-1)["workers"] if demands else {}
    offers = {address: told.get("resources") or {} for address, told in workers.items()}
    if demands and not any(all(offer.get(name, 0.0) >= amount for name, amount in demands.items()) for offer in offers.values()):
        asked = ", ".join(f"{name}={amount:g}" for name, amount in demands.items())
        told = "; ".join(f"{address}: {offer or 'none'}" for address, offer in sorted(offers.items()))
        raise UsageError(f'no worker offers {asked}: start workers with --resources "{asked}" or more (they offer {told})')
