"""What a browser calls itself comes in; the app that it is built into goes out, and the browser to open instead.

Browsers inside other apps often give a page neither camera nor microphone. The names are those that the apps put
into their User-Agent; who hides it is taken for a browser, and the page says the same when the camera fails.
"""

from dataclasses import dataclass

APPS = {
    "Instagram": "Instagram",
    "FBAN": "Facebook",
    "FBAV": "Facebook",
    "FB_IAB": "Facebook",
    "BytedanceWebview": "TikTok",
    "musical_ly": "TikTok",
    "TikTok": "TikTok",
    "Snapchat": "Snapchat",
    "LinkedInApp": "LinkedIn",
    "Pinterest": "Pinterest",
    "MicroMessenger": "WeChat",
    "Line/": "LINE",
    "Twitter for": "X",
    "GSA/": "Google",
    "WhatsApp": "WhatsApp",
    "Threads": "Threads",
}


@dataclass(frozen=True)
class InsideApp:
    """The app's name, empty for one that says only that it shows pages, and the browser that gives a camera."""

    name: str
    browser: str


def inside_app(user_agent: str) -> InsideApp | None:
    """The app that shows the page, None for a browser."""
    browser = "Safari" if any(each in user_agent for each in ("iPhone", "iPad", "iPod")) else "Chrome"
    for mark, name in APPS.items():
        if mark in user_agent:
            return InsideApp(name, browser)
    return InsideApp("", browser) if "; wv)" in user_agent else None
