#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads and audits an office's journal, written from man/sandyq-formats.5 alone: shows that the
page is enough for a reader in another language.  audit.py OFFICE HOME PASSPHRASE-FILE"""

import hashlib
import hmac
import json
import os
import sqlite3
import struct
import sys

from argon2.low_level import Type, hash_secret_raw
from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM, ChaCha20Poly1305
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

ORDER = 2**252 + 27742317777372353535851937790883648493
ZERO = bytes(32)
KEM = b"KEM\x00\x20"
HPKE = b"HPKE\x00\x20\x00\x01\x00\x03"
STATUS = ["", "received", "opened", "registered", "triaged", "need-info", "referred",
          "visit-planned", "answer-ready", "answered", "closed", "reopened"]
# Kind of act: its field, and who has the right to it.
KINDS = {1: (0, "root"), 2: (1, "lead"), 3: (1, "lead"), 4: (2, "lead"), 5: (3, "officer"),
         6: (0, "officer"), 7: (4, "officer"), 16: (0, "officer"), 17: (6, "officer"),
         18: (5, "officer"), 19: (0, "officer"), 20: (None, "officer")}
BODY = {1: True, 2: True, 3: False, 4: True, 5: True, 6: True, 7: True, 16: True, 18: False,
        19: True, 20: False}
TABLES = {
    "office": [("one", 0), ("id", 32)],
    "txn": [("no", 0), ("prev", 32), ("officer", 0), ("acts", 0), ("hash", 32), ("signature", 64)],
    "act": [("seq", 0), ("txn", 0), ("head", 161), ("head_digest", 32), ("body_digest", -32)],
    "body": [("seq", 0), ("sealed", (960, 3968, 16320))],
    "casekey": [("commitment", 32), ("handle", 16), ("compartment", 0), ("generation", 0),
                ("wrapped", 60)],
    "wrap": [("officer", 0), ("compartment", 0), ("generation", 0), ("sealed", 80)],
    "officer": [("no", 0), ("sign", 32), ("agree", 32)],
    "kiosk": [("kiosk", 8), ("tip_seq", 0), ("tip_hash", 32), ("tip_day", 0)],
    "record": [("kiosk", 8), ("seq", 0), ("hash", 32), ("previous", 32), ("day", 0), ("flags", 0),
               ("act", 0)],
    "envelope": [("kiosk", 8), ("seq", 0), ("hash", 32), ("envelope", 16384)],
}

faults = []


def fault(text):
    faults.append(text)


def u16(n):
    return struct.pack("<H", n)


def u32(n):
    return struct.pack("<I", n)


def u64(n):
    return struct.pack("<Q", n)


def sha(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


def mac(key, data):
    return hmac.new(key, data, hashlib.sha256).digest()


def expand(prk, info):
    """Expand to at most 32 bytes, which is one block."""
    return mac(prk, info + b"\x01")


def lextract(suite, salt, label, ikm):
    return mac(salt or ZERO, b"HPKE-v1" + suite + label + ikm)


def lexpand(suite, prk, label, info, size):
    return expand(prk, struct.pack(">H", size) + b"HPKE-v1" + suite + label + info)[:size]


def public(secret):
    return secret.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)


def hpke_open(secret, info, aad, message):
    key = X25519PrivateKey.from_private_bytes(secret)
    enc, sealed = message[:32], message[32:]
    dh = key.exchange(X25519PublicKey.from_public_bytes(enc))
    shared = lexpand(KEM, lextract(KEM, b"", b"eae_prk", dh), b"shared_secret",
                     enc + public(key), 32)
    context = (b"\x00" + lextract(HPKE, b"", b"psk_id_hash", b"")
               + lextract(HPKE, b"", b"info_hash", info))
    prk = lextract(HPKE, shared, b"secret", b"")
    nonce = lexpand(HPKE, prk, b"base_nonce", context, 12)
    return ChaCha20Poly1305(lexpand(HPKE, prk, b"key", context, 32)).decrypt(nonce, sealed, aad)


def unbox(key, sealed, aad):
    return AESGCM(key).decrypt(sealed[:12], sealed[12:], aad)


def signed(key, domain, message, signature):
    if int.from_bytes(signature[32:], "little") >= ORDER:
        return False
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(signature, domain + b"\0" + sha(message))
        return True
    except (InvalidSignature, ValueError):
        return False


def cbor(data, at=0):
    """One item and where it ends, in the deterministic encoding."""
    kind, n = data[at] >> 5, data[at] & 31
    at += 1
    if n > 23:
        if n > 27:
            raise ValueError("no such length")
        size = 1 << (n - 24)
        n = int.from_bytes(data[at:at + size], "big")
        if n < (24 if size == 1 else 1 << (4 * size)):
            raise ValueError("not the shortest form")
        at += size
    if kind == 0:
        return n, at
    if kind in (2, 3):
        raw = data[at:at + n]
        if len(raw) != n:
            raise ValueError("cut off")
        return (raw if kind == 2 else raw.decode()), at + n
    if kind == 4:
        items = []
        for _ in range(n):
            item, at = cbor(data, at)
            items.append(item)
        return items, at
    if kind == 5:
        pairs, last = {}, -1
        for _ in range(n):
            key, at = cbor(data, at)
            if key <= last:
                raise ValueError("keys out of order")
            pairs[key], at = cbor(data, at)
            last = key
        return pairs, at
    raise ValueError("no such type")


def keyring(path, passphrase):
    with open(path, "rb") as f:
        d = f.read()
    memory, passes = struct.unpack("<II", d[8:16])
    size = struct.unpack("<I", d[44:48])[0]
    if d[:8] != b"SANDYQW1" or len(d) != size + 96 or sha(d[:-32]) != d[-32:]:
        sys.exit("keyring: damaged")
    if not (65536 <= memory <= 1048576 and 1 <= passes <= 16 and size == 161):
        sys.exit("keyring: not of an officer")
    key = hash_secret_raw(passphrase, d[16:32], passes, memory, 1, 32, Type.ID)
    try:
        secret = AESGCM(key).decrypt(d[32:44], d[48:64 + size], d[:48])
    except InvalidTag:
        sys.exit("keyring: wrong passphrase")
    return secret


def charter_root(d, office, what):
    """The root key of a charter whose signature is right, else None."""
    if len(d) != 318 or d[:8] != b"SANDYQC1":
        fault(f"{what}: not a charter")
    elif sha(d[8:40]) != office:
        fault(f"{what}: of another office")
    elif not signed(d[8:40], b"sandyq charter v1", d[:254], d[254:]):
        fault(f"{what}: the signature is wrong")
    else:
        return d[8:40]
    return None


def tables(path):
    db = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    for name, value in (("application_id", 0x53514A31), ("user_version", 1)):
        if db.execute(f"PRAGMA {name}").fetchone()[0] != value:
            sys.exit(f"journal: {name} is another")
    result = {}
    db.row_factory = sqlite3.Row
    for name, columns in TABLES.items():
        rows = db.execute(f"SELECT {','.join(c for c, _ in columns)} FROM {name}"
                          f" ORDER BY {columns[0][0]}").fetchall()
        for row in rows:
            for column, size in columns:
                v = row[column]
                sizes = size if isinstance(size, tuple) else (abs(size),)
                good = (isinstance(v, int) and v >= 0) if size == 0 else (
                    isinstance(v, bytes) and len(v) in sizes)
                if not good and not (v is None and size == -32):
                    sys.exit(f"journal: {name}.{column} is damaged in row {row[0]}")
        result[name] = rows
    db.close()
    return result


class Head:
    def __init__(self, d):
        (self.salt, self.kind, self.field, zero, self.minute, self.subject, self.old, self.new,
         self.day, self.owner, self.answers, self.state, self.urgency, self.flags, self.letters,
         self.commitment) = struct.unpack("<32sHBBI16sQQIIQBBHI32s", d)
        if zero:
            raise ValueError("a byte that is not zero")


class Case:
    def __init__(self):
        self.letters, self.messages, self.status, self.texts = 0, 0, 1, []


class Audit:
    def __init__(self, office, home, passphrase):
        secret = keyring(os.path.join(home, "keyring"), passphrase)
        if secret[0] != 1:
            sys.exit("keyring: a newer version")
        self.folder, self.id, self.pin = office, secret[1:33], secret[33:65]
        self.agree = secret[97:129]
        self.sign = public(Ed25519PrivateKey.from_private_bytes(secret[65:97]))
        self.t = tables(os.path.join(office, "journal.db"))
        if [(r["one"], r["id"]) for r in self.t["office"]] != [(1, self.id)]:
            sys.exit("journal: of another office than the keyring")
        self.bodies = {r["seq"]: r["sealed"] for r in self.t["body"]}
        self.s, self.heads, self.contents, self.casekeys = {}, {}, {}, {}
        self.roles, self.named, self.cases, self.values = {}, {}, {}, {}
        self.counted, self.committed, self.root = {}, {}, None

    def take_wraps(self):
        me = [r["no"] for r in self.t["officer"] if r["sign"] == self.sign]
        if not me:
            sys.exit("journal: does not know this officer")
        for r in self.t["wrap"]:
            if r["officer"] != me[0]:
                continue
            where = (r["compartment"], r["generation"])
            info = (b"sandyq wrap v1\0" + self.id + u16(where[0]) + u32(where[1]) + u32(me[0]))
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
            d = unbox(key, sealed[5:], self.id + sealed[:5] + r["head_digest"])
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
            d = unbox(key, self.bodies[seq], self.id + r["body_digest"])
        except InvalidTag:
            return fault(f"act {seq}: the body does not open")
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
        if h.field in (2, 6) and h.new != h.old + 1:
            return "senseless: not one more"
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

    def letter(self, seq, h, d):
        case = self.cases.setdefault(h.subject, Case())
        case.letters += 1
        if seq not in self.contents:
            return
        try:
            letter, end = cbor(d[17:])
            if end != len(d) - 17 or letter[0] != 1 or sorted(letter) != list(range(16)):
                raise ValueError("not a letter")
        except (ValueError, IndexError, KeyError, TypeError) as e:
            return fault(f"act {seq}: the letter is not readable: {e}")
        case.texts.append(letter[12])
        link = self.key(2, 1, b"sandyq link v1")
        if link and mac(link, letter[13])[:16] != h.subject:
            fault(f"act {seq}: the letter is of another case")

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
                if first and len(first[0]) == 350:
                    self.root = charter_root(first[0][:318], self.id, "founding charter")
                else:
                    fault("transaction 1: founds nothing")
            key = self.root if r["officer"] == 0 else self.named.get(r["officer"], (None,))[0]
            if not key or not signed(key, b"sandyq transaction v1", r["hash"], r["signature"]):
                fault(f"transaction {no}: the signature is wrong")
            roles = dict(self.roles)
            for a in mine:
                head = self.heads.get(a["seq"])
                if not head or head.kind not in KINDS:
                    continue
                why = self.void(r["officer"], head, roles)
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
                               + u32(r["day"]) + bytes([r["flags"]]) for r in rows))
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
        path = os.path.join(self.folder, "charter")
        if os.path.exists(path):
            with open(path, "rb") as f:
                charter_root(f.read(), self.id, "charter")


def main():
    if len(sys.argv) != 4:
        sys.exit("usage: audit.py OFFICE HOME PASSPHRASE-FILE")
    with open(sys.argv[3], "rb") as f:
        passphrase = f.read().rstrip(b"\r\n")
    audit = Audit(sys.argv[1], sys.argv[2], passphrase)
    audit.run()
    for handle, case in audit.cases.items():
        status = STATUS[case.status] if case.status < len(STATUS) else f"closed {case.status}"
        print(json.dumps({"case": handle.hex(), "letters": case.letters,
                          "messages": case.messages, "state": status, "texts": case.texts},
                         ensure_ascii=False))
    for line in faults:
        print(f"fault: {line}")
    if faults:
        return 1
    print(f"audit: {len(audit.t['txn'])} transactions, {len(audit.t['act'])} acts, "
          "everything fits")
    return 0


if __name__ == "__main__":
    sys.exit(main())
