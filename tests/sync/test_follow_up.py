"""The mail after the event over real sockets: who gets it, with what, and that each comes once whatever happens."""

from __future__ import annotations

import io
from collections import Counter
from datetime import datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pypdf
import pytest

from hybrid_sync.domain.localtime import local_time
from hybrid_sync.domain.people import RegistrantStatus
from hybrid_sync.errors import SettingsError
from hybrid_sync.render import certificate as drawing
from hybrid_sync.sandbox import Fault
from hybrid_sync.wiring import App
from tests.builders import NOW, utc, wall
from tests.sync.crash_kit import Life, failures, prepared
from tests.world import World, news, online, publish, sync

ENDS = utc("2027-06-09 09:30")
DAY = timedelta(hours=24)
RECORDING = "https://videos.example.org/water"


def an_app(world: World, *, certificates: bool = False, **mail: Any) -> App:
    """With the mail after the event, and no reminders to tell apart from it."""
    return world.app(settings(world, certificates=certificates, **mail))


def settings(world: World, *, certificates: bool = False, **mail: Any) -> Any:
    return world.settings(
        mail={"follow_up": True, "reminders": [], **mail},
        attendance={"certificates": certificates, "certificate_minutes": 60},
    )


def held(world: World, app: App, **stays: tuple[str, str]) -> None:
    """The meeting takes place; who comes when, in UTC. Afterwards it is 25 minutes after its end."""
    sync(app)
    [meeting] = world.meetings()
    run = world.sandbox.start_meeting(meeting.id, utc("2027-06-09 07:55"))
    for name, (joined, left) in stays.items():
        address = f"{name}@example.org"
        world.sandbox.join(run, utc(f"2027-06-09 {joined}"), email=address, name=name.capitalize())
        world.sandbox.leave(run, utc(f"2027-06-09 {left}"), email=address)
    world.sandbox.end_meeting(run, ENDS)
    at(world, app, ENDS + timedelta(minutes=25))


def at(world: World, app: App, moment: datetime) -> Any:
    """A pass at that moment."""
    world.sandbox.clock.set(moment)
    return sync(app)


def settled(world: World, app: App) -> Any:
    """The pulls of two hours and of a day after the end, which agree."""
    at(world, app, ENDS + timedelta(hours=2))
    return at(world, app, ENDS + DAY)


def mails(world: World) -> dict[str, EmailMessage]:
    """The newest mail without calendar object of each person."""
    seen = {message.message_id: message for message in world.sandbox.inbox if message.kind == "other"}
    read = [message_from_bytes(message.content, policy=policy.default) for message in seen.values()]
    return {str(one["To"].addresses[0].username): one for one in read}


def received(world: World) -> Counter[str]:
    seen = {message.message_id: message for message in world.sandbox.inbox if message.kind == "other"}
    return Counter(message.recipients[0].partition("@")[0] for message in seen.values())


def words(message: EmailMessage) -> str:
    body = message.get_body(("plain",))
    assert body is not None
    return " ".join(body.get_content().split())


def pdf_words(message: EmailMessage) -> str:
    [attached] = list(message.iter_attachments())
    assert attached.get_content_type() == "application/pdf"
    return " ".join(pypdf.PdfReader(io.BytesIO(attached.get_content())).pages[0].extract_text().split())


def test_a_day_after_the_end_who_was_there_is_thanked_once(world: World) -> None:
    app = an_app(world)
    publish(app, online("ada"), online("bob"))
    held(world, app, ada=("08:00", "09:20"))
    assert received(world) == {}
    at(world, app, ENDS + DAY - timedelta(seconds=1))
    assert received(world) == {}
    report = at(world, app, ENDS + DAY)
    assert [(one.kind, one.target) for one in news(report) if one.kind.startswith("mail")] == [
        ("mail.followup", "ada@example.org")
    ]
    assert received(world) == {"ada": 1}
    thanks = mails(world)["ada"]
    assert thanks["Subject"] == "Thank you: Clean water for all, Wednesday 9 June 2027"
    assert thanks["In-Reply-To"] == next(
        message.message_id for message in world.sandbox.inbox if message.recipients[0].startswith("ada")
    )
    assert "recording" not in words(thanks)
    at(world, app, ENDS + 2 * DAY)
    assert received(world) == {"ada": 1}


