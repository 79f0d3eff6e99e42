"""`hybrid-sync invitation answers` and `invitation resend`: what came back, and what is done about it."""

from __future__ import annotations

from collections import Counter

import typer

from hybrid_sync.cli import output
from hybrid_sync.cli.arguments import Email, EventId, Json
from hybrid_sync.cli.session import opened, opened_store


def answers(ctx: typer.Context, event: EventId, as_json: Json = False) -> None:
    """Who accepted, declined, or has not answered; and whose mail came back."""
    from hybrid_sync.render.event_json import utc_text

    with opened_store(ctx) as kept, kept.store.read() as tx:
        zone = tx.events.get(event).time_zone
        people = [person for person in tx.people.of(event) if person.is_coming]
        replies, bounces = tx.replies.of(event), {row.email_key: row for row in tx.bounces.of(event)}
    rows = []
    for person in people:
        reply, bounce = replies.get(person.id), bounces.get(person.key)
        rows.append(
            {
                "email": person.email,
                "name": person.name,
                "mode": person.mode.value,
                "answer": reply.answer.value if reply else None,
                "answered": utc_text(reply.stamp) if reply else None,
                "bounced": f"{bounce.status} {bounce.words}".strip() if bounce else None,
            }
        )
    if as_json:
        output.data(rows)
        return
    output.table(
        ("name", "e-mail", "mode", "answer", "at", "came back"),
        [
            (
                row["name"] or "",
                row["email"] or "",
                row["mode"] or "",
                row["answer"] or "-",
                output.moment(replies[person.id].stamp, zone) if person.id in replies else "",
                row["bounced"] or "",
            )
            for person, row in zip(people, rows, strict=True)
        ],
    )
    counts = Counter(row["answer"] or "no answer" for row in rows)
    output.say(
        ", ".join(f"{number} {words}" for words, number in sorted(counts.items())) or "nobody is coming"
    )


def resend(ctx: typer.Context, event: EventId, email: Email) -> None:
    """Write once more to an address that took no mail, when its owner says that it works again."""
    with opened(ctx) as service:
        person = service.desk.invite_again(event, email)
    output.say(f"{person.email} is written to at the next sync")
