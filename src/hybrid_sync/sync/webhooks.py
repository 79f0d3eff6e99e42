"""Keeps our webhooks at the meeting system in step. Everything works without them: they only make it faster.

A person installs and removes them by command. The worker merely makes those active again that the system disabled,
and asks a person about whatever else is wrong: two services on one account must not take each other's webhooks away.

No intent is written before a webhook is made: the look that comes first finds one whose answer was lost by its name,
and a second one would deliver what is thrown away as a double, until the next installation removes it.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from hybrid_sync.domain.webhooks import HookState, HookView, Webhook, WebhookSpec, compare, ours
from hybrid_sync.errors import AlreadyThere
from hybrid_sync.ports import NO_EVENT, AuditLine, Clock, Store, Webhooks

log = logging.getLogger(__name__)

QUESTION = "webhooks"
REACTIVATED = "webhook.reactivate"

REST = timedelta(hours=1)
"""Between two reactivations of one webhook: within five minutes of one, a single failure disables it again."""

OFTEN = 3
"""So many reactivations of one webhook within a day are no accident: a person should look."""

ADVICE = {
    HookState.ACTIVE: "",
    HookState.DISABLED: "Webex disabled it after failed deliveries; the worker makes it active again within an hour. "
    "See that Webex reaches the address",
    HookState.MISSING: "hybrid-sync webex webhooks install",
    HookState.ELSEWHERE: "hybrid-sync webex webhooks install points it here; if another service of the same name uses "
    "this account, give one of them another [service] name",
    HookState.OTHER_SECRET: "the [web] secret has changed: hybrid-sync webex webhooks install",
    HookState.SUPERFLUOUS: "hybrid-sync webex webhooks install removes it",
}


@dataclass(frozen=True)
class HookChange:
    """What was done about one webhook: installed, put right or removed. `before` is what was the case."""

    target: str
    done: str
    before: HookState


class WebhookKeeper:
    """`wanted` gives what there should be; it raises SettingsError while the settings do not allow any."""

    def __init__(
        self,
        hooks: Webhooks,
        store: Store,
        clock: Clock,
        service: str,
        wanted: Callable[[], Sequence[WebhookSpec]],
    ) -> None:
        self._hooks = hooks
        self._store = store
        self._clock = clock
        self._service = service
        self._wanted = wanted

    def status(self) -> Sequence[HookView]:
        """How each stands. Only looks."""
        return compare(self._wanted(), self._ours())

    def install(self) -> Sequence[HookChange]:
        """Make what is missing, put right what is wrong, then remove what is too much. Others' are not touched."""
        changes = []
        for view in self.status():
            if view.state is HookState.ACTIVE:
                continue
            if view.wanted is None:
                assert view.seen is not None
                self._hooks.remove(view.seen)
                done = "removed"
            elif view.seen is None:
                done = self._make(view.wanted)
            else:
                self._hooks.put_right(view.seen, view.wanted)
                done = "put right"
            changes.append(self._noted(view.target, done, view.state, "organiser"))
        self._settle()
        return changes

    def remove(self) -> Sequence[HookChange]:
        """Delete all of ours, wherever they point. Needs no address and no secret."""
        changes = []
        for hook in self._ours():
            self._hooks.remove(hook)
            target = f"{hook.resource} {hook.event}"
            changes.append(self._noted(target, "removed", HookState.SUPERFLUOUS, "organiser"))
        self._settle()
        return changes

    def keep(self, now: datetime) -> None:
        """The worker's chore. Does nothing where nobody installed any; a question closes itself when all is well."""
        mine = self._ours()
        problems = []
        for view in compare(self._wanted(), mine) if mine else []:
            if view.state is HookState.DISABLED:
                problems += self._reactivate(view, now)
            elif view.state is not HookState.ACTIVE:
                problems.append(f"{view.target}: {view.state.value} ({ADVICE[view.state]})")
        if problems:
            words = f"Webex webhooks: {'; '.join(problems)}. Meetings are looked at on schedule all the same"
            with self._store.begin() as tx:
                tx.attentions.open(NO_EVENT, QUESTION, words, now)
        else:
            self._settle()

    def _reactivate(self, view: HookView, now: datetime) -> list[str]:
        """Make it active again, unless that was done within the hour; says so when it comes too often."""
        assert view.seen is not None
        assert view.wanted is not None
        with self._store.read() as tx:
            earlier = [
                line.at
                for line in tx.audit.of(NO_EVENT)
                if (line.what, line.target) == (REACTIVATED, view.target)
                and now - line.at < timedelta(days=1)
            ]
        if not any(now - at < REST for at in earlier):
            self._hooks.put_right(view.seen, view.wanted)
            self._note(view.target, REACTIVATED, "worker", "Webex had disabled it")
            log.warning(
                "webhook %s had been disabled; active again", view.target, extra={"action": "webhooks"}
            )
            earlier.append(now)
        if len(earlier) < OFTEN:
            return []
        return [f"{view.target}: disabled {len(earlier)} times within a day ({ADVICE[view.state]})"]

    def _make(self, wanted: WebhookSpec) -> str:
        """Somebody may have been faster: then it is in the list."""
        try:
            self._hooks.install(wanted)
        except AlreadyThere:
            if not any(hook.name == wanted.name for hook in self._ours()):
                raise
            return "found"
        return "installed"

    def _ours(self) -> list[Webhook]:
        return ours(self._service, self._hooks.listed())

    def _noted(self, target: str, done: str, before: HookState, actor: str) -> HookChange:
        self._note(target, f"webhook.{done.replace(' ', '_')}", actor, f"was {before.value}")
        return HookChange(target, done, before)

    def _note(self, target: str, what: str, actor: str, detail: str) -> None:
        with self._store.begin() as tx:
            tx.audit.add(AuditLine(self._clock(), NO_EVENT, actor, what, target, detail))

    def _settle(self) -> None:
        with self._store.read() as tx:
            asked = any(one.key == QUESTION for one in tx.attentions.unsettled(NO_EVENT))
        if asked:
            with self._store.begin() as tx:
                tx.attentions.settle(NO_EVENT, QUESTION, self._clock())
