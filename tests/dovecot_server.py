"""Dovecot from Debian as a real IMAP server: one user, TLS with a certificate of the tests, everything in one folder."""

from __future__ import annotations

import grp
import imaplib
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

USER, PASSWORD = "events@example.org", "canary-imap-password"
DOVECOT = shutil.which("dovecot", path="/usr/sbin:/usr/bin:/sbin")


@dataclass(frozen=True)
class Imap:
    """Where it listens, in clear (with STARTTLS) and by TLS."""

    port: int
    tls_port: int
    folder: Path

    def put(self, *contents: bytes) -> None:
        """Lay mails into the inbox, as a mail server would. They came in now by the real clock."""
        with imaplib.IMAP4("127.0.0.1", self.port) as connection:
            connection.login(USER, PASSWORD)
            for content in contents:
                assert connection.append("INBOX", "", "", content)[0] == "OK"

    def flags(self) -> list[bytes]:
        """What anybody has marked in it."""
        with imaplib.IMAP4("127.0.0.1", self.port) as connection:
            connection.login(USER, PASSWORD)
            connection.select("INBOX", readonly=True)
            _, data = connection.fetch("1:*", "(FLAGS)")
            return [line for line in data if isinstance(line, bytes)]

    def emptied(self) -> None:
        """Take all mails away."""
        with imaplib.IMAP4("127.0.0.1", self.port) as connection:
            connection.login(USER, PASSWORD)
            if connection.select("INBOX")[1] == [b"0"]:
                return
            connection.store("1:*", "+FLAGS", "\\Deleted")
            connection.expunge()


@contextmanager
def dovecot(certificate: Path, key: Path) -> Iterator[Imap]:
    """A running server; skips the test, saying what to do, where Dovecot is missing."""
    if DOVECOT is None:
        pytest.skip("no IMAP server here: apt-get install dovecot-imapd")
    # Not pytest's tmp_path: the server's users may not enter it, and a socket's path must be short.
    folder = Path(tempfile.mkdtemp(prefix="hs-imap-"))
    folder.chmod(0o755)
    port, tls_port = _free_port(), _free_port()
    mails = folder / "mail"
    mails.mkdir(mode=0o777)
    mails.chmod(0o777)
    (folder / "users").write_text(f"{USER}:{{PLAIN}}{PASSWORD}\n")
    (folder / "users").chmod(0o644)
    config = folder / "dovecot.conf"
    config.write_text(
        f"""
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/log
protocols = imap
listen = 127.0.0.1
ssl = yes
ssl_cert = <{certificate}
ssl_key = <{key}
disable_plaintext_auth = no
mail_location = maildir:{mails}/%u
first_valid_uid = 1
{_users()}
passdb {{
  driver = passwd-file
  args = {folder}/users
}}
userdb {{
  driver = static
  args = uid={_mail_user()[0]} gid={_mail_user()[1]} home={mails}/%u
}}
service imap-login {{
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = {tls_port}
    ssl = yes
  }}
}}
service stats {{
  unix_listener stats-writer {{
    mode = 0666
  }}
}}
"""
    )
    process = subprocess.Popen([DOVECOT, "-F", "-c", str(config)])
    try:
        _wait(process, port, folder)
        yield Imap(port, tls_port, folder)
    finally:
        process.terminate()
        process.wait(20)
        shutil.rmtree(folder, ignore_errors=True)


def _users() -> str:
    """As root with the users that Debian made for it; else everything as whoever runs the tests, and not shut in."""
    if os.getuid() == 0:
        return "default_internal_user = dovecot\ndefault_login_user = dovenull"
    user, group = pwd.getpwuid(os.getuid()).pw_name, grp.getgrgid(os.getgid()).gr_name
    services = ("imap-login", "anvil", "stats", "auth", "imap")
    return "\n".join(
        [
            f"default_internal_user = {user}",
            f"default_login_user = {user}",
            f"default_internal_group = {group}",
            *(f"service {name} {{\n  chroot =\n}}" for name in services),
        ]
    )


def _mail_user() -> tuple[str, str]:
    if os.getuid() == 0:
        return "nobody", "nogroup"
    return pwd.getpwuid(os.getuid()).pw_name, grp.getgrgid(os.getgid()).gr_name


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def _wait(process: subprocess.Popen[bytes], port: int, folder: Path) -> None:
    for _ in range(200):
        if process.poll() is not None:
            raise RuntimeError(f"Dovecot ended with {process.returncode}: {(folder / 'log').read_text()}")
        try:
            with imaplib.IMAP4("127.0.0.1", port, timeout=5) as connection:
                connection.login(USER, PASSWORD)
                return
        except (OSError, imaplib.IMAP4.error):
            time.sleep(0.05)
    raise RuntimeError(f"Dovecot does not answer: {(folder / 'log').read_text()}")
