"""Addresses of the running product come in, what a browser would be shown goes out: cookies, forms, redirects.

For the demo only, with nothing but the standard library: it visits the site as a citizen or as staff would.
"""

import re
from dataclasses import dataclass
from http.client import HTTPResponse
from http.cookiejar import CookieJar
from urllib.error import HTTPError, URLError
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, OpenerDirector, ProxyHandler, Request, build_opener

HIDDEN = re.compile(r'<input[^>]*type="hidden"[^>]*>')
ATTRIBUTE = re.compile(r'(name|value)="([^"]*)"')


@dataclass(frozen=True)
class Answer:
    """What came back; `status` 0 when nobody answered."""

    status: int
    body: bytes
    address: str

    @property
    def text(self) -> str:
        return self.body.decode(errors="replace")


class Browser:
    """One visitor with cookies of their own."""

    def __init__(self, origin: str) -> None:
        self.origin = origin
        self._opener: OpenerDirector = build_opener(ProxyHandler({}), HTTPCookieProcessor(CookieJar()))

    def get(self, path: str) -> Answer:
        """Fetch a page or file."""
        return self._ask(Request(self._address(path), headers={"Accept-Language": "de"}))  # noqa: S310 - only our own origin

    def fill_in(self, path: str, values: dict[str, str]) -> Answer:
        """Open the page with a form, fill in `values` beside its hidden fields, send it to the same address."""
        page = self.get(path)
        fields = [dict(ATTRIBUTE.findall(each)) for each in HIDDEN.findall(page.text)]
        hidden = {each["name"]: each.get("value", "") for each in fields if "name" in each}
        body = urlencode(hidden | values).encode()
        headers = {"Origin": self.origin, "Accept-Language": "de"}
        return self._ask(Request(self._address(path), body, headers))  # noqa: S310 - only our own origin  # noqa: S310

    def _address(self, path: str) -> str:
        return self.origin + path

    def _ask(self, request: Request) -> Answer:
        try:
            response: HTTPResponse = self._opener.open(request, timeout=20)
            with response:
                return Answer(response.status, response.read(), response.url)
        except HTTPError as error:
            with error:
                return Answer(error.code, error.read(), error.url or request.full_url)
        except (URLError, ConnectionError, TimeoutError):
            return Answer(0, b"", request.full_url)
