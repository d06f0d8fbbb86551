"""Hashes, signs, seals and opens, and prints what comes out. How it is made and run is in ../README.md."""

import secrets
import sys

from componentize_py_types import Err
from wasicrypto import Error, KeyPair, SecretsManager, SymmetricKey, hash, seal, unseal
from wit_world import exports


class Run(exports.Run):
    """The command. What is made outside of it is made once, when the component is: it has no key and no nonce."""

    def run(self):
        try:
            hash_and_sign()
            seal_zeros()
            seal_with_new_keys()
        except Error as error:
            print(f"hello: {error}", file=sys.stderr)
            raise Err(None)


def hash_and_sign():
    print(hash("SHA-256", b"abc").hex())
    with SecretsManager.open() as manager:
        identifier = manager.generate_key_pair("Ed25519").identifier()
        with manager.key_pair(identifier) as key:
            signature = key.sign(b"abc")
            key.public_key().verify("Ed25519", b"abc", signature)
            print("signed")
            if errno_of(key.public_key().verify, "Ed25519", b"abd", signature) == "verification_failed":
                print("not another message")


def seal_zeros():
    """Test case 2 of the paper that defines GCM."""
    with SymmetricKey.from_bytes("AES-128-GCM", bytes(16)) as key:
        sealed = seal("AES-128-GCM", key, bytes(12), b"", bytes(16))
        print(sealed.hex())
        print(unseal("AES-128-GCM", key, bytes(12), b"", sealed).hex())
        forged = bytes([sealed[0] ^ 1]) + sealed[1:]
        if errno_of(unseal, "AES-128-GCM", key, bytes(12), b"", forged) == "invalid_tag":
            print("not another")


def seal_with_new_keys():
    """A signed message, under keys that nobody else has."""
    with KeyPair.generate("Ed25519") as author, SymmetricKey.generate("AES-256-GCM") as key:
        message = b"attack at dawn"
        nonce = secrets.token_bytes(12)
        sealed = seal("AES-256-GCM", key, nonce, b"header", author.sign(message) + message)
        opened = unseal("AES-256-GCM", key, nonce, b"header", sealed)
        signature, signed = opened[:64], opened[64:]
        author.public_key().verify("Ed25519", signed, signature)
        print(f"a message of {len(signed)} bytes, signed and sealed to {len(sealed)}, opened and verified")
        if errno_of(unseal, "AES-256-GCM", key, nonce, b"another header", sealed) == "invalid_tag":
            print("not with another header")


def errno_of(call, *arguments):
    """What a call says that must fail."""
    try:
        call(*arguments)
    except Error as error:
        return error.errno
    return "success"