def test_a_recording_goes_to_everybody_in_words_that_fit_each(world: World) -> None:
    app = an_app(world)
    publish(app, online("ada"), online("bob"))
    held(world, app, ada=("08:00", "09:20"))
    app.desk.edit("water", recording_url=RECORDING)
    at(world, app, ENDS + DAY)
    assert received(world) == {"ada": 1, "bob": 1}
    found = mails(world)
    assert "Thank you for taking part in:" in words(found["ada"])
    assert "Thank you for your interest in this event." in words(found["bob"])
    assert all(RECORDING in words(one) for one in found.values())


def test_a_recording_that_is_there_later_goes_to_those_who_had_no_mail(world: World) -> None:
    app = an_app(world)
    publish(app, online("ada"), online("bob"))
    held(world, app, ada=("08:00", "09:20"))
    at(world, app, ENDS + DAY)
    app.desk.edit("water", recording_url=RECORDING)
    at(world, app, ENDS + 3 * DAY)
    assert received(world) == {"ada": 1, "bob": 1}
    assert RECORDING not in words(mails(world)["ada"])
    at(world, app, ENDS + 30 * DAY)
    assert received(world) == {"ada": 1, "bob": 1}


def test_without_the_setting_nobody_is_written_to_after_the_event(world: World) -> None:
    app = world.app(world.settings(mail={"reminders": []}))
    publish(app, online("ada"))
    held(world, app, ada=("08:00", "09:20"))
    at(world, app, ENDS + DAY)
    assert received(world) == {}


def test_a_cancelled_event_and_who_withdrew_get_no_mail(world: World) -> None:
    app = an_app(world)
    publish(app, online("ada"), online("bob"), recording_url=RECORDING)
    held(world, app, ada=("08:00", "09:20"))
    app.desk.set_status("water", "bob@example.org", RegistrantStatus.WITHDRAWN)
    at(world, app, ENDS + DAY)
    assert received(world) == {"ada": 1}
    app.desk.cancel("water")
    at(world, app, ENDS + 2 * DAY)
    assert received(world) == {"ada": 1}


def test_the_plan_says_when_it_goes_out(world: World) -> None:
    app = an_app(world)
    publish(app, online("ada"))
    [ahead] = [one for one in app.loop.plan("water").changes if one.kind == "mail.followup"]
    assert ahead.until == ENDS + DAY  # type: ignore[attr-defined]
    held(world, app, ada=("08:00", "09:20"))
    assert at(world, app, ENDS + timedelta(hours=2)).next_due == ENDS + DAY


# --- certificates with it ---


def test_who_reached_the_minutes_has_a_certificate_attached_that_the_store_knows(world: World) -> None:
    app = an_app(world, certificates=True)
    publish(app, online("ada"), online("bob"), online("cleo"))
    held(world, app, ada=("08:00", "09:20"), bob=("08:00", "08:30"))
    settled(world, app)
    assert received(world) == {"ada": 1, "bob": 1}
    [certificate] = app.certificates.of("water").values()
    assert (certificate.name, certificate.minutes) == ("Ada Example", 80)
    text = pdf_words(mails(world)["ada"])
    assert "Certificate of attendance" in text
    assert "Ada Example" in text
    assert "80 minutes" in text
    assert f"https://events.example.org/certificates/{certificate.code[:5]}-" in text
    assert list(mails(world)["bob"].iter_attachments()) == []
    assert "certificate" not in words(mails(world)["bob"])


def test_with_certificates_it_waits_until_attendance_is_settled(world: World) -> None:
    app = an_app(world, certificates=True)
    publish(app, online("ada"))
    held(world, app, ada=("08:00", "09:20"))
    world.sandbox.faults.add(Fault(method="GET", path="/v1/meetingParticipants*", status=503, times=50))
    at(world, app, ENDS + DAY)
    at(world, app, ENDS + 2 * DAY)
    assert received(world) == {}
    world.sandbox.faults.clear()
    at(world, app, ENDS + 7 * DAY)  # the last pull
    assert received(world) == {"ada": 1}
    assert "80 minutes" in pdf_words(mails(world)["ada"])


