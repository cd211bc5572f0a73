#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Imports a folder of good bundles twice and publishes twice, and derives from them and from the
journal before and after, as sandyq-formats(5) tells it, what the desk says it did. For training.
told.py OFFICE HOME PASSPHRASE-FILE DESK BUNDLES OUT"""

import os
import struct
import subprocess
import sys

from audit import Audit, day, segments, today
from files import passphrase
from primitives import sha
from view import Fold

FIRST, LAST = 48, 56
TRAINING = "TRAINING DATA: no person here is real."
NOT_READ = "envelopes that could not be read, kept"
SEEN = "notes that messages were read"
MISPLACED = "letters that name another place than their records"


class State:
    """What an import or a board changes of a journal."""

    def __init__(self, office, home, words):
        audit = Audit(office, home, passphrase(words))
        audit.run()
        fold = Fold(audit, len(audit.t["txn"]))
        self.records, self.cases = audit.t["record"], len(fold.cases)
        self.left, self.boards = audit.left, audit.t["board"]
        self.queue = [r["seq"] for r in audit.t["queue"]]
        bodies = {r["seq"] for r in audit.t["act"] if r["body_digest"] is not None}
        self.messages = {seq: (head.subject, seq in bodies)
                         for seq, head in audit.counted.items() if head.kind == 17}
        with open(os.path.join(office, "charter"), "rb") as f:
            self.days, self.answers = struct.unpack("<2I", f.read()[84:92])
        self.acts = {seq: (head.kind, head.new, audit.contents.get(seq, b""))
                     for seq, head in audit.counted.items()}

    def since(self, other, kind):
        return [act for seq, act in sorted(self.acts.items())
                if seq not in other.acts and act[0] == kind]


def carried(folder):
    """How many bundles, and records in them."""
    n = 0
    for name in os.listdir(folder):
        with open(os.path.join(folder, name), "rb") as f:
            head = f.read(64)
        first, last = (int.from_bytes(head[at:at + 8], "little") for at in (FIRST, LAST))
        n += last - first + 1
    return len(os.listdir(folder)), n


def imported(before, after, bundles, records):
    old = {(r["kiosk"], r["seq"], r["hash"]) for r in before.records}
    new = [r for r in after.records if (r["kiosk"], r["seq"], r["hash"]) not in old]
    letters, cases = len(after.since(before, 16)), after.cases - before.cases
    seen = len(after.since(before, 21))
    unread, astray = (sum(r["flags"] >> bit & 1 for r in new) for bit in (1, 0))
    said = [f"bundles: {bundles} taken, 0 refused; records: {len(new)} new, "
            f"{records - len(new)} known; cases: {cases} new; letters to old cases: "
            f"{letters - cases}; covers: {len(new) - letters - unread - seen}"]
    return said + [f"{what}: {n}" for what, n in ((SEEN, seen), (NOT_READ, unread), (MISPLACED, astray)) if n]


def weekday_is_due(state, n):
    return state.days >> (n + 3) % 7 & 1


def boards_to_come(state):
    """How many boards it takes until nothing waits: each takes the oldest."""
    waiting, boards = [seq for seq in state.queue if seq not in state.left], 0
    while waiting:
        left, textless, taken, late = [], 0, {}, set()
        for r in waiting:
            case, text = state.messages[r]
            if (sum(taken.values()) == state.answers or case in late or taken.get(case, 0) == 4
                    or not text and textless == state.answers // 4):
                late.add(case)
                left.append(r)
                continue
            taken[case] = taken.get(case, 0) + 1
            textless += not text
        waiting, boards = left, boards + 1
    return boards


def published(before, after, out):
    new = after.since(before, 7)
    number = max(number for kind, number, _ in after.acts.values() if kind == 7)
    row = next(r for r in after.boards if r["number"] == number)
    sent = sum(board == number for board in after.left.values())
    waits = len(after.queue) - len(after.left)
    due = today() + 1
    while not weekday_is_due(after, due):
        due += 1
    said = [f"Board {number} is made and written, with {sent} message{'' if sent == 1 else 's'} "
            "for people." if new else
            f"Board {number} of {day(row['day'])} is written again."]
    if waits:
        boards = boards_to_come(after)
        said.append(f"Messages that wait: {waits}. They leave on the next "
                    f"{'board' if boards == 1 else f'{boards} boards'}.")
    there = {}
    for name in os.listdir(out):
        with open(os.path.join(out, name), "rb") as f:
            there[sha(f.read())] = name
    for made, kind, _, digest in segments(row["head"]):
        name = f"sandyq-{made}-{digest[:4].hex()}.{('arrivals', 'answers')[kind - 1]}"
        if there.pop(digest, None) != name:
            said.append(f"{name} is missing")
    if sorted(there.values()) != ["sandyq.board", "sandyq.charter"] or sha(row["head"]) not in there:
        said.append(f"other files: {sorted(there.values())}")
    return said + [f"The next board is due on {day(due)}."]


def main():
    if len(sys.argv) != 7:
        sys.exit("usage: told.py OFFICE HOME PASSPHRASE-FILE DESK BUNDLES OUT")
    office, home, words, desk, bundles, out = sys.argv[1:]
    before, wrong = State(office, home, words), False
    for command in [["import", office, bundles], ["publish", office, "--out", out]] * 2:
        run = subprocess.run([desk, *command, "--officer", home, "--passphrase-file", words],
                             stdout=subprocess.PIPE, env={**os.environ, "LANGUAGE": "en"},
                             check=False, encoding="utf-8", timeout=120)
        after = State(office, home, words)
        derived = [TRAINING] + (imported(before, after, *carried(bundles))
                                if command[0] == "import" else published(before, after, out))
        if run.returncode != 0 or run.stdout.splitlines() != derived:
            print(f"{command[0]}: the desk says {run.stdout!r}, the journal comes to {derived!r}")
            wrong = True
        before = after
    if not wrong:
        print("told: everything the same")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
