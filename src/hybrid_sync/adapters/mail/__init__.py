"""Mail: finished messages handed to a server."""

from hybrid_sync.adapters.mail.imap import ImapMailbox
from hybrid_sync.adapters.mail.smtp import SmtpMailer

__all__ = ["ImapMailbox", "SmtpMailer"]
