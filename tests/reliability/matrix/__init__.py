"""Each kind of fault on each kind of call: what comes of it. The tables of docs/reliability.md are written from here.

python -m tests.reliability.matrix [--write] [CALL ...]
"""
