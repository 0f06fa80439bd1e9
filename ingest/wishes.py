"""What can be wished of a room, by name. Apart from the rows, so that a room's process starts without the database."""

from enum import Enum


class Kind(Enum):
    """What can be wished; in brackets what the payload holds."""

    START = "start"  # delay_s, cut_words, count_s: on air: media time begins when so many seconds have been counted
    CALL_OFF = "call_off"  # by: the count before the start is taken back
    END = "end"  # undo_s: the slide at once; for so long the end can be taken back
    UNDO_END = "undo_end"  # by: on air again as before
    PAUSE = "pause"
    RESUME = "resume"
    ADMIT = "admit"  # person, name, role, scopes, topic: may connect, is backstage
    # person, name, role, scopes (agreed to), topic, apart (interprets), host (leads), guest (came to ask), signs: in
    # picture and sound, with a track
    SHOW = "show"
    HIDE = "hide"  # person: off air, backstage
    HOLD = "hold"  # person: back to the waiting room
    MUTE = "mute"  # person, on, own (by themself: apart from what staff did)
    CAMERA = "camera"  # person, on: switched on or off by themself; without it their name card is shown
    LOST = "lost"  # people, waits: the room's own, when nothing comes of a host
    AWAY = "away"  # person, on: hidden for a moment: name card and silence until they are back
    SIGNS = "signs"  # person, on: speaks in sign language, so has a large tile in every scene
    SPEAKS_FOR = "speaks_for"  # person (who interprets), whom (None: nobody), rule (true: as it is by itself)
    TYPED = "typed"  # person, line, text, words (said beside the name): shown below the picture; line None: off again
    ASIDE = "aside"  # person (of the staff), whom (None: nobody any more): only these two hear each other
    UNSHARE = "unshare"  # person: the screen they share is closed
    SCENE = "scene"  # name (scene.Scene), people: who is first, and large where one is
    ON_AIR = "on_air"  # question, text, author
    ANSWERED = "answered"  # question
    CONSENT = "consent"  # person, scopes (those that still hold), name: without "live" they are off air and go
    TAKE_BACK = "take_back"  # question: was on air by mistake; again: the one before, or nothing
    MARK = "mark"  # by, reason, back_s: from so many seconds before
    CUT = "cut"  # by: slide and silence for the public instead of what has not gone out and what follows
    GO_ON = "go_on"  # by: the public gets again what is made from now on
