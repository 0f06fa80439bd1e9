"""What leaves the studio: recording, tracks, broadcast delay, cuts, and what consent takes out of them."""
