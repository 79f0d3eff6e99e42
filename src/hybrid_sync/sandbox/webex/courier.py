"""Delivers webhooks: notices what has come to pass, and posts it, signed, to whoever asked (webex.md 5).

Only addresses on this machine are called; a delivery to any other one counts as failed without being tried.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from http.client import HTTPConnection, HTTPException
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from ..instants import show, show_milliseconds
from ..records import WebhookDelivery
from ..runs import Device, Instance, Participant
from ..state import Meeting
from ..webhook_state import Parcel, Webhook
from ..world import World
from . import views

LOOPBACK = ("127.0.0.1", "localhost", "::1")
MOST_FAILURES = 100
WITHIN = timedelta(minutes=5)
TIMEOUT = 5.0
_POLL = 0.02


@dataclass(frozen=True)
class _Fact:
    """Something that has happened. `key` tells it from every other."""

    key: str
    at: datetime
    resource: str
    event: str
    meeting: Meeting
    data: dict[str, Any]


class Courier:
    """A thread that looks every few milliseconds; `run_once` does the same at once, for tests."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._end = threading.Event()
        self._at_work = threading.Lock()

    def start(self) -> None:
        self._end = threading.Event()
        run = threading.Thread(target=self._run, args=(self._end,), name="sandbox-webhooks", daemon=True)
        run.start()

    def stop(self) -> None:
        """A delivery under way may take until its time-out; nobody waits for it."""
        self._end.set()

    def run_once(self) -> None:
        """Everything that is due by now has been delivered when this returns."""
        with self._at_work:
            for parcel in self._due():
                self._deliver(parcel)

    def _run(self, end: threading.Event) -> None:
        while not end.wait(_POLL):
            self.run_once()

    def _due(self) -> list[Parcel]:
        world = self._world
        with world.state.lock:
            if world.state.webhooks:
                _pack(world)
            now = world.now()
            due = [one for one in world.state.parcels if one.due <= now]
            world.state.parcels = [one for one in world.state.parcels if one.due > now]
        return due[::-1] if world.options.webhook_order == "reversed" else due

    def _deliver(self, parcel: Parcel) -> None:
        with self._world.state.lock:
            hook = self._world.state.webhooks.get(parcel.webhook_id)
            if hook is None or not hook.active:
                return  # missed for good: what was not delivered is not delivered later
        for _ in range(1 + self._world.options.webhook_retries):
            status = _post(hook.target_url, parcel.body, parcel.signature)
            with self._world.state.lock:
                self._note(hook, parcel, status)
            if status is not None and 200 <= status < 300:
                return

    def _note(self, hook: Webhook, parcel: Parcel, status: int | None) -> None:
        now = self._world.now()
        self._world.state.deliveries.append(
            WebhookDelivery(now, hook.id, hook.resource, hook.event, status, parcel.body, parcel.signature)
        )
        if status is not None and 200 <= status < 300:
            return
        hook.failures = [*(one for one in hook.failures if now - one < WITHIN), now]
        lately = hook.reactivated is not None and now - hook.reactivated < WITHIN
        if lately or len(hook.failures) >= MOST_FAILURES:
            hook.active = False


def forget_the_past(world: World) -> None:
    """The first webhook is told nothing of what went before."""
    world.state.told = {fact.key for fact in _facts(world)}


def _pack(world: World) -> None:
    """A parcel for every webhook that a new fact concerns, in the order of the facts."""
    new = sorted((one for one in _facts(world) if one.key not in world.state.told), key=lambda one: one.at)
    delay = timedelta(seconds=world.options.webhook_delay_seconds)
    for fact in new:
        world.state.told.add(fact.key)
        for hook in world.state.webhooks.values():
            if _concerns(hook, fact):
                body = json.dumps(_envelope(world, hook, fact)).encode()
                # The signature is over these very bytes.
                signature = (
                    hmac.new(hook.secret.encode(), body, hashlib.sha1).hexdigest() if hook.secret else ""
                )
                parcel = Parcel(world.now() + delay, hook.id, body, signature)
                world.state.parcels += [parcel] * world.options.webhook_copies


