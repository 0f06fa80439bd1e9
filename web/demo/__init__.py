"""A short real office hour, played by two clips that the project made itself (see README.md beside this)."""
