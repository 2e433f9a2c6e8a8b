"""The camera's door: a frame goes in, what its codes say comes out; the page does the rest. Frames are read and forgotten."""

from __future__ import annotations

from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue

from vaxcard.api.access import LOOKING, requires
from vaxcard.api.problems import as_response, problem_of
from vaxcard.api.service import language
from vaxcard.papers.frames import LARGEST_FILE, UnreadablePicture, read_frame

camera = Blueprint("camera", __name__, url_prefix="/counter")


@camera.post("/frames")
@requires(*LOOKING)
def frame() -> ResponseReturnValue:
    """The codes on a JPEG, PNG or WebP that is the request's whole body: `{"codes": [{"kind", "text"}, …]}`, an empty list for none."""
    request.max_content_length = LARGEST_FILE
    try:
        codes = read_frame(request.get_data(cache=False))
    except UnreadablePicture as fault:
        return as_response(problem_of(fault, language()))
    return jsonify(codes=[{"kind": code.kind, "text": code.text} for code in codes])
