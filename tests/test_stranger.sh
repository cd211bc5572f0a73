#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# A reader written from sandyq-formats(5) alone audits a synthetic office, and names what was
# changed in it. Run by tests/run, which sets SANDYQ_BUILD.
set -u
at=$(dirname "$0")
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
failed=0

result() { # NAME: of the last command's status
    if [ "$?" = 0 ]; then
        echo "[       OK ] $1"
    else
        echo "[  FAILED  ] $1"
        failed=$((failed + 1))
    fi
}
audit() { # OFFICE
    /usr/bin/python3 -B "$at/stranger/audit.py" "$1" "$dir/made/officer-1" "$dir/made/passphrase"
}
broken() { # SQL FAULT: an office with this change is refused, and a line begins with FAULT
    rm -rf "$dir/changed"
    cp -R "$dir/made/office" "$dir/changed" &&
        /usr/bin/python3 - "$dir/changed/journal.db" "$1" <<'PY' || return 1
import sqlite3, sys
db = sqlite3.connect(sys.argv[1])
db.create_function("flip", 1, lambda b: bytes([b[0] ^ 1]) + b[1:])
changed = db.execute(sys.argv[2]).rowcount
db.commit()
sys.exit(changed != 1)
PY
    audit "$dir/changed" >"$dir/out"
    [ "$?" = 1 ] && grep -q "^fault: $2" "$dir/out" && ! grep -q '^audit:' "$dir/out"
}

said=$("$SANDYQ_BUILD/tests/casebook/casebook" "$dir/made" 10 3)
result made
audit "$dir/made/office" >"$dir/out" && [ "$(grep -c '^{"case"' "$dir/out")" = 10 ] &&
    acts=$(echo "$said" | sed -n 's/.* \([0-9]*\) acts.*/\1/p') &&
    grep -q "^audit: [0-9]* transactions, $acts acts, everything fits\$" "$dir/out" &&
    ! grep -q '"texts": \[\]' "$dir/out"
result everything_fits
broken 'UPDATE act SET head_digest = flip(head_digest) WHERE seq = 20' 'act 20: '
result head_digest
broken 'UPDATE act SET head = flip(head) WHERE seq = 20' 'act 20: '
result head
broken 'UPDATE body SET sealed = flip(sealed) WHERE seq = (SELECT max(seq) FROM body)' \
    'act [0-9]*: the body does not open'
result body
broken 'UPDATE txn SET signature = flip(signature) WHERE no = 9' \
    'transaction 9: the signature is wrong'
result signature
broken 'UPDATE txn SET prev = flip(prev) WHERE no = 9' 'transaction 9: prev '
result prev
broken 'DELETE FROM record WHERE rowid = (SELECT min(rowid) FROM record)' 'act [0-9]*: took other'
result record
broken 'UPDATE officer SET agree = flip(agree) WHERE no = 2' 'officer: '
result officer
# The closing line that tests/run counts by.
[ "$failed" = 0 ] || echo " $failed FAILED TEST(S)"
[ "$failed" = 0 ]
