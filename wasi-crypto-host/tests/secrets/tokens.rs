//! Root keys in a token: SoftHSM, which is one in software.
//!
//! Its library takes from the environment where its tokens are, so each test runs itself again in a process of its own.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use aes_gcm::aead::{Aead, KeyInit, Payload};
use aes_gcm::aes::cipher::BlockCipherEncrypt;
use aes_gcm::{Aes256Gcm, aes::Aes256};
use wasi_crypto_host::secrets::{
    Identifier, Kind, MemoryStore, NamespaceRow, RootKeyFile, RootKeyProvider, RootKeyToken, SecretsError,
    SecretsManager, SecretsStore, SqliteStore, Version,
};

use crate::processes::key;
use crate::worker::Folder;

#[test]
fn what_a_token_wraps_it_unwraps_and_nothing_else() {
    let Some(token) = Token::of("what_a_token_wraps_it_unwraps_and_nothing_else") else { return };
    let uri = token.uri("root");
    let store = Arc::new(MemoryStore::new());
    let root_key = made(&uri);
    assert!(root_key.exists().unwrap() && !RootKeyToken::parse(&token.uri("other")).unwrap().exists().unwrap());
    let id = manager(&store, root_key).namespace("tenant").create(key(&[1; 32])).unwrap().identifier;
    assert_eq!(load(&manager(&store, RootKeyToken::parse(&uri).unwrap()), "tenant", &id), Ok(vec![1; 32]));

    let row = store.namespace("tenant").unwrap().unwrap();
    assert_eq!(row.wrapped_key.len(), 12 + 32 + 16);
    let put = |name: &str, row: &NamespaceRow| store.change(name, &mut |to| Ok(to.put_namespace(row)?)).unwrap();
    for bit in (0..row.wrapped_key.len() * 8).step_by(13) {
        let mut changed = row.clone();
        changed.wrapped_key[bit / 8] ^= 1 << (bit % 8);
        put("tenant", &changed);
        let error = load(&manager(&store, RootKeyToken::parse(&uri).unwrap()), "tenant", &id).unwrap_err();
        assert!(error.starts_with("the key of the namespace tenant does not open"), "bit {bit}: {error}");
    }
    put("elsewhere", &row);
    let error = load(&manager(&store, RootKeyToken::parse(&uri).unwrap()), "elsewhere", &id);
    assert_eq!(error, Err("there is no such key or secret in this namespace".to_owned()), "nothing needed its key");
    let elsewhere = manager(&store, RootKeyToken::parse(&uri).unwrap()).namespace("elsewhere");
    assert!(matches!(elsewhere.create(key(&[1; 32])), Err(SecretsError::DamagedNamespace(_))));
    put("tenant", &row);
    let after = manager(&store, RootKeyToken::parse(&uri).unwrap());
    assert_eq!(load(&after, "tenant", &id), Ok(vec![1; 32]));

    let other = made(&token.uri("other"));
    let error = load(&manager(&store, other), "tenant", &id).unwrap_err();
    assert!(error.starts_with(&format!("the namespace tenant needs the root key {}", row.wrapped_by)), "{error}");
    let error = RootKeyToken::parse(&uri).unwrap().create().unwrap_err().to_string();
    assert_eq!(error, "the root key root in the token keys is there already, and none was made");
    let root_key = RootKeyToken::parse(&uri).unwrap().root_key().unwrap();
    assert_eq!(root_key.to_text().unwrap_err().to_string(), "the root key stays in its token");
}

/// AES and AES-GCM by RustCrypto, with the same key.
#[test]
fn an_independent_implementation_unwraps_what_a_token_wraps() {
    let Some(token) = Token::of("an_independent_implementation_unwraps_what_a_token_wraps") else { return };
    let secret = [0x42; 32];
    std::fs::write(token.folder.join("aes.key"), secret).unwrap();
    let aes_key = token.folder.join("aes.key");
    let import = ["--import", aes_key.to_str().unwrap(), "--aes", "--token", "keys", "--label", "known", "--id", "0a"];
    token.run("softhsm2-util", &[&import[..], &["--pin", PIN]].concat());

    let store = Arc::new(MemoryStore::new());
    let made = manager(&store, RootKeyToken::parse(&token.uri("known")).unwrap());
    made.namespace("tenant").create(key(&[1; 32])).unwrap();
    let row = store.namespace("tenant").unwrap().unwrap();

    let mut block = *b"wasi-crypto key:";
    Aes256::new(&secret.into()).encrypt_block((&mut block).into());
    assert_eq!(row.wrapped_by.as_bytes()[..], block[..8]);
    let header = [b"wasi-crypto namespace key \x01", &row.wrapped_by.as_bytes()[..], b"tenant"].concat();
    let (nonce, sealed) = row.wrapped_key.split_first_chunk::<12>().unwrap();
    let opened = Aes256Gcm::new(&secret.into()).decrypt(nonce.into(), Payload { msg: sealed, aad: &header });
    assert_eq!(opened.unwrap().len(), 32);
}

