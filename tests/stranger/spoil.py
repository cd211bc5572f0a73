#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Changes an office and an officer's folder as somebody with their keys could, for
tests/test_stranger.sh.  spoil.py OFFICE HOME PASSPHRASE-FILE WHAT ..."""

import os
import sqlite3
import struct
import sys

from argon2.low_level import Type, hash_secret_raw
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from audit import Audit
from files import keyring, passphrase, read
from primitives import ZERO, expand, sha, u32, u64, unbox
from view import View


def write(path, data):
    with open(path, "wb") as f:
        f.write(data)


def flip(d, at):
    return d[:at] + bytes([d[at] ^ 1]) + d[at + 1:]


def box(key, plain, aad):
    nonce = os.urandom(12)
    return nonce + AESGCM(key).encrypt(nonce, plain, aad)


def seal(key, plain, digest, aad):
    """A head or a body."""
    return AESGCM(key).encrypt(digest[:12], plain, aad + digest)


def sign(seed, domain, message):
    return Ed25519PrivateKey.from_private_bytes(seed).sign(domain + b"\0" + sha(message))


class Spoiler:
    def __init__(self, office, home, path):
        self.office, self.home, self.words = office, home, passphrase(path)
        self.audit = Audit(office, home, self.words)

    def file(self, name, at):
        path = os.path.join(self.office, name)
        write(path, flip(read(path), at))

    def view(self, change):
        path = os.path.join(self.home, "view")
        d, audit = read(path), self.audit
        me = next(r["no"] for r in audit.t["officer"] if r["sign"] == audit.sign)
        aad = d[:8] + audit.id + u32(me)
        plain = unbox(audit.view, d[8:], aad)
        write(path, d[:8] + box(audit.view, change(plain), aad))

    def light(self):
        """Less work for a keyring's passphrase, for a test that opens it again and again."""
        path = os.path.join(self.home, "keyring")
        d, least = read(path), u32(65536) + u32(1)
        secret = keyring(path, self.words)
        head = d[:8] + least + d[16:48]
        key = hash_secret_raw(self.words, d[16:32], 1, 65536, 1, 32, Type.ID)
        d = head + AESGCM(key).encrypt(head[32:44], secret, head)
        write(path, d + sha(d))

    def view_sealed(self):
        """As a disk that goes bad."""
        path = os.path.join(self.home, "view")
        write(path, flip(read(path), 100))

    def view_lists(self):
        """The second byte of one row of each list."""
        def change(plain):
            view = View(plain)
            for rows in (*view.lists.values(), view.rows):
                plain = flip(plain, plain.index(rows[-1]) + 1)
            return plain
        self.view(change)

    def view_status(self):
        """That of the last case, which stands behind its handle."""
        self.view(lambda plain: flip(plain, plain.index(View(plain).lists["case"][-1]) + 16))

    def chains(self):
        """Gaps, forks, and records that did not open, in those of one kiosk."""
        db = sqlite3.connect(os.path.join(self.office, "journal.db"))
        db.create_function("flip", 1, lambda d: flip(d, 0))
        kiosk = db.execute("SELECT min(kiosk) FROM record").fetchone()
        db.execute("DELETE FROM record WHERE kiosk = ? AND seq IN (7, 9, 10, 11)", kiosk)
        db.execute("INSERT INTO record SELECT kiosk, seq, flip(hash), previous, day, 3, act, tag, board"
                   " FROM record WHERE kiosk = ? AND seq IN (20, 30)", kiosk)
        db.execute("UPDATE record SET previous = flip(previous) WHERE kiosk = ? AND seq IN (1, 40)",
                   kiosk)
        db.commit()
        db.close()

    def view_board(self):
        self.view(lambda plain: flip(plain, plain.index(View(plain).office)))

    def view_signature(self):
        """One that is to be checked, of a transaction with another hash."""
        def change(plain):
            n = struct.unpack("<I", plain[84:88])[0]
            one = struct.pack("<IQ32s32s64s", n + 1, 2, ZERO, ZERO, bytes(64))
            return plain[:84] + one + plain[88:]
        self.view(change)

    def end(self):
        """Takes the last transaction out, as a backup that is put back does."""
        db = sqlite3.connect(os.path.join(self.office, "journal.db"))
        db.executescript("DELETE FROM txn WHERE no = (SELECT max(no) FROM txn);"
                         "DELETE FROM body WHERE seq IN (SELECT seq FROM act WHERE txn NOT IN"
                         " (SELECT no FROM txn));"
                         "DELETE FROM record WHERE act IN (SELECT seq FROM act WHERE txn NOT IN"
                         " (SELECT no FROM txn));"
                         "DELETE FROM act WHERE txn NOT IN (SELECT no FROM txn);")
        db.close()

    def intake(self):
        """The officer's own wrap, whichever it is: all of them."""
        path = os.path.join(self.office, "intake-1")
        for at in range(84, len(read(path)), 84):
            self.file("intake-1", at + 40)

    def charter(self):
        """One of the office's root that ends before it begins."""
        seed = keyring(os.path.join(self.office, "root.keyring"), self.words)[:32]
        path = os.path.join(self.office, "charter")
        d = read(path)[:48] + u32(1) + read(path)[52:8128]
        write(path, d + sign(seed, b"sandyq charter v1", d))

    def card(self):
        """An officer without root enrols a kiosk: a transaction of theirs with the last card as of
        another facility."""
        audit, t = self.audit, self.audit.t
        secret = keyring(os.path.join(self.home, "keyring"), self.words)
        audit.run()
        kiosk, (held, card) = list(audit.cards.items())[-1]
        card = card[:40] + u32(held["number"] + 1) + card[44:]
        plain = os.urandom(32) + u32(168) + card
        plain += bytes(944 - len(plain))
        head = struct.pack("<32sHBBI16sQQIIQBBHI32s", os.urandom(32), 5, 3, 0, 1, kiosk + bytes(8),
                           held["number"], held["number"] + 1, 0, 0, 0, 0, 0, 0, 0, ZERO)[:96]
        generation = max(n for compartment, n in audit.s if compartment == 1)
        s, clear = audit.s[(1, generation)], b"\x01" + u32(generation)
        digests = sha(b"sandyq head v1\0", head), sha(b"sandyq body v1\0", plain)
        no, seq, last = len(t["txn"]) + 1, len(t["act"]) + 1, t["txn"][-1]
        prev = sha(last["hash"], last["signature"])
        digest = sha(b"sandyq transaction v1\0", audit.id, u64(no), prev, u32(audit.me), u32(1),
                     *digests)
        db = sqlite3.connect(os.path.join(self.office, "journal.db"))
        db.execute("INSERT INTO txn VALUES(?, ?, ?, 1, ?, ?)",
                   (no, prev, audit.me, digest, sign(secret[65:97], b"sandyq transaction v1",
                                                     digest)))
        db.execute("INSERT INTO act VALUES(?, ?, ?, ?, ?)",
                   (seq, no, clear + seal(expand(s, b"sandyq head v1"), head, digests[0],
                                          audit.id + clear), *digests))
        db.execute("INSERT INTO body VALUES(?, ?)",
                   (seq, seal(expand(s, b"sandyq body v1"), plain, digests[1], audit.id)))
        db.commit()
        db.close()


def main():
    spoiler = Spoiler(*sys.argv[1:4])
    for what in sys.argv[4:]:
        getattr(spoiler, what)()


if __name__ == "__main__":
    main()
