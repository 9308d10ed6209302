"""Kernels that start at once: each is a fork of a process that has imported torch.

Every page wants a fresh kernel, and importing torch into one takes longer than most
pages run. So one process imports the heavy packages once, and kernels fork from it:
they are as fresh as any, and seconds sooner. Only Linux has libraries that all survive
a fork; elsewhere kernels start the usual way.
"""

import os
import sys
from functools import cache
from multiprocessing import get_context
from multiprocessing.context import ForkServerContext
from multiprocessing.process import BaseProcess
from tempfile import gettempdir
from typing import Any
from uuid import uuid4

from jupyter_client.connect import KernelConnectionInfo
from jupyter_client.manager import AsyncKernelManager
from jupyter_client.provisioning import LocalProvisioner

# The order of sets and the number of threads must not depend on the machine.
ENV = {"PYTHONHASHSEED": "0", "OMP_NUM_THREADS": "1"}
preload = ["gdbook.site.forked", "ipykernel.kernelapp", "matplotlib.pyplot",
           "matplotlib_inline.backend_inline", "mkdocs.__main__"]  # fmt: skip


@cache
def server() -> ForkServerContext:
    """The process that kernels fork from; it starts with the first of them."""
    os.environ.update(ENV)  # it reads them when it starts
    context = get_context("forkserver")
    context.set_forkserver_preload(preload)
    return context


def be_a_kernel(arguments: list[str], env: dict[str, str]) -> None:
    """What a fork does: become the kernel that the arguments of a command ask for."""
    from ipykernel.kernelapp import IPKernelApp

    os.setsid()  # an interrupt at the terminal is for the build alone
    os.environ.update(env)
    parent = f"--IPKernelApp.parent_handle={os.getppid()}"  # should it die, so do we
    IPKernelApp.launch_instance([*arguments, parent])


class Fork:
    """A forked process with the face of the subprocess that its owner expects."""

    stdin = stdout = stderr = None

    def __init__(self, process: BaseProcess) -> None:
        process.start()
        self.process = process
        self.pid = process.pid
        self.kill, self.terminate = process.kill, process.terminate

    def poll(self) -> int | None:
        """How it ended, or None while it runs."""
        return self.process.exitcode

    def wait(self) -> int | None:
        """How it ended, when it has."""
        self.process.join()
        return self.process.exitcode

    def send_signal(self, number: int) -> None:
        """Send a signal."""
        assert self.pid is not None  # it was started
        os.kill(self.pid, number)


class ForkProvisioner(LocalProvisioner):
    """Starts kernels as forks."""

    async def launch_kernel(
        self, cmd: list[str], **kwargs: Any
    ) -> KernelConnectionInfo:
        """Fork in place of `python -m ipykernel_launcher …`."""
        start = cmd.index("ipykernel_launcher") + 1
        arguments = (cmd[start:], kwargs["env"])
        fork = Fork(server().Process(target=be_a_kernel, args=arguments))
        self.process, self.pid = fork, fork.pid  # type: ignore[assignment]
        return self.connection_info


class ForkManager(AsyncKernelManager):
    """Owns one forked kernel, and talks to it through files: no port to collide on."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.transport = "ipc"
        self.connection_file = f"{gettempdir()}/kernel-{uuid4()}.json"  # and sockets
        at = {"kernel_id": "fork", "kernel_spec": self.kernel_spec, "parent": self}
        self.provisioner = ForkProvisioner(**at)


MANAGER = ForkManager if sys.platform == "linux" else AsyncKernelManager
