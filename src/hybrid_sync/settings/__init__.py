"""Settings: TOML file + environment + secret files -> frozen values."""

from hybrid_sync.settings.load import DEFAULT_FILE, example, first_file, load, shown
from hybrid_sync.settings.model import Settings, is_loopback

__all__ = ["DEFAULT_FILE", "Settings", "example", "first_file", "is_loopback", "load", "shown"]
