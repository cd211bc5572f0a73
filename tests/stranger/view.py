# SPDX-License-Identifier: GPL-3.0-or-later
"""An officer's view: opened, and held against what the journal comes to."""

import struct

from cryptography.exceptions import InvalidTag

from files import fault, read
from primitives import ZERO, sha, u32, unbox

# What a view calls the kinds of faults, and its lists with the lengths of their rows.
FAULTS = ["hole", "fork", "hash", "signature", "head", "key", "secret", "rolled back"]
LISTS = [("act", 46), ("case", 44), ("officer", 41), ("kiosk", 36), ("generation", 38)]
NOWHERE = 2**32 - 1


class View:
    """The fields of a view's plaintext. ValueError and struct.error: it is none."""

    def __init__(self, d):
        self.first, self.txn, self.next, self.lost = struct.unpack("<32sQ32sQ", d[:80])
        self.at, self.bytes = 80, d
        self.faults = [struct.unpack("<BQQ", row) for row in self.counted(17)]
        self.unchecked = [struct.unpack("<Q32s32s64s", row) for row in self.counted(136)]
        self.rows = self.counted(24)
        counts = struct.unpack("<5I", self.take(20))
        self.office = self.take(13)
        self.lists = {name: [self.take(size) for _ in range(n)]
                      for (name, size), n in zip(LISTS, counts)}
        if self.at != len(d):
            raise ValueError("something behind the end")

    def take(self, n):
        self.at += n
        if self.at > len(self.bytes):
            raise ValueError("cut off")
        return self.bytes[self.at - n:self.at]

    def counted(self, size):
        return [self.take(size) for _ in range(struct.unpack("<I", self.take(4))[0])]


def open_view(path, key, office, officer):
    """The view in a file, None when it is not this officer's."""
    d = read(path)
    if d[:8] != b"SANDYQV1":
        return fault("view: not a view")
    try:
        return View(unbox(key, d[8:], d[:8] + office + u32(officer)))
    except InvalidTag:
        return fault("view: does not open")
    except (ValueError, struct.error):
        return fault("view: is not readable")


