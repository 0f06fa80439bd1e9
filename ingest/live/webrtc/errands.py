"""Work that nobody waits for comes in; it is held until it is done, because a task that nobody holds may be collected
while it runs, and can be called back.
"""

import asyncio


class Errands:
    """See the module. Belongs to the event loop."""

    def __init__(self) -> None:
        self.tasks: set[asyncio.Task[None]] = set()

    def begin(self, work: "asyncio._CoroutineLike[None]") -> None:
        """Do this meanwhile."""
        task = asyncio.get_running_loop().create_task(work)
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    def call_back(self) -> None:
        """Cancel all but the one that asks for it."""
        for task in self.tasks - {asyncio.current_task()}:
            task.cancel()
