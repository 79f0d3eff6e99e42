"""Mail: finished messages handed to a server."""

from hybrid_sync.adapters.mail.smtp import SmtpMailer

__all__ = ["SmtpMailer"]
