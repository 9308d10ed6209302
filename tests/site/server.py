"""A running `mkdocs serve`."""

import queue
import re
import socket
import subprocess
import threading
import time
import urllib.request
from pathlib import Path

from ..conftest import ENV, mkdocs_command

PATIENCE = 120  # seconds: enough for the busiest machine


class Server:
    """A book that is served while it is edited; its log is read line by line."""

    def __init__(self, folder: Path, *arguments: str) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.address = f"127.0.0.1:{probe.getsockname()[1]}"
        call = mkdocs_command("serve", "-a", self.address, *arguments)
        streams = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
        self.process = subprocess.Popen(call, cwd=folder, env=ENV, **streams)
        self.lines: queue.Queue[str] = queue.Queue()
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()

    def _read(self) -> None:
        for line in self.process.stdout or ():
            self.lines.put(line)

    def wait_for(self, pattern: str) -> str:
        """The log up to a line that matches; raises AssertionError when none comes."""
        end, seen = time.monotonic() + PATIENCE, ""
        while time.monotonic() < end:
            try:
                seen += self.lines.get(timeout=0.2)
            except queue.Empty:
                assert self.process.poll() is None, f"the server died:\n{seen}"
            if re.search(pattern, seen):
                return seen
        raise AssertionError(f"waited in vain for {pattern!r}:\n{seen}")

    def page(self, name: str = "page.html") -> str:
        """A page, as a browser gets it."""
        with urllib.request.urlopen(f"http://{self.address}/{name}", timeout=60) as it:
            return it.read().decode()

    def stop(self) -> None:
        """End the server."""
        self.process.terminate()
        self.process.wait(timeout=60)
        self.reader.join()
        if self.process.stdout:
            self.process.stdout.close()
