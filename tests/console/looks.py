"""The ways a page is looked at: size, theme, language, zoom."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True)
class Look:
    """One way.

    Attributes:
        zoom: of the browser: 2 shows half as much of the page, twice as large.
    """

    width: int = 1280
    height: int = 800
    theme: Literal["light", "dark"] = "light"
    language: Literal["en-US", "zh-CN"] = "en-US"
    zoom: int = 1

    @property
    def name(self) -> str:
        """The look in a word, for test ids and the names of pictures."""
        zoom = f"-zoom{self.zoom}" if self.zoom > 1 else ""
        return f"{self.width}-{self.theme}-{self.language[:2]}{zoom}"

    def settings(self) -> Mapping[str, Any]:
        """Return it as the settings of a browser context."""
        return {
            "viewport": {"width": self.width // self.zoom, "height": self.height // self.zoom},
            "device_scale_factor": self.zoom,
            "color_scheme": self.theme,
            "locale": self.language,
        }


WIDE: Final = Look()
WIDE_DARK_CHINESE: Final = Look(theme="dark", language="zh-CN")
NARROW_DARK: Final = Look(width=390, height=844, theme="dark")
NARROW_CHINESE: Final = Look(width=390, height=844, language="zh-CN")
ZOOMED: Final = Look(zoom=2)

LOOKS: Final = (WIDE, WIDE_DARK_CHINESE, NARROW_DARK, NARROW_CHINESE)
"""Every pair of size, theme and language once."""
