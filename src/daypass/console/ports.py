"""What the console reaches in the world; the composition root fills it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from daypass.console.door import Door
from daypass.console.snippets import Wordings


@dataclass(frozen=True)
class Console:
    """One process's console.

    Attributes:
        door: the way to the catalogue.
        wordings: the same calls for people who script.
        names: host names that browsers may reach it by.
        once: whether a form's token, in an account, is used for the first time.
        entropy: returns that many random bytes.
        clock: epoch seconds.
        api_url: base URL of the API.
    """

    door: Door
    wordings: Wordings
    names: tuple[str, ...]
    once: Callable[[str, str], bool]
    entropy: Callable[[int], bytes]
    clock: Callable[[], int]
    api_url: str
