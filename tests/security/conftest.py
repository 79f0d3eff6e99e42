"""What the security tests share: a house with a web, and throw-away certificates."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.http_client.certificates import a_certificate
from tests.web.conftest import a_house  # noqa: F401 - a fixture


@dataclass(frozen=True)
class TlsFiles:
    """A server's key and certificate, and the authority that vouches for it (itself)."""

    server: Path
    authority: Path


@pytest.fixture(scope="session")
def tls_files(tmp_path_factory: pytest.TempPathFactory) -> TlsFiles:
    certificate = a_certificate("localhost", for_server=True)
    folder = tmp_path_factory.mktemp("own-ca")
    files = TlsFiles(folder / "server.pem", folder / "authority.pem")
    files.server.write_text(certificate.pem)
    files.authority.write_text(certificate.authority)
    return files
