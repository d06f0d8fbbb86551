//! `wasi-crypto keys export`.

use std::fs::OpenOptions;
use std::io::{self, IsTerminal as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use base64ct::{Base64, Encoding as _};
use clap::ValueEnum;
use serde::Serialize;
use wasi_crypto_host::secrets::{CanonicalKey, Identifier, Kind, Namespace, Opened, SecretsError, Version};
use wasi_crypto_host::{Errno, KeypairEncoding, PublickeyEncoding};
use zeroize::Zeroizing;

use crate::failure::Failure;
use crate::keys::SCHEMA;
use crate::keys::entry::{FIELDS, Made};
use crate::keys::place::{Place, parse_version};
use crate::output::{print, print_json};

/// What was exported.
#[derive(Serialize)]
struct Exported {
    #[serde(flatten)]
    version: Made,
    secret: bool,
    encoding: &'static str,
    public_key: Option<String>,
}

/// Write the public half of a key pair; or, if asked for by name, a secret key or secret.
#[derive(clap::Args)]
#[command(after_help = notes())]
pub(crate) struct Args {
    #[command(flatten)]
    place: Place,
    /// Which: a number or latest
    #[arg(long, value_name = "VERSION", value_parser = parse_version, default_value = "latest")]
    version: Version,
    /// Write the secret: of a key pair both halves, or the symmetric key, or the secret
    #[arg(long)]
    secret: bool,
    /// How to write it; default: pem for a key pair, raw for everything else
    #[arg(long, value_name = "ENCODING")]
    encoding: Option<Form>,
    /// Write into this file; a file for a secret must not be there yet
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Print JSON: what was exported, and the key if it is a public one and goes into no file. A secret is never in it
    #[arg(long)]
    json: bool,
    /// The identifier, as `wasi-crypto keys list` prints it
    identifier: Identifier,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Form {
    /// PEM: PKCS#8 or, of a public key, SubjectPublicKeyInfo
    Pem,
    /// The same in DER
    Pkcs8,
    /// The bytes that the algorithm defines
    Raw,
}

impl Form {
    fn name(self) -> &'static str {
        match self {
            Self::Pem => "pem",
            Self::Pkcs8 => "pkcs8",
            Self::Raw => "raw",
        }
    }
}

pub(crate) fn export(args: &Args) -> Result<(), Failure> {
    if args.secret && args.output.is_none() && args.json {
        return Err(Failure::misused("a secret is not put into JSON; write it into a file by --output FILE"));
    }
    if args.secret && args.output.is_none() && io::stdout().is_terminal() {
        return Err(Failure::misused(
            "a secret is not shown on a terminal; write it into a file by --output FILE, or hand it on through a pipe",
        ));
    }
    let namespace = args.place.open()?;
    let opened = load(&namespace, args)?;
    let form = args.encoding.unwrap_or(if opened.header().kind == Kind::KeyPair { Form::Pem } else { Form::Raw });
    let public_key = if args.secret {
        // Told to the audit trail, before it leaves.
        namespace.check_export(opened.header())?;
        write_secret(&secret(&opened, form)?, args.output.as_deref())?;
        None
    } else {
        write_public(public(&opened, form)?, form, args)?
    };
    if !args.json {
        return Ok(());
    }
    let version = Made::from(opened.header());
    print_json(SCHEMA, &Exported { version, secret: args.secret, encoding: form.name(), public_key })
}

/// Writes a public key to where it is to go, or returns it as it is in JSON.
fn write_public(public: Vec<u8>, form: Form, args: &Args) -> Result<Option<String>, Failure> {
    match &args.output {
        Some(file) => {
            std::fs::write(file, &public).map_err(|cause| Failure::not_written(file.display(), &cause))?;
            Ok(None)
        }
        None if args.json && form == Form::Pem => Ok(Some(String::from_utf8_lossy(&public).into_owned())),
        None if args.json => Ok(Some(Base64::encode_string(&public))),
        None if form != Form::Pem && io::stdout().is_terminal() => {
            Err(Failure::misused("bytes are not shown on a terminal; write them into a file by --output FILE"))
        }
        None => print(public).map(|()| None),
    }
}

fn load(namespace: &Namespace, args: &Args) -> Result<Arc<Opened>, Failure> {
    let versions = namespace.show(&args.identifier)?;
    let kind = versions.last().map(|entry| entry.header.kind).ok_or(SecretsError::NotFound)?;
    Ok(namespace.load(kind, &args.identifier, args.version)?)
}

fn public(opened: &Opened, form: Form) -> Result<Vec<u8>, Failure> {
    if opened.header().kind != Kind::KeyPair {
        let kind = opened.header().kind;
        return Err(Failure::misused(format!("a {kind} has no public half; to export it all the same, say --secret")));
    }
    let encoding = match form {
        Form::Pem => PublickeyEncoding::Pem,
        Form::Pkcs8 => PublickeyEncoding::Pkcs8,
        Form::Raw => PublickeyEncoding::Raw,
    };
    let key = CanonicalKey::of(opened).map_err(|errno| refused(opened, errno))?;
    key.export_publickey(encoding).map_err(|errno| refused(opened, errno))
}

fn secret(opened: &Opened, form: Form) -> Result<Zeroizing<Vec<u8>>, Failure> {
    let kind = opened.header().kind;
    let encoding = match (kind, form) {
        (Kind::KeyPair, Form::Pem) => KeypairEncoding::Pem,
        (Kind::KeyPair, Form::Pkcs8) => KeypairEncoding::Pkcs8,
        (Kind::KeyPair, Form::Raw) => KeypairEncoding::Raw,
        (_, Form::Raw) => return Ok(Zeroizing::new(opened.bytes().to_vec())),
        (_, _) => return Err(Failure::misused(format!("a {kind} has no such encoding; say --encoding raw"))),
    };
    let key = CanonicalKey::of(opened).map_err(|errno| refused(opened, errno))?;
    key.export_keypair(encoding).map_err(|errno| refused(opened, errno))
}

fn refused(opened: &Opened, errno: Errno) -> Failure {
    let algorithm = &opened.header().algorithm;
    match errno {
        Errno::UnsupportedEncoding => {
            Failure::failed(format!("keys for {algorithm} have no such encoding; say another by --encoding"))
        }
        Errno::UnsupportedAlgorithm => Failure::failed(format!("this build has no algorithm {algorithm}")),
        other => Failure::damaged(format!("what the store has is no key for {algorithm}: {other}")),
    }
}

/// Writes for the owner of a new file alone, or to standard output.
fn write_secret(bytes: &[u8], file: Option<&Path>) -> Result<(), Failure> {
    let Some(file) = file else { return print(bytes) };
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let written = options.open(file).and_then(|mut file| file.write_all(bytes).and_then(|()| file.sync_all()));
    written.map_err(|cause| Failure::not_written(file.display(), &cause))
}

fn notes() -> String {
    format!(
        "\
The JSON form is an object with schema and
{FIELDS}
  secret      whether it was asked for by --secret
  encoding    pem, pkcs8 or raw
  public_key  PEM, or base64 of the others; null if it was written into a file, or with --secret

Examples:
  wasi-crypto keys export --namespace tenant-42 $KEY | openssl pkey -pubin -text
  wasi-crypto keys export --namespace tenant-42 $KEY --version 1 --output public.pem
  wasi-crypto keys export --namespace tenant-42 $KEY --secret --output key.pem
with the store and the root key in WASI_CRYPTO_SECRETS and WASI_CRYPTO_ROOT_KEY."
    )
}
