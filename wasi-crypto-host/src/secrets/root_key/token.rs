//! A root key in a PKCS#11 token, which it never leaves: the token itself wraps and unwraps.

mod uri;

use std::collections::BTreeMap;
use std::ffi::c_ulong;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use cryptoki::context::{CInitializeArgs, CInitializeFlags, Pkcs11};
use cryptoki::error::{Error, RvError};
use cryptoki::mechanism::Mechanism;
use cryptoki::mechanism::aead::GcmParams;
use cryptoki::object::{Attribute, AttributeType, KeyType, ObjectClass, ObjectHandle};
use cryptoki::session::{Session, UserType};
use cryptoki::slot::Slot;
use cryptoki::types::AuthPin;

use crate::backend::random;
use crate::secret::Secret;
use crate::secrets::root_key::file::read_private;
use crate::secrets::root_key::token::uri::{PinSource, TokenUri};
use crate::secrets::root_key::variable::read_variable;
use crate::secrets::root_key::{Place, RootKey};
use crate::secrets::{RootKeyCommand, RootKeyError, RootKeyId, RootKeyProvider, SecretsError};

/// A root key in a PKCS#11 token, such as a hardware security module: an AES key of 32 bytes, by AES-GCM
/// (`CKM_AES_GCM`), whose id the token derives by `CKM_AES_ECB`.
///
/// Its library is loaded into this process, and stays there. The token is asked once for each namespace that is opened,
/// for as long as the token takes; there is no time-out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RootKeyToken(TokenUri);

impl RootKeyToken {
    /// The root key of this name (RFC 7512): `pkcs11:token=LABEL;object=LABEL?module-path=FILE&pin-source=SOURCE`. The
    /// token may also be told by `serial`, `manufacturer`, `model` and `slot-id`, and the key by `id`. The source of the
    /// PIN is `file:PATH`, a file that nobody else may read, `env:NAME`, or `command:LINE`, which is split at blanks and
    /// run without a shell; none if the token has keys to type it on.
    pub fn parse(uri: &str) -> Result<Self, RootKeyError> {
        TokenUri::parse(uri).map(Self).map_err(|what| RootKeyError::new("the name of the root key", what))
    }

    /// Whether there is a key of this name.
    pub fn exists(&self) -> Result<bool, RootKeyError> {
        let session = self.session(false).map_err(|refused| refused.error)?;
        let found = session.find_objects(&self.template());
        Ok(!found.map_err(|error| self.error(says(&error)))?.is_empty())
    }

    /// Makes a new key of this name in the token, which can never be read out; refused if there is one already.
    pub fn create(&self) -> Result<(), RootKeyError> {
        let session = self.session(true).map_err(|refused| refused.error)?;
        let template = self.template();
        let found = session.find_objects(&template).map_err(|error| self.error(says(&error)))?;
        if !found.is_empty() {
            return Err(self.error("is there already, and none was made"));
        }
        let mut new = template;
        new.extend([
            Attribute::Token(true),
            Attribute::Private(true),
            Attribute::Sensitive(true),
            Attribute::Extractable(false),
            Attribute::Encrypt(true),
            Attribute::Decrypt(true),
            Attribute::ValueLen(KEY_LEN.into()),
        ]);
        let made = session.generate_key(&Mechanism::AesKeyGen, &new);
        made.map(|_| ()).map_err(|error| self.error(format!("cannot be made: {}", says(&error))))
    }

    /// By what the key is found.
    fn template(&self) -> Vec<Attribute> {
        let mut template = vec![Attribute::Class(ObjectClass::SECRET_KEY), Attribute::KeyType(KeyType::AES)];
        template.extend(self.0.object.as_ref().map(|label| Attribute::Label(label.as_bytes().to_vec())));
        template.extend(self.0.id.as_ref().map(|id| Attribute::Id(id.clone())));
        template
    }

    /// A session with the token, logged in.
    fn session(&self, to_write: bool) -> Result<Session, Refused> {
        let module = module(&self.0.module_path).map_err(|cause| {
            RootKeyError::new(
                format!("the library {}", self.0.module_path.display()),
                format!("cannot be used: {cause}"),
            )
        })?;
        let slot = self.slot(&module)?;
        let fails = |error: Error| self.token_error(says(&error));
        let session = if to_write { module.open_rw_session(slot) } else { module.open_ro_session(slot) };
        let session = session.map_err(fails)?;
        let typed = module.get_token_info(slot).map_err(fails)?.protected_authentication_path();
        let pin = match &self.0.pin {
            Some(source) => Some(read_pin(source)?),
            None if typed => None,
            None => return Err(self.token_error("needs a PIN; name where it is by pin-source").into()),
        };
        match session.login(UserType::User, pin.as_ref()) {
            // By another root key of the same token.
            Ok(()) | Err(Error::Pkcs11(RvError::UserAlreadyLoggedIn, _)) => Ok(session),
            Err(Error::Pkcs11(error @ (RvError::PinIncorrect | RvError::PinLocked), _)) => {
                let locked =
                    if error == RvError::PinLocked { ", which it has locked: it was wrong too often" } else { "" };
                Err(Refused { error: self.token_error(format!("refuses the PIN{locked}")), pin: true })
            }
            Err(error) => Err(fails(error).into()),
        }
    }

