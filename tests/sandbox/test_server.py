"""Starting, stopping and sharing the sandbox."""

from __future__ import annotations

import ast
import contextlib
import socket
import struct
import threading
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
import requests

import hybrid_sync.sandbox
from hybrid_sync.sandbox import Fault, Sandbox, SandboxOptions


def test_it_says_where_it_stands_and_leaves_nothing_listening():
    with Sandbox() as sandbox:
        assert sandbox.webex_url == sandbox.url + "/v1/"
        assert sandbox.graph_url == sandbox.url + "/graph/v1.0/"
        ports = [int(sandbox.url.rsplit(":", 1)[1]), sandbox.smtp_port]
    for port in ports:
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", port), timeout=1)


def test_a_taken_port_is_an_error_at_the_start_and_frees_the_other():
    with Sandbox() as first:
        http_port = int(first.url.rsplit(":", 1)[1])
        with pytest.raises(OSError, match="in use"):
            Sandbox(port=http_port).start()
        second = Sandbox(smtp_port=first.smtp_port)
        with pytest.raises(OSError, match="in use"):
            second.start()
        with pytest.raises(requests.ConnectionError):
            requests.get(second.url, timeout=1)


def test_it_can_be_stopped_twice_or_without_a_start():
    sandbox = Sandbox()
    sandbox.stop()
    sandbox.start()
    sandbox.stop()
    sandbox.stop()


def test_the_clock_runs_on_from_where_it_was_set_and_needs_a_zone():
    sandbox = Sandbox()
    sandbox.clock.set(datetime(2026, 10, 25, 0, 59, 59, tzinfo=UTC))
    time.sleep(0.02)
    assert datetime(2026, 10, 25, 0, 59, 59, tzinfo=UTC) < sandbox.clock.now()
    with pytest.raises(ValueError, match="time zone"):
        sandbox.clock.set(datetime(2026, 10, 25))  # noqa: DTZ001


def test_without_a_set_clock_it_is_real_time():
    assert abs((Sandbox().clock.now() - datetime.now(UTC)).total_seconds()) < 5


def test_two_sandboxes_do_not_share_anything(open_stand):
    first, second = open_stand(), open_stand()
    first.meeting()
    assert second.sandbox.state.meetings == {}


def test_equal_calls_from_many_threads_all_count_once(stand):
    meeting_id, statuses = stand.open_meeting(), []
    headers = {"Authorization": f"Bearer {stand.sandbox.webex_token}"}
    url = f"{stand.sandbox.webex_url}meetings/{meeting_id}/registrants"

    def register():
        for number in range(10):
            body = stand.person(f"p{number}@example.org")
            statuses.append(requests.post(url, json=body, headers=headers, timeout=60).status_code)

    threads = [threading.Thread(target=register) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (statuses.count(200), statuses.count(409)) == (10, 30)


def test_a_body_of_unknown_length_is_refused(stand):
    answer = stand.webex("POST", "meetings", data=iter([b"{}"]), headers={"Content-Type": "application/json"})
    assert answer.status_code == 411


def test_paths_outside_are_not_found(stand):
    assert requests.get(stand.sandbox.url + "/meetings", timeout=60).status_code == 404


def test_a_defect_of_the_sandbox_is_a_500_and_not_a_dropped_connection(stand, monkeypatch, capsys):
    meeting_id = stand.meeting()["id"]
    monkeypatch.setattr(stand.sandbox.meeting(meeting_id), "fields", None)
    assert stand.webex.get(f"meetings/{meeting_id}").status_code == 500
    assert "Traceback" in capsys.readouterr().err


def test_an_option_with_an_unknown_word_is_refused():
    with pytest.raises(ValueError, match="rejoin must be one of device, row"):
        SandboxOptions(rejoin="rows")  # type: ignore[arg-type]


def test_every_option_has_its_sentence():
    folder = Path(hybrid_sync.sandbox.__file__).parent
    named = []
    for room in sorted(folder.glob("*_options.py")):
        (options,) = [
            one for one in ast.parse(room.read_text(encoding="utf-8")).body if isinstance(one, ast.ClassDef)
        ]
        for field, sentence in zip(options.body[1::2], options.body[2::2], strict=True):
            assert isinstance(field, ast.AnnAssign)
            assert isinstance(sentence, ast.Expr)
            assert isinstance(sentence.value, ast.Constant)
            assert str(sentence.value.value).endswith(".")
            named.append(ast.unparse(field.target))
    assert sorted(named) == sorted(SandboxOptions.__dataclass_fields__)


def test_it_imports_nothing_else_of_the_project():
    folder = Path(hybrid_sync.sandbox.__file__).parent
    for path in folder.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [one.name for one in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom):
                names = [node.module or ""]
                depth = len(path.relative_to(folder).parts)
                assert node.level <= depth, f"{path} reaches outside of the sandbox"
            assert not any(name.startswith("hybrid_sync") for name in names), path


def test_stopping_breaks_connections_that_clients_keep_open():
    sandbox = Sandbox().start()
    address = ("127.0.0.1", int(sandbox.url.rsplit(":", 1)[1]))
    with (
        socket.create_connection(address, timeout=60) as web,
        socket.create_connection(("127.0.0.1", sandbox.smtp_port), timeout=60) as mail,
    ):
        web.sendall(b"GET /_sandbox/state HTTP/1.1\r\nHost: x\r\n\r\n")
        assert web.recv(12) == b"HTTP/1.1 200"
        assert mail.recv(3) == b"220"
        sandbox.stop()
        for connection in (web, mail):
            with contextlib.suppress(ConnectionResetError):
                while connection.recv(4096):
                    pass


def test_a_request_that_is_no_http_is_refused(stand):
    address = ("127.0.0.1", int(stand.sandbox.url.rsplit(":", 1)[1]))
    with socket.create_connection(address, timeout=60) as web:
        web.sendall(b"HELLO\r\n\r\n")
        assert b"400" in web.recv(4096)


def test_a_client_that_goes_away_makes_no_noise(stand, capfd):
    address = ("127.0.0.1", int(stand.sandbox.url.rsplit(":", 1)[1]))
    stand.sandbox.faults.add(Fault(delay=0.1))
    with socket.create_connection(address, timeout=60) as web:
        web.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        web.sendall(b"GET /v1/people/me HTTP/1.1\r\nHost: x\r\n\r\n")
    time.sleep(0.2)
    assert capfd.readouterr().err == ""


def test_a_reset_from_python_forgets_everything(stand):
    stand.meeting()
    stand.sandbox.reset()
    assert stand.sandbox.state.meetings == {}
    assert abs((stand.sandbox.clock.now() - datetime.now(UTC)).total_seconds()) < 5
