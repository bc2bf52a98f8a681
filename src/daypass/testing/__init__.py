"""A real server inside a test: ``with daypass.testing.Server() as server: …``."""

from daypass.testing.server import Server

__all__ = ["Server"]
