"""Settings: TOML file + environment + secret files -> frozen values."""

from hybrid_sync.settings.load import DEFAULT_FILE, example, first_file, load, shown
from hybrid_sync.settings.model import Settings
from hybrid_sync.settings.values import FEWEST_SECRET_CHARACTERS, is_loopback

__all__ = [
    "DEFAULT_FILE",
    "FEWEST_SECRET_CHARACTERS",
    "Settings",
    "example",
    "first_file",
    "is_loopback",
    "load",
    "shown",
]
