#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Imports a folder of good bundles twice and publishes twice, and derives from them and from the
journal before and after, as sandyq-formats(5) tells it, what the desk says it did. For training.
told.py OFFICE HOME PASSPHRASE-FILE DESK BUNDLES OUT"""

import os
import subprocess
import sys

from audit import Audit
from files import passphrase
from view import Fold

FIRST, LAST = 48, 56
TRAINING = "TRAINING DATA: no person here is real."
NOT_READ = "envelopes that could not be read, kept"
MISPLACED = "letters that name another place than their records"


class State:
    """What an import or a board changes of a journal."""

    def __init__(self, office, home, words):
        audit = Audit(office, home, passphrase(words))
        audit.run()
        fold = Fold(audit, len(audit.t["txn"]))
        self.records, self.cases = audit.t["record"], len(fold.cases)
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
    unread, astray = (sum(r["flags"] >> bit & 1 for r in new) for bit in (1, 0))
    said = [f"bundles: {bundles} taken, 0 refused; records: {len(new)} new, "
            f"{records - len(new)} known; cases: {cases} new; letters to old cases: "
            f"{letters - cases}; covers: {len(new) - letters - unread}"]
    return said + [f"{what}: {n}" for what, n in ((NOT_READ, unread), (MISPLACED, astray)) if n]


def published(before, after):
    new = after.since(before, 7)
    number = max(number for kind, number, _ in after.acts.values() if kind == 7)
    return [f"Board {number} is written." if new else
            f"Nothing changed. Board {number} is written again."]


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
                                if command[0] == "import" else published(before, after))
        if run.returncode != 0 or run.stdout.splitlines() != derived:
            print(f"{command[0]}: the desk says {run.stdout!r}, the journal comes to {derived!r}")
            wrong = True
        before = after
    if not wrong:
        print("told: everything the same")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
