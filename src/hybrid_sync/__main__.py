"""`python -m hybrid_sync` does what `hybrid-sync` does."""

from hybrid_sync.cli import main

if __name__ == "__main__":
    main()
