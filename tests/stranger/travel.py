#!/usr/bin/python3 -B
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads what travels, from sandyq-formats(5) alone: travel.py FOLDER.

FOLDER has sandyq.charter, cards, bundles and boards/*, a medium each; and `secrets`, with the
intake secret and the keys of receipts, in hexadecimal. Says each letter, arrival and message that
it finds, and how the heads follow each other; what is wrong is a line `fault: ...` and status 1."""

import glob
import os
import re
import struct
import sys

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from files import card, charter, fault, faults, read
from primitives import ZERO, cbor, hpke_open, mac, public, sha, signed, u32, u64

RECORD = 16492
KINDS = {1: "arrivals", 2: "answers"}
MOST = {1: 1048576, 2: 4096}
SIZE = {1: 16, 2: 4096}
SMALL = {0: 1, 1: 3, 5: 2**32 - 1, 9: 4, 10: 4, 11: 65535, 16: 15, 17: 64, 18: 64, 19: 3}
SHAPES = {2: r"[A-Z0-9][A-Z0-9-]{0,14}", 6: "[a-z]{2}", 7: "[A-Z][0-9]"}
LONGEST = {12: 14400, 15: 160}


def secrets(path):
    """The intake secret, and tag and answer key of each receipt by its name."""
    intake, receipts = None, {}
    for line in read(path).decode().splitlines():
        word, *rest = line.split()
        if word == "intake":
            intake = bytes.fromhex(rest[0])
        else:
            receipts[rest[0]] = bytes.fromhex(rest[1]), bytes.fromhex(rest[2])
    return intake, receipts


def ascending(rows):
    return all(a < b for a, b in zip(rows, rows[1:]))


# Letters


def well_formed(m):
    """Whether a map is a letter: the keys that there must be, with values that they may have."""
    keys = range(6 if m.get(1) == 0 else 20)
    if list(m) != list(keys) or m[0] != 1 or not isinstance(m[4], int):
        return False
    small = all(isinstance(m[k], int) and m[k] <= most for k, most in SMALL.items() if k in m)
    words = all(isinstance(m[k], str) and re.fullmatch(shape, m[k])
                for k, shape in SHAPES.items() if k in m)
    raw = all(isinstance(m[k], bytes) and len(m[k]) == size
              for k, size in ((3, 8), (13, 32), (14, 32)) if k in m)
    texts = all(isinstance(m[k], str) and len(m[k].encode()) <= most
                for k, most in LONGEST.items() if k in m)
    if not (small and words and raw and texts) or m[1] == 0:
        return small and words and raw and texts
    if m[1] == 3 and (m[17] == 0 or m[9] != 1 or any(m[k] for k in (8, 10, 11, 12, 15, 18))):
        return False
    if m[1] == 1 and any(m[k] for k in (17, 18)):
        return False
    return m[9] >= 1 and len(m[8]) <= 8 and all(n in (0, 1, 2) for n in m[8]) and \
        (m[1] == 2 or m[16] == 0) and (m[18] == 0) == (m[19] == 0)


def letter(envelope, secret, what):
    """The map of a letter, or None."""
    key_id = sha(b"sandyq intake v1", public(X25519PrivateKey.from_private_bytes(secret)))[:16]
    if envelope[:14] != b"SANDYQE1\x20\0\1\0\3\0" or any(envelope[62:1150]):
        return fault(f"{what}: not an envelope")
    if envelope[14:30] != key_id:
        return fault(f"{what}: sealed to another key")
    try:
        plain = hpke_open(secret, b"sandyq envelope v1" + key_id, envelope[:1150],
                          envelope[30:62] + envelope[1150:])
        m, end = cbor(plain)
    except (InvalidTag, ValueError, IndexError, TypeError) as error:
        return fault(f"{what}: does not open: {error}")
    if not isinstance(m, dict) or not well_formed(m) or any(plain[end:]):
        return fault(f"{what}: the letter makes no sense")
    return m


# Bundles


def misfits(d):
    """The heads that do not fit, each with what the kiosk had; None when they make no sense."""
    all = []
    while any(d):
        had, came = ((*struct.unpack("<II", h[:8]), h[8:]) for h in (d[:40], d[40:80]))
        if not had[1] or not came[1] or (had, came) in all:
            return None
        all.append((had, came))
        d = d[80:]
    return all


def bundle(path, kiosks, office, secret):
    """Says the letters of a bundle; returns how many records it has."""
    d, what = read(path), os.path.basename(path)
    first, last = struct.unpack("<QQ", d[48:64])
    n = last + 1 - first
    if d[:8] != b"SANDYQB1" or first < 1 or not 0 <= n <= 4096 or len(d) != 820 + RECORD * n:
        return fault(f"{what}: not a bundle")
    if d[8:16] not in kiosks or d[16:48] != office:
        return fault(f"{what}: of another kiosk or office")
    key, facility = kiosks[d[8:16]]
    if not signed(key, b"sandyq bundle v1", d[:-64], d[-64:]) or d[114] > 7 or d[115] != 0:
        return fault(f"{what}: the signature is wrong")
    if misfits(d[116:756]) is None:
        return fault(f"{what}: the heads that do not fit make no sense")
    before = ZERO if first == 1 else None
    for seq in range(first, last + 1):
        record = d[756 + RECORD * (seq - first):][:RECORD]
        if record[:8] != u64(seq) or before not in (None, record[8:40]):
            return fault(f"{what}: record {seq} does not follow")
        before = sha(record[:16428])
        if seq == last and not signed(key, b"sandyq record v1", record[:16428], record[16428:]):
            return fault(f"{what}: the signature of record {seq} is wrong")
        m = letter(record[44:16428], secret, f"{what}, record {seq}")
        if m and (m[3] != d[8:16] or m[4] != seq):
            fault(f"{what}: the letter of record {seq} names another")
        if m and m[1] != 0:
            say_letter(m, facility, seq)
    return n


def say_letter(m, facility, seq):
    who = [name for name, keys in RECEIPTS.items() if keys == (m[13], m[14])]
    print(f"letter {facility} {seq} kind {m[1]} of {who[0] if who else '?'}, "
          f"arrival {m[16]}, seen {m[17]}, chose {m[19]} of {m[18]}: {m[12]}")


# Boards


def head(path, office, key):
    """The fields of a head that is right, else None."""
    d = read(path)
    if len(d) < 264 or d[:8] != b"SANDYQH1":
        return fault(f"{path}: not a head")
    number, day = struct.unpack("<II", d[44:52])
    k, x, s, n = struct.unpack("<IIII", d[116:132])
    if max(k, x, n) > 65536 or s > 2048 or len(d) != 264 + 52 * k + 8 * x + 44 * s + n:
        return fault(f"{path}: of another length than it says")
    if d[8:40] != office:
        return fault(f"{path}: of another office")
    if not signed(key, b"sandyq head v1", d[:-64], d[-64:]):
        return fault(f"{path}: the signature is wrong")
    at = 200 + 52 * k
    marks = [d[i:i + 8] for i in range(200, at, 52)]
    out = [d[i:i + 8] for i in range(at, at + 8 * x, 8)]
    at += 8 * x
    segments = {struct.unpack("<II", d[i:i + 8]): (struct.unpack("<I", d[i + 8:i + 12])[0],
                                                  d[i + 12:i + 44])
                for i in range(at, at + 44 * s, 44)}
    order = list(segments)
    if number == 0 or len(order) != s or not (ascending(marks) and ascending(out)) or \
       not ascending(order) or any(not 1 <= i <= number for i, _ in order) or \
       any(kind in MOST and count > MOST[kind] for (_, kind), (count, _) in segments.items()):
        return fault(f"{path}: out of order")
    try:
        d[at + 44 * s:-64].decode()
    except UnicodeDecodeError:
        return fault(f"{path}: the notices are no text")
    return {"path": path, "charter": struct.unpack("<I", d[40:44])[0], "number": number,
            "day": day, "before": d[52:84], "restored": (struct.unpack("<I", d[132:136])[0], d[136:168], d[168:200]),
            "hash": sha(d), "segments": segments}


def segment(h, number, kind, office):
    """A segment that a head names: charter, day and entries by tag; None when it is wrong."""
    count, named = h["segments"][number, kind]
    path = f"{os.path.dirname(h['path'])}/sandyq-{number}-{named[:4].hex()}.{KINDS[kind]}"
    d = read(path) if os.path.exists(path) else b""
    if sha(d) != named:
        return fault(f"{path}: not what the head names")
    if d[:8] != b"SANDYQT1" or len(d) != 96 + SIZE[kind] * count or d[8:40] != office or \
       struct.unpack("<II", d[40:48]) != (kind, number) or d[56:60] != u32(count) or \
       any(d[92:96]) or (kind == 1 and any(d[60:92])):
        return fault(f"{path}: says another thing than the head")
    day, its_charter = struct.unpack("<II", d[48:56])
    if number == h["number"] and ((kind == 2 and d[60:92] != h["before"]) or
                                  (day, its_charter) != (h["day"], h["charter"])):
        return fault(f"{path}: of another board than its own")
    tags = [d[i:i + 16] for i in range(96, 96 + 16 * count, 16)]
    bodies = d[96 + 16 * count:]
    if not ascending(tags):
        return fault(f"{path}: out of order")
    return its_charter, {tag: bodies[4080 * i:4080 * i + 4080] for i, tag in enumerate(tags)}


def follow(old, new, known):
    """Whether a head keeps the word of those before it; known: all segments that they named."""
    what = f"{new['path']}, after {old['number']}"
    if (new["charter"], new["number"]) <= (old["charter"], old["number"]):
        fault(f"{what}: not newer")
    if new["before"] != old["hash"]:
        fault(f"{what}: another head is before it")
    for at, named in new["segments"].items():
        kind = KINDS.get(at[1], at[1])
        if at in known and known[at] != named:
            fault(f"{what}: the {kind} of board {at[0]} changed")
        if at not in known and at[0] <= old["number"]:
            fault(f"{what}: {kind} of board {at[0]} came later")


def look(h, office, found):
    """Adds what the receipts find in the segments of a head."""
    for number, kind in h["segments"]:
        read_one = segment(h, number, kind, office) if kind in KINDS else None
        if read_one is None:
            continue
        for who, (tag_key, answer_key) in RECEIPTS.items():
            if kind == 1:
                for i in range(16):
                    label = b"sandyq arrived v1" + u32(read_one[0]) + u32(i)
                    if mac(tag_key, label)[:16] in read_one[1]:
                        found.add(f"arrived {who} {i} board {number}")
            for n in range(1, 65) if kind == 2 else ():
                tag = mac(tag_key, b"sandyq entry v1" + u64(n))[:16]
                if tag in read_one[1]:
                    found.add(message(who, n, number, answer_key, tag, read_one[1][tag]))


def message(who, n, number, key, tag, body):
    """A message as a line."""
    try:
        plain = ChaCha20Poly1305(key).decrypt(body[:12], body[12:], tag)
    except InvalidTag:
        return fault(f"message {n} of {who} does not open") or ""
    kind, state, _, size, *lengths = struct.unpack("<BBIHBBB", plain[:11])
    what = f"message {who} {n} board {number}, state {state}"
    if kind not in (1, 2):
        return f"{what}: newer"
    count = sum(len > 0 for len in lengths)
    if max(lengths) > 160 or any(lengths[count:]) or (kind == 2) != (count > 0) or \
       any(plain[11 + size + sum(lengths):]) or size + sum(lengths) > 4041:
        fault(f"message {n} of {who} makes no sense")
    parts, at = [], 11
    for length in [size] + lengths[:count]:
        parts.append(plain[at:at + length].decode())
        at += length
    return f"{what}: " + " | ".join(parts)


def main(folder):
    own = read(f"{folder}/sandyq.charter")
    office, board_key = sha(own[8:40]), own[52:84]
    charter(own, office, "charter")
    secret = secrets(f"{folder}/secrets")[0]
    kiosks = {}
    for path in sorted(glob.glob(f"{folder}/*.card")):
        d = read(path)
        fields = card(d, office, os.path.basename(path))
        if fields:
            kiosks[fields["kiosk"]] = d[52:84], fields["facility"]
    paths = sorted(glob.glob(f"{folder}/*.bundle"))
    records = sum(bundle(path, kiosks, office, secret) or 0 for path in paths)
    heads = [head(path, office, board_key) for path in glob.glob(f"{folder}/boards/*/sandyq.board")]
    heads = sorted((h for h in heads if h), key=lambda h: (h["charter"], h["number"]))
    found = set()
    known = {}
    for old, new in zip(heads, heads[1:]):
        known.update(old["segments"])
        follow(old, new, known)
    for h in heads:
        look(h, office, found)
    print("\n".join(sorted(found)))
    for text in faults:
        print("fault: " + text)
    if not faults:
        print(f"travel: {len(paths)} bundles, {records} records, {len(heads)} heads, "
              "everything fits")
    return bool(faults)


RECEIPTS = secrets(f"{sys.argv[1]}/secrets")[1]
sys.exit(main(sys.argv[1]))
