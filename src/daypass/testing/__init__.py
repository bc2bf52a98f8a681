"""A real server inside a test: ``with daypass.testing.Server() as server: …``."""

from daypass.client import Answer, Client, Credentials
from daypass.testing.server import Account, Server

__all__ = ["Account", "Answer", "Client", "Credentials", "Server"]
