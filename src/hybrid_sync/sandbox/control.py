"""The way in for a person or another process, under /_sandbox/. Nothing here is part of Webex or Graph.

    GET    /_sandbox/          a page that shows what the sandbox holds
    GET    /_sandbox/state     {now, meetings[], events[], webex_mails[], graph_mails[], faults[]}
    GET    /_sandbox/calls     {calls: [{method, route, path, status, writing, time, fault}]}; status null = dropped
    GET    /_sandbox/mails     {counts, webex_counts, graph_counts, messages: [{time, kind, mail_from, recipients,
                               message_id, subject, method, uid, sequence, content}], webex_mails[], graph_mails[]}
    GET    /_sandbox/webhooks  {webhooks[], deliveries: [{time, webhook_id, resource, event, status, body}]}
    POST   /_sandbox/clock     {"set": "2026-03-02T09:00:00Z"} or {"advance": seconds} or {"reset": true}
    POST   /_sandbox/faults    a fault with the names of `faults.Fault`: {"method": "POST", "path": "/v1/meetings",
                               "drop": "after", "times": 1}
    DELETE /_sandbox/faults    all faults off
    POST   /_sandbox/happen    {"meeting": id or number, "script": [steps of `happen.py`], "advance": true}; with
                               advance the clock is set to the last moment of the script, so that it has happened
    POST   /_sandbox/reset     forget everything

Every POST takes and gives JSON; a mistake is answered with 400 and {"message"}.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, fields
from datetime import datetime
from typing import Any

from . import happen
from .exchange import Answer, Refusal, Request
from .faults import Fault
from .instants import parse, show
from .page import render
from .picture import calls, mails, picture
from .seed import fill
from .webex.webhooks import view
from .world import World


def answer(world: World, request: Request) -> Answer:
    """Perform one control call."""
    name = request.path.removeprefix("/_sandbox").strip("/")
    actions = _ACTIONS.get(name)
    if actions is None:
        return Answer(404, json={"message": f"Unknown control path {request.path}"})
    action = actions.get(request.method)
    if action is None:
        return Answer(
            405, json={"message": f"Use {' or '.join(actions)}"}, headers={"Allow": ", ".join(actions)}
        )
    try:
        with world.state.lock:
            return action(world, _data(request))
    except Refusal as refusal:
        return Answer(refusal.status, json={"message": refusal.descriptions[0]})


def _data(request: Request) -> dict[str, Any]:
    if not request.body:
        return {}
    try:
        value = json.loads(request.body)
    except ValueError:
        raise Refusal(400, "The body is not valid JSON.") from None
    if not isinstance(value, dict):
        raise Refusal(400, "The body must be an object.")
    return value


def _page(world: World, data: dict[str, Any]) -> Answer:
    headers = {
        "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'",
        "Cache-Control": "no-store",
    }
    return Answer(text=render(world), content_type="text/html; charset=utf-8", headers=headers)


def _state(world: World, data: dict[str, Any]) -> Answer:
    return Answer(json=picture(world))


def _calls(world: World, data: dict[str, Any]) -> Answer:
    return Answer(json=calls(world))


def _mails(world: World, data: dict[str, Any]) -> Answer:
    return Answer(json=mails(world))


def _webhooks(world: World, data: dict[str, Any]) -> Answer:
    told = [
        {
            "time": show(one.time),
            "webhook_id": one.webhook_id,
            "resource": one.resource,
            "event": one.event,
            "status": one.status,
            "body": json.loads(one.body),
        }
        for one in world.state.deliveries
    ]
    return Answer(json={"webhooks": [view(one) for one in world.state.webhooks.values()], "deliveries": told})


def _clock(world: World, data: dict[str, Any]) -> Answer:
    _only(data, {"set", "advance", "reset"})
    if "set" in data:
        world.clock.set(_instant(data["set"]))
    elif isinstance(data.get("advance"), int | float):
        world.clock.advance(data["advance"])
    elif data.get("reset") is True:
        world.clock.reset()
    else:
        raise Refusal(400, 'Give {"set": instant}, {"advance": seconds} or {"reset": true}.')
    return Answer(json={"now": show(world.now())})


def _add_fault(world: World, data: dict[str, Any]) -> Answer:
    _only(data, {one.name for one in fields(Fault)})
    try:
        fault = world.faults.add(Fault(**data))
    except ValueError as wrong:
        raise Refusal(400, str(wrong)) from wrong
    return Answer(201, json=asdict(fault))


def _clear_faults(world: World, data: dict[str, Any]) -> Answer:
    world.faults.clear()
    return Answer(204)


def _happen(world: World, data: dict[str, Any]) -> Answer:
    _only(data, {"meeting", "script", "advance"})
    meeting = next(
        (one for one in world.state.meetings.values() if data.get("meeting") in (one.id, one.number)), None
    )
    if meeting is None:
        raise Refusal(404, f"The sandbox holds no meeting {data.get('meeting')}")
    script = data.get("script")
    if not isinstance(script, list) or not all(isinstance(step, dict) for step in script):
        raise Refusal(400, "'script' must be a list of steps.")
    try:
        runs = happen.play(world, meeting, script)
        named = [step[key] for step in script for key in ("at", "until") if key in step]
        last = max((happen.moment(world, meeting, one) for one in named), default=world.now())
    except ValueError as wrong:
        raise Refusal(400, str(wrong)) from wrong
    if data.get("advance") and last > world.now():
        world.clock.set(last)
    return Answer(json={"instances": [one.id for one in runs], "now": show(world.now())})


def _reset(world: World, data: dict[str, Any]) -> Answer:
    fill(world)
    return Answer(204)


def _only(data: dict[str, Any], known: set[str]) -> None:
    unknown = sorted(data.keys() - known)
    if unknown:
        raise Refusal(400, f"Unknown: {', '.join(unknown)}. Known: {', '.join(sorted(known))}.")


def _instant(text: Any) -> datetime:
    instant = parse(text) if isinstance(text, str) else None
    if instant is None:
        raise Refusal(400, f"{text!r} is not an instant.")
    return instant


_Action = Callable[[World, dict[str, Any]], Answer]
_ACTIONS: dict[str, dict[str, _Action]] = {
    "": {"GET": _page},
    "state": {"GET": _state},
    "calls": {"GET": _calls},
    "mails": {"GET": _mails},
    "webhooks": {"GET": _webhooks},
    "clock": {"POST": _clock},
    "faults": {"POST": _add_fault, "DELETE": _clear_faults},
    "happen": {"POST": _happen},
    "reset": {"POST": _reset},
}
