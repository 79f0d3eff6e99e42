"""An event as a TOML record, such as `event show --toml` hands back: `records.read_record` reads it to the same event."""

from __future__ import annotations

import json

from hybrid_sync.domain.events import Event
from hybrid_sync.intake.record_times import moment_text


def write_record(event: Event) -> str:
    """`event` as a TOML record that `read_record` reads back to the same event."""
    moments = {"starts": event.starts, "ends": event.ends}
    lines = [f"id = {_quoted(event.id)}", f"title = {_quoted(event.title)}"]
    lines += [f"{key} = {moment_text(moment)}" for key, moment in moments.items() if moment]
    lines.append(f"time_zone = {_quoted(event.time_zone)}")
    for key in ("venue", "city", "country", "registration_url", "source"):
        value = getattr(event, key)
        if value is not None:
            lines.append(f"{key} = {_quoted(value)}")
    lines += [f"{key} = {str(getattr(event, key)).lower()}" for key in ("onsite", "online")]
    lines += [
        f"{key} = [{', '.join(map(_quoted, getattr(event, key)))}]" for key in ("languages", "organisers")
    ]
    lines += [f"state = {_quoted(event.state.value)}", f"generation = {event.generation}"]
    lines.append(f"description = {_quoted(event.description)}")
    for key in ("speakers", "moderators", "warnings"):
        for item in getattr(event, key):
            told = ((k, v) for k, v in vars(item).items() if v is not None)
            lines += ["", f"[[{key}]]", *(f"{k} = {_quoted(v)}" for k, v in told)]
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    """A TOML basic string: JSON's escapes are TOML's too, but for DEL."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
