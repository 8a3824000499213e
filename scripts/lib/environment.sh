# Sourced by the scripts beside it: finds a Python, makes a virtual environment, keeps it fresh.

root="$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)"

say() { printf '==> %s\n' "$*" >&2; }

fail() {
  printf 'error: %s\n' "$*" >&2
  exit 1
}

# Prints the first Python that is 3.11 or newer and can make virtual environments; where
# PELLUCID_PYTHON names one, only that one will do. Each candidate is run, not just looked up: a
# name on the PATH may be a stub that starts nothing.
find_python() {
  local candidate candidates=(python3 python3.13 python3.12 python3.11 python)
  [ -z "${PELLUCID_PYTHON:-}" ] || candidates=("$PELLUCID_PYTHON")
  for candidate in "${candidates[@]}"; do
    if "$candidate" -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' \
      >/dev/null 2>&1; then
      command -v "$candidate"
      return
    fi
  done
  fail "no Python 3.11 or newer with the venv module was found (tried ${candidates[*]})." \
    "Install one, or name it: PELLUCID_PYTHON=/path/to/python"
}

# stamp VENV EXTRAS: prints a hash of what the installation depends on. The source is not part of
# it: the installation is editable, so edits are seen without another one.
stamp() {
  "$1/bin/python" - "$root" "$2" <<'PY'
import hashlib, pathlib, sys

root, extras = sys.argv[1:]
parts = [sys.version, root, extras, pathlib.Path(root, "pyproject.toml").read_text("utf-8")]
print(hashlib.sha256("\0".join(parts).encode()).hexdigest())
PY
}

# installed VENV EXTRAS: whether VENV holds just what pyproject.toml asks for now.
installed() {
  [ -f "$1/stamp" ] && [ "$(stamp "$1" "$2" 2>/dev/null)" = "$(cat "$1/stamp")" ]
}

# install VENV EXTRAS: runs pip unless the stamp says that nothing changed. Two scripts started at
# once take turns where the system has `flock`.
install() {
  (
    if command -v flock >/dev/null; then flock 9; fi
    installed "$1" "$2" || install_now "$1" "$2"
  ) 9>"$1.lock"
}

must_install() { install "$@" || fail "the installation failed; the reason stands above"; }

install_now() {
  local venv="$1" extras="$2" started=$SECONDS python
  rm -f "$venv/stamp"
  if ! stamp "$venv" "$extras" >/dev/null 2>&1; then
    python="$(find_python)" || return 1
    say "Making the virtual environment ${venv#"$root"/} with $("$python" --version)"
    rm -rf "$venv"
    "$python" -m venv "$venv" || return 1
  fi
  say "Installing pellucid$extras (now, and again only when pyproject.toml changes)"
  "$venv/bin/python" -m pip install -qq --disable-pip-version-check --no-input \
    --editable "$root$extras" || return 1
  stamp "$venv" "$extras" >"$venv/stamp"
  say "Installed in $((SECONDS - started)) s"
}