    /// The one token that is meant.
    fn slot(&self, module: &Pkcs11) -> Result<Slot, RootKeyError> {
        let fails = |error: Error| self.token_error(says(&error));
        let mut meant = Vec::new();
        for slot in module.get_slots_with_token().map_err(fails)? {
            let Ok(info) = module.get_token_info(slot) else { continue };
            let is = |wanted: &Option<String>, there: &str| wanted.as_deref().is_none_or(|wanted| wanted == there);
            if info.token_initialized()
                && is(&self.0.token, info.label())
                && is(&self.0.manufacturer, info.manufacturer_id())
                && is(&self.0.model, info.model())
                && is(&self.0.serial, info.serial_number())
                && self.0.slot_id.is_none_or(|id| id == slot.id())
            {
                meant.push(slot);
            }
        }
        match meant[..] {
            [slot] => Ok(slot),
            [] => Err(self.token_error("is not there")),
            _ => Err(self.token_error("is not the only one that is meant; say more of it, such as its serial")),
        }
    }

    /// A session, and the key in it.
    fn open(&self) -> Result<Open, Refused> {
        let session = self.session(false)?;
        let fails = |error: Error| self.error(says(&error));
        let key = match session.find_objects(&self.template()).map_err(fails)?[..] {
            [key] => key,
            [] => return Err(self.error("is not there").into()),
            _ => return Err(self.error("is not the only one of this name; give its id, too").into()),
        };
        let attributes = session.get_attributes(key, &[AttributeType::Sensitive, AttributeType::ValueLen]);
        let attributes = attributes.map_err(fails)?;
        if !attributes.contains(&Attribute::Sensitive(true)) {
            return Err(self.error("can be read out of its token; take one that is sensitive").into());
        }
        if !attributes.contains(&Attribute::ValueLen(KEY_LEN.into())) {
            return Err(self.error("is not an AES key of 32 bytes").into());
        }
        // One block of AES, the counter of which no message has.
        let block = session.encrypt(&Mechanism::AesEcb, key, ID_BLOCK);
        let block = block.map_err(|error| self.error(format!("has no id by CKM_AES_ECB: {}", says(&error))))?;
        let id = block.first_chunk::<{ RootKeyId::LEN }>().and_then(|id| RootKeyId::from_bytes(id));
        let id = id.ok_or_else(|| self.error("has no id by CKM_AES_ECB"))?;
        Ok(Open { session, key, id })
    }

    fn error(&self, what: impl Into<String>) -> RootKeyError {
        let object = self.0.object.as_deref().map(|label| format!(" {label}")).unwrap_or_default();
        RootKeyError::new(format!("the root key{object} in {}", self.token_name()), what)
    }

    fn token_error(&self, what: impl Into<String>) -> RootKeyError {
        RootKeyError::new(self.token_name(), what)
    }

    fn token_name(&self) -> String {
        let TokenUri { token, serial, .. } = &self.0;
        token.as_ref().or(serial.as_ref()).map_or("the token".to_owned(), |name| format!("the token {name}"))
    }
}

impl RootKeyProvider for RootKeyToken {
    fn root_key(&self) -> Result<RootKey, RootKeyError> {
        let open = self.open().map_err(|refused| refused.error)?;
        let id = open.id;
        let key = TokenKey { token: self.clone(), id, state: Mutex::new(State { open: Some(open), failed: None }) };
        Ok(RootKey { id, place: Place::Token(Arc::new(key)) })
    }
}

/// Why there is no session, and whether that is because of the PIN.
struct Refused {
    error: RootKeyError,
    pin: bool,
}

impl From<RootKeyError> for Refused {
    fn from(error: RootKeyError) -> Self {
        Self { error, pin: false }
    }
}

/// A root key in a token, found and ready.
pub(crate) struct TokenKey {
    token: RootKeyToken,
    id: RootKeyId,
    state: Mutex<State>,
}

struct State {
    open: Option<Open>,
    /// That the token refuses the PIN, which was changed. It is not tried again: what is wrong too often is locked.
    failed: Option<RootKeyError>,
}

struct Open {
    session: Session,
    key: ObjectHandle,
    id: RootKeyId,
}