def test_attendance_that_never_comes_is_waited_for_no_longer_than_a_day_after_the_last_pull(
    world: World,
) -> None:
    app = an_app(world, certificates=True)
    publish(app, online("ada"), recording_url=RECORDING)
    sync(app)
    world.sandbox.faults.add(Fault(method="GET", path="/v1/*", status=503, times=1000))
    at(world, app, ENDS + 8 * DAY - timedelta(seconds=1))
    assert received(world) == {}
    at(world, app, ENDS + 8 * DAY)
    assert received(world) == {"ada": 1}
    assert "Thank you for your interest" in words(mails(world)["ada"])


def test_where_no_pdf_can_be_drawn_a_person_is_asked_and_the_mail_waits(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = an_app(world, certificates=True)
    publish(app, online("ada"))
    held(world, app, ada=("08:00", "09:20"))

    def missing(html: str) -> bytes:
        raise SettingsError("PDF needs WeasyPrint")

    with monkeypatch.context() as patched:
        patched.setattr(drawing, "pdf_bytes", missing)
        report = settled(world, app)
        assert report.needs_attention
        assert any("WeasyPrint" in one.detail for one in report.outcomes)
        assert received(world) == {}
    at(world, app, ENDS + DAY + timedelta(minutes=20))
    assert received(world) == {"ada": 1}


def test_one_refused_address_stops_nobody_else_and_is_not_tried_again(world: World) -> None:
    app = an_app(world)
    publish(app, online("ada"), online("bob"), recording_url=RECORDING)
    held(world, app, ada=("08:00", "09:20"))
    world.sandbox.faults.add(Fault(method="RCPT", path="ada@example.org", status=550))
    assert at(world, app, ENDS + DAY).needs_attention
    assert received(world) == {"bob": 1}
    calls = len(world.sandbox.calls)
    assert at(world, app, ENDS + 2 * DAY).needs_attention
    assert [call for call in world.sandbox.calls[calls:] if call.route == "smtp"] == []


def test_an_event_moved_into_the_future_after_its_mail_went_out_sends_no_second_one(world: World) -> None:
    app = an_app(world)
    publish(app, online("ada"))
    held(world, app, ada=("08:00", "09:20"))
    at(world, app, ENDS + DAY)
    app.desk.reschedule("water", local_time(wall("2027-06-09 10:15")))
    at(world, app, ENDS + 2 * DAY)
    assert received(world) == {"ada": 1}


# --- death at every point ---


class Following(Life):
    """Held, pulled, and a day after the end; `wrong` asks for one mail each, Ada's with her certificate."""

    def app(self, **options: Any) -> App:
        return self.world.app(settings(self.world, certificates=True), **options)

    def prepare(self) -> None:
        self.world.sandbox.clock.set(NOW)
        app = self.app()
        publish(app, online("ada"), online("bob"), recording_url=RECORDING)
        held(self.world, app, ada=("08:00", "09:20"))
        at(self.world, app, ENDS + timedelta(hours=2))
        app.close()
        self.world.sandbox.clock.set(ENDS + DAY)

    def wrong(self) -> list[str]:
        found = super().wrong()
        if received(self.world) != {"ada": 1, "bob": 1}:
            found.append(f"received: {received(self.world)}")
        if "80 minutes" not in pdf_words(mails(self.world)["ada"]):
            found.append("no certificate with Ada's mail")
        return found


def test_wherever_it_dies_each_has_one_mail_and_one_certificate(tmp_path: Path) -> None:
    with prepared(tmp_path / "life", "following", Following) as run:
        trace, wrong = run(None)
        assert wrong == []
        assert len([name for name in trace if name.startswith("after SEND")]) == 2
        assert failures(run, trace) == {}
