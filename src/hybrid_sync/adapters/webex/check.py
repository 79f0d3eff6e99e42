"""What `doctor` can find out about Webex without changing anything."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from hybrid_sync.adapters.webex.session import WebexApi
from hybrid_sync.adapters.webex.wire import utc_text
from hybrid_sync.errors import ProviderError, Refused, SignInExpired
from hybrid_sync.ports import Check


class WebexCheck:
    """Checkable: who we are, and whether meetings can be listed."""

    def __init__(self, api: WebexApi, *, host_email: str | None = None) -> None:
        self._api = api
        self._host = host_email or None

    def check(self) -> Sequence[Check]:
        """Two reading calls; the second only if somebody answers the first."""
        checks = [self._identity()]
        if checks[0].ok is not False:
            checks.append(self._meetings())
        return checks

    def _identity(self) -> Check:
        what = "Webex sign-in"
        try:
            me = self._api.get("people/me")
        except SignInExpired as error:
            return Check(
                what,
                False,
                str(error),
                "put a valid token, or client id, secret and refresh token, into [webex]",
            )
        except Refused as error:
            return Check(
                what, None, str(error), "the token lacks the scope spark:people_read; that alone does no harm"
            )
        except ProviderError as error:
            return Check(
                what, False, str(error), "see whether [webex] base_url can be reached from this machine"
            )
        return Check(
            what, True, f"signed in as {me.get('displayName') or me.get('id') or 'somebody unnamed'}"
        )

    def _meetings(self) -> Check:
        what = "Webex meetings"
        now = self._api.clock()
        params = {
            "meetingType": "meetingSeries",
            "from": utc_text(now),
            "to": utc_text(now + timedelta(days=7)),
            "max": 10,
            "hostEmail": self._host,
        }
        try:
            self._api.get("meetings", params)
        except ProviderError as error:
            return Check(
                what,
                False,
                str(error),
                "the token needs the scopes meeting:schedules_read and "
                "meeting:schedules_write (or their admin forms together with host_email)",
            )
        return Check(
            what, True, "meetings can be listed" + (" for the configured host" if self._host else "")
        )
