"""`hybrid-sync demo`: the whole loop against the sandbox, over real sockets, with real processes."""
