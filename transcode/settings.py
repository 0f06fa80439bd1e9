"""Environment variables come in, the frozen settings of transcode go out (see `ingest.settings`)."""

from dataclasses import dataclass

from ingest.settings import setting


@dataclass(frozen=True, kw_only=True)
class Settings:
    """How renditions and captions are made."""

    ladder: tuple[str, ...] = setting(
        ("480:1000", "240:350"),
        "Smaller sizes as lines:kbit/s at most, with commas; never larger than recorded.",
    )
    stretch_s: float = setting(60.0, "Seconds of programme that one step encodes; rounded to whole segments.")
    rung_preset: str = setting("veryfast", "x264 preset of the smaller renditions.")
    av1: bool = setting(False, "Whether all sizes are also made in AV1 with Opus, for players that know them.")
    av1_crf: int = setting(
        0, "Quality of AV1 from 1 (best) to 63; 0: tried out for each recording so that it looks as H.264 does."
    )
    loudness_lufs: float = setting(-16.0, "Integrated loudness of the normalised sound in LUFS (EBU R128).")
    true_peak_db: float = setting(-1.0, "Highest true peak of the normalised sound in dBTP.")
    encode_threads: int = setting(2, "Threads of one encode.")
    speech_model: str = setting(
        "packaged", "Speech model: packaged, a size such as small (fetched on first use), or a model's folder."
    )
    speech_threads: int = setting(2, "Threads of one speech recognition.")
    speech_precision: str = setting("int8", "CTranslate2 compute type of the speech model, such as int8 or float32.")
    speech_spare: float = setting(
        0.25,
        "Part of the machine that is idle, from 0 to 1, for captions to be begun while an office hour is on air; "
        "above 1: only afterwards.",
    )
    step_spare: float = setting(
        0.1,
        "Part of the machine, from 0 to 1, that a live room and all else must leave for heavy work beside it to go on; "
        "0: it always goes on, at low priority.",
    )
    stall_s: float = setting(60.0, "Seconds without progress after which a child process is stopped and tried again.")
    speech_stall_s: float = setting(
        600.0, "The same for speech recognition, where a large model may think minutes over half a minute of sound."
    )
    niceness: int = setting(10, "Niceness of child processes: 0 is normal, 19 gives way to everything.")
