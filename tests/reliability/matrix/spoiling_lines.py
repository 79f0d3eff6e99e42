"""A proxy before a real IMAP server, which spoils commands by the sandbox's own rules.

A rule's method is a command (FETCH and SEARCH without their UID; CONNECT for the greeting), its path the rest of the line.
With a status the command is not passed on: `words` is what is answered instead, "NO ..." or "BAD ..." with the command's tag,
"BYE ..." without, and then the connection is closed (RFC 9051 7.1).
"""

from __future__ import annotations

import re
import socket
import socketserver
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO

from hybrid_sync.sandbox.faults import Fault, Faults

_LITERAL = re.compile(rb"\{(\d+)\}\r\n$")


class SpoilingLines(socketserver.ThreadingTCPServer):
    """Passes connections on to that port of this machine. `spoilt` counts the commands that a rule met and that are through."""

    daemon_threads = True
    writes = 0
    """Nothing is written over IMAP."""

    def __init__(self, port: int) -> None:
        super().__init__(("127.0.0.1", 0), _Connection)
        self.behind = port
        self.faults = Faults()
        self.spoilt = 0

    @property
    def port(self) -> int:
        return int(self.server_address[1])


class _Connection(socketserver.StreamRequestHandler):
    server: SpoilingLines

    def handle(self) -> None:
        try:
            with (
                socket.create_connection(("127.0.0.1", self.server.behind), timeout=10) as behind,
                behind.makefile("rwb") as stream,
            ):
                self._answered("CONNECT", "", b"*", b"", stream)
                while line := self.rfile.readline():
                    tag, _, rest = line.strip().partition(b" ")
                    words = rest.decode().removeprefix("UID ")
                    command, _, more = words.partition(" ")
                    self._answered(command.upper(), more, tag, line, stream)
        except (ConnectionError, _Ended):
            pass  # ended by a rule, or the client has given up

    def _answered(self, command: str, more: str, tag: bytes, line: bytes, behind: BinaryIO) -> None:
        fault = self.server.faults.take(command, more)
        try:
            if fault is None:
                self.wfile.write(_passed_on(line, tag, behind))
            else:
                self._spoil(fault, tag, line, behind)
        finally:
            self.server.spoilt += fault is not None

    def _spoil(self, fault: Fault, tag: bytes, line: bytes, behind: BinaryIO) -> None:
        """In the sandbox's order: wait, drop or act, wait, drop or answer."""
        if fault.delay_at == "before":
            time.sleep(fault.delay)
        answer = b""
        if fault.drop != "before" and fault.status is None:
            answer = _passed_on(line, tag, behind)
        if fault.delay_at == "after":
            time.sleep(fault.delay)
        if fault.drop:
            raise _Ended
        while fault.drip:
            self.wfile.write(b"* OK still at it\r\n")
            time.sleep(fault.drip)
        if fault.status is not None:
            closes = fault.words.startswith("BYE")
            self.wfile.write((b"*" if closes else tag) + b" " + fault.words.encode() + b"\r\n")
            if closes:
                raise _Ended
            return
        if fault.body == "html":
            answer = b"<html><title>Bad Gateway</title></html>\r\n"
        self.wfile.write(answer[: len(answer) // 2] if fault.body == "truncated" else answer)
        if fault.body:
            raise _Ended


class _Ended(Exception):
    """A rule ends the connection."""


def _passed_on(line: bytes, tag: bytes, behind: BinaryIO) -> bytes:
    """What the server answers, whole: up to the line with the tag; the greeting is one line."""
    behind.write(line)
    behind.flush()
    answer = b""
    while True:
        got = behind.readline()
        answer += got
        if not got or got.startswith(tag + b" "):
            return answer
        if literal := _LITERAL.search(got):
            answer += behind.read(int(literal[1]))


@contextmanager
def spoiling_lines(port: int) -> Iterator[SpoilingLines]:
    """The proxy before that port, running."""
    with SpoilingLines(port) as server:
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        try:
            yield server
        finally:
            server.shutdown()
