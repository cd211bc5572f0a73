#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The whole way of a complaint with you at the keyboard: writes at one kiosk, carries, opens the
# office's screen, carries back, reads at the other kiosk. Without a terminal the same is played by
# itself (tests/demo.c).
set -eu
build=$(cd "$1" && pwd)
if ! [ -t 0 ] || ! [ -t 1 ]; then
    exec "$build/tests/demo" "$build"
fi

kiosk=$build/sandyq-kiosk courier=$build/sandyq-courier desk=$build/sandyq-desk
folder=$(mktemp -d "${TMPDIR:-/tmp}/sandyq-demo-XXXXXX")
cd "$folder"
number=0

step() {
    number=$((number + 1))
    printf '\n%s. %s\n' "$number" "$1" | fold -s -w 64
}

wait_enter() {
    printf '%s\nPress Enter. ' "$1" | fold -s -w 64
    read -r _ || exit 1
}

tell_end() {
    status=$?
    printf '\nAll of it is in %s. To delete it:\nrm -r %s\n' "$folder" "$folder"
    exit "$status"
}
trap tell_end EXIT
trap 'exit 130' INT TERM

# folder, facility, type
enroll() {
    "$kiosk" --state "$1" --enroll
    "$courier" exchange --state "$1" --media stick
    "$desk" enroll office "$1/enroll.request" --facility "$2" --type "$3" --out "stick/$2.card" \
        --passphrase-file passphrase
    "$courier" exchange --state "$1" --media stick
}

printf 'A complaint travels from one terminal to the office,\n'
printf 'and the answer to another terminal. All files are in\n%s; only stick/ travels.\n' "$folder"
mkdir -m 700 stick
export HOME="$folder" # the officer's keyring is below it
(umask 077 && od -An -N16 -tx1 /dev/urandom | tr -d ' \n' >passphrase && echo >>passphrase)

step "The office makes its keys (office/; the passphrase is in $folder/passphrase)."
"$desk" init office --name "Office of the Commissioner" --passphrase-file passphrase
step "Two kiosks of two facilities make their keys (kiosk-a/, kiosk-b/); the office signs their cards (stick/)."
enroll kiosk-a PRISON-A PEN
enroll kiosk-b SIZO-B SIZO

step "You are at kiosk PRISON-A. Write something, and keep the 24 digits and the PIN (kiosk-a/outbox.db)."
wait_enter "Choose a language, then 1 to write: digits answer, Enter skips. At the end 1 sends it and 1 shows the number.
The terminal needs 64 columns and 24 rows."
"$kiosk" --state kiosk-a --once

step "The stick takes the sealed bundle to the office (stick/), which imports it (office/journal.db)."
wait_enter "Nobody on the way can open it."
"$courier" exchange --state kiosk-a --media stick
"$desk" import office stick --passphrase-file passphrase

step "You are at the office. Open the case, press a to answer it, then q (office/journal.db)."
wait_enter "Without a case in the list, the kiosk was left without writing: press q."
"$desk" office --passphrase-file passphrase

step "The office publishes its board, and the stick takes it to the other facility (stick/, kiosk-b/board)."
wait_enter "The board is the same for every kiosk."
"$desk" publish office --out stick --passphrase-file passphrase
"$courier" exchange --state kiosk-b --media stick

step "You are at kiosk SIZO-B. Choose a language, press 2, then type the 24 digits and the PIN (kiosk-b/board). 7 leaves."
wait_enter "This is another terminal in another facility."
"$kiosk" --state kiosk-b --once
step "Done."
