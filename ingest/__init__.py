"""The source: office hours, people, archive, database, steps and the live room. Imports nothing of ours."""
