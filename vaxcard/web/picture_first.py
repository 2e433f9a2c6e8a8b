"""Pages for those who don't read: larger pictures, few words, and a button that says each aloud; a switch that the browser remembers."""

from __future__ import annotations

from datetime import timedelta

from flask import Response, current_app, request

from vaxcard.web.family_door import family

PICTURES_COOKIE = "pictures"
_KEPT = timedelta(days=365)
_ON, _OFF = "on", "off"


@family.app_template_global("pictures_first")
def pictures_first() -> bool:
    """Whether this page is shown with pictures first: as asked for (`?pictures=on`), else as remembered."""
    return request.args.get("pictures", request.cookies.get(PICTURES_COOKIE)) == _ON


@family.after_request
def remember_pictures(response: Response) -> Response:
    """Keep what was asked for; without a script, in a cookie that says nothing of anyone."""
    wanted = request.args.get("pictures")
    if wanted in (_ON, _OFF):
        secure = current_app.config["SESSION_COOKIE_SECURE"]
        response.set_cookie(PICTURES_COOKIE, wanted, max_age=_KEPT, httponly=True, samesite="Lax", secure=secure)
    return response
