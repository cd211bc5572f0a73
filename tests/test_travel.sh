#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# A reader written from sandyq-formats(5) alone opens what a played office and its kiosks sent each
# other, finds the same in it, and names where an office broke its word. Run by tests/run, which
# sets SANDYQ_BUILD.
set -u
at=$(dirname "$0")
export PYTHONPATH="$at/stranger" LC_ALL=C.UTF-8
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
play() { # FAULT ...
    rm -rf "$dir/office"
    mkdir "$dir/office" && "$SANDYQ_BUILD/tests/travel/travel" "$dir/office" "$@" >"$dir/log" 2>&1
}
stranger() {
    /usr/bin/python3 -B "$at/stranger/travel.py" "$dir/office" >"$dir/out"
}
flip() { # FILE PLACE
    /usr/bin/python3 -B -c 'import sys; from spoil import flip, read, write
write(sys.argv[1], flip(read(sys.argv[1]), int(sys.argv[2])))' "$1" "$2"
}
refused() { # FAULT: the reader names it, and does not say that all fits
    stranger
    [ "$?" = 1 ] && grep -q "^fault: .*$1" "$dir/out" && ! grep -q '^travel:' "$dir/out"
}

play && stranger &&
    tail -n 1 "$dir/out" | grep -q '^travel: 2 bundles, 6 records, 3 heads, everything fits$'
result everything_fits
sed '$d' "$dir/out" | sort >"$dir/found" && sort "$dir/office/played" | cmp -s - "$dir/found"
result found_what_was_sent
flip "$(echo "$dir"/office/boards/2/*.answers | cut -d' ' -f2)" 5000 &&
    refused 'not what the head names'
result segment_changed
play && flip "$dir/office/boards/3/sandyq.board" 60 && refused 'the signature is wrong'
result head_changed
play && rm "$dir"/office/boards/1/*.arrivals && refused 'not what the head names'
result segment_missing
for file in "$dir"/office/*.bundle; do
    flip "$file" 300
done
refused 'bundle: the signature is wrong'
result bundle_changed
play before && refused 'boards/2/sandyq.board, after 1: another head is before it'
result another_head_before
play changed && refused 'boards/2/sandyq.board, after 1: the answers of board 1 changed'
result segment_made_anew
play added && refused 'boards/2/sandyq.board, after 1: answers of board 1 came later'
result segment_added_late
# The closing line that tests/run counts by.
[ "$failed" = 0 ] || echo " $failed FAILED TEST(S)"
[ "$failed" = 0 ]
