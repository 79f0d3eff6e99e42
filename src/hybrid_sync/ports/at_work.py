"""Which pass this thread is in, so that whatever is logged meanwhile can say so."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from hybrid_sync.ports.rows import Lease


@dataclass(frozen=True)
class AtWork:
    """One pass over one event. No two passes have the same `pass_id`, because every claim raises the fence."""

    event_id: str
    pass_id: str


_current: ContextVar[AtWork | None] = ContextVar("at_work", default=None)


def at_work() -> AtWork | None:
    """The pass that this thread is in; None outside of one."""
    return _current.get()


@contextmanager
def working_on(lease: Lease) -> Iterator[None]:
    """Within the `with` this thread is in the pass of `lease`."""
    before = _current.set(AtWork(lease.event_id, f"{lease.event_id}.{lease.fence}"))
    try:
        yield
    finally:
        _current.reset(before)
