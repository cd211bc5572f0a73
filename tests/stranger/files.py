# SPDX-License-Identifier: GPL-3.0-or-later
"""The files around the journal: passphrase, keyring, charter, card, intake files; and what the
databases define, which is taken from the page itself. What is wrong is said by fault()."""

import functools
import os
import re
import sqlite3
import struct
import sys

from argon2.low_level import Type, hash_secret_raw
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from primitives import hpke_open, public, sha, signed, u32

PAGE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../man/sandyq-formats.5")
FACILITY = re.compile(rb"[A-Z0-9][A-Z0-9-]{0,14}\0+")
TEXTS = re.compile(rb"(?:[a-z]+ (?:-|[a-z]{2,8}) [^\n\0]+\n)*")
SETTINGS = ((1, 127), (16, 4000), (16, 65536), (90, 1000), (16, 4096), (8, 65536), (1, 365),
            (1, 365))
MARK = b"\xef\xbb\xbf"

faults = []


def fault(text):
    faults.append(text)


def read(path):
    with open(path, "rb") as f:
        return f.read()


def passphrase(path):
    """The first line of a file, without what an editor may have put around it."""
    line = read(path).split(b"\n")[0]
    if len(line) > 1000 or b"\x03" in line:
        sys.exit("passphrase: too long, or with a control character")
    line = line[:-1] if line.endswith(b"\r") else line
    line = line[len(MARK):] if line.startswith(MARK) else line
    return line or sys.exit("passphrase: empty")


@functools.cache
def keyring(path, words):
    """The secret in a keyring."""
    d = read(path)
    if len(d) < 97 or d[:8] != b"SANDYQW1":
        sys.exit("keyring: not one")
    memory, passes, size = *struct.unpack("<II", d[8:16]), struct.unpack("<I", d[44:48])[0]
    if len(d) != size + 96 or sha(d[:-32]) != d[-32:]:
        sys.exit("keyring: damaged")
    if not (65536 <= memory <= 1048576 and 1 <= passes <= 16):
        sys.exit("keyring: asks too much")
    key = hash_secret_raw(words, d[16:32], passes, memory, 1, 32, Type.ID)
    try:
        return AESGCM(key).decrypt(d[32:44], d[48:64 + size], d[:48])
    except InvalidTag:
        sys.exit("keyring: wrong passphrase")


def text(field):
    """Whether it is UTF-8 and then zeros."""
    try:
        return "\0" not in field.rstrip(b"\0").decode()
    except UnicodeDecodeError:
        return False


def charter(d, office, what):
    """The fields of a charter that is right, else None. Days are not held against today's."""
    if len(d) != 8192 or d[:8] != b"SANDYQC1":
        return fault(f"{what}: not a charter")
    if sha(d[8:40]) != office:
        return fault(f"{what}: of another office")
    if not signed(d[8:40], b"sandyq charter v1", d[:8128], d[8128:]):
        return fault(f"{what}: the signature is wrong")
    number, issued, last = struct.unpack("<III", d[40:52])
    settings, n = struct.unpack("<8I", d[84:116]), struct.unpack("<I", d[148:152])[0]
    in_range = all(low <= set_to <= high for set_to, (low, high) in zip(settings, SETTINGS))
    keys = [d[at:at + 1228] for at in range(152, 152 + 1228 * min(n, 4), 1228)]
    epochs = [struct.unpack("<I", key[:4])[0] for key in keys]
    known = {epoch: key[12:44] for epoch, key in zip(epochs, keys)
             if struct.unpack("<HHH", key[4:10]) == (0x20, 1, 3)}
    odd = any(key[10:12] != b"\x20\0" or any(key[44:]) for epoch, key in zip(epochs, keys)
              if epoch in known)
    texts = d[5064:8128].rstrip(b"\0")
    if last < issued or not in_range or not 1 <= n <= 4 or any(d[152 + 1228 * n:5064]) or \
       epochs != sorted(set(epochs) - {0}, reverse=True) or odd or not TEXTS.fullmatch(texts) or \
       not all(text(line) and len(line.split(b" ", 2)[2]) <= 127
               for line in texts.split(b"\n")[:-1]):
        return fault(f"{what}: a field makes no sense")
    if not known:
        return fault(f"{what}: of a newer version")
    return {"root": d[8:40], "number": number, "last": last, "intakes": known}


