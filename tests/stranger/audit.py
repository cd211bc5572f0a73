#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads and audits an office: its journal, charter, cards and intake files, and the view of an
officer. Written from man/sandyq-formats.5 alone, to show that the page is enough for a reader in
another language.  audit.py OFFICE HOME PASSPHRASE-FILE [CARD ...]

primitives.py has what everything is made of, files.py the files around the journal, view.py the
view; here is the journal."""

import datetime
import json
import os
import struct
import sys

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from files import card, card_alone, charter, database, fault, faults, intake, keyring, passphrase, read
from primitives import (KEM, ZERO, cbor, expand, hpke_open, lexpand, lextract, mac, public, sha,
                        signed, u16, u32, u64, unbox, unseal)
from view import compare, open_view

STATUS = ["", "received", "opened", "registered", "triaged", "need-info", "referred",
          "visit-planned", "answer-ready", "answered", "closed", "reopened", "closed-upheld",
          "closed-partly", "closed-not-upheld", "closed-resolved", "closed-no-jurisdiction",
          "closed-withdrawn", "closed-duplicate"]
TYPES = ["", "PEN", "RCP", "SIZO", "IVS", "GUARD", "SPR", "HLTH", "SOC", "CHILD", "OTHER", "WOMEN"]
# Kind of act: its field, and who has the right to it.
KINDS = {1: (0, "root"), 2: (1, "lead"), 3: (1, "lead"), 4: (2, "lead"), 5: (3, "officer"),
         6: (0, "officer"), 7: (4, "officer"), 8: (0, "officer"), 9: (4, "lead"),
         16: (0, "officer"), 17: (6, "officer"), 18: (5, "officer"), 19: (0, "officer"),
         20: (None, "officer"), 21: (0, "officer"), 22: (0, "officer")}
BODY = {1: True, 2: True, 3: False, 4: True, 5: True, 6: True, 7: True, 8: True, 9: True,
        16: True, 18: False, 19: True, 20: False, 21: False, 22: False}
# Why an act does not count, as a view numbers it.
VERDICTS = {"forbidden": 3, "changed": 4, "letter came": 5, "senseless": 6}
TABLES = {
    "office": [("one", 0), ("id", 32)],
    "txn": [("no", 0), ("prev", 32), ("officer", 0), ("acts", 0), ("hash", 32), ("signature", 64)],
    "act": [("seq", 0), ("txn", 0), ("head", (117, 149)), ("head_digest", 32), ("body_digest", -32)],
    "body": [("seq", 0), ("sealed", (192, 480, 960, 3968, 16320))],
    "casekey": [("commitment", 32), ("handle", 16), ("compartment", 0), ("generation", 0),
                ("wrapped", 60)],
    "wrap": [("officer", 0), ("compartment", 0), ("generation", 0), ("sealed", 80)],
    "officer": [("no", 0), ("sign", 32), ("agree", 32)],
    "kiosk": [("kiosk", 8), ("tip_seq", 0), ("tip_hash", 32), ("tip_day", 0)],
    "record": [("kiosk", 8), ("seq", 0), ("hash", 32), ("previous", 32), ("day", 0), ("flags", 0),
               ("act", 0), ("tag", 16), ("board", 0)],
    "queue": [("seq", 0), ("sealed", 4128)],
    "board": [("number", 0), ("day", 0), ("charter", 0), ("head", None), ("arrivals", None),
              ("answers", None)],
    "seen": [("tag", 16), ("kind", 0), ("board", 0)],
    "mark": [("kiosk", 8), ("seq", 0)],
    "envelope": [("kiosk", 8), ("seq", 0), ("hash", 32), ("envelope", 16384)],
}


def tables(path):
    db, result = database(path, 0x53514A31), {}
    for name, columns in TABLES.items():
        rows = db.execute(f"SELECT {','.join(c for c, _ in columns)} FROM {name}"
                          f" ORDER BY {columns[0][0]}").fetchall()
        for row in rows:
            for column, size in columns:
                v = row[column]
                sizes = size if isinstance(size, tuple) else (abs(size or 0),)
                good = (isinstance(v, int) and v >= 0) if size == 0 else (
                    isinstance(v, bytes) and (size is None or len(v) in sizes))
                if not good and not (v is None and size == -32):
                    sys.exit(f"journal: {name}.{column} is damaged in row {row[0]}")
        result[name] = rows
    db.close()
    return result


def segments(head):
    """Number, kind, entries and SHA-256 of each that a board's head names."""
    kiosks, excluded, n = struct.unpack("<3I", head[116:128])
    at = 200 + 52 * kiosks + 8 * excluded
    return [struct.unpack("<3I32s", head[at + 44 * i:at + 44 * (i + 1)]) for i in range(n)]


