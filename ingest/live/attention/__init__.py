"""What is wrong in a room, from sound, picture, packets and disk. Pure but for what it reads."""
