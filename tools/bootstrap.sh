#!/usr/bin/env bash
# Make .venv ready for a make target:  bash tools/bootstrap.sh EXTRA...
#
# This half finds an interpreter and makes the environment; tools/install.py, run by the environment's own python,
# installs into it. Runs on bash 3.2 and needs nothing but python3 and the POSIX commands.
#
#   .venv/automate-unfinished   holds the process id of a running install. Found with that process gone, the install
#                               was interrupted: the environment is thrown away and made anew, never half trusted.
#
# PYTHON=/path/to/python names the interpreter instead of the search.
set -eu
cd "$(dirname "$0")/.."

venv=.venv
marker=$venv/automate-unfinished
candidates=${PYTHON:-python3.14 python3.13 python3.12 python3.11 python3}

# What a candidate is good for, in the syntax of any Python: its version, then ok, old or no-venv.
probe='
import sys
version = "%d.%d" % sys.version_info[:2]
state = "ok"
if sys.version_info < (3, 11):
    state = "old"
else:
    try:
        import ensurepip, venv
    except ImportError:
        state = "no-venv"
print(version + " " + state)
'

say() { printf '%s\n' "$*"; }
fail() { printf '%s\n' "$@" >&2; exit 1; }

# The command line that brings the packages of each system: $1 for apt, $2 for brew, $3 for any other.
how_to_get() {
    if command -v apt-get >/dev/null 2>&1; then
        say "    sudo apt install $1"
    elif [ "$(uname -s)" = Darwin ]; then
        command -v brew >/dev/null 2>&1 || say "    (Homebrew is not installed yet; it comes first.)"
        say "    brew install $2"
    else
        say "    $3"
    fi
}

# The newest Python that this Debian or Ubuntu release offers.
apt_python() {
    for version in 3.14 3.13 3.12 3.11; do
        if apt-cache show "python$version" >/dev/null 2>&1; then
            say "python$version python$version-venv"
            return
        fi
    done
    say "python3 python3-venv"
}

# Sets $python to the first candidate that runs, is 3.11 or newer and can make environments. A name on PATH is not
# enough: a version manager's shim exists for versions that are not installed and only fails.
find_python() {
    seen="" without_venv="" python=""
    for candidate in $candidates; do
        command -v "$candidate" >/dev/null 2>&1 || continue
        answer=$("$candidate" -c "$probe" 2>/dev/null) || answer="does-not-run"
        case $answer in
            *" ok") python=$candidate; return ;;
            *" no-venv") [ -n "$without_venv" ] || without_venv=${answer% *} ;;
        esac
        seen="$seen
    $candidate: $(describe "$answer")"
    done
    if [ -n "$without_venv" ]; then
        fail "Python $without_venv is here, but not its venv module. This brings it:" \
            "$(how_to_get "python$without_venv-venv" "python@$without_venv" "install venv and ensurepip for Python $without_venv")" \
            "Then run the same make command again."
    fi
    fail "Automate needs Python 3.11 or newer, and none was found.${seen:+ Looked at:$seen}" "This brings it:" \
        "$(how_to_get "$(apt_python)" python@3.13 "install Python 3.13 with your system's package manager")" \
        "Then run the same make command again, or name an interpreter: make install PYTHON=/path/to/python3"
}

describe() {
    case $1 in
        *" old") say "Python ${1% *}, too old" ;;
        *" no-venv") say "Python ${1% *}, without venv" ;;
        *) say "does not run" ;;
    esac
}

# Waits while another make installs; after an interrupted install, removes what it left.
settle() {
    [ -f "$marker" ] || return 0
    waited=0
    while other=$(cat "$marker" 2>/dev/null) && [ -n "$other" ] && kill -0 "$other" 2>/dev/null; do
        [ "$waited" -gt 0 ] || say "Another make is installing into $venv (process $other); waiting for it …"
        waited=$((waited + 1))
        [ "$waited" -le 600 ] || fail "Process $other still holds $venv. If it is no install, remove the folder $venv."
        sleep 1
    done
    if [ -f "$marker" ]; then
        say "The last install into $venv was interrupted; making it anew."
        rm -rf "$venv"
    fi
}

make_venv() {
    find_python
    say "Making $venv with $python (${answer% *}) …"
    rm -rf "$venv"
    mkdir "$venv" || fail "Cannot write to $PWD: the environment $venv belongs there."
    say "$$" >"$marker"
    if ! output=$("$python" -m venv "$venv" 2>&1); then
        rm -rf "$venv"
        fail "$python could not make the environment $venv:" "$output"
    fi
}

settle
# 0: all is there. 10: a good environment that lacks something. Anything else: no environment that works.
status=1
if [ -x "$venv/bin/python" ]; then
    status=0
    "$venv/bin/python" -I tools/install.py --check "$@" 2>/dev/null || status=$?
fi
case $status in
    0) exit 0 ;;
    10) ;;
    *)
        if [ -e "$venv" ]; then
            say "The environment $venv does not work (half made, moved, or its Python is gone); making it anew."
        fi
        make_venv
        ;;
esac
exec "$venv/bin/python" -I tools/install.py "$@"