def _facts(world: World) -> Iterator[_Fact]:
    """Everything that has happened up to now, in every meeting."""
    now = world.now()
    for meeting in world.state.meetings.values():
        for run in (one for one in meeting.instances if one.started <= now):
            yield _of_run(world, meeting, run, "started", run.started)
            if run.ended is not None and run.ended <= now:
                yield _of_run(world, meeting, run, "ended", run.ended)
            for row in run.participants:
                for device in row.devices:
                    if device.joined <= now:
                        yield _of_device(world, meeting, run, row, device, "joined", device.joined)
                    if device.left is not None and device.left <= now:
                        yield _of_device(world, meeting, run, row, device, "left", device.left)


def _of_run(world: World, meeting: Meeting, run: Instance, event: str, at: datetime) -> _Fact:
    data: dict[str, Any] = {
        "id": run.id,
        "meetingType": "meeting",
        "state": "inProgress" if event == "started" else "ended",
        "title": meeting.fields["title"],
        "timezone": "UTC",
        "start": show(run.started),
        "hostUserId": views.person_id(meeting.host_email),
        "hostEmail": meeting.host_email,
        "siteUrl": world.options.site_url,
        "scheduledType": meeting.fields["scheduledType"],
    }
    if event == "ended":
        data["end"] = show(at)
    if world.options.webhook_names_series:
        data |= {"meetingSeriesId": meeting.id, "scheduledMeetingId": meeting.occurrence_id}
    return _Fact(f"{event} {run.id}", at, "meetings", event, meeting, data)


def _of_device(
    world: World, meeting: Meeting, run: Instance, row: Participant, device: Device, event: str, at: datetime
) -> _Fact:
    data: dict[str, Any] = {
        "id": row.id,
        "meetingId": run.id,
        "host": row.host,
        "displayName": row.display_name,
        "state": "joined" if event == "joined" else "end",
        "joinedTime": show_milliseconds(device.joined),
        "hostEmail": meeting.host_email,
        "siteUrl": world.options.site_url,
    }
    if row.email is not None:
        data["email"] = row.email
    if event == "left":
        data["leftTime"] = show_milliseconds(at)
    key = f"{event} {row.id} {device.correlation_id}"
    return _Fact(key, at, "meetingParticipants", event, meeting, data)


def _concerns(hook: Webhook, fact: _Fact) -> bool:
    """Own meetings only, unless the webhook is the organisation's; and only what its filter lets through."""
    if (hook.resource, hook.event) != (fact.resource, fact.event):
        return False
    if not hook.org_wide and fact.meeting.host_email != hook.owner:
        return False
    wanted = parse_qsl(hook.filter, keep_blank_values=True)
    return all(str(fact.data.get(name, "")).lower() == value.lower() for name, value in wanted)


def _envelope(world: World, hook: Webhook, fact: _Fact) -> dict[str, Any]:
    """`id` is the webhook's: a delivery has none of its own."""
    envelope = {
        "id": hook.id,
        "name": hook.name,
        "targetUrl": hook.target_url,
        "resource": hook.resource,
        "event": hook.event,
        "orgId": views.person_id(world.options.site_url),
        "createdBy": views.person_id(hook.owner),
        "appId": views.person_id(hook.client),
        "ownedBy": "org" if hook.org_wide else "creator",
        "status": "active",
        "created": show_milliseconds(hook.created),
        "actorId": views.person_id(fact.meeting.host_email),
        "data": fact.data,
    }
    return envelope | ({"filter": hook.filter} if hook.filter else {})


def _post(url: str, body: bytes, signature: str) -> int | None:
    """The status of the answer; None when there was none."""
    parts = urlsplit(url)
    if parts.hostname not in LOOPBACK or parts.scheme != "http":
        return None
    headers = {"Content-Type": "application/json;charset=UTF-8"}
    if signature:
        headers["X-Spark-Signature"] = signature
    connection = HTTPConnection(parts.hostname, parts.port or 80, timeout=TIMEOUT)
    try:
        connection.request("POST", parts.path or "/", body, headers)
        return connection.getresponse().status
    except (OSError, HTTPException):
        return None
    finally:
        connection.close()
