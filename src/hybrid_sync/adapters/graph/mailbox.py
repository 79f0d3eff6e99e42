"""Reads the inbox of the sending mailbox by Graph; needs the application permission Mail.Read. Nothing is marked or moved."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

from hybrid_sync.adapters.graph.api import GraphApi
from hybrid_sync.errors import Gone, ProviderError, Refused, SignInExpired, TryLater
from hybrid_sync.http_client import Json
from hybrid_sync.ports import Check
from hybrid_sync.ports.mailbox import MailboxPosition

_GRANT = (
    "give the app registration the application permission Mail.Read with an administrator's consent, or in Exchange the "
    'role "Application Mail.Read" for this mailbox'
)


class GraphMailbox:
    """ports.Mailbox and Checkable. The position is the moment of the last mail read, and the mails of that moment."""

    def __init__(self, api: GraphApi, *, mailbox: str) -> None:
        self._api = api
        self._mailbox = mailbox

    @property
    def name(self) -> str:
        """Names the mailbox in the store."""
        return f"graph:{self._mailbox}"

    def after(
        self, position: MailboxPosition | None, since: datetime, most: int, now: datetime
    ) -> tuple[Sequence[bytes], MailboxPosition]:
        at, read = _told(position)
        wanted = [one for one in self._listed(at or _text(since), most + len(read)) if one["id"] not in read]
        wanted = wanted[:most]
        mails = [content for one in wanted if (content := self._content(one)) is not None]
        if wanted:
            last = wanted[-1]["receivedDateTime"]
            same = [one["id"] for one in wanted if one["receivedDateTime"] == last]
            # Many mails may carry one second; those of it that were read before still count.
            at, read = last, [*(read if last == at else []), *same]
        cursor = json.dumps({"at": at, "read": read}) if at else None
        return mails, MailboxPosition(self.name, "graph", 0, cursor, now)

    def check(self) -> Sequence[Check]:
        """Look whether the inbox can be listed."""
        what = "Mailbox"
        try:
            self._listed(_text(self._api.clock() - timedelta(days=1)), 1)
        except (SignInExpired, Gone) as error:
            return [Check(what, False, str(error), "see [graph] and [mail] from_address")]
        except Refused as error:
            return [Check(what, False, str(error), _GRANT)]
        except ProviderError as error:
            return [Check(what, False, str(error), "see whether [graph] base_url can be reached from here")]
        return [Check(what, True, f"the inbox of {self._mailbox} can be read")]

    def _listed(self, since: str, most: int) -> list[Json]:
        """The oldest first; the property of the order stands in the filter too, as Graph wants it."""
        body = self._api.get(
            f"users/{quote(self._mailbox)}/mailFolders/inbox/messages",
            {
                "$filter": f"receivedDateTime ge {since}",
                "$orderby": "receivedDateTime",
                "$select": "id,receivedDateTime",
                "$top": min(most, 1000),
            },
        )
        items = body.get("value")
        return [one for one in items if isinstance(one, dict)] if isinstance(items, list) else []

    def _content(self, listed: Json) -> bytes | None:
        """The mail as MIME; None when it is gone, or larger than any answer."""
        try:
            response = self._api.call(
                "GET", f"users/{quote(self._mailbox)}/messages/{quote(listed['id'])}/$value"
            )
        except Gone as answer:
            # A single 404 proves nothing: passed over, the mail would never be read.
            if any(one["id"] == listed["id"] for one in self._listed(listed["receivedDateTime"], 50)):
                words = f"{answer.words}; yet the mail is in the mailbox"
                raise TryLater(self._api.system, words, tracking_id=answer.tracking_id) from answer
            return None
        except Refused as error:
            if error.status is None:
                return None
            raise
        if "html" in response.headers.get("Content-Type", "").lower():
            # A proxy's page: passed over as no mail of ours, the mail itself would never be read.
            raise TryLater(self._api.system, "a mail was answered with an HTML page")
        return response.content


def _text(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def _told(position: MailboxPosition | None) -> tuple[str | None, list[str]]:
    if position is None or not position.cursor:
        return None, []
    told = json.loads(position.cursor)
    return told["at"], told["read"]
