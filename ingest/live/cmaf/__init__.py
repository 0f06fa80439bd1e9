"""Fragmented MP4 and playlists: bytes and text, segments on the disk, and where to go on after a crash."""
