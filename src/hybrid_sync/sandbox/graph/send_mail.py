"""POST sendMail with a whole message: taken means 202, not delivered. Left out: the JSON form."""

from __future__ import annotations

import base64
import binascii
import re
import secrets

from .. import post
from ..exchange import Answer, Refusal, Request
from ..routes import Route
from ..world import World
from . import events

_ADDRESS = re.compile(r"[^@\s,;<>]+@[^@\s,;<>]+\.[^@\s,;<>]+")


def send(world: World, request: Request) -> Answer:
    """The message goes to whoever stands in its headers, whole, and into the inbox that SMTP fills too."""
    owner = events.mailbox(world, request)
    if request.media_type != "text/plain":
        raise Refusal(
            400, "The sandbox takes sendMail with a MIME message (text/plain) only.", code="RequestBodyRead"
        )
    if len(request.body) > world.options.send_mail_most_bytes:
        raise Refusal(413, "The request is larger than the allowed size.", code="RequestEntityTooLarge")
    content = _decoded(request.body)
    message = post.read_message(content)
    _check_sender(world, owner, post.addresses(message, "From", "Sender"))
    recipients = post.addresses(message, "To", "Cc", "Bcc")
    if not recipients or not all(_ADDRESS.fullmatch(one) for one in recipients):
        raise Refusal(400, "At least one recipient is not valid.", code="ErrorInvalidRecipients")
    if not post.takes_one_more(world, owner):
        raise Refusal(
            429,
            "The mailbox sends too many messages.",
            code="ApplicationThrottled",
            headers={"Retry-After": "60"},
        )
    if not world.options.keeps_message_id:
        content = _renamed(content)
    post.deliver(world, owner, tuple(recipients), content)
    return Answer(202)


def _decoded(body: bytes) -> bytes:
    try:
        content = base64.b64decode(body, validate=True)
    except binascii.Error:
        content = b""
    if not re.match(rb"[!-9;-~]+:", content):
        raise Refusal(
            400, "Invalid base64 string for MIME content.", code="ErrorMimeContentInvalidBase64String"
        )
    return content


def _check_sender(world: World, owner: str, senders: list[str]) -> None:
    allowed = {owner, *(one.lower() for one in world.options.send_as)}
    if senders and not set(senders) <= allowed:
        raise Refusal(
            403,
            "The user account which was used to submit this request does not have the right to send mail on behalf "
            "of the specified sending account.",
            code="ErrorSendAsDenied",
        )


def _renamed(content: bytes) -> bytes:
    """With a Message-ID of Exchange's own."""
    fresh = f"Message-ID: <{secrets.token_hex(16)}@sandbox.prod.outlook.example>".encode()
    return re.sub(rb"(?im)^Message-ID:[^\r\n]*(\r\n[ \t][^\r\n]*)*", fresh, content, count=1)


ROUTES = (Route("POST", "/users/{userId}/sendMail", send, raw=True),)
