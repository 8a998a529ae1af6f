"""An AWS on loopback that takes a real `cdk deploy` and executes Lambdas: ministack, in an environment of its own.

It pins other versions than ours, so it has its own venv; and it runs every Lambda with that venv's Python, so that must
be of the minor version that the layers are made for. It binds 127.0.0.1 alone.
"""

from __future__ import annotations

import ctypes
import os
import platform
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

from tools.environments import bench_folder, environment

ROOT = Path(__file__).parents[3]
REQUIREMENTS = ("ministack==1.5.33", "cryptography>=45")  # the latter verifies the tokens of its user pools
PYTHON = f"{sys.version_info.major}.{sys.version_info.minor}"
ARCHITECTURE = {"aarch64": "arm64", "arm64": "arm64"}.get(platform.machine(), "x86_64")
REGION = "us-east-1"
ACCOUNT = "000000000000"
READY_SECONDS = 120  # a busy machine is slow, not broken: a process that ended is seen at once
CLOCK_FILE = "AUTOMATE_TEST_CLOCK_FILE"
MOVED_CLOCK = f'''"""Lambdas of the emulator live so many seconds later as the file says that a test may write."""
import os, time

_file, _now = os.environ.get("{CLOCK_FILE}"), time.time


def _moved():
    try:
        with open(_file) as file:
            return _now() + float(file.read() or 0)
    except OSError:
        return _now()


if _file and os.environ.get("AWS_LAMBDA_FUNCTION_NAME"):
    time.time = _moved
'''
_DIRECTLY = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def environment_of_emulator() -> Path:
    """The emulator's Python; installs it at the first use."""

    def move_clock(home: Path) -> None:
        (site_packages,) = home.glob("lib/python*/site-packages")
        (site_packages / "moved_clock.py").write_text(MOVED_CLOCK)
        (site_packages / "moved_clock.pth").write_text("import moved_clock\n")

    home = bench_folder() / "venvs" / "emulator"
    return environment(home, REQUIREMENTS, also=PYTHON + MOVED_CLOCK, finish=move_clock)


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


def _die_with_us() -> None:
    """A test run that is killed leaves no emulator behind (prctl's PR_SET_PDEATHSIG)."""
    ctypes.CDLL(None).prctl(1, signal.SIGTERM)


class Emulator:
    """One running emulator. `folder` takes its files and its log."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = folder / "emulator.log"
        self._clock = folder / "clock"
        scratch = folder / "tmp"
        scratch.mkdir()
        python = environment_of_emulator()
        settings = {
            "BIND_HOST": "127.0.0.1", "IOT_MTLS_ENABLED": "0", "SFTP_ENABLED": "0", "GATEWAY_PORT": str(self.port),
            "TMPDIR": str(scratch), "PATH": os.environ["PATH"], "HOME": str(folder), CLOCK_FILE: str(self._clock),
        }
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [python.with_name("ministack")], env=settings, stdout=log, stderr=subprocess.STDOUT,
                start_new_session=True, preexec_fn=_die_with_us if sys.platform == "linux" else None,  # noqa: PLW1509
            )
        self._wait()

    @property
    def environment(self) -> dict[str, str]:
        """What makes AWS's clients and the cdk command talk to it."""
        return {
            "AWS_ENDPOINT_URL": self.url, "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_DEFAULT_REGION": REGION, "AWS_REGION": REGION, "CDK_DEFAULT_ACCOUNT": ACCOUNT,
            "CDK_DEFAULT_REGION": REGION, "AWS_EC2_METADATA_DISABLED": "true",
        }

    def client(self, service: str):
        import boto3  # noqa: PLC0415  only here

        return boto3.client(
            service, endpoint_url=self.url, region_name=REGION, aws_access_key_id="test", aws_secret_access_key="test"
        )

    def move_clock(self, seconds: float) -> None:
        """Lambdas live `seconds` later from now on; the emulator itself does not."""
        self._clock.write_text(str(seconds))

    def stop(self) -> None:
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait(10)

    def _wait(self) -> None:
        until = time.monotonic() + READY_SECONDS
        while time.monotonic() < until:
            if self.process.poll() is not None:
                break
            try:
                with _DIRECTLY.open(f"{self.url}/_localstack/health", timeout=1):
                    return
            except OSError:
                time.sleep(0.2)
        self.stop()
        raise AssertionError(f"the emulator did not start:\n{self.log.read_text()[-2000:]}")
