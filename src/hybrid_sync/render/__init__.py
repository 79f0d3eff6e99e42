"""Domain values turned into bytes and text: calendar objects, mails, reports, JSON. No network."""
