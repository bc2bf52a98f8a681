"""daypass: a self-hosted RAM and STS, and enforcement of the same policies elsewhere."""

__version__ = "0.1.0.dev0"
