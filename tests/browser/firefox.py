"""A running Firefox, driven by WebDriver BiDi, which it speaks without a driver."""

import asyncio
import json
import re
import shutil
import subprocess
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Self

from tornado.websocket import WebSocketClientConnection, websocket_connect

from .web import REPORT

FIREFOX = next(filter(None, map(shutil.which, ["firefox-esr", "firefox"])), None)
# said of a formula of which only the beginning has arrived (test_html counts the parts)
PARTIAL = re.compile(r"Invalid markup: Incorrect number of children for <m\w+/> tag\.")
# Firefox 140.12 says it now and then of any page, an empty one too. Where the code of a
# page is refused something, the message has a stack.
ITS_OWN = 'Error: Permission denied to access property "length"'
PATIENCE = 300  # seconds: enough for the busiest machine


class Firefox:
    """One window, and what goes wrong in it."""

    def __init__(self, address: str) -> None:
        self.loop, self.numbers = asyncio.new_event_loop(), count()
        self.complaints: list[str] = []
        self.socket = self.wait(self.connect(f"{address}/session"))
        self.ask("session.new", capabilities={})
        self.ask("session.subscribe", events=["log.entryAdded"])
        self.ask("script.addPreloadScript", functionDeclaration=f"() => {{ {REPORT} }}")
        tree = self.ask("browsingContext.getTree")
        self.window = tree["contexts"][0]["context"]

    async def connect(self, address: str) -> WebSocketClientConnection:
        """Open the connection; its answers may be large."""
        return await websocket_connect(address, max_message_size=2**26)

    def wait(self, task: Coroutine) -> Any:
        """What a task of the connection gives, in time."""
        return self.loop.run_until_complete(asyncio.wait_for(task, PATIENCE))

    def ask(self, method: str, **params: object) -> dict:
        """Send a command; its result. Raises RuntimeError for a refusal."""
        return self.wait(self.answer(method, params))

    async def answer(self, method: str, params: dict) -> dict:
        """Send a command, and listen until its answer comes."""
        number = next(self.numbers)
        message = {"id": number, "method": method, "params": params}
        await self.socket.write_message(json.dumps(message))
        while text := await self.socket.read_message():
            message = json.loads(text)
            if message.get("method") == "log.entryAdded":
                self.hear(message["params"])
            elif message.get("id") == number and message["type"] == "success":
                return message["result"]
            elif message.get("id") == number:
                raise RuntimeError(f"{method}: {message['message']}")
        raise RuntimeError("Firefox has closed the connection")

    def hear(self, said: dict) -> None:
        """Keep an error on the console."""
        its_own = said["text"] == ITS_OWN and "stackTrace" not in said
        if said["level"] == "error" and not (
            its_own or PARTIAL.fullmatch(said["text"])
        ):
            self.complaints.append(said["text"])

    def heard(self) -> list[str]:
        """What went wrong since the last call."""
        self.run("new Promise((done) => setTimeout(done, 100))")  # some come late
        found, self.complaints = self.complaints, []
        return found

    def goto(self, url: str) -> Self:
        """Open a page, and wait until it has loaded."""
        self.ask("browsingContext.navigate",
                 context=self.window, url=url, wait="complete")  # fmt: skip
        return self

    def run(self, expression: str) -> object:
        """What an expression gives: a text, a number, a truth value or nothing.

        Raises AssertionError when it throws.
        """
        found = self.ask("script.evaluate", expression=expression, awaitPromise=True,
                         userActivation=True, target={"context": self.window},
                         )  # fmt: skip
        assert found["type"] == "success", found["exceptionDetails"]["text"]
        return found["result"].get("value")

    def until(self, condition: str) -> None:
        """Wait until a condition holds on the page."""
        look = f"({condition}) ? done() : setTimeout(look, 50)"
        self.run(f"new Promise((done) => {{ const look = () => {look}; look(); }})")

    def click(self, selector: str) -> None:
        """Click on the middle of the first element that a selector finds.

        Scripts of a page add some, on a busy machine late: it waits for them.
        """
        self.until(f"document.querySelector({selector!r})")
        where = self.run(f"""(() => {{
          const one = document.querySelector({selector!r});
          one.scrollIntoView({{ block: "center", behavior: "instant" }});
          const {{ x, y, width, height }} = one.getBoundingClientRect();
          return JSON.stringify([x + width / 2, y + height / 2].map(Math.round));
        }})()""")
        x, y = json.loads(str(where))
        move = {"type": "pointerMove", "x": x, "y": y}
        press = [{"type": kind, "button": 0} for kind in ("pointerDown", "pointerUp")]
        self.act({"type": "pointer", "id": "mouse", "actions": [move, *press]})

    def keys(self, text: str) -> None:
        """Press keys, one after the other."""
        keys = [{"type": kind, "value": key}
                for key in text for kind in ("keyDown", "keyUp")]  # fmt: skip
        self.act({"type": "key", "id": "keyboard", "actions": keys})

    def act(self, source: dict) -> None:
        """Do what a mouse or a keyboard does."""
        self.ask("input.performActions", context=self.window, actions=[source])

    def close(self) -> None:
        """Close the connection."""

        async def end() -> None:  # from 3.13 on the connection wants a running loop
            self.socket.close()
            await asyncio.sleep(0)

        self.loop.run_until_complete(end())
        self.loop.close()


@contextmanager
def firefox() -> Iterator[Firefox]:
    """A running Firefox with a profile of its own."""
    with TemporaryDirectory() as folder:
        call = [str(FIREFOX), "--headless", "--no-remote", "--remote-debugging-port=0",
                "--profile", folder]  # fmt: skip
        process = subprocess.Popen(
            call, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
            cwd=Path(folder),
        )  # fmt: skip
        assert process.stderr
        try:
            lines = map(re.compile(r"listening on (ws:\S+)").search, process.stderr)
            found = next(filter(None, lines), None)
            assert found, "Firefox does not start"
            running = Firefox(found[1])
            yield running
            running.close()
        finally:
            process.terminate()
            process.communicate()
