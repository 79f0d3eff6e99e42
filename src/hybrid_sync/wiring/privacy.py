"""Erasure and retention as the settings describe them."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import datetime

from hybrid_sync.domain.attendance import Attendance, AttendanceRules
from hybrid_sync.domain.retention import OTHER_SECRET, Marker, staff_roles
from hybrid_sync.errors import SettingsError
from hybrid_sync.ports import Check, Clock, MeetingRegistrants, MeetingStaff, Store
from hybrid_sync.settings import FEWEST_SECRET_CHARACTERS, Settings
from hybrid_sync.sync.chores import Chore
from hybrid_sync.sync.erase import EraseStep
from hybrid_sync.sync.privacy import EVERY, Days, PrivacyDesk


def marker_of(settings: Settings) -> Marker:
    """By [store] secret, or else by [web] secret; every other one that is set recognises what was marked with it."""
    web = settings.web
    found = [settings.store.secret, *settings.store.old_secrets, web.secret, *web.old_secrets]
    told = [secret.get_secret_value() for secret in found if secret is not None]
    return Marker(tuple(dict.fromkeys(one for one in told if len(one) >= FEWEST_SECRET_CHARACTERS)))


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


def privacy_desk(
    settings: Settings,
    store: Store,
    clock: Clock,
    attendance_of: Callable[[str], Attendance],
    purge_audit: Callable[[datetime, datetime], int],
) -> PrivacyDesk:
    kept = settings.retention
    days = Days(kept.registrant_days, kept.attendance_days, kept.log_days, kept.speaker_days)
    return PrivacyDesk(store, clock, days, attendance_of, purge_audit)


def privacy_chores(desk: PrivacyDesk) -> tuple[Chore, ...]:
    return (Chore("privacy", EVERY, desk),)


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
