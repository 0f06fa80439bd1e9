"""Packets of browsers and of ffmpeg: offers, the receive path under aiortc's transport, and the way to viewers."""
