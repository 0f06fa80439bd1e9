"""What a person at the terminal can put right."""


class Mendable(Exception):
    """The message is the one line they read; the command ends with exit status 2."""