class Head:
    def __init__(self, d):
        if len(d) == 128 and d[96:] == ZERO:
            raise ValueError("a commitment of zeros")
        d = d.ljust(128, b"\0")
        (self.salt, self.kind, self.field, zero, self.minute, self.subject, self.old, self.new,
         self.day, self.owner, self.answers, self.state, self.urgency, self.flags, self.letters,
         self.commitment) = struct.unpack("<32sHBBI16sQQIIQBBHI32s", d)
        if zero:
            raise ValueError("a byte that is not zero")


class Case:
    def __init__(self):
        self.letters, self.messages, self.status, self.texts, self.marks = 0, 0, 1, [], set()


class Audit:
    def __init__(self, office, home, words):
        self.t = tables(os.path.join(office, "journal.db"))
        secret = keyring(os.path.join(home, "keyring"), words)
        if len(secret) != 161 or secret[0] != 1:
            sys.exit("keyring: not of an officer, or a newer version")
        self.folder, self.home, self.id, self.pin = office, home, secret[1:33], secret[33:65]
        self.agree, self.view = secret[97:129], secret[129:161]
        self.sign = public(Ed25519PrivateKey.from_private_bytes(secret[65:97]))
        if [(r["one"], r["id"]) for r in self.t["office"]] != [(1, self.id)]:
            sys.exit("journal: of another office than the keyring")
        self.bodies = {r["seq"]: r["sealed"] for r in self.t["body"]}
        self.s, self.heads, self.contents, self.casekeys = {}, {}, {}, {}
        self.roles, self.named, self.cases, self.values = {}, {}, {}, {}
        self.counted, self.committed, self.root, self.charter = {}, {}, None, None
        self.verdicts, self.letters, self.cards = {}, {}, {}
        self.unsound, self.viewed, self.queued, self.left, self.made = False, 0, {}, {}, []
        self.back = {}

    def take_wraps(self):
        me = [r["no"] for r in self.t["officer"] if r["sign"] == self.sign]
        if not me:
            sys.exit("journal: does not know this officer")
        self.me = me[0]
        for r in self.t["wrap"]:
            if r["officer"] != self.me:
                continue
            where = (r["compartment"], r["generation"])
            info = (b"sandyq wrap v1\0" + self.id + u16(where[0]) + u32(where[1]) + u32(self.me))
            try:
                self.s[where] = hpke_open(self.agree, info, b"", r["sealed"])
            except (InvalidTag, ValueError):
                fault(f"wrap of compartment {where[0]}, generation {where[1]}: does not open")

    def key(self, compartment, generation, label):
        s = self.s.get((compartment, generation))
        return s and expand(s, label)

    def open_casekeys(self):
        for r in self.t["casekey"]:
            key = self.key(r["compartment"], r["generation"], b"sandyq case wrap v1")
            name = r["commitment"].hex()[:16]
            if not key:
                continue
            try:
                k = unbox(key, r["wrapped"], self.id + r["commitment"])
            except InvalidTag:
                fault(f"case key {name}: does not open")
                continue
            if sha(b"sandyq case key v1\0", self.id, r["handle"], k) != r["commitment"]:
                fault(f"case key {name}: is not what it commits to")
            self.casekeys[r["commitment"]] = (r["handle"], k)

    def open_act(self, r):
        seq, sealed = r["seq"], r["head"]
        compartment, generation = sealed[0], struct.unpack("<I", sealed[1:5])[0]
        key = self.key(compartment, generation, b"sandyq head v1")
        if compartment not in (1, 2) or not key:
            return fault(f"act {seq}: no key for its head")
        try:
            d = unseal(key, r["head_digest"], sealed[5:], self.id + sealed[:5])
            h = Head(d)
        except (InvalidTag, ValueError):
            return fault(f"act {seq}: the head does not open")
        if sha(b"sandyq head v1\0", d) != r["head_digest"]:
            fault(f"act {seq}: the head has another digest")
        if h.kind in KINDS and (h.kind < 16) != (compartment == 1):
            fault(f"act {seq}: the head is of another compartment")
        self.heads[seq] = h
        if (r["body_digest"] is None) != (seq not in self.bodies):
            return fault(f"act {seq}: a body too many or too few")
        has = BODY.get(h.kind, bool(h.flags & 2) if h.kind == 17 else None)
        if has is not None and has != (r["body_digest"] is not None):
            fault(f"act {seq}: a body where its kind has none, or none where it has one")
        if r["body_digest"] is None:
            return None
        if compartment == 1:
            key = self.key(1, generation, b"sandyq body v1")
        else:
            handle, key = self.casekeys.get(h.commitment, (None, None))
            if handle not in (None, h.subject):
                fault(f"act {seq}: its key is of another case")
        if not key:
            return fault(f"act {seq}: no case key") if h.kind == 16 else None
        try:
            d = unseal(key, r["body_digest"], self.bodies[seq], self.id)
        except InvalidTag:
            return fault(f"act {seq}: the body does not open")
        if h.kind == 16 and len(d) < 944:
            fault(f"act {seq}: the body of a letter is too short")
        size = struct.unpack("<I", d[32:36])[0]
        if sha(b"sandyq body v1\0", d) != r["body_digest"] or size > len(d) - 36:
            return fault(f"act {seq}: the body has another digest or length")
        self.contents[seq] = d[36:36 + size]
        return None

    def right(self, officer, h, roles):
        need = KINDS[h.kind][1]
        leads = [n for n, x in self.roles.items() if x == 2]
        if h.field == 1 and h.new < 2 and leads == [h.owner]:
            return False
        if officer == 0:
            return need in ("root", "lead")
        return need != "root" and roles.get(officer, 0) >= (2 if need == "lead" else 1)

    def slot(self, h):
        return {1: ("role", h.owner), 2: ("generation", h.flags), 3: ("card", h.subject),
                4: ("board",)}.get(h.field)

    def standing(self, h):
        if h.field == 1:
            return self.roles.get(h.owner, 0)
        if h.field in (5, 6):
            case = self.cases[h.subject]
            return case.status if h.field == 5 else case.messages
        return self.values.get(self.slot(h), 0)

    def void(self, officer, h, roles):
        """Why an act does not count, or None."""
        if not self.right(officer, h, roles):
            return "forbidden"
        field = KINDS[h.kind][0]
        if h.field != (5 if field is None else field):
            return "senseless: another field"
        case = self.cases.get(h.subject)
        if h.kind > 16 and not case:
            return "senseless: no such case"
        if h.field == 1:
            if not 1 <= h.owner <= len(self.named) + 1:
                return "senseless: no such officer"
            if h.kind == 2 and h.new not in (1, 2):
                return "senseless: no such role"
            if h.kind == 3 and (h.new != 0 or not self.roles.get(h.owner)):
                return "senseless: nobody to remove"
        if h.field == 2 and h.flags == 0:
            return "senseless: no such compartment"
        if h.field == 2 and h.new != h.old + 1:
            return "senseless: not one more"
        if h.field in (3, 4, 6) and not h.old < h.new <= min(h.old + 100000, 2**32 - 1) and not (
                h.kind == 9 and h.old == h.new < 2**32):
            return "senseless: not higher, or too far"
        if h.kind == 16 and h.new and (h.new >= 2**32 or case and h.new in case.marks):
            return "senseless: came before"
        if h.field == 5 and h.new > 255:
            return "senseless: no such status"
        if h.kind == 22:
            other = self.counted.get(h.answers)
            if not other or (other.kind, other.subject, other.new) != (17, h.subject, h.new):
                return "senseless: takes nothing back"
            if h.answers in self.back:
                return "changed"
        if h.kind == 20:
            other = self.counted.get(h.answers)
            if not other or (other.kind, other.subject, other.old, other.new) != (
                    18, h.subject, h.new, h.old):
                return "senseless: undoes nothing"
        if h.field and self.standing(h) != h.old:
            return "changed"
        tells = h.kind == 17 or (h.kind == 18 and (h.new in (5, 9, 10) or 12 <= h.new <= 18))
        if tells and h.letters != case.letters:
            return "letter came"
        return None

    def apply(self, seq, h):
        self.counted[seq] = h
        d = self.contents.get(seq, b"")
        if h.field == 1:
            self.roles[h.owner] = h.new
            if h.kind == 2:
                keys = self.named.setdefault(h.owner, (d[:32], d[32:64]))
                if keys != (d[:32], d[32:64]) or h.commitment != sha(
                        b"sandyq officer v1\0", self.id, d[:64]):
                    fault(f"act {seq}: other keys of the officer than it commits to")
        elif h.field in (2, 3, 4):
            self.values[self.slot(h)] = h.new
        if h.kind == 22:
            self.back[h.answers] = seq
        if h.kind == 5:
            self.card(seq, h, d)
        if h.kind == 7 and d[:4] != u32(h.new):
            fault(f"act {seq}: a board of another number")
        if h.kind == 9 and not (len(d) % 12 == 176 % 12 and len(d) >= 176 and signed(
                self.root, b"sandyq restored v1", self.id + d[:-64], d[-64:])):
            fault(f"act {seq}: root did not sign that the office was restored")
        if h.kind == 4:
            self.committed[(h.flags, h.new)] = h.commitment
            self.check_generation(seq, h, d)
        elif h.kind == 16:
            self.letter(seq, h, d)
        elif h.field == 5:
            self.cases[h.subject].status = h.new
        elif h.field == 6:
            self.cases[h.subject].messages = h.new

    def check_generation(self, seq, h, body):
        s = self.s.get((h.flags, h.new))
        if not s:
            return
        if sha(b"sandyq compartment v1\0", self.id, u16(h.flags), u32(h.new), s) != h.commitment:
            fault(f"act {seq}: the generation's secret is another")
        prk = lextract(KEM, b"", b"dkp_prk", expand(s, b"sandyq compartment pair v1"))
        pair = X25519PrivateKey.from_private_bytes(lexpand(KEM, prk, b"sk", b"", 32))
        if public(pair) != body:
            fault(f"act {seq}: the generation's pair is another")

    def card(self, seq, h, d):
        held = card_alone(d, self.id, self.root, f"act {seq}: card")
        if held and (held["number"], held["kiosk"] + bytes(8)) != (h.new, h.subject):
            fault(f"act {seq}: card: of another number or kiosk")
        elif held:
            self.cards[held["kiosk"]] = (held, d)

    def letter(self, seq, h, d):
        case = self.cases.setdefault(h.subject, Case())
        case.letters += 1
        case.marks.add(h.new)
        if seq not in self.contents:
            return
        try:
            letter, end = cbor(d[17:] + b"\0")  # whose last number may be one of the zeros
            if end - len(d) + 17 not in (0, 1) or letter[0] != 1 or sorted(letter) != list(range(20)):
                raise ValueError("not a letter")
        except (ValueError, IndexError, KeyError, TypeError) as e:
            return fault(f"act {seq}: the letter is not readable: {e}")
        case.texts.append(letter[12])
        letter[5] = min(letter[5], h.minute // 1440)
        self.letters[seq] = letter
        link = self.key(2, 1, b"sandyq link v1")
        if link and mac(link, letter[13])[:16] != h.subject:
            fault(f"act {seq}: the letter is of another case")

    def signer(self, txn):
        return (self.root if txn["officer"] == 0
                else self.named.get(txn["officer"], (None,))[0])

    def transactions(self):
        acts, prev, officers = {}, ZERO, {}
        for i, r in enumerate(self.t["act"], 1):
            if r["seq"] != i:
                fault(f"act {r['seq']}: a hole before it")
                break
        for r in self.t["act"]:
            acts.setdefault(r["txn"], []).append(r)
        for i, r in enumerate(self.t["txn"], 1):
            no, mine = r["no"], acts.pop(r["no"], [])
            if no != i:
                fault(f"transaction {no}: it should be {i}")
            if r["prev"] != prev:
                fault(f"transaction {no}: prev is not that of the one before")
            if not mine or len(mine) != r["acts"] or (
                    mine[-1]["seq"] - mine[0]["seq"] != len(mine) - 1):
                fault(f"transaction {no}: other acts than it says")
            h = sha(b"sandyq transaction v1\0", self.id, u64(no), r["prev"], u32(r["officer"]),
                    u32(r["acts"]), *(a["head_digest"] + (a["body_digest"] or ZERO)
                                      for a in mine))
            if h != r["hash"]:
                names = ", ".join(str(a["seq"]) for a in mine)
                fault(f"transaction {no}: the hash is not that of its acts {names}")
            prev = sha(r["hash"], r["signature"])
            if no == 1:
                if r["officer"] != 0 or r["hash"] != self.pin:
                    fault("transaction 1: not the one that the keyring names")
                first = [self.contents.get(a["seq"], b"") for a in mine if a["seq"] in self.heads
                         and self.heads[a["seq"]].kind == 1]
                if first and len(first[0]) == 8224:
                    self.charter = charter(first[0][:8192], self.id, "founding charter")
                    self.root = self.charter and self.charter["root"]
                else:
                    fault("transaction 1: founds nothing")
            key = self.signer(r)
            if not key or not signed(key, b"sandyq transaction v1", r["hash"], r["signature"]):
                fault(f"transaction {no}: the signature is wrong")
            roles = dict(self.roles)
            for a in mine:
                head = self.heads.get(a["seq"])
                if not head or head.kind not in KINDS:
                    self.verdicts[a["seq"]] = (1 if head else 2, r["officer"])
                    continue
                why = self.void(r["officer"], head, roles)
                verdict = VERDICTS[why.split(":")[0]] if why else 0
                self.verdicts[a["seq"]] = (verdict, r["officer"])
                if why:
                    fault(f"act {a['seq']}: void, {why}")
                else:
                    self.apply(a["seq"], head)
        for no in acts:
            fault(f"transaction {no}: has acts and is not there")

    def kiosks(self):
        took, chains, days, shut = {}, {}, {}, set()
        for r in sorted(self.t["record"], key=lambda r: (r["kiosk"], r["seq"], r["hash"])):
            took.setdefault(r["act"], []).append(r)
            days[(r["kiosk"], r["hash"])] = r["day"]
            if r["flags"] & 2:
                shut.add((r["kiosk"], r["seq"], r["hash"]))
            chain = chains.setdefault(r["kiosk"], {ZERO: 0})
            if chain.get(r["previous"]) == r["seq"] - 1:
                chain[r["hash"]] = r["seq"]
        for seq, h in self.counted.items():
            if h.kind == 6 and seq in self.contents:
                d, rows = self.contents[seq], took.pop(seq, [])
                digest = sha(*(r["kiosk"] + u64(r["seq"]) + r["hash"] + r["previous"]
                               + u32(r["day"]) + bytes([r["flags"]]) + r["tag"] for r in rows))
                if len(d) < 76 or d[40:44] != u32(len(rows)) or d[44:76] != digest:
                    fault(f"act {seq}: took other records")
        for seq in took:
            fault(f"act {seq}: records say that it took them")
        for r in self.t["kiosk"]:
            chain = chains.get(r["kiosk"], {ZERO: 0})
            tip = r["tip_hash"]
            if (max(chain.values()) != r["tip_seq"] or chain.get(tip) != r["tip_seq"]
                    or days.get((r["kiosk"], tip), 0) != r["tip_day"]):
                fault(f"kiosk {r['kiosk'].hex()}: its tip does not follow")
        if {(r["kiosk"], r["seq"], r["hash"]) for r in self.t["envelope"]} != shut:
            fault("envelope: not those of the records whose envelope did not open")

    def run(self):
        self.take_wraps()
        self.open_casekeys()
        for r in self.t["act"]:
            self.open_act(r)
        known = {r["seq"] for r in self.t["act"]}
        for seq in set(self.bodies) - known:
            fault(f"act {seq}: has a body and is not there")
        self.transactions()
        for where in self.s:
            if where not in self.committed:
                fault(f"compartment {where[0]}, generation {where[1]}: no act made it")
        self.kiosks()
        if {r["no"]: (r["sign"], r["agree"]) for r in self.t["officer"]} != self.named:
            fault("officer: the table does not follow from the acts")
        self.boards()
        self.unsound = bool(faults)

    def board(self, r, said):
        """A board against its act, its segments, and what it took."""
        number, head = r["number"], r["head"]
        if said[:40] != u32(number) + u32(r["day"]) + sha(head):
            return fault(f"board {number}: not what its act says")
        mine = [s for s in segments(head) if s[0] == number]
        if mine != [(number, kind, int.from_bytes(r[name][56:60], "little"), sha(r[name]))
                    for kind, name in ((1, "arrivals"), (2, "answers"))]:
            return fault(f"board {number}: its segments are not those of its head")
        tags = sorted(x["tag"] for x in self.t["record"] if x["board"] == number)
        if r["arrivals"][96:] != b"".join(tags):
            fault(f"board {number}: other arrivals than records")
        if len(said) != 40 + 4 * mine[1][2]:
            fault(f"board {number}: its act has no place for each answer")
        return self.has_entries(number, r["answers"])

    def leave(self, seq, number, said):
        """The messages that the act of a board names."""
        named = struct.unpack(f"<{(len(said) - 40) // 4}I", said[40:])
        named = named[:named.index(0)] if 0 in named else named
        if list(named) != sorted(set(named)) or any(said[40 + 4 * len(named):]):
            fault(f"act {seq}: names messages in another order")
        for message in named:
            self.leaves(seq, message, number)

    def leave_restored(self, seq, d):
        """The messages that a restored act names, on boards that it took over."""
        named = list(struct.iter_unpack("<III", d[112:-64]))
        if [m for m, _, _ in named] != sorted({m for m, _, _ in named}):
            fault(f"act {seq}: names messages in another order")
        for message, number, _ in named:
            self.leaves(seq, message, number)

    def leaves(self, seq, message, number):
        h = self.counted.get(message)
        if message > seq or not h or h.kind != 17:
            fault(f"act {seq}: names {message}, which is no message before it")
        elif message in self.left:
            fault(f"act {message}: left on board {self.left[message]} and on board {number}")
        elif message in self.back:
            fault(f"act {message}: left on board {number}, though it was taken back")
        self.left[message] = number

    def arrivals(self):
        """On which boards records are said to have left, and the tags of letters."""
        acts, tags = {number: seq for seq, number in self.made}, {}
        for r in self.t["record"]:
            tags.setdefault(r["tag"], []).append(r)
            if r["board"] and acts.get(r["board"], 0) <= r["act"]:
                fault(f"act {r['act']}: record {r['seq']} left on no board after it")
        for tag, rows in tags.items():
            if len(rows) > 1:
                fault(f"record: {len(rows)} have the tag {tag.hex()}")
        for seq, letter in self.letters.items():
            kiosk, number = self.contents[seq][:8], struct.unpack("<Q", self.contents[seq][8:16])[0]
            if (letter[3], letter[4]) != (kiosk, number):
                continue
            mine = {mac(letter[13], b"sandyq arrived v1" + u32(c) + u32(letter[16]))[:16]
                    for c in range(1, self.charter["number"] + 1)}
            if not mine & tags.keys():
                fault(f"act {seq}: no record has the tag that its writer looks for")

    def taken(self, r):
        """A board that a restored office took over, against the head that its act names, and the
        messages that it says left on it."""
        rows = {x["number"]: x["head"] for x in self.t["board"]}
        for seq, h in self.counted.items():
            d = self.contents.get(seq, b"")
            if h.kind != 9 or not h.old < r["number"] <= h.new:
                continue
            head = rows.get(int.from_bytes(d[:4], "little"), b"")
            if sha(head) != d[8:40]:
                return fault(f"board {r['number']}: no head that was taken over names it")
            for number, kind, _, named in segments(head):
                file = r["arrivals"] if kind == 1 else r["answers"]
                if number == r["number"] and file and sha(file) != named:
                    fault(f"board {number}: not what was taken over")
            self.has_entries(r["number"], r["answers"])
            return True
        return False

    def has_entries(self, number, answers):
        """What left on a board stands in its answers."""
        n, d = int.from_bytes(answers[56:60], "little"), answers[96:]
        entries = {d[16 * i:16 * i + 16] + d[16 * n + 4080 * i:16 * n + 4080 * (i + 1)]
                   for i in range(n)}
        if not {self.queued[m] for m in self.left
                if self.left[m] == number and m in self.queued} <= entries:
            fault(f"board {number}: an answer that it took is not there")

    def boards(self):
        for r in self.t["queue"]:
            key = self.key(2, int.from_bytes(r["sealed"][:4], "little"), b"sandyq queue v1")
            try:
                self.queued[r["seq"]] = unbox(key, r["sealed"][4:], self.id + u64(r["seq"]))
            except (InvalidTag, TypeError):
                fault(f"queue: what act {r['seq']} says does not open")
        if {r["seq"] for r in self.t["queue"]} != {s for s, h in self.counted.items()
                                                   if h.kind == 17 and s not in self.back}:
            fault("queue: not the messages")
        made = {h.new: self.contents.get(seq, b"") for seq, h in self.counted.items()
                if h.kind == 7}
        numbers = [(seq, h.new) for seq, h in sorted(self.counted.items()) if h.kind == 7]
        for seq, number in numbers:
            self.leave(seq, number, made[number])
        for seq, h in sorted(self.counted.items()):
            if h.kind == 9 and len(self.contents.get(seq, b"")) >= 176:
                self.leave_restored(seq, self.contents[seq])
        self.made = numbers
        for r in self.t["board"]:
            if r["number"] in made or self.taken(r) is False:
                self.board(r, made.get(r["number"], b""))
        if made and max(made) not in {r["number"] for r in self.t["board"]}:
            fault("board: the last one is missing")

    def files(self, cards):
        """The charter, the intake files, the view, and cards as they went out."""
        held = charter(read(os.path.join(self.folder, "charter")), self.id, "charter")
        if held and self.charter and held["number"] < self.charter["number"]:
            fault("charter: older than that of the founding")
        self.charter = held or self.charter
        if self.charter:
            self.arrivals()
        names = [name for name in os.listdir(self.folder) if name.startswith("intake-")]
        keys = [intake(os.path.join(self.folder, name), self.id, self.me, self.agree)
                for name in sorted(names)]
        for epoch in held["intakes"] if held else []:
            if (epoch, held["intakes"][epoch]) not in keys:
                fault(f"intake: no key for epoch {epoch} of the charter")
        path = os.path.join(self.home, "view")
        view = os.path.exists(path) and open_view(path, self.view, self.id, self.me)
        if view:
            compare(view, self)
            self.viewed = view.txn
        for path in cards:
            d, name = read(path), os.path.basename(path)
            if card(d, self.id, name) and d[:168] not in (c for _, c in self.cards.values()):
                fault(f"{name}: not the newest card of a kiosk of this journal")


def day(n):
    return str(datetime.date(1970, 1, 1) + datetime.timedelta(n))


def today():
    return (datetime.date.today() - datetime.date(1970, 1, 1)).days


def show(audit):
    now = today()
    for handle, case in audit.cases.items():
        status = STATUS[case.status] if case.status < len(STATUS) else str(case.status)
        print(json.dumps({"case": handle.hex(), "letters": case.letters,
                          "messages": case.messages, "state": status, "texts": case.texts},
                         ensure_ascii=False))
    for kiosk, (held, _) in audit.cards.items():
        kind = TYPES[held["type"]] if held["type"] < len(TYPES) else str(held["type"])
        print(json.dumps({"kiosk": kiosk.hex(), "card": held["number"],
                          "facility": held["facility"], "type": kind, "last": day(held["last"])}))
        if held["last"] < now:
            print(f"note: the card of kiosk {kiosk.hex()} was valid until {day(held['last'])}")
    if audit.charter and audit.charter["last"] < now:
        print(f"note: the charter was valid until {day(audit.charter['last'])}")


def main():
    if len(sys.argv) < 4:
        sys.exit("usage: audit.py OFFICE HOME PASSPHRASE-FILE [CARD ...]")
    audit = Audit(sys.argv[1], sys.argv[2], passphrase(sys.argv[3]))
    audit.run()
    audit.files(sys.argv[4:])
    show(audit)
    for line in faults:
        print(f"fault: {line}")
    if faults:
        return 1
    print(f"audit: {len(audit.t['txn'])} transactions, {len(audit.t['act'])} acts, "
          f"{len(audit.cards)} cards, a view to transaction {audit.viewed}, everything fits")
    return 0


if __name__ == "__main__":
    sys.exit(main())
