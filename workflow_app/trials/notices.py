"""What a trial says while it goes on."""

from collections.abc import Callable

Notice = Callable[[str], None]
"""Takes one sentence for whoever waits."""


def unheard(_sentence: str) -> None:
    """Nobody waits."""
