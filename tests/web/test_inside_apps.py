"""A browser inside another app is known by its name, and the page offers a way out of it."""

import pytest

from ingest.officehours import OfficeHour
from tests.web.conftest import ORIGIN, Browser
from web.inside_apps import InsideApp, inside_app

IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 "
ANDROID = "Mozilla/5.0 (Linux; Android 14; Pixel 8{}) AppleWebKit/537.36 Chrome/126.0 Mobile Safari/537.36"


@pytest.mark.parametrize(
    ("user_agent", "app"),
    [
        (IPHONE + "Mobile/15E148 Instagram 320.0.0", InsideApp("Instagram", "Safari")),
        (IPHONE + "Mobile/15E148 [FBAN/FBIOS;FBAV/450.0]", InsideApp("Facebook", "Safari")),
        (ANDROID.format("") + " [FB_IAB/FB4A;FBAV/450.0]", InsideApp("Facebook", "Chrome")),
        (ANDROID.format("; wv"), InsideApp("", "Chrome")),
        (ANDROID.format(""), None),
        (IPHONE + "Version/18.0 Mobile/15E148 Safari/604.1", None),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0", None),
    ],
)
def test_the_app_is_named_with_the_browser_to_open(user_agent: str, app: InsideApp | None) -> None:
    assert inside_app(user_agent) == app


def test_the_page_offers_its_address_and_a_code(browser: Browser, hour: OfficeHour) -> None:
    page = f"/office-hours/{hour.id}/join"
    answer = browser.get(page, headers={"User-Agent": IPHONE + "Instagram 320.0"}).text
    assert "Bitte öffnen Sie diese Seite in Safari statt in Instagram" in answer
    assert f'value="{ORIGIN}{page}"' in answer
    assert 'src="data:image/svg+xml' in answer
    assert "data:image" not in browser.get(page).text
