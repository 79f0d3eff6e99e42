"""A reverse proxy from Debian, run with the file that administrators are given, before a server that tells what it gets."""

from __future__ import annotations

import http.client
import json
import os
import re
import socket
import ssl
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

from tests.deploy import kit

HOST = "events.example.org"
HUNG_UP = 0
"""Instead of a status: it would not listen to the end, which a proxy may do to a request that it refuses."""


class _Telling(BaseHTTPRequestHandler):
    """Answers with the headers that it was sent."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        body = json.dumps({name.lower(): value for name, value in self.headers.items()}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Strict-Transport-Security", "max-age=31536000")
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.do_GET()

    def log_message(self, format: str, *arguments: object) -> None:
        """Tests are quiet."""


@contextmanager
def telling() -> Iterator[int]:
    """The port of a server that tells what it gets."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Telling)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@dataclass(frozen=True)
class Answer:
    status: int
    headers: http.client.HTTPMessage
    body: bytes


@dataclass(frozen=True)
class Proxy:
    folder: Path
    http: int
    https: int

    def ask(
        self, path: str, method: str = "GET", body: bytes | None = None, *, tls: bool = True, **headers: str
    ) -> Answer:
        with socket.create_connection(("127.0.0.1", self.https if tls else self.http), timeout=20) as plain:
            if tls:
                context = ssl.create_default_context(cafile=self.folder / "root.pem")
                connected: socket.socket = context.wrap_socket(plain, server_hostname=HOST)
            else:
                connected = plain
            with connected:
                connection = http.client.HTTPConnection(HOST)
                connection.sock = connected
                named = {name.replace("_", "-"): value for name, value in headers.items()}
                try:
                    connection.request(method, path, body, {"Host": HOST, "Connection": "close", **named})
                    answer = connection.getresponse()
                except (OSError, http.client.HTTPException):
                    return Answer(HUNG_UP, http.client.HTTPMessage(), b"")
                return Answer(answer.status, answer.headers, answer.read())

    def written(self) -> str:
        """Everything that it wrote down, wherever."""
        logs = (path for path in self.folder.rglob("*.log*") if path.is_file())
        return "".join(path.read_text(encoding="utf-8") for path in logs)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])


@contextmanager
def nginx(folder: Path, upstream: int, rate: str = "10r/s") -> Iterator[Proxy]:
    program = kit.tool("nginx", "apt-get install nginx-light")
    proxy = Proxy(folder, free_port(), free_port())
    _certificate(folder)
    ours = (kit.DEPLOY / "proxy" / "nginx.conf").read_text(encoding="utf-8")
    for was, becomes in (
        (r"listen 80;", f"listen 127.0.0.1:{proxy.http};"),
        (r"listen 443 ", f"listen 127.0.0.1:{proxy.https} "),
        (r"\n *listen \[::\].*", ""),
        (r"127\.0\.0\.1:8000;", f"127.0.0.1:{upstream};"),
        (r"/etc/ssl/hybrid-sync/fullchain\.pem", f"{folder}/chain.pem"),
        (r"/etc/ssl/hybrid-sync/privkey\.pem", f"{folder}/key.pem"),
        (r"/var/log/nginx/", f"{folder}/"),
        (r"rate=10r/s", f"rate={rate}"),
    ):
        ours, changes = re.subn(was, becomes, ours)
        assert changes, was
    (folder / "hybrid-sync.conf").write_text(ours)
    paths = "".join(
        f"{one}_temp_path {folder}/{one};" for one in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    user = "user root; " if os.geteuid() == 0 else ""  # its workers may not enter pytest's folders otherwise
    main = folder / "nginx.conf"
    main.write_text(
        f"{user}daemon off; pid {folder}/pid; error_log {folder}/main.log; events {{}}\n"
        f"http {{ access_log off; {paths} include {folder}/hybrid-sync.conf; }}\n"
    )
    command = [program, "-c", str(main), "-e", str(folder / "start.log")]
    tried = subprocess.run([*command, "-t"], capture_output=True, text=True, check=False)
    assert tried.returncode == 0, tried.stderr
    assert "warn" not in tried.stderr
    with _running(command, proxy):
        yield proxy


@contextmanager
def caddy(folder: Path, upstream: int) -> Iterator[Proxy]:
    program = kit.tool("caddy", "apt-get install caddy")
    proxy = Proxy(folder, free_port(), free_port())
    _certificate(folder)
    ours = (kit.DEPLOY / "proxy" / "Caddyfile").read_text(encoding="utf-8")
    options = f"admin off\nauto_https disable_certs\nhttp_port {proxy.http}\nhttps_port {proxy.https}\n"
    for was, becomes in (
        (r"^\{\n", "{\n" + options),
        (rf"^{HOST} \{{\n", f"https://{HOST} {{\ntls {folder}/chain.pem {folder}/key.pem\n"),
        (r"127\.0\.0\.1:8000", f"127.0.0.1:{upstream}"),
    ):
        ours, changes = re.subn(was, becomes, ours, flags=re.MULTILINE)
        assert changes, was
    file = folder / "Caddyfile"
    file.write_text(ours)
    command = [program, "run", "--adapter", "caddyfile", "--config", str(file)]
    with _running(command, proxy):
        yield proxy


@contextmanager
def _running(command: list[str], proxy: Proxy) -> Iterator[None]:
    with (proxy.folder / "output.log").open("wb") as output:
        process = subprocess.Popen(
            command,
            stdout=output,
            stderr=output,
            env={"HOME": str(proxy.folder), "XDG_DATA_HOME": str(proxy.folder), "PATH": "/usr/bin:/bin"},
        )
    try:
        for _ in range(100):
            try:
                socket.create_connection(("127.0.0.1", proxy.https), timeout=5).close()
                break
            except OSError:
                assert process.poll() is None, proxy.written()
                time.sleep(0.1)
        yield
    finally:
        process.terminate()
        process.wait(timeout=20)


def _certificate(folder: Path) -> None:
    """A certificate for HOST that signs itself."""
    subprocess.run(
        [
            *(
                "openssl",
                "req",
                "-x509",
                "-newkey",
                "ec",
                "-pkeyopt",
                "ec_paramgen_curve:prime256v1",
                "-nodes",
            ),
            *("-days", "2", "-subj", f"/CN={HOST}", "-addext", f"subjectAltName=DNS:{HOST}"),
            *("-keyout", str(folder / "key.pem"), "-out", str(folder / "chain.pem")),
        ],
        capture_output=True,
        check=True,
    )
    (folder / "root.pem").write_bytes((folder / "chain.pem").read_bytes())
