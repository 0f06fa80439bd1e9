"""What only a person with an iPhone can try: a page for staff, to be ticked off in ten minutes, or printed."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from web.rendering import N_, render
from web.rights import staff

STEPS: list[tuple[str, str]] = [
    (
        N_("Point the iPhone's camera at the rehearsal's QR code, or type its address in Safari."),
        N_("The page opens in Safari. Everything can be read without zooming, and nothing sticks out at the side."),
    ),
    (
        N_("Open “Try camera and line” at the foot of the page, and go through it."),
        N_(
            "Your picture is upright and moves, the bar moves when you speak, the tone is heard, and "
            "the verdict is green."
        ),
    ),
    (
        N_("Go back and take part, with picture and voice."),
        N_("“Nobody sees or hears you yet” stands there before Safari asks for anything."),
    ),
    (
        N_("Wait, without starting the camera."),
        N_(
            "The room's picture runs inside the page, not over the whole screen. Its sound comes after "
            "one press at most."
        ),
    ),
    (
        N_("Start the camera. Hold the iPhone upright, then sideways."),
        N_("Your picture turns along and is never squashed. On the board a blurred still appears."),
    ),
    (
        N_("Lock the iPhone for half a minute and unlock it."),
        N_("Your place is the same, the camera is on again, and the page has connected by itself."),
    ),
    (
        N_("Let yourself be called from the board."),
        N_(
            "A sound is heard, also with the ring switch on silent if the volume is up, and the call "
            "stands large on top."
        ),
    ),
    (
        N_("Press “I am here”, be let in, and speak with the board, with the iPhone's own loudspeaker."),
        N_("Each hears the other, and the board tells of no echo within a minute."),
    ),
    (
        N_("Go on air in the rehearsal."),
        N_("The sign turns red and says “On air”. The screen does not go dark by itself."),
    ),
    (
        N_("Have somebody ring the iPhone, and decline."),
        N_("Picture and sound are back within ten seconds. Meanwhile the board says that nothing comes."),
    ),
    (
        N_("Go to the home screen for ten seconds and come back."),
        N_("The camera is on again and the sign is right."),
    ),
    (
        N_("Switch Wi-Fi off, so that the iPhone goes on with mobile data."),
        N_("After ten seconds at most you are seen and heard again, in the same place."),
    ),
    (
        N_("Open the watching page on a second device by Apple, or in a second window of Safari."),
        N_("The broadcast plays, one press switches the sound on, and while you are on air this window stays silent."),
    ),
    (
        N_("End the rehearsal."),
        N_("The sign says “Over”, and the green dot at the top of the iPhone goes out."),
    ),
    (
        N_("Open the rehearsal's recording in Safari."),
        N_("It plays, chapters and sentences jump to their moment, and captions can be switched on in full screen."),
    ),
    (
        N_("Send yourself the address and open it inside an app such as WhatsApp or Instagram."),
        N_("The page says that it has to be opened in Safari, and offers the address to copy."),
    ),
    (
        N_("Switch VoiceOver on and swipe through the page on which you wait."),
        N_("Every button has a name, and a change of the sign is read out by itself."),
    ),
]


def iphone(request: Request) -> Response:
    staff(request)
    return render(request, "checklist.html", steps=STEPS)


routes = [Route("/staff/iphone", iphone)]
