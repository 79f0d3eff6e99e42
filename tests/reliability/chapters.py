"""What happens in the lives: each chapter one thing that people or the clock do. And the lives themselves."""

from __future__ import annotations

from datetime import timedelta

from hybrid_sync.domain.events import Speaker
from hybrid_sync.domain.localtime import local_time
from hybrid_sync.domain.people import Mode, RegistrantStatus
from hybrid_sync.sync.loop import Report
from hybrid_sync.sync.organising import NewPerson
from hybrid_sync.wiring import App
from tests.builders import NOW, utc, wall
from tests.reliability.life import Chapter, Life, Story, Work
from tests.world import online, person, publish, sync

ENDS = utc("2027-06-09 10:30")  # after the event was moved by an hour
RECORDING = "https://videos.example.org/water"
EVERYBODY = ("ada", "ana", "bob", "rita", "late", "zoe", "eve")


def named(*names: str) -> tuple[str, ...]:
    """The words that name these people, as far as a life ever tells them."""
    addresses = (f"{name}@example.org" for name in names)
    return (*addresses, *(f"{name.capitalize()} Example" for name in names))


# --- before the event -----------------------------------------------------------------------------------------


def published(life: Life) -> None:
    life.at(NOW)
    rita = NewPerson("rita@example.org", "Rita", "Example", mode=Mode.ROOM)
    publish(life.desk, online("ada"), online("bob"), rita, recording_url=RECORDING)


def published_with_a_speaker(life: Life) -> None:
    published(life)
    life.desk.desk.edit("water", speakers=(Speaker("Sam Speaker", email="sam@example.org"),))


def somebody_more(life: Life) -> None:
    life.desk.desk.register("water", [online("late"), online("zoe"), online("eve")])


def moved(life: Life) -> None:
    life.desk.desk.reschedule("water", local_time(wall("2027-06-09 11:00")))


def switched(life: Life) -> None:
    life.desk.desk.switch("water", "bob@example.org", Mode.ROOM)
    life.desk.desk.switch("water", "rita@example.org", Mode.ONLINE)


def readdressed(life: Life) -> None:
    life.desk.desk.readdress("water", "ada@example.org", "ana@example.org")


def withdrawn(life: Life) -> None:
    """One by the organiser, one on the own page."""
    life.desk.desk.set_status("water", "late@example.org", RegistrantStatus.WITHDRAWN)
    zoe = person(life.desk, "zoe")
    life.desk.own_page.withdraw(zoe.id, zoe.link_generation)


def hands_in_webex(life: Life) -> None:
    """Somebody renames the meeting and empties its list."""
    [meeting] = life.world.meetings()
    meeting.fields["title"] = "Changed by hand"
    meeting.registrants.clear()
    meeting.by_email.clear()


def erased_before(life: Life) -> None:
    """Eve, who is coming, asks to be erased: withdrawn, told, taken off the list in Webex, forgotten here."""
    life.desk.privacy.erase("eve@example.org")
    life.gone = named("eve")


# --- the event ------------------------------------------------------------------------------------------------


def day_before(life: Life) -> None:
    life.at(utc("2027-06-08 09:00"))


def hour_before(life: Life) -> None:
    """An old list brings nobody back who was erased."""
    life.desk.desk.register("water", [online("eve")])
    life.at(utc("2027-06-09 08:00"))


def held(life: Life) -> None:
    """Ana and Rita online, Bob checked in at the door; restarted once."""
    [meeting] = life.world.meetings()
    sandbox = life.world.sandbox
    for joined, left in (("08:55", "09:30"), ("09:35", "10:30")):
        run = sandbox.start_meeting(meeting.id, utc(f"2027-06-09 {joined}"))
        for name in ("ana", "rita"):
            email, called = f"{name}@example.org", f"{name.capitalize()} Example"
            sandbox.join(run, utc(f"2027-06-09 {joined}"), email=email, name=called)
        sandbox.end_meeting(run, utc(f"2027-06-09 {left}"))
    life.at(utc("2027-06-09 09:00"))
    life.desk.door.check_in("water", "bob@example.org")
    life.at(ENDS + timedelta(minutes=25))


def two_hours_later(life: Life) -> None:
    life.at(ENDS + timedelta(hours=2))


def a_day_later(life: Life) -> None:
    life.at(ENDS + timedelta(hours=24, minutes=5))


# --- afterwards -----------------------------------------------------------------------------------------------


def erased_after(life: Life) -> None:
    """Ana, who was there, asks to be erased; she was known by two addresses."""
    life.desk.privacy.erase("ana@example.org")
    life.gone = named("eve", "ana", "ada")


def a_week_later(life: Life) -> None:
    """The last pull, in which Webex still names whoever was erased here."""
    life.at(ENDS + timedelta(days=7, hours=1))


def time_is_over(life: Life) -> Work:
    """A day more than 180 days later the worker lets everybody go, and dies in that, too."""
    life.at(utc("2027-12-07 12:00"))
    life.gone = named(*EVERYBODY)

    def purge_and_pass(app: App) -> Report:
        app.retention.purge()
        return sync(app)

    return purge_and_pass


# --- called off -----------------------------------------------------------------------------------------------


def cancelled(life: Life) -> None:
    life.desk.desk.cancel("water")


def published_anew(life: Life) -> None:
    life.desk.desk.publish("water", anew=True)


# --- the lives ------------------------------------------------------------------------------------------------

AFTER_IT_WAS_MADE: dict[str, Chapter] = {
    "somebody more": somebody_more,
    "moved": moved,
    "switched": switched,
    "readdressed": readdressed,
    "withdrawn": withdrawn,
    "hands in Webex": hands_in_webex,
    "erased before": erased_before,
    "day before": day_before,
    "hour before": hour_before,
    "held": held,
    "two hours later": two_hours_later,
    "a day later": a_day_later,
    "erased after": erased_after,
    "a week later": a_week_later,
    "time is over": time_is_over,
}
HELD = Story({"published": published} | AFTER_IT_WAS_MADE)
CALLED_OFF = Story(
    {
        "published": published,
        "switched": switched,
        "cancelled": cancelled,
        "published anew": published_anew,
        "day before": day_before,
        "cancelled again": cancelled,
    }
)
WEBINAR = Story(
    {"published": published_with_a_speaker} | AFTER_IT_WAS_MADE,
    settings={"webex": {"kind": "webinar", "webinar_registration": False}},
)
"""A webinar in which everybody has a permanent link of their own, and a speaker is panelist."""
LIVES = {"held": HELD, "called off": CALLED_OFF, "webinar": WEBINAR}
PUBLISHED = HELD.only("published")
"""The shortest full life: an event is made, with its meeting, its entry, its registrations and its mails."""
