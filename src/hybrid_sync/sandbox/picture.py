"""What the sandbox holds, as plain JSON values."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import fields
from datetime import datetime
from typing import Any

from .instants import show
from .records import Call, GraphMail, InboxMessage, WebexMail
from .runs import Instance
from .state import Event, Meeting
from .world import World


def picture(world: World) -> dict[str, Any]:
    """Everything but calls and message texts."""
    state = world.state
    return {
        "now": show(world.now()),
        "meetings": [_meeting(one) for one in state.meetings.values()],
        "events": [_event(one) for one in state.events.values()],
        "webex_mails": [_plain(one) for one in state.webex_mails],
        "graph_mails": [_plain(one) for one in state.graph_mails],
        "faults": world.faults.show(),
    }


def calls(world: World) -> dict[str, Any]:
    """Every recorded call."""
    return {"calls": [_plain(one) for one in world.state.calls]}


def mails(world: World) -> dict[str, Any]:
    """Messages that came in, and those that the two providers would have sent."""
    state = world.state
    return {
        "counts": mail_counts(state.inbox),
        "webex_counts": dict(Counter(one.kind for one in state.webex_mails)),
        "graph_counts": dict(Counter(one.kind for one in state.graph_mails)),
        "messages": [_message(one) for one in state.inbox],
        "webex_mails": [_plain(one) for one in state.webex_mails],
        "graph_mails": [_plain(one) for one in state.graph_mails],
    }


def mail_counts(inbox: Iterable[InboxMessage]) -> dict[str, int]:
    """Messages by kind; extra copies of one Message-ID; extra copies of one calendar object."""
    messages = list(inbox)
    kinds = Counter(one.kind for one in messages)
    ids = Counter(one.message_id for one in messages if one.message_id)
    objects = Counter((one.uid, one.sequence, one.method) for one in messages if one.uid)
    return {
        "messages": len(messages),
        **{kind: kinds[kind] for kind in ("invitation", "update", "cancellation", "other")},
        "duplicate_message_ids": sum(count - 1 for count in ids.values()),
        "duplicate_calendar_objects": sum(count - 1 for count in objects.values()),
    }


def _plain(one: Call | WebexMail | GraphMail) -> dict[str, Any]:
    values = {field.name: getattr(one, field.name) for field in fields(one)}
    return {name: show(value) if isinstance(value, datetime) else value for name, value in values.items()}


def _message(one: InboxMessage) -> dict[str, Any]:
    return {
        "time": show(one.time),
        "kind": one.kind,
        "mail_from": one.mail_from,
        "recipients": list(one.recipients),
        "message_id": one.message_id,
        "subject": one.subject,
        "method": one.method,
        "uid": one.uid,
        "sequence": one.sequence,
        "content": one.content.decode("utf-8", "replace"),
    }


def _meeting(one: Meeting) -> dict[str, Any]:
    return {
        "id": one.id,
        "number": one.number,
        "title": one.fields["title"],
        "kind": one.fields["scheduledType"],
        "host": one.host_email,
        "start": show(one.start),
        "end": show(one.end),
        "zone": one.zone,
        "tags": list(one.fields.get("integrationTags", [])),
        "registration": one.registration is not None,
        "registrants": [
            {"id": person.id, "email": person.email, "name": person.name, "status": person.status}
            for person in one.registrants.values()
        ],
        "invitees": [
            {"email": person.email, "coHost": person.co_host, "panelist": person.panelist}
            for person in one.invitees.values()
        ],
        "instances": [_instance(run) for run in one.instances],
    }


def _instance(run: Instance) -> dict[str, Any]:
    return {
        "id": run.id,
        "started": show(run.started),
        "ended": show(run.ended) if run.ended else None,
        "participants": [
            {
                "name": row.display_name,
                "email": row.email,
                "host": row.host,
                "stays": [
                    {
                        "device": device.kind,
                        "audio": device.audio,
                        "joined": show(device.joined),
                        "left": show(device.left) if device.left else None,
                    }
                    for device in row.devices
                ],
            }
            for row in run.participants
        ],
    }


def _event(one: Event) -> dict[str, Any]:
    return {
        "id": one.id,
        "mailbox": one.mailbox,
        "ical_uid": one.ical_uid,
        "subject": one.data.get("subject", ""),
        "start": show(one.start),
        "end": show(one.end),
        "cancelled": one.cancelled,
        "attendees": [attendee["emailAddress"].get("address") for attendee in one.data.get("attendees", [])],
        "properties": dict(one.properties),
    }
