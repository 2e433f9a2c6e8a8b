"""What a family's telephone keeps for when there is no network, and how it is told to forget everything.

What is kept, sealed and for how long the browser's worker decides (`static/family_worker.js`); only first views and pages to read are,
never what lies behind the door.
"""

from __future__ import annotations

from flask import current_app, redirect, render_template, session, url_for
from flask.typing import ResponseReturnValue

from vaxcard.api.service import LANGUAGE_COOKIE
from vaxcard.guidance.care import every_danger
from vaxcard.records.family_devices import forget_everywhere
from vaxcard.web.family_door import DEVICE_COOKIE, at_door, device_secret, family, greet, holder_of
from vaxcard.web.picture_first import PICTURES_COOKIE

_COOKIES = (DEVICE_COOKIE, LANGUAGE_COOKIE, PICTURES_COOKIE)


@family.get("/family-worker.js")
def worker() -> ResponseReturnValue:
    """The browser's worker. It stands at the top, because it may only serve pages below itself."""
    return current_app.send_static_file("family_worker.js")


@family.get("/offline")
def offline() -> ResponseReturnValue:
    """What is shown for a page that was never seen, without a network: whom to ring, and what to try."""
    greet()
    return render_template("family/offline.html", danger=every_danger())


@family.get("/C/<token>/forget")
def ask_to_forget(token: str) -> ResponseReturnValue:
    """What forgetting means, and the button."""
    held = holder_of(token)
    return render_template("family/forget.html", token=held.token)


@family.post("/C/<token>/forget")
def forget_here(token: str) -> ResponseReturnValue:
    """Close everything that lies open on this telephone, and have it clear what it keeps, cookies too."""
    with at_door(token) as door:
        forget_everywhere(door.acting, device_secret())
    response = redirect(url_for("family.forgotten"), 303)
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    for name in _COOKIES:
        response.delete_cookie(name)
    session.clear()
    return response


@family.get("/forgotten")
def forgotten() -> ResponseReturnValue:
    """That nothing is kept any more; the page clears what an older browser left."""
    greet()
    return render_template("family/forgotten.html")
