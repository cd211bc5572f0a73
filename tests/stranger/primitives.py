# SPDX-License-Identifier: GPL-3.0-or-later
"""The little that every part of the page is made of: numbers, hashes, signatures, boxes, HPKE and
the CBOR that is needed."""

import hashlib
import hmac
import struct

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM, ChaCha20Poly1305
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

ORDER = 2**252 + 27742317777372353535851937790883648493
ZERO = bytes(32)
KEM = b"KEM\x00\x20"
HPKE = b"HPKE\x00\x20\x00\x01\x00\x03"
P = 2**255 - 19
Y8 = 0x05FC536D880238B13933C6D305ACDFD5F098EFF289F4C345B027B2C28F95E826
SMALL = (0, 1, P - 1, Y8, P - Y8)


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


def unseal(key, digest, sealed, aad):
    """A head or a body."""
    return AESGCM(key).decrypt(digest[:12], sealed, aad + digest)


def signed(key, domain, message, signature):
    if int.from_bytes(signature[32:], "little") >= ORDER:
        return False
    if int.from_bytes(key, "little") % 2**255 % P in SMALL:
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
