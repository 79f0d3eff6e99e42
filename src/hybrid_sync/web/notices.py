"""What pages say first, in the reader's language: a short heading and one or two sentences."""

from __future__ import annotations

from dataclasses import dataclass

from hybrid_sync.domain.people import RegistrantStatus
from hybrid_sync.render.translations import Words


@dataclass(frozen=True)
class Notice:
    heading: str
    text: str


def home(words: Words) -> Notice:
    return Notice(
        words.text("page", "Invitations to hybrid events"),
        words.text(
            "page",
            "This service looks after invitations, calendar entries and the way into online meetings. If you were "
            "invited to an event, please open the personal link in your invitation.",
        ),
    )


def bad_link(words: Words) -> Notice:
    return Notice(
        words.text("page", "This link does not work"),
        words.text(
            "page",
            "Please check that you opened the whole link: mail programs sometimes break a long one. Copying it from "
            "your invitation into the address bar often helps.",
        ),
    )


def too_many(words: Words) -> Notice:
    return Notice(
        words.text("page", "Please wait a moment"),
        words.text("page", "The button was pressed many times in a row. It works again in a minute."),
    )


def for_status(status: int, words: Words) -> Notice:
    """The page for an HTTP status; one that is not known here is a fault of ours."""
    match status:
        case 404:
            return Notice(
                words.text("page", "This page does not exist"),
                words.text("page", "Please use the link in your invitation."),
            )
        case 405:
            return Notice(
                words.text("page", "That cannot be done here"),
                words.text("page", "Please open the link in your invitation once more."),
            )
        case 413:
            return Notice(
                words.text("page", "That was too much"),
                words.text("page", "More was sent than this page takes. Please try again."),
            )
        case 429:
            return too_many(words)
        case _:
            return Notice(
                words.text("page", "Something went wrong on our side"),
                words.text(
                    "page", "It is not your fault, and it has been noted. Please try again in a minute."
                ),
            )


def revoked(words: Words) -> Notice:
    return Notice(
        words.text("page", "This link no longer works"),
        words.text(
            "page",
            "It has been replaced by a newer one, which we have sent to you. Please use the link in the latest message "
            "that you had from us. If you cannot find it, answer any of our messages, and we will send you another "
            "one.",
        ),
    )


def over(words: Words) -> Notice:
    return Notice(
        words.text("page", "This event is over"),
        words.text("page", "The way in is closed now. Thank you for your interest."),
    )


def cancelled(words: Words) -> Notice:
    return Notice(
        words.text("page", "This event has been cancelled"),
        words.text("page", "It does not take place, so there is nothing to join. We are sorry."),
    )


def not_coming(status: RegistrantStatus, words: Words) -> Notice:
    """Why somebody has no place; whoever is not rejected and does not wait has withdrawn."""
    match status:
        case RegistrantStatus.PENDING:
            return Notice(
                words.text("page", "Your place is not confirmed yet"),
                words.text("page", "We will write to you as soon as it is."),
            )
        case RegistrantStatus.WAITLISTED:
            return Notice(
                words.text("page", "You are on the waiting list"),
                words.text("page", "We will write to you as soon as there is a place for you."),
            )
        case RegistrantStatus.REJECTED:
            return Notice(
                words.text("page", "No place at this event"),
                words.text("page", "We are sorry that we could not offer you a place this time."),
            )
        case _:
            return Notice(
                words.text("page", "You are no longer registered"),
                words.text(
                    "page",
                    "Your registration for this event has been withdrawn. If that is a mistake, please get in touch "
                    "with the organisers.",
                ),
            )
