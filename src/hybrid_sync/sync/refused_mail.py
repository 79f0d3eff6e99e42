"""What is asked about a mail that the server would not take, or that came back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from hybrid_sync.domain.attention import way_out
from hybrid_sync.domain.ledger import Message, MessageState
from hybrid_sync.domain.refusals import may_go_again
from hybrid_sync.sync.outcome import Outcome, question


def still_refused(
    newest: Iterable[Message], outcomes: Sequence[Outcome], questions: Mapping[str, str]
) -> list[Outcome]:
    """Messages that were refused earlier and of which this pass has not spoken yet.

    `questions` are the words of what stands open before a person, by name: the server's own are kept.
    """
    said = {outcome.target for outcome in outcomes if outcome.result == "refused"}
    return [
        refused(row, row.detail, questions.get(question("mail", row.email.casefold()), ""))
        for row in newest
        if row.state is MessageState.REFUSED and row.email.casefold() not in said
    ]


def refused(message: Message, words: str, asked: str = "") -> Outcome:
    """What the mail server will not take: said at every pass until a person has mended it.

    `words` are the server's. What was `asked` already is asked in the same words.
    """
    target = message.email.casefold()
    ask = question("mail", target)
    told = f"{message.email}: {words}" if words else f"the mail server takes no mail for {message.email}"
    if may_go_again(words):
        told += f"; have that mended, then run {way_out(message.event_id, ask, words)}"
    return Outcome(message.kind, target, "refused", asked or told, ask=ask)
