"""Hands finished messages to Microsoft 365: Graph sendMail with the MIME bytes (calendar.md A9)."""

from __future__ import annotations

import base64
import email.utils
import re
from collections.abc import Callable, Sequence
from email import policy
from email.parser import BytesHeaderParser
from urllib.parse import quote

from hybrid_sync.adapters.graph.api import GraphApi
from hybrid_sync.adapters.graph.roles import roles
from hybrid_sync.domain.people import email_key, is_email_address
from hybrid_sync.errors import (
    Gone,
    OutcomeUnknown,
    ProviderError,
    Refused,
    SettingsError,
    SignInExpired,
    TryLater,
)
from hybrid_sync.http_client import Budget
from hybrid_sync.ports import Check

MOST_BYTES = 3_000_000
"""Of one message: a request takes 4 MB, and base64 makes three bytes four (calendar.md A9)."""

# Codes that speak of the mailbox or the application even where the status is 400.
_OF_US = re.compile(
    r"ErrorSendAsDenied|ErrorAccessDenied|ErrorQuotaExceeded|ErrorExceededMessageLimit|ErrorMessageSubmissionBlocked"
    r"|ErrorAccountSuspend|ErrorInvalidUser|MailboxNotEnabledForRESTAPI"
)
# And those that speak of what is sent.
_OF_THE_MESSAGE = re.compile(r"ErrorMessageSizeExceeded|MimeContent")
_TEXT = {"Content-Type": "text/plain"}
_BARE_LINE_END = re.compile(rb"\r(?!\n)|(?<!\r)\n")
_HEADERS = BytesHeaderParser(policy=policy.SMTP)

PERMISSION_ADVICE = (
    "ask the Microsoft 365 administrator for the application permission Mail.Send with consent, or for the Exchange "
    'role "Application Mail.Send" over this mailbox (RBAC for Applications; it takes effect within two hours)'
)
MAILBOX_ADVICE = (
    "[mail] from_address must be a mailbox of this tenant that can send (a shared mailbox will do), not an alias of "
    "another one or a distribution list"
)


class GraphMailer:
    """Mailer and Checkable by POST /users/{mailbox}/sendMail.

    The message goes as it stands, base64 under text/plain, so that its calendar part goes with it; sender and
    recipient are read from its headers, and a copy of it is kept in Sent Items. 202 means taken, not delivered: an
    unknown address comes back as a bounce only. A lost answer is OutcomeUnknown, and the same bytes go out again:
    Exchange then delivers two copies with one UID and SEQUENCE, which calendars show once.
    """

    def __init__(
        self,
        api: GraphApi,
        *,
        mailbox: str,
        budget: Budget | None = None,
        close: Callable[[], None] = lambda: None,
    ) -> None:
        """`close` lets go of the connections of the api's transport."""
        self._api = api
        self._mailbox = mailbox
        self._path = f"users/{quote(mailbox, safe='@')}"
        self._budget = budget
        self.close = close

    def send(self, mime: bytes, recipient: str, *, urgent: bool = False) -> str:
        """The request id, which Microsoft's support asks for. See the port for what is raised.

        Raises ValueError for a message with bare line ends, or that is not addressed to this one recipient alone.
        """
        if _BARE_LINE_END.search(mime):
            raise ValueError("a message needs CRLF line ends throughout")
        if not is_email_address(recipient):
            raise Refused(self._api.system, "that is no address that mail can be sent to")
        if _addressees(mime) != [email_key(recipient)]:
            # Graph has no envelope: whoever stands in the headers is mailed.
            raise ValueError("the message is not addressed to this one recipient")
        if len(mime) > MOST_BYTES:
            words = f"the message is larger than the {MOST_BYTES} bytes that sendMail takes"
            raise Refused(self._api.system, words, of_us=True)
        if self._budget:
            self._budget.take(sparing=not urgent)
        try:
            response = self._api.call(
                "POST", f"{self._path}/sendMail", content=base64.b64encode(mime), headers=_TEXT
            )
        except ProviderError as error:
            raise self._meaning(error) from error
        request_id = response.headers.get("request-id", "without a request id")
        return f"{response.status_code} accepted, {request_id}"

    def check(self) -> Sequence[Check]:
        """What can be told without sending: the token, its Mail.Send, and whether the mailbox is there."""
        what = "Graph mail"
        try:
            allowed = roles(self._api.token())
        except (SignInExpired, SettingsError) as error:
            advice = "see tenant_id, client_id and client_secret (or certificate) in [graph]"
            return [Check(what, False, str(error), advice)]
        except ProviderError as error:
            return [Check(what, False, str(error), "see authority in [graph], or try again later")]
        return [self._permission(what, allowed), self._there(what)]

    def _permission(self, what: str, allowed: frozenset[str] | None) -> Check:
        if allowed and "Mail.Send" in allowed:
            return Check(what, True, "the token has Mail.Send")
        detail = "the token does not name Mail.Send; a role in Exchange (RBAC for Applications) would not show here"
        if allowed is None:
            detail = "the token does not tell its permissions"
        return Check(what, None, f"{detail}: the first message will tell", PERMISSION_ADVICE)

    def _there(self, what: str) -> Check:
        try:
            self._api.get(f"{self._path}/events", {"$top": 1, "$select": "id"})
        except Gone as error:
            return Check(what, False, str(error), MAILBOX_ADVICE)
        except (Refused, TryLater, SignInExpired) as error:
            # Sending needs no right to read: a refusal here says nothing of the mailbox.
            return Check(what, None, f"whether the mailbox is there cannot be told: {error}", MAILBOX_ADVICE)
        return Check(what, True, "the mailbox is there")

    def _meaning(self, error: ProviderError) -> ProviderError:
        """Graph's refusals of us told apart from those of the recipient, which are marked on the person.

        401, 403 and 404 are about the application or the mailbox, and so are some codes of 400; the other 400 are about
        the recipient or the message, 413 about its size. 409 and redirects are no answers that sendMail is known to give: nobody's address is blamed.
        """
        if isinstance(error, (OutcomeUnknown, TryLater)):
            return error
        status = error.status or 0
        if status == 413 or (status == 400 and _OF_THE_MESSAGE.search(error.words)):
            return _with_status(
                Refused(error.system, error.words, tracking_id=error.tracking_id, of_us=True), status
            )
        if status == 400 and not _OF_US.search(error.words):
            return error
        advice = MAILBOX_ADVICE if isinstance(error, Gone) else PERMISSION_ADVICE
        told = SignInExpired(error.system, f"{error.words}; {advice}", tracking_id=error.tracking_id)
        return _with_status(told, error.status)


def _with_status(error: ProviderError, status: int | None) -> ProviderError:
    error.status = status
    return error


def _addressees(mime: bytes) -> list[str]:
    """Everybody whom the headers name as a recipient, as comparable keys."""
    headers = _HEADERS.parsebytes(mime)
    lines = [str(value) for name in ("To", "Cc", "Bcc") for value in headers.get_all(name, [])]
    return [email_key(address) for _, address in email.utils.getaddresses(lines)]
