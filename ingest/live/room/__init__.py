"""One office hour on air: a process that holds programme and people, and does what it is asked.

`python -m ingest.live.room` starts it; the studio does.
"""
