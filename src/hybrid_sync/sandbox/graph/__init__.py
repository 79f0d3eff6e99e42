"""The Microsoft Graph calendar paths of the sandbox."""