impl TokenKey {
    /// The nonce, the ciphertext and the tag, one after the other.
    pub(crate) fn wrap(&self, header: &[u8], key: &Secret) -> Result<Vec<u8>, SecretsError> {
        let mut nonce = [0; NONCE_LEN];
        random::fill(&mut nonce).map_err(|_| SecretsError::Random)?;
        let sealed = self.with(|open| {
            // Some tokens put a nonce of their own in its place.
            let params = GcmParams::new(&mut nonce, header, TAG_BITS.into())?;
            open.session.encrypt(&Mechanism::AesGcm(params), open.key, key)
        })?;
        let sealed =
            sealed.map_err(|error| self.token.error(format!("cannot wrap by CKM_AES_GCM: {}", says(&error))))?;
        Ok([&nonce[..], &sealed].concat())
    }

    /// The key of a namespace; none if it was not wrapped by this one under this header.
    pub(crate) fn unwrap(&self, header: &[u8], wrapped: &[u8]) -> Result<Option<Secret>, SecretsError> {
        let Some((nonce, sealed)) = wrapped.split_first_chunk::<NONCE_LEN>() else { return Ok(None) };
        let mut nonce = *nonce;
        let opened = self.with(|open| {
            let params = GcmParams::new(&mut nonce, header, TAG_BITS.into())?;
            open.session.decrypt(&Mechanism::AesGcm(params), open.key, sealed).map(Secret::from_vec)
        })?;
        match opened {
            Ok(key) => Ok(Some(key)),
            Err(Error::Pkcs11(error, _)) if is_about_data(&error) => Ok(None),
            Err(error) => Err(self.token.error(format!("cannot unwrap by CKM_AES_GCM: {}", says(&error))).into()),
        }
    }

    /// Does something with the key; in a new session if the one that there is has ended, as when the token was away.
    fn with<T>(&self, mut work: impl FnMut(&Open) -> Result<T, Error>) -> Result<Result<T, Error>, RootKeyError> {
        // A session is given up where it may be half-way.
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(error) = &state.failed {
            return Err(error.clone());
        }
        if let Some(open) = state.open.take()
            && let Ok(value) = work(&open)
        {
            state.open = Some(open);
            return Ok(Ok(value));
        }
        let open = match self.token.open() {
            Ok(open) if open.id == self.id => open,
            Ok(_) => return Err(self.token.error("is another one now")),
            Err(Refused { error, pin }) => {
                state.failed = pin.then(|| error.clone());
                return Err(error);
            }
        };
        let value = work(&open);
        state.open = Some(open);
        Ok(value)
    }
}

/// Whether a token says with this that what it was to open was not sealed like that. Many say no more than that it failed.
fn is_about_data(error: &RvError) -> bool {
    matches!(
        error,
        RvError::EncryptedDataInvalid
            | RvError::EncryptedDataLenRange
            | RvError::DataInvalid
            | RvError::DataLenRange
            | RvError::SignatureInvalid
            | RvError::GeneralError
            | RvError::FunctionFailed
    )
}

/// The library, loaded and ready, once for a process: it may be made ready only once.
fn module(path: &Path) -> Result<Pkcs11, String> {
    static LOADED: Mutex<BTreeMap<PathBuf, Pkcs11>> = Mutex::new(BTreeMap::new());
    let mut loaded = LOADED.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(module) = loaded.get(path) {
        return Ok(module.clone());
    }
    let module = Pkcs11::new(path).map_err(|error| says(&error))?;
    match module.initialize(CInitializeArgs::new(CInitializeFlags::OS_LOCKING_OK)) {
        // By the embedder, for purposes of its own.
        Ok(()) | Err(Error::Pkcs11(RvError::CryptokiAlreadyInitialized, _)) => {}
        Err(error) => return Err(says(&error)),
    }
    loaded.insert(path.to_owned(), module.clone());
    Ok(module)
}

/// What went wrong, by its name in the standard, which is what vendors' documents speak of, and without its paragraph.
fn says(error: &Error) -> String {
    match error {
        Error::Pkcs11(error, function) => format!("{error:?} from C_{function:?}"),
        other => other.to_string(),
    }
}

fn read_pin(source: &PinSource) -> Result<AuthPin, RootKeyError> {
    let text = match source {
        PinSource::File(path) => Secret::from(read_private(path, "PIN")?.as_bytes()),
        PinSource::Variable(name) => read_variable(name)?,
        PinSource::Command { program, args } => {
            let command = args.iter().fold(RootKeyCommand::new(program), RootKeyCommand::arg).asked_for("PIN");
            Secret::from(command.output()?.as_bytes())
        }
    };
    let pin = str::from_utf8(&text).map_err(|_| RootKeyError::new("the PIN", "is not UTF-8"))?;
    Ok(AuthPin::from(pin.trim_end_matches(['\r', '\n'])))
}

/// The size of the key, in bytes.
const KEY_LEN: c_ulong = 32;

/// The size of a nonce, in bytes (SP 800-38D section 5.2.1.1).
const NONCE_LEN: usize = 12;

/// The size of a tag, in bits.
const TAG_BITS: c_ulong = 128;

/// The beginning of what it is encrypted to is the id of a key.
const ID_BLOCK: &[u8; 16] = b"wasi-crypto key:";
