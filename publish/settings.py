"""How recordings are published elsewhere."""

from dataclasses import dataclass

from ingest.settings import setting


@dataclass(frozen=True, kw_only=True)
class Settings:
    """The settings of publish."""

    youtube_api: str = setting("", "Address of the YouTube API; Google's if empty.")
    youtube_chunk_bytes: int = setting(
        16 * 1024 * 1024, "Bytes sent to YouTube in one request; a multiple of 262144, which is also the least."
    )
    youtube_category: str = setting("25", "YouTube's category of the videos; 25 is news and politics.")
    youtube_keywords: tuple[str, ...] = setting((), "Keywords of the videos on YouTube, separated by commas.")
