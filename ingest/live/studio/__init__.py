"""The studio's side of its rooms: a process each, started, attached to, briefed, and what they report."""
