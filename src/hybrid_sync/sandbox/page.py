"""The page at /_sandbox/: what the sandbox holds, for a person. Static HTML, nothing from outside."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from typing import Any

from .instants import show
from .picture import calls, mails, picture
from .world import World

_STYLE = (
    "body{font:1rem/1.5 system-ui,sans-serif;margin:2rem auto;max-width:70rem;padding:0 1rem;color:#1b1b1b;"
    "background:#fff}table{border-collapse:collapse;width:100%;margin:0 0 1.5rem}"
    "caption{text-align:left;font-weight:600;padding:.5rem 0}"
    "th,td{text-align:left;vertical-align:top;padding:.25rem .75rem .25rem 0;border-bottom:1px solid #767676;"
    "overflow-wrap:anywhere}a:focus{outline:3px solid #0b5cad}"
)
_LAST_CALLS = 200


def render(world: World) -> str:
    """The whole page."""
    held, post, recent = picture(world), mails(world), calls(world)["calls"]
    where = f"Webex: {world.url}/v1/ · Graph: {world.url}/graph/v1.0/"
    parts = [
        f"<p>Sandbox time: {escape(show(world.now()))}. {escape(where)}</p>",
        "<h2>Meetings</h2>",
        *(_meeting(one) for one in held["meetings"]),
        _none(held["meetings"], "No meetings yet."),
        "<h2>Calendar events</h2>",
        _table(
            "Events",
            ("Mailbox", "Subject", "Start", "End", "Attendees", "Cancelled"),
            [
                (
                    e["mailbox"],
                    e["subject"],
                    e["start"],
                    e["end"],
                    ", ".join(e["attendees"]),
                    _yes(e["cancelled"]),
                )
                for e in held["events"]
            ],
        ),
        "<h2>Mails</h2>",
        _table("Received by SMTP", ("Kind", "Number"), post["counts"].items()),
        _table("Webex would have sent", ("Kind", "Number"), post["webex_counts"].items()),
        _table("Exchange would have sent", ("Kind", "Number"), post["graph_counts"].items()),
        _table(
            "Messages",
            ("Time", "Kind", "To", "Subject"),
            [(m["time"], m["kind"], ", ".join(m["recipients"]), m["subject"]) for m in post["messages"]],
        ),
        "<h2>Calls</h2>",
        _table(
            f"The last calls, newest first (of {len(recent)})",
            ("Time", "Method", "Route", "Status", "Writing"),
            [
                (c["time"], c["method"], c["route"], c["status"] or "dropped", _yes(c["writing"]))
                for c in recent[: -_LAST_CALLS - 1 : -1]
            ],
        ),
        "<h2>Faults</h2>",
        _table(
            "Rules that are on",
            ("Method", "Path", "Effect", "Left", "Hits"),
            [(f["method"], f["path"], _fault(f), _left(f["left"]), f["hits"]) for f in held["faults"]],
        ),
    ]
    return (
        '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>hybrid-sync sandbox</title><style>{_STYLE}</style></head>"
        f"<body><main><h1>hybrid-sync sandbox</h1>{''.join(parts)}</main></body></html>"
    )


def _meeting(one: dict[str, Any]) -> str:
    people = [(p["name"], p["email"], p["status"]) for p in one["registrants"]]
    stays = [
        (row["name"], row["email"] or "unknown", stay["device"], stay["joined"], stay["left"] or "")
        for run in one["instances"]
        for row in run["participants"]
        for stay in row["stays"]
    ]
    return (
        f"<h3>{escape(one['title'])}</h3><p>{escape(one['kind'])} {escape(one['number'])}, {escape(one['start'])} to "
        f"{escape(one['end'])}, host {escape(one['host'])}, {len(one['instances'])} run(s)</p>"
        + _table(f"Registrants ({len(people)})", ("Name", "E-mail", "Status"), people)
        + _table(f"Stays ({len(stays)})", ("Name", "E-mail", "Device", "Joined", "Left"), stays)
    )


def _table(caption: str, head: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    body = "".join(
        "<tr>" + "".join(f"<td>{escape(str(cell))}</td>" for cell in row) + "</tr>" for row in rows
    )
    if not body:
        return f"<p>{escape(caption)}: none.</p>"
    columns = "".join(f'<th scope="col">{escape(name)}</th>' for name in head)
    return f"<table><caption>{escape(caption)}</caption><thead><tr>{columns}</tr></thead><tbody>{body}</tbody></table>"


def _none(items: Sequence[Any], text: str) -> str:
    return "" if items else f"<p>{escape(text)}</p>"


def _yes(value: bool) -> str:
    return "yes" if value else "no"


def _left(times: int | None) -> str:
    return "no end" if times is None else str(times)


def _fault(rule: dict[str, Any]) -> str:
    said = [f"{name} {rule[name]}" for name in ("status", "drop", "body") if rule[name] is not None]
    return ", ".join(said + ([f"delay {rule['delay']} s"] if rule["delay"] else []))
