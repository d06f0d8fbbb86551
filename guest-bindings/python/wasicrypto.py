"""WASI-Crypto for guests in Python, as components: a thin layer over what componentize-py makes of the package
`wasi:crypto@0.11.0` (`wit_world.imports`), for what most guests need.

What does not succeed raises `Error`. Objects that the host keeps are closed by `with`, or when they are collected.
"""

import re
from contextlib import contextmanager

from componentize_py_types import Err
from wit_world.imports import wasi_ephemeral_crypto_asymmetric_common as asymmetric
from wit_world.imports import wasi_ephemeral_crypto_common as common
from wit_world.imports import wasi_ephemeral_crypto_signatures as signatures
from wit_world.imports import wasi_ephemeral_crypto_symmetric as symmetric
from wit_world.imports.wasi_ephemeral_crypto_common import (
    AlgorithmType,
    PublickeyEncoding,
    SignatureEncoding,
)


class Error(Exception):
    """The status of a call that did not succeed; `errno` is its name in the specification, such as `invalid_tag`."""

    def __init__(self, errno):
        super().__init__(errno)
        self.errno = errno


@contextmanager
def _named_errors():
    """Raises `Error` for what the generated functions raise."""
    try:
        yield
    except Err as error:
        # The class of a case of `crypto-errno` is called `CryptoErrno_InvalidTag`.
        case = type(error.value).__name__.removeprefix("CryptoErrno_")
        raise Error(re.sub(r"(?<!^)(?=[A-Z])", "_", case).lower()) from None


class _HostObject:
    """An object that the host keeps, until it is closed."""

    def __init__(self, resource):
        self._resource = resource

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self._resource.__exit__(None, None, None)


class SymmetricKey(_HostObject):
    """A key of a symmetric algorithm."""

    @classmethod
    def generate(cls, algorithm):
        """A new one."""
        with _named_errors():
            return cls(symmetric.symmetric_key_generate(algorithm, None))

    @classmethod
    def from_bytes(cls, algorithm, raw):
        """One of its bytes."""
        with _named_errors():
            return cls(symmetric.symmetric_key_import(algorithm, raw))


class PublicKey(_HostObject):
    """A public key for signatures."""

    @classmethod
    def from_pem(cls, algorithm, pem):
        """One as SubjectPublicKeyInfo in PEM."""
        with _named_errors():
            encoded, encoding = pem.encode(), PublickeyEncoding.PEM
            return cls(asymmetric.publickey_import(AlgorithmType.SIGNATURES, algorithm, encoded, encoding))

    def to_pem(self):
        """The same the other way round."""
        with _named_errors():
            output = asymmetric.publickey_export(self._resource, PublickeyEncoding.PEM)
            return common.array_output_pull(output).decode()

    def verify(self, algorithm, message, signature):
        """Raises `verification_failed` or `invalid_signature` if it is not this key's signature of this message."""
        with (
            _named_errors(),
            signatures.signature_import(algorithm, signature, SignatureEncoding.RAW) as imported,
            signatures.signature_verification_state_open(self._resource) as state,
        ):
            signatures.signature_verification_state_update(state, message)
            signatures.signature_verification_state_verify(state, imported)


class KeyPair(_HostObject):
    """A key pair for signatures."""

    @classmethod
    def generate(cls, algorithm):
        """A new one."""
        with _named_errors():
            return cls(asymmetric.keypair_generate(AlgorithmType.SIGNATURES, algorithm, None))

    def identifier(self):
        """The 32 bytes by which the host knows it, if it keeps it; else none."""
        with _named_errors():
            identifier, _ = asymmetric.keypair_id(self._resource)
            return identifier

    def public_key(self):
        """Its public half."""
        with _named_errors():
            return PublicKey(asymmetric.keypair_publickey(self._resource))

    def sign(self, message):
        """The signature as the bytes that the algorithm defines, 64 of Ed25519."""
        with _named_errors(), signatures.signature_state_open(self._resource) as state:
            signatures.signature_state_update(state, message)
            with signatures.signature_state_sign(state) as signature:
                return common.array_output_pull(signatures.signature_export(signature, SignatureEncoding.RAW))


class SecretsManager(_HostObject):
    """Where the host keeps keys for this guest, which never sees them."""

    @classmethod
    def open(cls):
        """Raises `unsupported_feature` if the host has none."""
        with _named_errors():
            return cls(common.secrets_manager_open(None))

    def generate_key_pair(self, algorithm):
        """A new key pair that the host keeps."""
        with _named_errors():
            kind = AlgorithmType.SIGNATURES
            return KeyPair(asymmetric.keypair_generate_managed(self._resource, kind, algorithm, None))

    def key_pair(self, identifier):
        """The newest version of a key pair that the host keeps; raises `not_found` if there is none."""
        with _named_errors():
            return KeyPair(asymmetric.keypair_from_id(self._resource, identifier, common.Version_Latest()))


def hash(algorithm, message):
    """The digest of a message; of functions whose output has no end, the first 64 bytes."""
    with _named_errors(), symmetric.symmetric_state_open(algorithm, None, None) as state:
        symmetric.symmetric_state_absorb(state, message)
        return symmetric.symmetric_state_squeeze(state)


def seal(algorithm, key, nonce, associated, message):
    """Encrypts a message, with its tag behind it. A nonce must never come twice under one key."""
    with _named_errors(), _open_cipher(algorithm, key, nonce, associated) as state:
        return symmetric.symmetric_state_encrypt(state, message)


def unseal(algorithm, key, nonce, associated, sealed):
    """The same backwards; raises `invalid_tag` if the message, the associated data, the nonce or the key is another."""
    with _named_errors(), _open_cipher(algorithm, key, nonce, associated) as state:
        message_len = len(sealed) - symmetric.symmetric_state_max_tag_len(state)
        if message_len < 0:
            raise Error("invalid_tag")
        return symmetric.symmetric_state_decrypt(state, sealed, message_len)


def _open_cipher(algorithm, key, nonce, associated):
    with common.options_open(AlgorithmType.SYMMETRIC) as options:
        common.options_set(options, "nonce", nonce)
        state = symmetric.symmetric_state_open(algorithm, key._resource, options)
    symmetric.symmetric_state_absorb(state, associated)
    return state
