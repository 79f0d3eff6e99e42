"""A strict local Webex, Graph and SMTP over real loopback sockets, for rehearsals, the demo and tests.

from hybrid_sync.sandbox import Sandbox

with Sandbox() as sandbox:
    print(sandbox.webex_url, sandbox.webex_token, sandbox.smtp_port)
"""

from .faults import Fault
from .options import SandboxOptions
from .server import Sandbox

__all__ = ["Fault", "Sandbox", "SandboxOptions"]
