"""The Webex REST paths of the sandbox."""
