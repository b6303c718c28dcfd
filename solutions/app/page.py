"""The page of the command `app`: sentences go in; out come similarities, both heads' answers, and what each token does.

Gradio is told to report nothing, and whatever the page is made of comes from this process. The policy that goes with
every response makes the browser refuse anything else.
"""

import socket
from collections.abc import Callable
from contextlib import suppress
from functools import partial

import gradio as gr
import uvicorn
from fastapi import FastAPI, Request, Response
from starlette.middleware.base import RequestResponseEndpoint
from starlette.middleware.trustedhost import TrustedHostMiddleware

from ..similarity import SAMPLE_SENTENCES
from .answer import answer
from .look import MOST_SENTENCES, Subject
from .markup import STYLE, section

POLICY = "default-src 'self' 'unsafe-inline' 'unsafe-eval' data: blob:; form-action 'self'; frame-ancestors 'self'"
INTRODUCTION = """<h1>Two Heads</h1>
<p>See what the model makes of your sentences. It runs on this computer; nothing that you type leaves it.</p>"""


def build_page(subject: Subject) -> gr.Blocks:
    """Lay out the page; it opens with the course's own sentences."""
    sample = "\n".join(SAMPLE_SENTENCES)
    *_, first = answer(subject, sample)
    page = gr.Blocks(analytics_enabled=False, title="Two Heads")
    with page:
        gr.HTML(section(INTRODUCTION), apply_default_css=False, js_on_load=None)
        typed = gr.Textbox(sample, lines=7, max_lines=20, label=f"Sentences, one a line, {MOST_SENTENCES} at most")
        button = gr.Button("Look", variant="primary")
        seen = gr.HTML(first, apply_default_css=False, js_on_load=None)
        events, options = [button.click, typed.submit], {"api_visibility": "private", "trigger_mode": "always_last"}
        gr.on(events, partial(answer, subject), typed, seen, **options)
    return page


def build_server(page: gr.Blocks) -> FastAPI:
    """Put the page behind a guard: it answers to this computer's own names, and is made of nothing from elsewhere."""
    app = FastAPI(openapi_url=None)  # its own pages about itself come from elsewhere
    # A site whose name is made to lead here would otherwise be let in by the browser.
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=["127.0.0.1", "localhost"])

    @app.middleware("http")
    async def restrict(request: Request, call_next: RequestResponseEndpoint) -> Response:
        response = await call_next(request)
        response.headers["Content-Security-Policy"] = POLICY
        response.headers["Referrer-Policy"] = "no-referrer"
        return response

    # What the environment could otherwise switch on: a public tunnel is not among it, since nothing is launched.
    options = {"ssr_mode": False, "mcp_server": False, "pwa": False, "enable_monitoring": False, "run_history": False}
    # The reader's own fonts, and a button that can be read.
    theme = gr.themes.Default(primary_hue="blue", font=["sans-serif"], font_mono=["monospace"])
    theme.set(button_primary_background_fill="*primary_600", button_primary_background_fill_hover="*primary_700")
    gr.mount_gradio_app(app, page, path="", footer_links=[], theme=theme, css=STYLE, **options)
    return app


def serve(subject: Subject, listener: socket.socket, log: Callable[[str], None]) -> None:
    """Answer at a socket until the program is interrupted."""
    app = build_server(build_page(subject))
    host, port = listener.getsockname()[:2]
    # A page that is still open keeps a connection, which is not worth waiting for.
    server = uvicorn.Server(uvicorn.Config(app, log_level="critical", timeout_graceful_shutdown=1))
    log(f"The page is at http://{host}:{port}/ for this computer alone. Ctrl-C stops it.")
    with suppress(KeyboardInterrupt):
        server.run(sockets=[listener])
