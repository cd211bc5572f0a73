#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# A reader written from sandyq-formats(5) alone audits a synthetic office and a played one, names
# what was changed in them, and derives what the desk shows. Run by tests/run, which sets
# SANDYQ_BUILD.
set -u
at=$(dirname "$0")
export PYTHONPATH="$at/stranger"
dir=$(mktemp -d) || exit 1
words=$dir/made/passphrase
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
audit() { # OFFICE [HOME [CARD ...]]
    office=$1 home=${2:-$dir/made/officer-1}
    shift "$(($# < 2 ? $# : 2))"
    /usr/bin/python3 -B "$at/stranger/audit.py" "$office" "$home" "$words" "$@"
}
shown() { # OFFICE HOME: the desk's numbers against those of the reader
    /usr/bin/python3 -B "$at/stranger/shown.py" "$1" "$2" "$words" "$SANDYQ_BUILD/sandyq-desk"
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

refused() { # SQL WORDS: an office with this change is not read at all, and WORDS say why
    rm -rf "$dir/changed"
    cp -R "$dir/made/office" "$dir/changed" &&
        /usr/bin/python3 - "$dir/changed/journal.db" "$1" <<'PY' || return 1
import sqlite3, sys
sqlite3.connect(sys.argv[1]).execute(sys.argv[2])
PY
    audit "$dir/changed" >"$dir/out" 2>&1
    [ "$?" = 1 ] && grep -q "^$2" "$dir/out" && ! grep -q '^audit:' "$dir/out"
}
spoil() { # WHAT ...: audits an office and an officer's folder that are changed in these ways
    rm -rf "$dir/changed" "$dir/home"
    cp -R "$dir/made/office" "$dir/changed" && cp -R "$dir/made/officer-1" "$dir/home" &&
        /usr/bin/python3 -B "$at/stranger/spoil.py" "$dir/changed" "$dir/home" "$words" "$@" ||
        return 1
    audit "$dir/changed" "$dir/home" >"$dir/out"
    [ "$?" = 1 ] && ! grep -q '^audit:' "$dir/out"
}
named() { # FAULT ...: the last audit has a line that begins with each
    for fault; do
        grep -q "^fault: $fault" "$dir/out" || return 1
    done
}
desk() { # HOME COMMAND ...
    home=$1
    shift
    "$SANDYQ_BUILD/sandyq-desk" "$@" --officer "$home" --passphrase-file "$words"
}

said=$("$SANDYQ_BUILD/tests/casebook/casebook" "$dir/made" 10 3)
result made
"$SANDYQ_BUILD/sandyq-desk" list "$dir/made/office" --officer "$dir/made/officer-1" \
    --passphrase-file "$dir/made/passphrase" >"$dir/list" 2>&1 && [ -s "$dir/made/officer-1/view" ]
result view
# The made office is opened again and again below.
/usr/bin/python3 -B "$at/stranger/spoil.py" "$dir/made/office" "$dir/made/officer-1" "$words" light
result light
audit "$dir/made/office" >"$dir/out" && [ "$(grep -c '^{"case"' "$dir/out")" = 10 ] &&
    acts=$(echo "$said" | sed -n 's/.* \([0-9]*\) acts.*/\1/p') &&
    grep -q "^audit: \([0-9]*\) transactions, $acts acts, 10 cards, a view to transaction \1, \
everything fits\$" "$dir/out" &&
    ! grep -q '"texts": \[\]' "$dir/out"
result everything_fits
shown "$dir/made/office" "$dir/made/officer-1" >"$dir/out" &&
    grep -q '^shown: 10 cases, 10 kiosks, 8 officers, everything the same$' "$dir/out"
result shown
spoil chains && shown "$dir/changed" "$dir/home" >"$dir/out" &&
    desk "$dir/home" kiosks "$dir/changed" --json 2>"$dir/list" | tr -d ' \n' >"$dir/out" &&
    grep -q '"gaps":\[\[7,7\],\[9,11\]\],"forks":\[1,20,30,40\]' "$dir/out" &&
    grep -q '"unreadable":2,"misplaced":2' "$dir/out"
result shown_chains
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
broken 'UPDATE record SET tag = flip(tag) WHERE rowid = (SELECT min(rowid) FROM record)' \
    'act [0-9]*: took other'
result record_tag
broken 'DELETE FROM queue WHERE seq = (SELECT max(seq) FROM queue)' 'queue: not the messages'
result queue
broken 'UPDATE officer SET agree = flip(agree) WHERE no = 2' 'officer: '
result officer
refused 'CREATE INDEX more ON record(seq)' 'journal.db: another definition: CREATE INDEX more'
result index
refused 'CREATE TRIGGER more AFTER INSERT ON act BEGIN DELETE FROM txn; END' \
    'journal.db: another definition: CREATE TRIGGER more'
result trigger
spoil view_sealed && named 'view: does not open'
result view_sealed
spoil view_lists view_board view_signature &&
    named 'view: act [0-9]* does' 'view: case [0-9]* does' 'view: officer [0-9]* does' \
        'view: kiosk [0-9]* does' 'view: generation [0-9]* does' \
        'view: row [0-9]* of the list does' 'view: board ' 'view: another transaction 2 '
result view_rows
spoil view_status
shown "$dir/changed" "$dir/home" >"$dir/out"
[ "$?" = 1 ] && grep -q '^list .*, status: the desk shows' "$dir/out"
result shown_otherwise
spoil end && named 'view: the journal was rolled back'
result rolled_back
spoil intake && named 'intake-1: the secret does not open' 'intake: no key for epoch 1'
result intake
spoil charter && named 'charter: a field makes no sense'
result charter
spoil card && named 'act [0-9]*: card: the signature is wrong'
result card_by_an_officer
# From here on the made office is another.
"$SANDYQ_BUILD/tests/casebook/casebook" "$dir/made" bundles "$dir/bundles" 2 11 5 >"$dir/list" &&
    /usr/bin/python3 -B "$at/stranger/told.py" "$dir/made/office" "$dir/made/officer-1" "$words" \
        "$SANDYQ_BUILD/sandyq-desk" "$dir/bundles" "$dir/board" >"$dir/out" &&
    grep -q '^told: everything the same$' "$dir/out"
result told
broken 'UPDATE record SET board = 0 WHERE rowid = (SELECT min(rowid) FROM record WHERE board > 0)' \
    'board [0-9]*: other arrivals'
result record_board
broken 'UPDATE record SET board = 4000000 WHERE rowid = (SELECT max(rowid) FROM record)' \
    'act [0-9]*: record [0-9]* left on no board after it'
result record_no_board

# An office played by the programs; its passphrase comes from a file as editors leave them.
words=$dir/played/words
mkdir -m 700 "$dir/played" && printf '\357\273\277four unrelated words\r\nmore\n' >"$words" &&
    chmod 600 "$words" && {
    desk "$dir/played/officer" init "$dir/played/office" --name Office --officer-name Lead &&
        "$SANDYQ_BUILD/sandyq-kiosk" --state "$dir/played/kiosk" --enroll &&
        desk "$dir/played/officer" enroll "$dir/played/office" "$dir/played/kiosk/enroll.request" \
            --facility KZ-01 --type WOMEN --out "$dir/played/kz-01.card"
} >"$dir/list" && audit "$dir/played/office" "$dir/played/officer" "$dir/played/kz-01.card" \
    >"$dir/out" && grep -q '"facility": "KZ-01", "type": "WOMEN"' "$dir/out" &&
    grep -q '^audit: .* 1 cards, a view to .* everything fits$' "$dir/out"
result played
/usr/bin/python3 -B -c 'import sys; from files import database; database(sys.argv[1], 0x53514F42)' \
    "$dir/played/kiosk/outbox.db"
result outbox
/usr/bin/python3 -B -c 'import sys; from spoil import flip, read, write
write(sys.argv[2], flip(read(sys.argv[1]), 90))' \
    "$dir/played/kz-01.card" "$dir/played/kz-02.card" && {
    audit "$dir/played/office" "$dir/played/officer" "$dir/played/kz-02.card" >"$dir/out"
    [ "$?" = 1 ]
} && named 'kz-02.card: the signature is wrong'
result card
printf 'four unrelated words \n' >"$words"
audit "$dir/played/office" "$dir/played/officer" >"$dir/out" 2>&1
[ "$?" = 1 ] && grep -q '^keyring: wrong passphrase' "$dir/out"
result passphrase
# The closing line that tests/run counts by.
[ "$failed" = 0 ] || echo " $failed FAILED TEST(S)"
[ "$failed" = 0 ]
