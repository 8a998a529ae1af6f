"""The cdk command, pinned in package.json: ``.venv/bin/cdk deploy --all``, as with any cdk command.

Brings what is missing at its first use: the Python packages of the [infra] extra, a Node where there is none
(tools.node), the command itself by package-lock.json, the built Studio. ``cdk install`` does only this.
"""

from __future__ import annotations

import shutil
import subprocess
import sys

from tools import studio
from tools.node import ROOT, Failed, Node, get_node, install_packages, wheel_node

COMMAND = ROOT / "node_modules" / "aws-cdk" / "bin" / "cdk"

RUN_THE_APP = frozenset({
    "bootstrap", "deploy", "destroy", "diff", "drift", "gc", "import", "list", "ls", "metadata", "publish-assets",
    "refactor", "rollback", "synth", "synthesize", "watch",
})
"""The commands that run the app of cdk.json, for which the Studio must be built: `bootstrap` asks it for the account
and the region, `destroy` for the names of the stacks."""


def prepare() -> Node:
    """All that the command needs; a Node to run it. Raises Failed."""
    bash = shutil.which("bash")
    if bash is None:
        raise Failed("There is no bash here: tools/bootstrap.sh needs it.")
    if subprocess.run([bash, str(ROOT / "tools" / "bootstrap.sh"), "local", "infra"], check=False).returncode:
        raise Failed("The packages of the deployment could not be installed.")
    node = wheel_node() or get_node()  # the newer one: the CDK is twice as fast on it
    install_packages(node, ROOT, named="the cdk command", everything=True)
    return node


def main(arguments: list[str]) -> int:
    """See the module's docstring; the exit status is the command's."""
    try:
        node = prepare()
        if arguments == ["install"]:
            return 0
        if not RUN_THE_APP.isdisjoint(arguments):
            studio.build()
    except Failed as error:
        print(error, file=sys.stderr)
        return 1
    try:
        command = [*node.node, str(COMMAND), *arguments]
        return subprocess.run(command, cwd=ROOT, env=node.environment(), check=False).returncode
    except KeyboardInterrupt:  # the command had it too and has said so
        return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
