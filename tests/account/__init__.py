"""An AWS account for tests: see `server`."""