#[test]
fn a_store_goes_from_a_file_to_a_token_and_back() {
    let Some(token) = Token::of("a_store_goes_from_a_file_to_a_token_and_back") else { return };
    let folder = Folder::new("to-a-token");
    let file = || RootKeyFile::new(folder.path().join("root.key"));
    let store = Arc::new(SqliteStore::open(folder.path().join("keys.db")).unwrap());
    let before = manager(&store, file());
    let ids: Vec<(String, Identifier)> = (0..20)
        .map(|number| {
            let name = format!("tenant-{number}");
            let id = before.namespace(&name).create(key(&[number; 32])).unwrap().identifier;
            (name, id)
        })
        .collect();
    let in_token = || RootKeyToken::parse(&token.uri("root")).unwrap();
    made(&token.uri("root"));
    let both = SecretsManager::builder(store.clone()).root_key(in_token()).old_root_key(file()).build().unwrap();
    assert_eq!([(); 2].map(|()| both.rewrap().unwrap().namespaces), [20, 0]);
    let now = manager(&store, in_token());
    std::thread::scope(|scope| {
        for (number, (name, id)) in ids.iter().enumerate() {
            let now = &now;
            scope.spawn(move || assert_eq!(load(now, name, id), Ok(vec![number as u8; 32])));
        }
    });
    assert!(load(&manager(&store, file()), "tenant-0", &ids[0].1).unwrap_err().contains("needs the root key"));

    let back = SecretsManager::builder(store.clone()).root_key(file()).old_root_key(in_token()).build().unwrap();
    assert_eq!(back.rewrap().unwrap().namespaces, 20);
    assert_eq!(load(&manager(&store, file()), "tenant-7", &ids[7].1), Ok(vec![7; 32]));
}

/// All keys that a namespace has had are wrapped together, up to 255 of them.
#[test]
fn a_namespace_whose_keys_a_token_wraps_is_renewed() {
    let Some(token) = Token::of("a_namespace_whose_keys_a_token_wraps_is_renewed") else { return };
    let folder = Folder::new("renewed-by-a-token");
    let store = Arc::new(SqliteStore::open(folder.path().join("keys.db")).unwrap());
    let in_token = || RootKeyToken::parse(&token.uri("root")).unwrap();
    let operator = manager(&store, made(&token.uri("root"))).namespace("tenant");
    let guest = manager(&store, in_token()).namespace("tenant");
    let id = guest.create(key(&[1; 32])).unwrap().identifier;
    let kept = guest.encapsulate(b"token", u64::MAX).unwrap();
    let version = |number| Version::Number(number);
    for newest in 2..=255 {
        let renewed = operator.renew().unwrap();
        assert_eq!((renewed.newest_key, renewed.damaged.len()), (newest, 0));
        if newest > 4 && newest < 255 {
            continue;
        }
        let row = store.namespace("tenant").unwrap().unwrap();
        assert_eq!(row.wrapped_key.len(), 12 + 32 * newest as usize + 4 + 16);
        let made = guest.replace(&id, key(&[newest as u8; 32])).unwrap().version;
        for namespace in [&operator, &guest, &manager(&store, in_token()).namespace("tenant")] {
            assert_eq!(namespace.load(Kind::SymmetricKey, &id, version(1)).unwrap().bytes(), [1; 32]);
            assert_eq!(namespace.load(Kind::SymmetricKey, &id, version(made)).unwrap().bytes(), [newest as u8; 32]);
            assert_eq!(namespace.decapsulate(&kept).unwrap().bytes(), b"token");
        }
    }
    assert!(matches!(operator.renew(), Err(SecretsError::Limit(_))));

    // All of them go into a file and back, while a guest goes on.
    let file = || RootKeyFile::new(folder.path().join("root.key"));
    let to_file = SecretsManager::builder(store.clone()).root_key(file()).old_root_key(in_token()).build().unwrap();
    assert_eq!(to_file.rewrap().unwrap().namespaces, 1);
    assert_eq!(guest.replace(&id, key(&[7; 32])).unwrap().version, 6);
    assert_eq!(load(&manager(&store, file()), "tenant", &id), Ok(vec![7; 32]));
    let back = SecretsManager::builder(store.clone()).root_key(in_token()).old_root_key(file()).build().unwrap();
    assert_eq!(back.rewrap().unwrap().namespaces, 1);
    assert_eq!(guest.replace(&id, key(&[8; 32])).unwrap().version, 7);
    let fresh = manager(&store, in_token()).namespace("tenant");
    assert_eq!((fresh.check().unwrap().sound, fresh.decapsulate(&kept).unwrap().bytes()), (7, &b"token"[..]));
}

