//! Settings, as C sets them one by one.

use std::ffi::{c_char, c_int};
use std::path::Path;
use std::sync::{Mutex, MutexGuard, TryLockError};

use crate::failure::{Code, Failure, OK, or, status};
use crate::pointers::{give, object, optional_text, take_back, text};
use crate::secrets::Secrets;
use crate::settings::{Limit, Settings, SettingsError};

/// `wasi_crypto_config` in the header.
#[derive(Default)]
pub(crate) struct Config(Mutex<Settings>);

impl Config {
    pub(crate) fn lock(&self) -> Result<MutexGuard<'_, Settings>, Failure> {
        self.0.try_lock().map_err(|error| match error {
            TryLockError::WouldBlock => Failure::busy("config"),
            TryLockError::Poisoned(_) => Failure::broken("config"),
        })
    }
}

impl From<SettingsError> for Failure {
    fn from(error: SettingsError) -> Self {
        Self::new(Code::Setting, error)
    }
}

#[unsafe(no_mangle)]
extern "C" fn wasi_crypto_config_new() -> *mut Config {
    or(std::ptr::null_mut(), || give(Config::default()))
}

/// # Safety
///
/// As the header says: `config` is null, or came from `wasi_crypto_config_new` and is not used any more.
#[unsafe(no_mangle)]
unsafe extern "C" fn wasi_crypto_config_free(config: *mut Config) {
    // SAFETY: the caller's promise.
    or((), || unsafe { take_back(config) });
}

/// # Safety
///
/// As the header says: `config` is null or alive; `path` is null or ends with a zero byte.
#[unsafe(no_mangle)]
unsafe extern "C" fn wasi_crypto_config_read(config: *const Config, path: *const c_char) -> i32 {
    status(|| {
        // SAFETY: the caller's promise.
        let (config, path) = unsafe { (object(config, "config")?, text(path, "path")?) };
        *config.lock()? = Settings::read(Path::new(path))?;
        Ok(OK)
    })
}

/// # Safety
///
/// As the header says: `config` is null or alive.
#[unsafe(no_mangle)]
unsafe extern "C" fn wasi_crypto_config_set_limit(config: *const Config, limit: u32, value: u64) -> i32 {
    status(|| {
        // SAFETY: the caller's promise.
        let config = unsafe { object(config, "config")? };
        let limit = usize::try_from(limit).ok().and_then(|limit| Limit::ALL.get(limit).copied());
        let limit = limit.ok_or_else(|| Failure::new(Code::Argument, "there is no limit of this number"))?;
        config.lock()?.set_limit(limit, value)?;
        Ok(OK)
    })
}

/// # Safety
///
/// As the header says: `config` is null or alive; `name` is null or ends with a zero byte.
#[unsafe(no_mangle)]
unsafe extern "C" fn wasi_crypto_config_allow_algorithm(config: *const Config, name: *const c_char) -> i32 {
    status(|| {
        // SAFETY: the caller's promise.
        let (config, name) = unsafe { (object(config, "config")?, text(name, "name")?) };
        if !wasi_crypto_host::algorithms().any(|algorithm| algorithm.name.eq_ignore_ascii_case(name)) {
            return Err(Failure::new(Code::Setting, format_args!("this build has no algorithm {name}")));
        }
        config.lock()?.algorithms.get_or_insert_default().push(name.to_owned());
        Ok(OK)
    })
}

/// # Safety
///
/// As the header says: `config` is null or alive, and so is `secrets`; each text is null or ends with a zero byte.
#[unsafe(no_mangle)]
unsafe extern "C" fn wasi_crypto_config_set_secrets(
    config: *const Config,
    secrets: *const Secrets,
    namespace: *const c_char,
    policy: *const c_char,
) -> i32 {
    status(|| {
        // SAFETY: the caller's promise.
        let (config, secrets) = unsafe { (object(config, "config")?, object(secrets, "secrets")?) };
        // SAFETY: as above.
        let (namespace, policy) = unsafe { (text(namespace, "namespace")?, optional_text(policy, "policy")?) };
        config.lock()?.secrets = Some(secrets.namespace(namespace, policy)?);
        Ok(OK)
    })
}

/// # Safety
///
/// As the header says: `config` is null or alive.
#[unsafe(no_mangle)]
unsafe extern "C" fn wasi_crypto_config_set_threads(config: *const Config, threads: c_int) -> i32 {
    status(|| {
        // SAFETY: the caller's promise.
        unsafe { object(config, "config")? }.lock()?.threads = threads != 0;
        Ok(OK)
    })
}

/// # Safety
///
/// As the header says: `config` is null or alive.
#[unsafe(no_mangle)]
unsafe extern "C" fn wasi_crypto_config_set_statistics(config: *const Config, statistics: c_int) -> i32 {
    status(|| {
        // SAFETY: the caller's promise.
        unsafe { object(config, "config")? }.lock()?.statistics = statistics != 0;
        Ok(OK)
    })
}
