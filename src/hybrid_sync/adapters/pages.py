"""Fetches published event pages, and nothing else: no private address, no large file, no endless redirect.

The address comes from a person and could lead anywhere (SSRF, reliability.md 5 and 6), so it is checked at each hop:
the scheme, every address that the name stands for, and the address that the connection really reached.
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Callable
from time import monotonic as real_monotonic
from urllib.parse import urljoin, urlsplit

import requests

from hybrid_sync.errors import InputError, ProviderError
from hybrid_sync.http_client import DeadlineExceeded, Observe, TooLarge, Transport, guarded_session
from hybrid_sync.http_client.transport import nobody
from hybrid_sync.ports import Page

MOST_BYTES = 5_000_000
MOST_REDIRECTS = 3

_REDIRECTS = (301, 302, 303, 307, 308)
_NAT64 = ipaddress.ip_network("64:ff9b::/96")


def is_public(address: str) -> bool:
    """Whether an IP address belongs to the public internet; also seen through the ways to write IPv4 in IPv6."""
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None)
        if ip in _NAT64:
            inner = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(str(inner))
    return ip.is_global and not ip.is_multicast


def resolved(host: str, port: int) -> list[str]:
    """Every IP address that the name stands for. Raises OSError."""
    return sorted({str(row[4][0]) for row in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)})


class HttpsPages:
    """Pages over https. Proxies of the environment are not used: behind one the peer could not be checked.

    `total_seconds` covers all hops together.
    """

    def __init__(
        self,
        *,
        sleep: Callable[[float], None],
        monotonic: Callable[[], float] = real_monotonic,
        observe: Observe = nobody,
        total_seconds: float = 30,
        most_bytes: int = MOST_BYTES,
        resolve: Callable[[str, int], list[str]] = resolved,
        allows: Callable[[str], bool] = is_public,
        ca_bundle: str | None = None,
    ) -> None:
        self._resolve = resolve
        self._allows = allows
        self._monotonic = monotonic
        self._total = total_seconds
        self._most_bytes = most_bytes
        self._transport = Transport(
            "page",
            origins=None,
            sleep=sleep,
            monotonic=monotonic,
            observe=observe,
            connect_seconds=5,
            read_seconds=15,
            total_seconds=total_seconds,
            most_bytes=most_bytes,
            allows_peer=allows,
            ca_bundle=ca_bundle,
        )

    def fetch(self, url: str) -> Page:
        """The page. Raises InputError, in one line, for everything that can go wrong."""
        deadline = self._monotonic() + self._total
        address = url.strip()
        with guarded_session(self._transport) as session:
            session.trust_env = False
            # Redirects are followed here, hop by hop; requests only prepares the next address, which counts as one.
            session.max_redirects = 1
            for _ in range(MOST_REDIRECTS + 1):
                self._check(address)
                response = self._got(session, address, deadline - self._monotonic())
                following = response.headers.get("Location")
                if response.status_code not in _REDIRECTS or not following:
                    return self._page(response, address)
                address = urljoin(address, following)
        raise InputError(f"{url}: more than {MOST_REDIRECTS} redirects")

    def _check(self, url: str) -> None:
        try:
            parts = urlsplit(url)
            host, port = parts.hostname, parts.port or 443
        except ValueError as error:
            raise InputError(f"{url}: not a web address ({error})") from error
        if parts.scheme.lower() != "https" or not host:
            raise InputError(f"{url}: only https addresses are fetched")
        if parts.username or parts.password:
            raise InputError(f"{host}: an address with a user name in it is not fetched")
        try:
            addresses = self._resolve(host, port)
        except OSError as error:
            raise InputError(f"{url}: no such host ({error.strerror or error})") from error
        if not addresses or not all(self._allows(one) for one in addresses):
            raise InputError(f"{url}: leads into a private network, which is not fetched")

    def _got(self, session: requests.Session, url: str, seconds: float) -> requests.Response:
        if seconds <= 0:
            raise InputError(f"{url}: took longer than {self._total:g} seconds")
        try:
            return session.get(
                url, timeout=seconds, allow_redirects=False, headers={"Accept": "text/html, */*;q=0.5"}
            )
        except TooLarge as error:
            raise InputError(f"{url}: larger than {self._most_bytes // 1000} kB") from error
        except DeadlineExceeded as error:
            raise InputError(f"{url}: took longer than {self._total:g} seconds") from error
        except requests.exceptions.SSLError as error:
            raise InputError(f"{url}: its certificate is not accepted") from error
        except requests.Timeout as error:
            raise InputError(f"{url}: did not answer in time") from error
        except (requests.RequestException, UnicodeError) as error:
            raise InputError(f"{url}: could not be fetched ({type(error).__name__})") from error
        except ProviderError as error:
            raise InputError(f"{url}: {error}") from error

    @staticmethod
    def _page(response: requests.Response, url: str) -> Page:
        if response.status_code != 200:
            raise InputError(f"{url}: answered {response.status_code} {response.reason or ''}".rstrip())
        media_type = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
        return Page(response.content, media_type or "application/octet-stream", url)
