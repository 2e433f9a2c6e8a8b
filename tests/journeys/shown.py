"""Shows pages of an application in a browser without a server: what the browser asks for is answered by the application itself."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from flask.testing import FlaskClient

ORIGIN = "http://127.0.0.1:9"  # nobody listens there: every request is answered here


class Shown:
    """A browser's page that is given its HTML; stylesheets, drawings and scripts come from the application."""

    def __init__(self, page: Any, client: FlaskClient) -> None:
        self.page, self.client, self._html = page, client, ""
        self._kept: dict[str, dict[str, Any]] = {}
        page.route("**/*", self._answer)

    def show(self, html: str) -> None:
        """Open the page."""
        self._html = html
        self.page.goto(f"{ORIGIN}/shown")

    def _answer(self, route: Any) -> None:
        parts = urlsplit(route.request.url)
        if parts.path == "/shown":
            return route.fulfill(body=self._html, content_type="text/html; charset=utf-8")
        asked = f"{parts.path}?{parts.query}"
        if asked not in self._kept:
            with self.client.get(asked) as answer:
                self._kept[asked] = {"status": answer.status_code, "body": answer.data, "content_type": answer.content_type}
        return route.fulfill(**self._kept[asked])
