"""What can go wrong while starting servers on this machine, as a sentence for the person at the console."""


class StackError(Exception):
    """The embedded servers cannot start or run; the message says why and what to do."""
