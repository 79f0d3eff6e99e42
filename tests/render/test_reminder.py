"""The mails without calendar object, read by the standard library."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from hybrid_sync.domain.door import door_code
from hybrid_sync.domain.facts import LinkKind, facts_for
from hybrid_sync.domain.follow_up import WantedFollowUp
from hybrid_sync.domain.people import Mode
from hybrid_sync.domain.reminders import PlainMail
from hybrid_sync.render.reminder import compose_follow_up, compose_reminder

MESSAGE_ID = "<uid-9.0.none@example.eu>"
INVITATION = "<uid-1.0.request@example.eu>"
OWN_PAGE = "https://events.example.eu/my/WyJyLTEiLDFd.c2ln"
RECORDING = "https://videos.example.eu/watch?v=1&t=2"


def a_mail(make: SimpleNamespace, **changes: Any) -> PlainMail:
    event, person = changes.pop("event", make.event()), changes.pop("person", make.person())
    link_kind = changes.pop("link_kind", LinkKind.PERSONAL)
    facts = facts_for(event, person, changes.pop("link", make.link), link_kind)
    return PlainMail(person, "uid-9", 1, 0, facts, "mail.reminder", "reminder 24h", person.email, INVITATION)


def after(make: SimpleNamespace, **changes: Any) -> WantedFollowUp:
    told: dict[str, Any] = {"came": True, "recording": None} | changes
    mail = a_mail(make, person=told.pop("person", make.person()))
    return WantedFollowUp(**vars(mail), **told)


def reminded(make: SimpleNamespace, reading: SimpleNamespace, mail: PlainMail, **options: Any) -> Any:
    content = compose_reminder(mail, stamp=make.stamp, message_id=MESSAGE_ID, sender=make.sender, **options)
    assert content == compose_reminder(
        mail, stamp=make.stamp, message_id=MESSAGE_ID, sender=make.sender, **options
    )
    return reading.message(content)


def both(message: Any) -> list[str]:
    """The plain words and the HTML."""
    return [
        " ".join(message.get_body((kind,)).get_content().replace("\u00a0", " ").split())
        for kind in ("plain", "html")
    ]


def test_it_answers_the_invitation_and_comes_from_a_machine(
    make: SimpleNamespace, reading: SimpleNamespace
) -> None:
    message = reminded(make, reading, a_mail(make))
    assert message["Message-ID"] == MESSAGE_ID
    assert message["In-Reply-To"] == message["References"] == INVITATION
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Subject"] == "Reminder: Clean water, safe schools, Wednesday 9 June 2027"
    assert message["Reply-To"] is None


def test_it_holds_no_calendar_object_because_a_second_one_makes_a_second_entry(
    make: SimpleNamespace, reading: SimpleNamespace
) -> None:
    message = reminded(make, reading, a_mail(make))
    assert [part.get_content_type() for part in message.walk()] == [
        "multipart/alternative",
        "text/plain",
        "text/html",
    ]
    assert "BEGIN:V" not in message.as_string()


def test_who_comes_online_has_the_link_and_both_clocks(
    make: SimpleNamespace, reading: SimpleNamespace
) -> None:
    for text in both(reminded(make, reading, a_mail(make))):
        assert make.link in text
        assert "Wednesday 9 June 2027, 10:00 - 11:30 (CEST)" in text
        assert "08:00 - 09:30 UTC" in text
        assert door_code("r-1") not in text


def test_who_comes_to_the_room_has_place_and_door_code_and_no_link(
    make: SimpleNamespace, reading: SimpleNamespace
) -> None:
    person = make.person(mode=Mode.ROOM)
    for text in both(reminded(make, reading, a_mail(make, person=person))):
        assert "InfoPoint, Rue de la Loi 43, Brussels, Belgium" in text
        assert door_code(person.id) in text
        assert "/join/" not in text


def test_it_is_in_the_persons_language(make: SimpleNamespace, reading: SimpleNamespace) -> None:
    message = reminded(make, reading, a_mail(make, person=make.person(language="fr")))
    assert message["Content-Language"] == "fr"
    assert message["Subject"] == "Rappel : Clean water, safe schools, mercredi 9 juin 2027"
    plain, _ = both(message)
    assert "Nous vous rappelons" in plain
    assert "This is" not in plain


@pytest.mark.parametrize(
    ("kind", "link", "says"),
    [
        (LinkKind.SHARED, "https://example.webex.com/j.php?MTID=1", "This is the link of the whole meeting"),
        (LinkKind.MAILED, None, "Your link to join comes in a separate message from Webex."),
    ],
)
def test_it_says_what_kind_of_link_it_is(
    make: SimpleNamespace, reading: SimpleNamespace, kind: LinkKind, link: str | None, says: str
) -> None:
    plain, _ = both(reminded(make, reading, a_mail(make, link_kind=kind, link=link)))
    assert says in plain


def test_the_way_to_withdraw_is_the_own_page_or_an_answer(
    make: SimpleNamespace, reading: SimpleNamespace
) -> None:
    message = reminded(make, reading, a_mail(make), own_page=OWN_PAGE)
    assert OWN_PAGE in both(message)[0]
    assert message["List-Unsubscribe"] == f"<{OWN_PAGE}>"
    without = reminded(make, reading, a_mail(make))
    assert "please answer this message" in both(without)[0]
    assert without["List-Unsubscribe"] is None


@pytest.mark.parametrize(
    ("starts", "ends", "says"),
    [
        ("2027-03-28T10:00", "2027-03-28T11:00", "10:00 - 11:00 (CEST) 08:00 - 09:00 UTC"),
        ("2027-10-31T10:00", "2027-10-31T11:00", "10:00 - 11:00 (CET) 09:00 - 10:00 UTC"),
        ("2027-01-13T14:00", "2027-01-13T15:00", "14:00 - 15:00 (CET) 13:00 - 14:00 UTC"),
    ],
)
def test_the_clock_has_the_name_of_that_day(
    make: SimpleNamespace, reading: SimpleNamespace, starts: str, ends: str, says: str
) -> None:
    plain, _ = both(reminded(make, reading, a_mail(make, event=make.event(starts, ends))))
    assert says in plain


def test_a_name_that_tries_to_be_a_header_is_a_name(make: SimpleNamespace, reading: SimpleNamespace) -> None:
    person = make.person(first_name="Zoë\r\nBcc: all@example.org", last_name="<b>")
    message = reminded(make, reading, a_mail(make, person=person))
    assert message["Bcc"] is None
    assert "<b>" not in both(message)[1]


# --- after the event ---


def written(make: SimpleNamespace, reading: SimpleNamespace, mail: WantedFollowUp, **options: Any) -> Any:
    return reading.message(
        compose_follow_up(mail, stamp=make.stamp, message_id=MESSAGE_ID, sender=make.sender, **options)
    )


def test_who_came_is_thanked_and_the_recording_is_the_one_thing_to_press(
    make: SimpleNamespace, reading: SimpleNamespace
) -> None:
    message = written(make, reading, after(make, recording=RECORDING))
    assert message["Subject"] == "Thank you: Clean water, safe schools, Wednesday 9 June 2027"
    plain, html = both(message)
    assert "Thank you for taking part in:" in plain
    assert RECORDING in plain
    assert RECORDING.replace("&", "&amp;") in html
    assert "/join/" not in plain + html


def test_who_was_not_seen_is_not_thanked_for_coming(make: SimpleNamespace, reading: SimpleNamespace) -> None:
    message = written(make, reading, after(make, came=False, recording=RECORDING))
    assert message["Subject"].startswith("Recording: ")
    assert "taking part" not in " ".join(both(message))


def test_a_certificate_is_attached_byte_for_byte_and_named(
    make: SimpleNamespace, reading: SimpleNamespace
) -> None:
    pdf = bytes(range(256)) * 40
    message = written(make, reading, after(make), certificate=pdf)
    [attached] = list(message.iter_attachments())
    assert (attached.get_content_type(), attached.get_filename()) == ("application/pdf", "certificate.pdf")
    assert attached.get_content() == pdf
    assert "Your certificate of attendance is attached" in both(message)[0]
    without = written(make, reading, after(make))
    assert list(without.iter_attachments()) == []
    assert "certificate" not in both(without)[0]


def test_it_is_french_for_who_reads_french(make: SimpleNamespace, reading: SimpleNamespace) -> None:
    mail = after(make, person=make.person(language="fr"), recording=RECORDING)
    message = written(make, reading, mail, certificate=b"%PDF")
    plain, _ = both(message)
    assert message["Subject"].startswith("Merci : ")
    assert "Votre attestation de participation est jointe" in plain
    assert "Voir l'enregistrement" in plain


def test_an_address_that_is_no_web_address_is_no_link(
    make: SimpleNamespace, reading: SimpleNamespace
) -> None:
    message = written(make, reading, after(make, recording="javascript:alert(1)"))
    assert "javascript" not in " ".join(both(message))


def test_a_title_is_cut_in_the_subject_and_whole_in_the_text(
    make: SimpleNamespace, reading: SimpleNamespace
) -> None:
    mail = a_mail(make)
    mail = replace(mail, facts=replace(mail.facts, title="Water " * 70))
    message = reminded(make, reading, mail)
    assert len(message["Subject"]) < 260
    assert "Water " * 69 in both(message)[0] + " "
