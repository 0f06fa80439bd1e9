"""Waiting room and people as rows: who is called and let in, signs, typed lines, letters, telephones."""