class Fold:
    """What the acts of transactions up to one come to, as lists of rows like those of a view."""

    def __init__(self, audit, last):
        self.acts, self.cases, self.kiosks, self.officers = [], {}, {}, {}
        self.generations, self.board, self.training, self.letters = [], (0, 0), 0, {}
        for r in audit.t["act"]:
            if r["txn"] <= last:
                self.take(r, audit.heads[r["seq"]], *audit.verdicts[r["seq"]])
                letter = audit.letters.get(r["seq"])
                if letter:
                    self.letters.setdefault(audit.heads[r["seq"]].subject, letter)

    def take(self, r, h, verdict, officer):
        seq = r["seq"]
        if verdict == 0:
            self.change(seq, h)
        owner, place = self.owner(h)
        if owner:
            owner["first"] = owner["first"] or seq
            if owner["last"]:
                self.acts[owner["last"] - 1][6] = seq
            owner["last"] = seq
        seal = sha(r["head_digest"], r["body_digest"] or ZERO)[:16]
        self.acts.append([h.kind, verdict, h.field, officer, h.minute, place, 0,
                          h.old & 0xFFFFFFFF, h.new & 0xFFFFFFFF, h.state, h.flags & 0xFF, seal])

    def owner(self, h):
        """The case or the kiosk that an act is of, and its index."""
        for kinds, table, key in ((h.kind in (5, 6), self.kiosks, h.subject[:8]),
                                  (h.kind > 7, self.cases, h.subject)):
            if kinds and key in table:
                return table[key], table[key]["place"]
        return None, NOWHERE

    def change(self, seq, h):
        table = self.kiosks if h.kind == 5 else self.cases
        ends = {"place": len(table), "first": 0, "last": 0}
        case = self.cases.get(h.subject)
        if h.kind == 1:
            self.training = int(bool(h.flags & 4))
        elif h.field == 1:
            named = self.officers.setdefault(h.owner, [0, seq, h.commitment])
            named[0] = h.new
        elif h.kind == 4:
            self.generations.append(struct.pack("<HI32s", h.flags, h.new, h.commitment))
        elif h.kind == 5:
            self.kiosks.setdefault(h.subject[:8], ends).update(card=h.new, carded=seq)
        elif h.field == 4:
            self.board = (seq, h.new)
        elif h.kind == 16:
            case = self.cases.setdefault(h.subject, {
                "status": 1, "urgency": 3, "told": 0, "flags": 0, "letters": 0, "messages": 0,
                "said": [], **ends})
            case["letters"] += 1
            case["urgency"] = min(case["urgency"], h.urgency)
            case["flags"] |= 2 | h.flags & 1
            case["said"].append(None)
        elif h.field == 5:
            case["status"] = h.new
        elif h.field == 6:
            case["messages"] = h.new
            case["said"].append((h.new, h.state, h.flags & 2))
            self.tell(case)
        elif h.kind == 22:
            case["said"] = [said for said in case["said"] if not said or said[0] != h.new]
            self.tell(case)

    @staticmethod
    def tell(case):
        """What the messages that were not taken back tell, and whether a letter waits."""
        case["told"], waits = 0, 0
        for said in case["said"]:
            waits = 2 if not said else 0 if said[2] else waits
            case["told"] = said[1] if said else case["told"]
        case["flags"] = case["flags"] & ~2 | waits

    def lists(self):
        return {
            "act": [struct.pack("<HBBIIIIIIBB16s", *act) for act in self.acts],
            "case": [struct.pack("<16sBBBBIIQQ", handle, *(c[name] for name in (
                "status", "urgency", "told", "flags", "letters", "messages", "first", "last")))
                for handle, c in self.cases.items()],
            "officer": [struct.pack("<BQ32s", *row) for _, row in sorted(self.officers.items())],
            "kiosk": [struct.pack("<8sIQQQ", kiosk, k["card"], k["carded"], k["first"], k["last"])
                      for kiosk, k in self.kiosks.items()],
            "generation": self.generations,
        }

    def row(self, i):
        """The row of the list for a case; None when none of its letters opens."""
        letter = self.letters.get(list(self.cases)[i])
        return letter and struct.pack("<B2s15s2sI", 1, letter[7].encode(), letter[2].encode(),
                                      letter[6].encode(), letter[5])


def compare(view, audit):
    """Holds a view against an audit's journal, of which nothing else is wrong if sound."""
    txns = {r["no"]: r for r in audit.t["txn"]}
    mine = txns.get(view.txn)
    if view.lost:
        fault(f"view: says that transaction {view.lost} of an earlier journal is missing")
    if view.first != audit.pin:
        return fault("view: of another journal than the keyring")
    if not mine or sha(mine["hash"], mine["signature"]) != view.next:
        return fault(f"view: the journal was rolled back: it lacks transaction {view.txn}"
                     " as it was")
    for kind, txn, act in view.faults:
        word = FAULTS[kind] if kind < len(FAULTS) else str(kind)
        fault(f"view: notes a fault of transaction {txn}, act {act}: {word}")
    for txn, key, digest, signature in view.unchecked:
        r = txns.get(txn)
        if not r or (key, digest, signature) != (audit.signer(r), r["hash"], r["signature"]):
            fault(f"view: another transaction {txn} is to be checked")
    return None if audit.unsound else compare_lists(view, Fold(audit, view.txn))


def compare_lists(view, fold):
    for name, rows in fold.lists().items():
        seen = view.lists[name]
        if len(seen) != len(rows):
            fault(f"view: {len(seen)} rows of {name} in the place of {len(rows)}")
        for i, (one, other) in enumerate(zip(seen, rows), 1):
            if one != other:
                fault(f"view: {name} {i} does not follow")
    if view.office != struct.pack("<QIB", *fold.board, fold.training):
        fault("view: board or training does not follow")
    if len(view.rows) > len(fold.cases):
        return fault("view: more rows of the list than cases")
    for i, row in enumerate(view.rows):
        if row not in (bytes(24), fold.row(i)):
            fault(f"view: row {i + 1} of the list does not follow")
    return None