#[test]
fn a_key_that_cannot_be_had_is_named_with_the_reason() {
    let Some(token) = Token::of("a_key_that_cannot_be_had_is_named_with_the_reason") else { return };
    made(&token.uri("root"));
    let error =
        |uri: &str| RootKeyToken::parse(uri).and_then(|key| key.root_key()).map(|_| ()).unwrap_err().to_string();
    let with = |from: &str, to: &str| error(&token.uri("root").replace(from, to));
    assert_eq!(with("object=root", "object=none"), "the root key none in the token keys is not there");
    assert_eq!(with("token=keys", "token=none"), "the token none is not there");
    assert!(with(MODULE, "/no/such.so").starts_with("the library /no/such.so cannot be used: "));
    let file = token.pin_file();
    assert_eq!(with(&file, "env:NO_SUCH_PIN"), "the environment variable NO_SUCH_PIN is not set");
    assert_eq!(with(&file, "command:echo%204321"), "the token keys refuses the PIN");
    let none = with(&format!("&pin-source={file}"), "");
    assert_eq!(none, "the token keys needs a PIN; name where it is by pin-source");
    std::fs::write(token.folder.join("pin"), "4321").unwrap();
    assert_eq!(error(&token.uri("root")), "the token keys refuses the PIN");
    std::fs::set_permissions(token.folder.join("pin"), std::os::unix::fs::PermissionsExt::from_mode(0o644)).unwrap();
    let open = error(&token.uri("root"));
    assert!(open.starts_with("the PIN file ") && open.contains("its mode is 644"), "{open}");
}

fn made(uri: &str) -> RootKeyToken {
    let root_key = RootKeyToken::parse(uri).unwrap();
    root_key.create().unwrap();
    root_key
}

fn manager(store: &Arc<impl SecretsStore + 'static>, root_key: impl RootKeyProvider + 'static) -> SecretsManager {
    SecretsManager::builder(store.clone()).root_key(root_key).build().unwrap()
}

fn load(manager: &SecretsManager, namespace: &str, id: &Identifier) -> Result<Vec<u8>, String> {
    let loaded = manager.namespace(namespace).load(Kind::SymmetricKey, id, Version::Latest);
    loaded.map(|loaded| loaded.bytes().to_vec()).map_err(|error| error.to_string())
}

/// A token of the test's own.
struct Token {
    folder: PathBuf,
}

impl Token {
    /// Runs the test again in a process that has a token; there, returns it. None in the process that has done that, and
    /// where SoftHSM is not installed, which is said.
    fn of(test: &str) -> Option<Self> {
        if let Some(folder) = std::env::var_os(TOKEN_FOLDER) {
            return Some(Self { folder: folder.into() });
        }
        if !Path::new(MODULE).exists() {
            eprintln!("left out: SoftHSM is not installed (on Debian: apt-get install softhsm2)");
            return None;
        }
        let folder = Folder::new(&format!("token-{}", &test[..20]));
        let this = Self { folder: folder.path().to_owned() };
        std::fs::create_dir(this.folder.join("tokens")).unwrap();
        let tokens = this.folder.join("tokens").display().to_string();
        let settings = format!("directories.tokendir = {tokens}\nlog.level = ERROR\n");
        std::fs::write(this.folder.join("softhsm2.conf"), settings).unwrap();
        std::fs::write(this.folder.join("pin"), format!("{PIN}\n")).unwrap();
        let mode = std::os::unix::fs::PermissionsExt::from_mode(0o600);
        std::fs::set_permissions(this.folder.join("pin"), mode).unwrap();
        this.run("softhsm2-util", &["--init-token", "--free", "--label", "keys", "--so-pin", "0000", "--pin", PIN]);
        let test = format!("tokens::{test}");
        let program = std::env::current_exe().unwrap();
        this.run(program.to_str().unwrap(), &["--exact", &test, "--nocapture", "--test-threads=1"]);
        None
    }

    fn run(&self, program: &str, args: &[&str]) {
        let mut command = Command::new(program);
        command.args(args).env("SOFTHSM2_CONF", self.folder.join("softhsm2.conf")).env(TOKEN_FOLDER, &self.folder);
        let output = command.output().unwrap();
        let said = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        assert!(output.status.success(), "{}{}", said(&output.stdout), said(&output.stderr));
    }

    fn uri(&self, object: &str) -> String {
        format!("pkcs11:token=keys;object={object}?module-path={MODULE}&pin-source={}", self.pin_file())
    }

    fn pin_file(&self) -> String {
        format!("file:{}", self.folder.join("pin").display())
    }
}

const PIN: &str = "1234";
const MODULE: &str = "/usr/lib/softhsm/libsofthsm2.so";
const TOKEN_FOLDER: &str = "WASI_CRYPTO_TEST_TOKEN";
