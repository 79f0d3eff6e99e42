"""English."""

from hybrid_sync.render.languages.catalogue import Words

WORDS = Words(
    code="en",
    colon=": ",
    subject_invitation="Invitation: {title}, {when}",
    subject_update="Updated: {title}, {when}",
    subject_cancellation="Cancelled: {title}, {when}",
    greeting="Dear {name},",
    greeting_nameless="Hello,",
    intro_invitation_online="You are registered to take part online in:",
    intro_invitation_room="You are registered to take part on site in:",
    intro_update="Something has changed in an event that you are registered for:",
    intro_cancellation_event="This event has been cancelled:",
    intro_cancellation_withdrawn="Your registration has been withdrawn from:",
    intro_cancellation_rejected="We are sorry that we cannot offer you a place at:",
    intro_cancellation_waiting="You have no confirmed place at the moment at:",
    intro_cancellation_moved="This invitation no longer counts, because your registration was changed:",
    heading_changes="What has changed",
    heading_details="The event",
    heading_about="About the event",
    when="When",
    where="Where",
    join="Join",
    place_online="Online (Webex)",
    place_unknown="On site; the address will follow",
    join_words="Join the event online",
    link_note="This link is meant for you alone: please do not pass it on.",
    link_shared=(
        "This is the link of the whole meeting: please do not publish it. If you are asked who you are, give the "
        "name and the e-mail address that you registered with."
    ),
    link_separate="Your link to join comes in a separate message from Webex.",
    event_page="Event page",
    calendar_note=(
        "The attached calendar entry updates itself: if the event moves, you will receive a new version."
    ),
    calendar_note_cancelled="The entry will be taken out of your calendar.",
    if_not_coming=(
        "If you cannot come, please answer this message, so that somebody else can have your place."
    ),
    changed_time="Time: moved from {before} to {after}",
    changed_utc="Time in UTC: from {before} to {after}; the local time stays the same",
    changed_title="Title: \u201c{before}\u201d is now \u201c{after}\u201d",
    changed_place="Place: moved from {before} to {after}",
    changed_place_new="Place: {after}",
    changed_to_online="You now take part online",
    changed_to_room="You now take part on site",
    changed_link="Your link to join is new: please use only the one below",
    changed_link_gone="Your earlier link to join no longer counts",
    changed_language="Messages to you are now in English",
    changed_other="Details of the event: please use the ones below",
)
