from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hybrid_sync.domain.answers import Answer, Bounce, Reply
from hybrid_sync.intake.answers import MOST_BYTES, answer_in
from tests.answers_kit import a_bounce, a_reply, an_out_of_office
from tests.builders import utc

STAMP = utc("2027-05-04 09:00")
UID = "6f1c2a4e-0000-5000-8000-000000000001"
MESSAGE_ID = "<6f1c2a4e.0.request@example.org>"


@pytest.mark.parametrize(
    ("partstat", "answer"),
    [
        ("ACCEPTED", Answer.ACCEPTED),
        ("TENTATIVE", Answer.TENTATIVE),
        ("DECLINED", Answer.DECLINED),
        ("DELEGATED", Answer.DELEGATED),
        ("declined", Answer.DECLINED),
    ],
)
def test_a_reply_is_read(partstat: str, answer: Answer) -> None:
    found = answer_in(a_reply(UID, partstat=partstat, sequence=2, stamp=STAMP))
    assert found == Reply(UID, 2, "ada@example.org", answer, STAMP)


@pytest.mark.parametrize("scheme", ["mailto:", "MAILTO:", "Mailto:", ""])
def test_the_address_is_found_however_its_scheme_is_written(scheme: str) -> None:
    found = answer_in(a_reply(UID, attendee="Ada@Example.org", stamp=STAMP, scheme=scheme))
    assert isinstance(found, Reply)
    assert found.attendee == "ada@example.org"


def test_a_reply_without_a_number_answers_the_first_version() -> None:
    found = answer_in(a_reply(UID, sequence=None, stamp=STAMP))
    assert isinstance(found, Reply)
    assert found.sequence == 0


def test_a_proposal_of_another_time_is_told_as_such() -> None:
    found = answer_in(a_reply(UID, method="COUNTER", partstat="TENTATIVE", stamp=STAMP))
    assert isinstance(found, Reply)
    assert found.counter


@pytest.mark.parametrize("method", ["REQUEST", "CANCEL", "PUBLISH"])
def test_an_invitation_of_somebody_else_is_no_answer(method: str) -> None:
    assert answer_in(a_reply(UID, method=method, stamp=STAMP)) is None


def test_needs_action_is_no_answer() -> None:
    assert answer_in(a_reply(UID, partstat="NEEDS-ACTION", stamp=STAMP)) is None


def test_an_out_of_office_is_no_answer() -> None:
    assert answer_in(an_out_of_office()) is None


@pytest.mark.parametrize("whole", [True, False])
def test_a_failed_delivery_names_address_status_words_and_our_mail(whole: bool) -> None:
    assert answer_in(a_bounce("ada@example.org", MESSAGE_ID, whole=whole)) == (
        Bounce("ada@example.org", "5.1.1", "550 5.1.1 user unknown", MESSAGE_ID),
    )


@pytest.mark.parametrize("action", ["delayed", "delivered", "relayed", "expanded"])
def test_what_has_not_failed_is_no_bounce(action: str) -> None:
    assert answer_in(a_bounce("ada@example.org", MESSAGE_ID, action=action)) is None


def test_the_original_recipient_goes_before_where_it_was_forwarded_to() -> None:
    report = a_bounce("forwarded@elsewhere.example", MESSAGE_ID).replace(
        b"Final-Recipient:", b"Original-Recipient: rfc822; ada@example.org\r\nFinal-Recipient:"
    )
    [bounce] = answer_in(report)  # type: ignore[misc]
    assert bounce.recipient == "ada@example.org"


def test_a_mail_larger_than_any_answer_is_passed_over() -> None:
    assert answer_in(a_bounce("ada@example.org", MESSAGE_ID) + b"x" * MOST_BYTES) is None


@given(st.binary(max_size=400))
def test_whatever_bytes_raise_nothing(content: bytes) -> None:
    assert answer_in(content) is None


@given(st.data())
def test_an_answer_that_is_broken_anywhere_raises_nothing(data: st.DataObject) -> None:
    good = data.draw(
        st.sampled_from([a_reply(UID, stamp=STAMP), a_bounce("ada@example.org", MESSAGE_ID)]), label="good"
    )
    start = data.draw(st.integers(0, len(good)), label="start")
    length = data.draw(st.integers(0, 60), label="length")
    instead = data.draw(st.binary(max_size=20), label="instead")
    answer_in(good[:start] + instead + good[start + length :])


@given(
    st.lists(
        st.sampled_from(
            [
                "BEGIN:VEVENT", "END:VEVENT", "ATTENDEE:mailto:a@b.example", "DTSTAMP:20270101", "DTSTAMP:x",
                "SEQUENCE:x", "SEQUENCE:1", "UID:u", "ATTENDEE;PARTSTAT=ACCEPTED:mailto:a@b.example",
                "DTSTAMP:20270504T090000Z", "DTSTAMP;TZID=Nowhere:20270504T090000", "METHOD:REPLY",
            ]
        ),
        max_size=12,
    )
)  # fmt: skip
def test_calendar_lines_in_any_order_raise_nothing(lines: list[str]) -> None:
    text = "\r\n".join(["BEGIN:VCALENDAR", "METHOD:REPLY", *lines, "END:VCALENDAR", ""])
    answer_in(f"Content-Type: text/calendar; method=REPLY\r\n\r\n{text}".encode())
