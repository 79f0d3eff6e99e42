"""English."""

from hybrid_sync.web.words.catalogue import Notice, PageWords

WORDS = PageWords(
    code="en",
    early=Notice("The meeting is not open yet", "You can join from {opens}."),
    moved=Notice("This event has been moved", "From {before} to {after}. You can join from {opens}."),
    open=Notice("You can join now", "Press the button and you are taken to the online meeting."),
    preparing=Notice(
        "Almost ready", "The online meeting is still being set up. Please try again in a minute or two."
    ),
    fallback=Notice(
        "One more step",
        "Webex did not open a personal entrance for you, so please use the meeting link below. "
        "If you are asked who you are, give the name and the e-mail address that you registered with.",
    ),
    over=Notice("This event is over", "The way in is closed now. Thank you for your interest."),
    cancelled=Notice(
        "This event has been cancelled", "It does not take place, so there is nothing to join. We are sorry."
    ),
    withdrawn=Notice(
        "You are no longer registered",
        "Your registration for this event has been withdrawn. "
        "If that is a mistake, please get in touch with the organisers.",
    ),
    rejected=Notice("No place at this event", "We are sorry that we could not offer you a place this time."),
    waiting=Notice("Your place is not confirmed yet", "We will write to you as soon as it is."),
    waitlisted=Notice(
        "You are on the waiting list", "We will write to you as soon as there is a place for you."
    ),
    revoked=Notice(
        "This link no longer works",
        "It has been replaced by a newer one, which we have sent to you. Please use the link in the latest message that "
        "you had from us. If you cannot find it, answer any of our messages, and we will send you another one.",
    ),
    room=Notice(
        "You take part on site",
        "You are registered for a place in the room, so there is no online link for you to follow. "
        "If you would rather take part online, please get in touch with the organisers.",
    ),
    bad_link=Notice(
        "This link does not work",
        "Please check that you opened the whole link: mail programs sometimes break a long one. "
        "Copying it from your invitation into the address bar often helps.",
    ),
    home=Notice(
        "Invitations to hybrid events",
        "This service looks after invitations, calendar entries and the way into online meetings. "
        "If you were invited to an event, please open the personal link in your invitation.",
    ),
    not_found=Notice("This page does not exist", "Please use the link in your invitation."),
    wrong_method=Notice("That cannot be done here", "Please open the link in your invitation once more."),
    too_large=Notice("That was too much", "More was sent than this page takes. Please try again."),
    too_many=Notice(
        "Please wait a moment", "The button was pressed many times in a row. It works again in a minute."
    ),
    failure=Notice(
        "Something went wrong on our side",
        "It is not your fault, and it has been noted. Please try again in a minute.",
    ),
    when="When",
    where="Where",
    place_unknown="The address will follow",
    wait="That is in {wait}.",
    moved_line="This event has been moved from {before} to {after}.",
    begins_in="The event begins in {wait}.",
    has_begun="The event has begun.",
    join="Join the event",
    join_as="You will join as {name}.",
    personal="This link is meant for you alone: please do not pass it on.",
    to_webex="The meeting opens in Webex.",
    reload="Reload the page",
    open_meeting="Open the meeting",
    number="Meeting number",
    password="Password",
    questions="Questions? {contact}",
    days="d",
)
