"""The other calls of the matrix: attendance, joining, sign-in, mail, chores, the calendar collection."""

from __future__ import annotations

from tests.reliability.matrix.attendance import (
    bob_gets_in,
    by_press,
    clicks_noted,
    counted_once,
    doors_open,
    gets_in,
    held,
    nothing,
    page_and_log,
)
from tests.reliability.matrix.calls import (
    Call,
    Place,
    edited,
    joined,
    many_events,
    one_of_everything,
    place,
)
from tests.reliability.matrix.chores import a_chore, answered, noted, touched
from tests.reliability.matrix.doctor import by_doctor, check_and_advice, well_again
from tests.reliability.matrix.kinds import HANDSHAKE, SMTP, Kinds
from tests.reliability.matrix.places import (
    INTEGRATION,
    SMTP_SERVER,
    all_but_webex_goes_on,
    by_graph_mail,
    by_microsoft,
    by_starttls,
    cancelled_a_while_ago,
    microsoft_token_ended,
    published,
    webex_token_ended,
    with_radicale,
)

INBOX = "/graph/v1.0/users/*/mailFolders/inbox/messages"

READING: dict[str, Call] = {
    "attendance: runs": Call("GET", "/v1/meetings", nothing, held, good=counted_once),
    "attendance: participants": Call("GET", "/v1/meetingParticipants", nothing, held, good=counted_once),
    "attendance: report": Call("GET", "/v1/meetingReports/attendees", nothing, held, good=counted_once),
    "a person joins": Call(
        "POST",
        "/v1/meetings/join",
        nothing,
        doors_open,
        good=clicks_noted,
        act=by_press,
        settle=gets_in,
        others=bob_gets_in,
        judge=page_and_log,
    ),
    "entries: batch": a_chore(
        "POST", "/graph/v1.0/$batch", touched, "staff calendar", place(), one_of_everything
    ),
    "mailbox: list": a_chore("GET", INBOX, answered, "mailbox", by_graph_mail, noted),
    "mailbox: mail": a_chore(
        "GET", "/graph/v1.0/users/*/messages/*/$value", answered, "mailbox", by_graph_mail, noted
    ),
    "Webex token": Call(
        "POST", "/v1/access_token", webex_token_ended, where=INTEGRATION, others=all_but_webex_goes_on
    ),
    "Microsoft token": Call(
        "POST", "/entra/*/oauth2/v2.0/token", microsoft_token_ended, where=by_microsoft, system="graph"
    ),
    "collection: PROPFIND": Call(
        "PROPFIND",
        "*",
        edited,
        where=with_radicale,
        system="caldav",
        good=published,
        act=by_doctor,
        settle=well_again,
        judge=check_and_advice,
    ),
    "collection: look": Call("GET", "*.ics", edited, where=with_radicale, system="caldav", good=published),
}

WRITING: dict[str, Call] = {
    "mail by Graph": Call(
        "POST", "/graph/v1.0/users/*/sendMail", joined, where=by_graph_mail, system="graph"
    ),
    "collection: put": Call("PUT", "*.ics", edited, where=with_radicale, system="caldav", good=published),
    "collection: remove": Call(
        "DELETE", "*.ics", cancelled_a_while_ago, many_events, with_radicale, "caldav", published
    ),
}


def _smtp(method: str, path: str = "*", where: Place = SMTP_SERVER, kinds: Kinds = SMTP) -> Call:
    return Call(method, path, joined, where=where, system="mail", kinds=kinds)


MAIL: dict[str, Call] = {
    "CONNECT": _smtp("CONNECT"),
    "EHLO": _smtp("EHLO"),
    "STARTTLS": _smtp("STARTTLS", where=by_starttls),
    "TLS handshake": _smtp("TLS", where=by_starttls, kinds=HANDSHAKE),
    "AUTH": _smtp("AUTH"),
    "MAIL FROM": _smtp("MAIL"),
    "RCPT TO": _smtp("RCPT", "p*"),
    "DATA": _smtp("DATA", "p*"),
}
