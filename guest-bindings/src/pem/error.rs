//! Why there is no key to read in PEM, and what to do.

use core::fmt;

use super::shell::Word;

/// The half of a key pair that a file should have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Wanted {
    /// The private key, which has the public one in it.
    PrivateKey,
    /// The public key alone.
    PublicKey,
}

impl Wanted {
    /// What PKCS#8 and X.509 call it.
    pub(super) const fn label(self) -> &'static str {
        match self {
            Self::PrivateKey => "PRIVATE KEY",
            Self::PublicKey => "PUBLIC KEY",
        }
    }
}

/// What a file has that is not the key as wanted. The first that fits, in this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Found {
    /// Several keys, any of which could be meant.
    Several,
    /// The key as it was written before PKCS#8: `EC PRIVATE KEY`, `RSA PRIVATE KEY`, `RSA PUBLIC KEY`. The host was asked, and does
    /// not read it: it is damaged, of another algorithm, or the host does not know this form.
    Older,
    /// An ML-DSA private key that was expanded and does not have the seed, which alone the host reads.
    WithoutSeed,
    /// The beginning of the key, without its end.
    Cut,
    /// A private key, when the public one is wanted.
    PrivateKey,
    /// A private key under a password.
    EncryptedPrivateKey,
    /// A private key in OpenSSH's own format.
    OpenSshPrivateKey,
    /// A public key, when the private one is wanted.
    PublicKey,
    /// A certificate.
    Certificate,
    /// PEM of other things only.
    Other,
    /// A public key on one line, as OpenSSH writes it.
    OpenSshPublicKey,
    /// PKCS#12: keys and certificates, often under a password. The file is binary.
    Pkcs12,
    /// DER, which is PEM without the text around. The file is binary.
    Der,
    /// Text in UTF-16, as some editors and shells write it on Windows.
    Utf16,
    /// Nothing of this kind.
    Nothing,
}

/// Why there is no key to read in PEM.
///
/// `Display` says what there is instead and what to do, with `FILE` where [`in_file`](Self::in_file) has the name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct PemError {
    pub(super) wanted: Wanted,
    pub(super) found: Found,
}

impl PemError {
    /// The half that was asked for.
    pub const fn wanted(self) -> Wanted {
        self.wanted
    }

    /// What was there.
    pub const fn found(self) -> Found {
        self.found
    }

    /// The error of a file of this name: commands that are proposed have it, quoted for a shell.
    pub const fn in_file(self, name: &str) -> InFile<'_> {
        InFile { error: self, name: Word::Quoted(name) }
    }
}

impl fmt::Display for PemError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        InFile { error: *self, name: Word::Bare("FILE") }.fmt(f)
    }
}

impl core::error::Error for PemError {}

/// A [`PemError`] whose `Display` names the file.
#[derive(Clone, Copy, Debug)]
pub struct InFile<'a> {
    error: PemError,
    name: Word<'a>,
}

impl fmt::Display for InFile<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let file = self.name;
        match (self.error.found, self.error.wanted) {
            (Found::Several, _) => f.write_str("there are several keys in it, and any could be meant; leave one"),
            (Found::Older, Wanted::PrivateKey) => write!(
                f,
                "the key is damaged, of another algorithm, or in an older form that the host does not read; \
                 `openssl pkcs8 -topk8 -nocrypt -in {file} -out key.pem` writes it as every host reads it"
            ),
            (Found::Older, Wanted::PublicKey) => write!(
                f,
                "the key is damaged, of another algorithm, or in an older form that the host does not read; \
                 `openssl rsa -RSAPublicKey_in -in {file} -pubout -out public.pem` writes it as every host reads it"
            ),
            (Found::WithoutSeed, _) => f.write_str(
                "the key was expanded and does not have its seed, which is what the host reads and cannot be computed \
                 from it; ask for the key as whoever generated it has it",
            ),
            (Found::PrivateKey, _) => write!(
                f,
                "this is the private key, and the public one is needed; `openssl pkey -in {file} -pubout -out public.pem` \
                 writes that"
            ),
            (Found::EncryptedPrivateKey, Wanted::PrivateKey) => {
                write!(f, "the key is under a password; `openssl pkey -in {file} -out key.pem` takes it off")
            }
            (Found::EncryptedPrivateKey, Wanted::PublicKey) => write!(
                f,
                "this is the private key, under a password, and the public one is needed; \
                 `openssl pkey -in {file} -pubout -out public.pem` asks for the password and writes that"
            ),
            (Found::OpenSshPrivateKey, Wanted::PrivateKey) => write!(
                f,
                "the key is in OpenSSH's format; `cp {file} key.pem && ssh-keygen -p -m PKCS8 -N '' -f key.pem` writes RSA and \
                 ECDSA keys as needed (not all versions do so with Ed25519 keys)"
            ),
            (Found::OpenSshPrivateKey, Wanted::PublicKey) => write!(
                f,
                "this is the private key, in OpenSSH's format, and the public one is needed; \
                 `ssh-keygen -e -m PKCS8 -f {file} > public.pem` writes that of RSA and ECDSA keys \
                 (not all versions do so with Ed25519 keys)"
            ),
            (Found::PublicKey, _) => f.write_str("this is the public key, and the private one is needed"),
            (Found::Certificate, Wanted::PrivateKey) => f.write_str(
                "this is a certificate, which has the public key, and the private one is needed; that is in another file",
            ),
            (Found::Certificate, Wanted::PublicKey) => write!(
                f,
                "this is a certificate; `openssl x509 -in {file} -pubkey -noout > public.pem` writes the public key that is in it"
            ),
            (Found::Cut, wanted) => write!(f, "it ends too early: there is no line -----END {}-----", wanted.label()),
            (Found::OpenSshPublicKey, Wanted::PrivateKey) => {
                f.write_str("this is the public key, in OpenSSH's format, and the private one is needed")
            }
            (Found::OpenSshPublicKey, Wanted::PublicKey) => write!(
                f,
                "the key is in OpenSSH's format; `ssh-keygen -e -m PKCS8 -f {file} > public.pem` writes RSA and ECDSA keys \
                 as needed (not all versions do so with Ed25519 keys)"
            ),
            (Found::Pkcs12, Wanted::PrivateKey) => write!(
                f,
                "this is PKCS#12; `openssl pkcs12 -in {file} -nocerts -nodes -out key.pem` writes the key that is in it"
            ),
            (Found::Pkcs12, Wanted::PublicKey) => write!(
                f,
                "this is PKCS#12; `openssl pkcs12 -in {file} -nocerts -nodes | openssl pkey -pubout -out public.pem` \
                 writes the public key that is in it"
            ),
            (Found::Der, Wanted::PrivateKey) => write!(
                f,
                "this is binary, perhaps DER; then `openssl pkey -inform DER -in {file} -out key.pem` writes the key in PEM"
            ),
            (Found::Der, Wanted::PublicKey) => write!(
                f,
                "this is binary, perhaps DER; then `openssl pkey -pubin -inform DER -in {file} -out public.pem` writes the key in PEM"
            ),
            (Found::Utf16, _) => write!(
                f,
                "this is text in UTF-16; `iconv -f UTF-16 -t UTF-8 {file} > key.pem` writes it as needed"
            ),
            (Found::Nothing, wanted) => write!(
                f,
                "there is no PEM in it; a file with a line -----BEGIN {}----- is needed",
                wanted.label()
            ),
            (Found::Other, wanted) => {
                write!(f, "there is PEM in it, but not what is needed, a line -----BEGIN {}-----", wanted.label())
            }
        }
    }
}
