#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Derives from the journal what the desk prints of cases, kiosks and officers, as sandyq-formats(5)
tells it and, for urgency, sandyq-desk(1), and says where the desk prints another. The end of an
unbroken chain is what audit.py has checked; no kiosk is taken to have been set back.
shown.py OFFICE HOME PASSPHRASE-FILE DESK"""

import json
import subprocess
import sys
from itertools import zip_longest

from audit import STATUS, TYPES, Audit, day, today
from files import PAGE, passphrase
from primitives import sha
from view import Fold

VERDICTS = ["counts", "unknown", "unreadable", "forbidden", "changed", "letter came", "senseless"]
ANSWERS = ["skipped", "yes", "no"]
ABOUT = ["not-said", "me", "someone-else", "several", "me-under-18"]
ROLES = ["none", "officer", "lead"]
wrong = []


def categories():
    """The urgency of each category before the answers, as the page has it."""
    with open(PAGE, encoding="utf-8") as f:
        lines = f.read().split("\n.Ss Categories\n")[1].split(".El\n")[0].split("\n")
    rows = [line.split(" Ta ") for line in lines if line.startswith(".It ") and " Ta U" in line]
    return {row[0][-2:]: int(row[1][1:]) for row in rows}


def urgency(table, letter):
    """As sandyq-desk(1) says under URGENCY."""
    category = letter[7]
    if category not in table:
        return 0
    said = dict(enumerate(letter[8], 1))
    marks, danger, doctor, worse, locked, hungry, release, court = (said.get(q, 0)
                                                                    for q in range(1, 9))
    level = table[category]
    if 1 in (marks, locked, hungry, release):
        level = min(level, 1)
    if danger == 1 or (worse == 1 and category[0] == "C"):
        level = 0
    sooner = (worse == 1) + (court == 1) + (1 in (marks, worse) and doctor == 2)
    return max(level - sooner, 0)


def minute(n):
    return f"{day(n // 1440)}T{n % 1440 // 60:02}:{n % 60:02}"


def fingerprint(key):
    return " ".join(f"{int.from_bytes(key[i:i + 4], 'big') % 10000:04}" for i in range(0, 20, 4))


def question(text):
    """What is asked, and the answers in the last lines."""
    lines = text.rstrip(" \n").split("\n")
    count = int(lines[-1][0])
    asked = "\n".join(lines[:-count]).rstrip(" \n")
    return asked, [line[2:].strip(" ") for line in lines[-count:]]


class Shown:
    """What a desk shows of an office, and what the journal of the office comes to."""

    def __init__(self, office, home, words, desk):
        self.audit = Audit(office, home, passphrase(words))
        self.audit.run()
        self.fold = Fold(self.audit, len(self.audit.t["txn"]))
        self.table, self.training = categories(), {"training": True} if self.fold.training else {}
        self.places, self.seqs = {h: i for i, h in enumerate(self.fold.cases, 1)}, {}
        for r in self.audit.t["act"]:
            self.seqs.setdefault(self.audit.heads[r["seq"]].subject, []).append(r["seq"])
        self.end = ["--officer", home, "--passphrase-file", words, "--json"]
        self.desk, self.office = desk, office
        self.records = {}
        for r in self.audit.t["record"]:
            self.records.setdefault(r["kiosk"], []).append(r)

    def said(self, command, *words):
        run = subprocess.run([self.desk, *command, self.office, *words, *self.end], check=False,
                             stdout=subprocess.PIPE, timeout=120)
        return json.loads(run.stdout)

    def row(self, handle):
        case, letter = self.fold.cases[handle], self.fold.letters[handle]
        all_letters = [self.audit.letters[s] for s in self.seqs[handle] if s in self.audit.letters]
        return {**self.training, "case": self.places[handle],
                "urgency": f"U{min(urgency(self.table, one) for one in all_letters)}",
                "category": letter[7], "facility": letter[2], "day": day(letter[5]),
                "status": STATUS[case["status"]], "language": letter[6],
                "letters": case["letters"], "messages": case["messages"],
                "misplaced": bool(case["flags"] & 1), "waits": bool(case["flags"] & 2)}

    def rows(self):
        rows = [self.row(handle) for handle in self.fold.cases]
        return sorted(rows, key=lambda row: (row["urgency"], row["day"], row["case"]))

    def letter(self, seq, h):
        d, letter = self.audit.contents[seq], self.audit.letters[seq]
        return {"kind": ["cover", "complaint", "follow-up", "seen"][letter[1]], "day": day(letter[5]),
                "kiosk": d[:8].hex(), "record": int.from_bytes(d[8:16], "little"),
                "facility": letter[2], "type": TYPES[d[16]], "language": letter[6],
                "category": letter[7], "urgent": [ANSWERS[a] for a in letter[8]],
                "urgency": f"U{urgency(self.table, letter)}", "consent": letter[9],
                "about": ABOUT[letter[10]], "people": letter[11], "name": letter[15],
                "text": letter[12], "misplaced": bool(h.flags & 1), "seen": letter[17],
                "question": letter[18], "choice": letter[19]}

    def item(self, seq, h, n):
        """The list that an act stands in, and what is said of it there."""
        on = {"day": day(h.minute // 1440)}
        text = "" if h.kind == 16 else self.audit.contents.get(seq, b"").decode()
        if h.kind == 16:
            return "letters", self.letter(seq, h)
        if h.kind == 17:
            text, choices = question(text) if h.flags & 8 else (text, [])
            return "messages", {"n": n, "day": day(h.day), "state": h.state,
                                "kind": "question" if h.flags & 8 else "text", "text": text,
                                "choices": choices}
        if h.kind == 21:
            return "seen", {"day": day(h.day), "n": h.new}
        if h.kind in (18, 20):
            return "statuses", {**on, "status": STATUS[h.new], "was": STATUS[h.old],
                                "undoes": h.kind == 20}
        if h.kind == 22:
            return "taken_back", {**on, "n": h.new}
        return ("notes", {**on, "text": text}) if h.kind == 19 else ("others", on)

    def case(self, handle):
        lists = {name: [] for name in ("letters", "messages", "statuses", "notes", "seen",
                                       "taken_back", "others")}
        n = 0
        for seq in self.seqs[handle]:
            h, (verdict, officer) = self.audit.heads[seq], self.audit.verdicts[seq]
            n += h.kind == 17 and verdict == 0
            name, item = self.item(seq, h, n if verdict == 0 else 0)
            lists[name].append({**item, "act": seq, "officer": officer, "at": minute(h.minute),
                                "verdict": VERDICTS[verdict]})
        for message in lists["messages"]:
            message.update(self.reaction(handle, message["n"]))
        return {**self.row(handle), **lists}

    def reaction(self, handle, n):
        """When a message was read, and what was chosen, by all letters and seen acts that count."""
        read, choice, chosen = [], 0, 0
        for seq in self.seqs[handle] if n else ():
            h, letter = self.audit.heads[seq], self.audit.letters.get(seq)
            if self.audit.verdicts[seq][0] == 0 and h.kind == 21 and h.new >= n:
                read.append(h.day)
            if self.audit.verdicts[seq][0] == 0 and letter and letter[17] >= n:
                read.append(letter[5])
            if self.audit.verdicts[seq][0] == 0 and letter and letter[18] == n and \
               letter[5] >= chosen:
                choice, chosen = letter[19], letter[5]
        return {"read": day(min(read)) if read else None, "choice": choice,
                "chosen": day(chosen) if chosen else None}

    def chain(self, kiosk):
        """What the records of a kiosk come to."""
        mine = self.records.get(kiosk, [])
        by_seq = {}
        for r in mine:
            by_seq.setdefault(r["seq"], []).append(r)
        gaps, forks, before, hashes = [], [], 0, {b"\0" * 32}
        for seq in sorted(by_seq):
            if seq > before + 1:
                gaps.append([before + 1, seq - 1])
            follows = seq != before + 1 or all(r["previous"] in hashes for r in by_seq[seq])
            if len(by_seq[seq]) > 1 or not follows:
                forks.append(seq)
            before, hashes = seq, {r["hash"] for r in by_seq[seq]}
        last_day = max((r["day"] for r in by_seq.get(before, [])), default=0)
        return {"last": before, "day": day(last_day) if mine else None, "gaps": gaps,
                "forks": forks, "unreadable": sum(r["flags"] >> 1 & 1 for r in mine),
                "misplaced": sum(r["flags"] & 1 for r in mine)}, last_day

    def contacts(self, kiosk):
        """What its bundles told, as the import acts say, of an office whose kiosks were not set
        back."""
        told = {"charter": 0, "board": 0, "image": 0, "exchange_age": 0, "imported": None,
                "health": None}
        highest = 0
        for seq in self.seqs.get(kiosk + bytes(8), []):
            h, d = self.audit.heads[seq], self.audit.contents.get(seq, b"")
            if h.kind != 6 or self.audit.verdicts[seq][0] or d[39] & 5 != 4:
                continue
            last, charter, board, image, age = (int.from_bytes(d[a:b], "little") for a, b in (
                (16, 24), (24, 28), (28, 32), (32, 36), (36, 38)))
            if last >= highest and board >= told["board"]:
                highest, health = last, d[38] if d[39] & 2 else d[38] & ~4
                told = {"charter": charter, "board": board, "image": image, "exchange_age": age,
                        "imported": day(h.minute // 1440),
                        "health": {"printer": bool(health & 1), "disk": bool(health & 2),
                                   "clock": bool(health & 4)}}
        return told

    def misfits(self, kiosk):
        """Each pair of boards that do not fit, with the day of the first act that has it."""
        told = {}
        for seq in self.seqs.get(kiosk + bytes(8), []):
            h, d = self.audit.heads[seq], self.audit.contents.get(seq, b"")[76:716]
            while h.kind == 6 and not self.audit.verdicts[seq][0] and any(d):
                told.setdefault(d[:80], day(h.minute // 1440))
                d = d[80:]
        def one(d):
            return {"charter": int.from_bytes(d[:4], "little"),
                    "board": int.from_bytes(d[4:8], "little"), "hash": d[8:].hex()}
        return [{"told": on, "had": one(d[:40]), "came": one(d[40:])} for d, on in told.items()]

    def kiosk(self, kiosk, now):
        held, seqs = self.audit.cards[kiosk][0], self.seqs[kiosk + bytes(8)]
        enrolled = self.audit.heads[seqs[0]].minute // 1440
        chain, last_day = self.chain(kiosk)
        tip = next(r["tip_seq"] for r in self.audit.t["kiosk"] if r["kiosk"] == kiosk)
        return {**self.training, "kiosk": kiosk.hex(), "facility": held["facility"],
                "type": TYPES[held["type"]], "enrolled": day(enrolled), **chain,
                "misfits": self.misfits(kiosk), "silent": max(now - (last_day or enrolled), 0), "unbroken": tip, "rollbacks": 0,
                "set_back": [], **self.contacts(kiosk)}

    def officers(self):
        rows = []
        for no, (role, seq, _) in sorted(self.fold.officers.items()):
            acts = [(s, h) for s, h in self.audit.counted.items() if h.field == 1 and h.owner == no]
            name = self.audit.contents[seq][64:].decode()
            removed = [h.minute for _, h in acts if h.new == 0][-1:] if role == 0 else []
            mark = sha(b"sandyq officer v1\0", self.audit.id, *self.audit.named[no])
            rows.append({**self.training, "officer": no, "role": ROLES[role], "name": name,
                         "fingerprint": fingerprint(mark), "since": minute(acts[0][1].minute),
                         "removed": minute(removed[0]) if removed else None})
        return rows


def same(what, shown, derived):
    """Notes each member of an object that the desk shows otherwise. What the JSON has of words
    alone, such as the names of questions, is not derived."""
    if isinstance(derived, dict) and isinstance(shown, dict):
        for name in sorted({*derived, *shown} - {"questions"}):
            same(f"{what}, {name}", shown.get(name), derived.get(name))
    elif isinstance(derived, list) and isinstance(shown, list):
        for i, (one, other) in enumerate(zip_longest(shown, derived), 1):
            same(f"{what} {i}", one, other)
    elif shown != derived:
        wrong.append(f"{what}: the desk shows {shown!r}, the journal comes to {derived!r}")


def main():
    if len(sys.argv) != 5:
        sys.exit("usage: shown.py OFFICE HOME PASSPHRASE-FILE DESK")
    shown = Shown(*sys.argv[1:])
    same("list", shown.said(["list"]), shown.rows())
    now, kiosks = today(), shown.said(["kiosks"])
    if now != today():  # midnight was between
        now, kiosks = today(), shown.said(["kiosks"])
    same("kiosks", kiosks, [shown.kiosk(kiosk, now) for kiosk in sorted(shown.audit.cards)])
    same("officer", shown.said(["officer", "list"]), shown.officers())
    for handle, place in shown.places.items():
        same(f"show {place}", shown.said(["show"], str(place)), shown.case(handle))
    for line in wrong:
        print(line)
    if not wrong:
        print(f"shown: {len(shown.places)} cases, {len(shown.audit.cards)} kiosks, "
              f"{len(shown.fold.officers)} officers, everything the same")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
