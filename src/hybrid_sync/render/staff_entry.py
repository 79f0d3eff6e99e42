"""The text of the staff calendar entry. Everybody invited reads it, so no join link of anybody is in it (P4)."""

from __future__ import annotations

from hybrid_sync.domain.events import Event
from hybrid_sync.render.text import paragraphs


def staff_entry_text(event: Event) -> str:
    """Plain text: what it is, who speaks, and that registrants have links of their own."""
    lines = [paragraphs(event.description)] if event.description else []
    for heading, people in (("Speakers", event.speakers), ("Moderators", event.moderators)):
        if people:
            lines.append(heading + ":")
            lines += [
                "- " + ", ".join(part for part in (person.name, person.role, person.organisation) if part)
                for person in people
            ]
    if event.online:
        lines.append("Registrants join online with a personal link that each of them got by mail.")
    lines.append(f"Kept in step by hybrid-sync: change the event there ({event.id}), not here.")
    return "\n".join(lines)
