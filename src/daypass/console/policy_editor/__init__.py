"""What pages put beside a policy's text: its review, and how two texts differ."""

from daypass.console.policy_editor.differences import Difference, difference
from daypass.console.policy_editor.reviews import Review, review

__all__ = ["Difference", "Review", "difference", "review"]
