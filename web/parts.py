"""What pages need of the house: named here so that tests can build a small one and nothing imports in a circle."""

from typing import Protocol

import ingest.settings
import questions.settings
import transcode.settings
import web.settings
from ingest.archive import Archive
from ingest.database import Database
from ingest.engine import Engine
from ingest.secrets import Safe


class House(Protocol):
    """The parts of `web.house.House` that the site uses."""

    @property
    def settings(self) -> web.settings.Settings: ...
    @property
    def ingest(self) -> ingest.settings.Settings: ...
    @property
    def questions(self) -> questions.settings.Settings: ...
    @property
    def transcode(self) -> transcode.settings.Settings: ...
    @property
    def database(self) -> Database: ...
    @property
    def archive(self) -> Archive: ...
    @property
    def safe(self) -> Safe: ...
    @property
    def engine(self) -> Engine: ...