def card(d, office, what):
    """The fields of a card file that is right, with its charter behind it, else None."""
    if len(d) != 8360:
        return fault(f"{what}: not a card file")
    held = charter(d[168:], office, f"{what}: its charter")
    return held and card_alone(d[:168], office, held["root"], what)


def card_alone(d, office, root, what):
    """The same for a card without a charter, of the office with this root."""
    if len(d) != 168 or d[:8] != b"SANDYQK1":
        return fault(f"{what}: not a card")
    if not signed(root, b"sandyq card v1", d[:104], d[104:168]):
        return fault(f"{what}: the signature is wrong")
    number, issued, last = struct.unpack("<III", d[40:52])
    if last < issued or not FACILITY.fullmatch(d[84:100]) or any(d[101:104]) or d[8:40] != office:
        return fault(f"{what}: a field makes no sense")
    return {"number": number, "last": last, "kiosk": sha(b"sandyq kiosk v1", d[52:84])[:8],
            "facility": d[84:100].rstrip(b"\0").decode(), "type": d[100]}


def intake(path, office, officer, agree):
    """The epoch and the public key of an intake file that opens for this officer, else None."""
    name, d = os.path.basename(path), read(path)
    if len(d) < 80 or d[:8] != b"SANDYQI1":
        return fault(f"{name}: not an intake file")
    epoch, n = struct.unpack("<I32xI", d[40:80])
    if n > 10000 or len(d) != 80 + 84 * n:
        return fault(f"{name}: of another length than it says")
    if d[8:40] != office or name != f"intake-{epoch}":
        return fault(f"{name}: of another office or epoch")
    wraps = {struct.unpack("<I", d[at:at + 4])[0]: d[at + 4:at + 84]
             for at in range(80, len(d), 84)}
    if officer not in wraps:
        return fault(f"{name}: not for this officer")
    info = b"sandyq intake v1\0" + d[8:76] + u32(officer)
    try:
        secret = hpke_open(agree, info, b"", wraps[officer])
    except (InvalidTag, ValueError):
        return fault(f"{name}: the secret does not open")
    if public(X25519PrivateKey.from_private_bytes(secret)) != d[44:76]:
        return fault(f"{name}: the secret is that of another key")
    return epoch, d[44:76]


def defined_by_page(name):
    """The statements of the page for a database."""
    with open(PAGE, encoding="utf-8") as f:
        block = f.read().split(f"\n.Ss {name}\n")[1].split(".Bd -literal\n")[1].split(".Ed\n")[0]
    return sorted(" ".join(one.split()) for one in block.split(";") if one.strip())


def database(path, application_id):
    """Opens a database that is what the page says, or ends."""
    name = os.path.basename(path)
    db = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    for pragma, value in (("application_id", application_id), ("user_version", 1)):
        if db.execute(f"PRAGMA {pragma}").fetchone()[0] != value:
            sys.exit(f"{name}: {pragma} is another")
    rows = db.execute("SELECT type, name, sql FROM sqlite_schema").fetchall()
    if any(sql is None and (kind, word[:17]) != ("index", "sqlite_autoindex_")
           for kind, word, sql in rows):
        sys.exit(f"{name}: defines something of its own")
    known, there = defined_by_page(name), sorted(sql for _, _, sql in rows if sql)
    if there != known:
        odd = [sql for sql in there if sql not in known] or [sql for sql in known
                                                             if sql not in there]
        sys.exit(f"{name}: another definition: {odd[0]}")
    db.row_factory = sqlite3.Row
    return db
