"""What `doctor` can find out about Webex without changing anything."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from hybrid_sync.adapters.webex import scopes
from hybrid_sync.adapters.webex.session import WHY_FORBIDDEN, WebexApi
from hybrid_sync.adapters.webex.wire import utc_text
from hybrid_sync.domain.people import email_key
from hybrid_sync.errors import Gone, ProviderError, Refused, SignInExpired
from hybrid_sync.http_client import Json
from hybrid_sync.ports import Check, SignInFacts

_SOON = timedelta(days=14)
_NO_MEETING = "0" * 32
"""A series id that nobody has: asking for its participants tells a missing scope (403) from a missing meeting (404)."""


def no_facts() -> SignInFacts:
    """Nothing is known of the sign-in but the token itself."""
    return SignInFacts("fixed")


class WebexCheck:
    """Checkable: who we are, which scopes are missing for what, the site, the host, and when the sign-in ends.

    Three reading calls at most. `facts` tells what is kept of the sign-in. Webex words a missing scope, role and licence
    alike (webex.md 7), so that a refusal is told apart by what else is known.
    """

    def __init__(
        self,
        api: WebexApi,
        *,
        host_email: str | None = None,
        site_url: str | None = None,
        facts: Callable[[], SignInFacts] = no_facts,
    ) -> None:
        self._api = api
        self._host = host_email or None
        self._site = site_url or None
        self._facts = facts

    def check(self) -> Sequence[Check]:
        """The others only if somebody answers the first."""
        identity, me = self._identity()
        if identity.ok is False:
            return [identity]
        facts = self._facts()
        acting = self._acts_for_another(me)
        forbidden = self._meetings_forbidden()
        checks = [identity, self._scopes(facts, acting, forbidden), self._meetings(forbidden, acting)]
        if me is not None:
            checks += self._own_site(me, acting)
        checks += _ends(facts, self._api.clock())
        return checks

    def identity(self) -> Check:
        """Who is signed in."""
        return self._identity()[0]

    def _identity(self) -> tuple[Check, Json | None]:
        what = "Webex sign-in"
        try:
            me = self._api.get("people/me")
        except SignInExpired as error:
            advice = (
                "put a valid token into [webex], or client id and secret and then: hybrid-sync webex login"
            )
            return Check(what, False, str(error), advice), None
        except Refused as error:
            advice = "the token lacks the scope spark:people_read; that alone does no harm"
            return Check(what, None, _words(error), advice), None
        except ProviderError as error:
            advice = "see whether [webex] base_url can be reached from this machine"
            return Check(what, False, str(error), advice), None
        name = me.get("displayName") or me.get("id") or "somebody unnamed"
        machine = ", a Service App" if me.get("type") == "appuser" else ""
        return Check(what, True, f"signed in as {name}{machine}"), me

    def _acts_for_another(self, me: Json | None) -> bool:
        if self._host is None or me is None:
            return self._host is not None
        emails = me.get("emails")
        return email_key(self._host) not in {email_key(str(one)) for one in emails or ()}

    def _meetings_forbidden(self) -> ProviderError | None:
        now = self._api.clock()
        params = {
            "meetingType": "meetingSeries",
            "from": utc_text(now),
            "to": utc_text(now + timedelta(days=7)),
            "max": 10,
            "hostEmail": self._host,
            "siteUrl": self._site,
        }
        try:
            self._api.get("meetings", params)
        except ProviderError as error:
            return error
        return None

    def _scopes(self, facts: SignInFacts, acting: bool, forbidden: ProviderError | None) -> Check:
        what = "Webex scopes"
        if facts.scopes is not None:
            lacking = scopes.missing(facts.scopes, acting=acting)
            if not lacking:
                return Check(what, True, "every scope that is needed was granted")
            level = "admin" if acting else "user"
            advice = f"give them to the integration at developer.webex.com, then: hybrid-sync webex login --scopes {level}"
            return Check(what, False, f"missing: {scopes.told(lacking)}", advice)
        attendance = self._participants_forbidden()
        needs = {need.feature: need.admin if acting else need.user for need in scopes.NEEDS}
        lacking = () if attendance is None else ((needs["attendance"], "attendance"),)
        if lacking:
            advice = "a token with that scope; without it nobody learns who was there"
            return Check(what, False, f"refused, so probably missing: {scopes.told(lacking)}", advice)
        words = (
            "the token does not tell its scopes; reading meetings and participants was tried, writing was not"
        )
        return Check(what, None if forbidden else True, words)

    def _participants_forbidden(self) -> ProviderError | None:
        try:
            self._api.get(
                "meetingParticipants", {"meetingId": _NO_MEETING, "max": 10, "hostEmail": self._host}
            )
        except Gone:
            return None
        except Refused as error:
            return error if error.status == 403 else None
        except ProviderError:
            return None
        return None

    def _meetings(self, forbidden: ProviderError | None, acting: bool) -> Check:
        what = "Webex meetings"
        if forbidden is None:
            whose = " for the configured host" if self._host else ""
            return Check(what, True, f"meetings can be listed{whose}")
        read, write = ((need.admin if acting else need.user) for need in scopes.NEEDS[:2])
        advice = f"the token needs the scopes {read} and {write}"
        if self._host:
            advice += (
                "; [webex] host_email must be a licensed user of a site that the token's user administers"
            )
        if self._site:
            advice += f"; and {self._site} ([webex] site_url) must be that site"
        return Check(what, False, _words(forbidden), advice)

    def _own_site(self, me: Json, acting: bool) -> list[Check]:
        """From the person's own record: on which sites, and as host or as attendee only ("site#attendee")."""
        listed = me.get("siteUrls")
        if acting or not isinstance(listed, list) or not listed:
            return []
        roles = {str(one).partition("#")[0].lower(): str(one).partition("#")[2].lower() for one in listed}
        checks = []
        if self._site:
            found = self._site.lower() in roles
            advice = "" if found else "correct [webex] site_url, or sign in as a user of that site"
            words = (
                self._site if found else f"{self._site} is none of this user's: {', '.join(sorted(roles))}"
            )
            checks.append(Check("Webex site", found, words, advice))
        chosen = {self._site.lower()} if self._site and self._site.lower() in roles else set(roles)
        if all(roles[site] == "attendee" for site in chosen):
            words = "this user may attend meetings there but not host any: a licence is missing"
            checks.append(
                Check("Webex host", False, words, "give the user a Webex Meetings licence in Control Hub")
            )
        return checks


def _words(error: ProviderError) -> str:
    """Without the hint to come here."""
    return str(error).replace(f"; {WHY_FORBIDDEN}", "")


def _ends(facts: SignInFacts, now: datetime) -> list[Check]:
    what, again = "Webex token", "hybrid-sync webex login"
    if facts.problem is not None:
        return [Check(what, False, f"it could not be renewed: {facts.problem}", again)]
    if facts.access_ends is None:
        return []
    words = f"this one ends {_day(facts.access_ends)} and is renewed by itself"
    if facts.refresh_ends is None:
        return [Check(what, True, words)]
    soon = facts.refresh_ends - now <= _SOON
    words += f"; the sign-in ends {_day(facts.refresh_ends)} unless it is renewed before"
    return [Check(what, not soon, words, again if soon else "")]


def _day(instant: datetime) -> str:
    return f"{instant:%Y-%m-%d %H:%M} UTC"
