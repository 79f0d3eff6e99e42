"""Erasure and retention as the settings describe them."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import datetime

from hybrid_sync.domain.attendance import Attendance, AttendanceRules
from hybrid_sync.domain.retention import OTHER_SECRET, Marker, staff_roles
from hybrid_sync.errors import SettingsError
from hybrid_sync.ports import Check, Clock, MeetingRegistrants, MeetingStaff, Store
from hybrid_sync.settings import Settings
from hybrid_sync.sync.chores import Chore
from hybrid_sync.sync.erase import EraseStep
from hybrid_sync.sync.retention import EVERY, Days, Retention
from hybrid_sync.wiring.store import marker_of


def erase_step(
    settings: Settings,
    store: Store,
    registrants: MeetingRegistrants,
    staff: MeetingStaff,
    rules: AttendanceRules,
) -> EraseStep:
    """The marks of people whose time is over are made with a key that ends with this process: nobody can repeat them."""
    salt = Marker((secrets.token_hex(32),))
    roles = staff_roles(rules.staff, rules.room_systems)
    return EraseStep(store, registrants, staff, marker_of(settings), salt, roles, settings.webex.cohosts)


def retention_of(
    settings: Settings,
    store: Store,
    clock: Clock,
    attendance_of: Callable[[str], Attendance],
    purge_audit: Callable[[datetime, datetime], int],
) -> Retention:
    kept = settings.retention
    days = Days(kept.registrant_days, kept.attendance_days, kept.log_days, kept.speaker_days)
    return Retention(store, clock, days, attendance_of, purge_audit)


def retention_chores(retention: Retention) -> tuple[Chore, ...]:
    return (Chore("privacy", EVERY, retention),)


def privacy_check(store: Store) -> Check:
    """Whether those who were erased are still recognised."""
    what = "erased people"
    try:
        with store.read() as tx:
            tx.tombstones.among(["nobody@example.org"])
            count = tx.tombstones.count()
    except SettingsError:
        return Check(what, False, "are not recognised any more", OTHER_SECRET)
    return Check(
        what, True, f"{count} are recognised when they are told of again" if count else "none so far"
    )
