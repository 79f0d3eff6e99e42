"""One file per revision, numbered; `schema.HEAD` names the last."""
