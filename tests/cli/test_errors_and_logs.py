"""One place turns errors into words and exit codes; the log keeps secrets to itself."""

from __future__ import annotations

import json
import logging
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from hybrid_sync import wiring
from hybrid_sync.cli import errors, logs
from hybrid_sync.errors import (
    Gone,
    InputError,
    LostLease,
    NeedsAttention,
    NotFound,
    OutcomeUnknown,
    Refused,
    SettingsError,
    SignInExpired,
    TryLater,
    UnsafePlan,
)
from hybrid_sync.ports import Lease
from hybrid_sync.ports.at_work import working_on
from tests.cli.kit import Cli


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (InputError("x"), 2),
        (SettingsError(["x", "y"]), 2),
        (NotFound("x"), 2),
        (UnsafePlan("x"), 3),
        (NeedsAttention("x"), 3),
        (SignInExpired("webex", "x"), 3),
        (TryLater("webex", "x", after=5), 4),
        (LostLease("x"), 4),
        (Refused("webex", "x"), 1),
        (Gone("webex", "x"), 1),
        (OutcomeUnknown("webex", "x"), 1),
        (ZeroDivisionError("x"), 1),
    ],
)
def test_every_error_has_its_exit_code(error: Exception, code: int) -> None:
    assert errors.code(error) == code


def test_each_problem_stands_on_its_own_line() -> None:
    assert errors.words(SettingsError(["one", "two"])) == ("one", "two")
    assert errors.words(TryLater("webex", "busy", after=5)) == ("webex: busy (again in 5 s at the earliest)",)


@pytest.mark.parametrize(
    ("codes", "code"), [([], 0), ([0, 0], 0), ([4, 3], 3), ([3, 1, 4], 1), ([0, 4], 4), ([2, 3], 2)]
)
def test_of_several_events_the_worst_counts(codes: list[int], code: int) -> None:
    assert errors.worst(codes) == code


def test_a_mistake_of_ours_is_one_line_and_the_trace_only_with_v(
    cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("token=abcdef password=hunter2 Bearer abcdefgh\nsecond line")

    monkeypatch.setattr(wiring, "build", broken)
    ran = cli("status")
    assert ran.code == 1
    assert ran.err.startswith("error: unexpected RuntimeError: ")
    assert ran.err.count("\n") == 1
    loud = cli("-v", "status")
    assert loud.code == 1
    assert "Traceback" in loud.err
    for text in (ran.err, loud.err):
        assert "hunter2" not in text
        assert "abcdefgh" not in text


def test_a_log_record_is_one_redacted_line_on_standard_error(capsys: pytest.CaptureFixture[str]) -> None:
    log = logging.getLogger("hybrid_sync.test")
    with logs.on_standard_error():
        log.info("not shown")
        log.warning("for %s\nat /join/abcdefghijkl", "ada@example.org", extra={"action": "test"})
        try:
            raise ValueError("password=hunter2")
        except ValueError:
            log.exception("failed")
    out, err = capsys.readouterr()
    assert out == ""
    first, second = err.splitlines()
    assert "WARNING hybrid_sync.test: for a***@example.org at /join/*** action=test" in first
    assert first[:4].isdigit()
    assert first.split()[0].endswith("Z")
    assert second.endswith("(ValueError: password=***)")


def test_verbose_shows_what_is_done_and_the_trace(capsys: pytest.CaptureFixture[str]) -> None:
    log = logging.getLogger("hybrid_sync.test")
    with logs.on_standard_error(verbose=True):
        log.info("done")
        logging.getLogger("other").info("not shown")
        try:
            raise ValueError("x")
        except ValueError:
            log.exception("failed")
    err = capsys.readouterr().err
    assert "INFO hybrid_sync.test: done" in err
    assert "not shown" not in err
    assert "Traceback" in err


def test_logging_is_left_as_it_was() -> None:
    everything, ours = logging.getLogger(), logging.getLogger("hybrid_sync")
    before = (list(everything.handlers), everything.level, ours.level)
    with logs.on_standard_error(steady=True):
        assert ours.level == logging.INFO
    assert (list(everything.handlers), everything.level, ours.level) == before


def in_json(capsys: pytest.CaptureFixture[str]) -> list[dict[str, object]]:
    return [json.loads(line) for line in capsys.readouterr().err.splitlines()]


def test_json_lines_have_the_same_keys_each_time_and_are_masked(capsys: pytest.CaptureFixture[str]) -> None:
    log = logging.getLogger("hybrid_sync.test")
    with logs.on_standard_error(steady=True, as_json=True):
        log.info("plain")
        log.warning(
            "for %s at /join/abcdefghijkl",
            "ada@example.org",
            extra={"action": "test", "event_id": "water", "tracking_id": "R-1", "more": "password=hunter2"},
        )
        try:
            raise ValueError("password=hunter2")
        except ValueError:
            log.exception("failed")
    first, second, third = in_json(capsys)
    keys = ["time", "level", "logger", "message", "event_id", "pass_id", "action", "request_id"]
    assert list(first) == keys
    assert (first["message"], first["level"], first["event_id"]) == ("plain", "INFO", None)
    assert str(first["time"]).endswith("Z")
    assert second["message"] == "for a***@example.org at /join/***"
    assert (second["action"], second["event_id"], second["request_id"]) == ("test", "water", "R-1")
    assert second["more"] == "password=***"
    assert third["error"] == "ValueError: password=***"
    assert "trace" not in third


def test_whatever_is_logged_in_a_pass_says_whose_pass_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    log = logging.getLogger("hybrid_sync.test")
    lease = Lease("water", "w", 7, datetime(2027, 5, 3, tzinfo=UTC))
    with logs.on_standard_error(steady=True, as_json=True):
        with working_on(lease):
            log.info("within")
            with working_on(replace(lease, event_id="soil", fence=8)):
                log.info("within another")
            log.info("within again")
        log.info("outside")
    told = [(line["event_id"], line["pass_id"]) for line in in_json(capsys)]
    assert told == [("water", "water.7"), ("soil", "soil.8"), ("water", "water.7"), (None, None)]


def test_a_worker_logs_json_when_asked_by_option_or_setting(
    published: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran = published.ok("worker", "--stop-after", "1s", "--log-format", "json")
    lines = [json.loads(line) for line in ran.err.splitlines()]
    calls = [line for line in lines if line.get("route") == "/v1/meetings"]
    assert calls
    assert all(line["event_id"] == "water" and line["pass_id"].startswith("water.") for line in calls)
    assert "example.org" not in ran.err or "***@example.org" in ran.err
    monkeypatch.setenv("HYBRID_SYNC_SERVICE__LOG_FORMAT", "json")
    for line in published.ok("worker", "--stop-after", "1s").err.splitlines():
        json.loads(line)
    text = published.ok("worker", "--stop-after", "1s", "--log-format", "text").err
    assert "INFO hybrid_sync.worker: worker started" in text
