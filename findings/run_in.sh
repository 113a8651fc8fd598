# Sourced by each finding: run_in PACKAGE==VERSION ... <<'PYTHON' ... PYTHON
# Installs the packages into a fresh temporary folder and runs the program there, without any of our code.
# Packages named in ALONE come without what they ask for, where that is gigabytes of a GPU's libraries that the program does not touch.
# Leaves with the program's own status: 0 as stated, 1 changed; 2 where the packages could not be installed.
run_in() {
    local folder status=0
    folder=$(mktemp -d)
    trap "rm -rf '$folder'" EXIT
    cat > "$folder/program.py"
    python3 -m venv "$folder/env" || exit 2
    "$folder/env/bin/python" -m pip install -q --disable-pip-version-check "$@" 2> "$folder/pip.log" \
        || { cat "$folder/pip.log" >&2; exit 2; }
    if [[ -n ${ALONE:-} ]]; then
        # shellcheck disable=SC2086  # several packages
        "$folder/env/bin/python" -m pip install -q --disable-pip-version-check --no-deps $ALONE 2> "$folder/pip.log" \
            || { cat "$folder/pip.log" >&2; exit 2; }
    fi
    printf 'with %s:\n' "$*${ALONE:+ $ALONE}"
    (cd "$folder" && env/bin/python -W ignore program.py) || status=1
    if ((status)); then echo "CHANGED: no longer as stated"; else echo "as stated"; fi
    exit $status
}
