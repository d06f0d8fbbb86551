//! What an embedder sees of a guest's calls.

mod support;

use std::sync::{Arc, Mutex};

use support::{Guest, Native, call_in_parts, hostcall};
use wasi_crypto_host::{Errno, ObservedCall, Observer, SharedWasiCryptoCtx, WasiCryptoCtx};

/// Function, status and bytes of each call.
#[derive(Default)]
struct Log(Mutex<Vec<(&'static str, Errno, u64)>>);

impl Observer for Log {
    fn called(&self, call: &ObservedCall) {
        self.0.lock().unwrap().push((call.hostcall.name(), call.errno, call.bytes));
    }
}

impl Log {
    fn take(&self) -> Vec<(&'static str, Errno, u64)> {
        std::mem::take(&mut self.0.lock().unwrap())
    }
}

#[test]
fn every_call_is_seen_once_with_its_status_and_size_in_whatever_way_it_is_made() {
    let log = Arc::new(Log::default());
    let builder = WasiCryptoCtx::builder().observer(log.clone()).statistics(true);
    let mut guest = Guest::new(Native::new(builder.clone(), 1 << 20));
    let options = guest.options_open();
    guest.options_set(options, "salt", b"salt").unwrap();
    guest.options_set_u64(options, "ops_limit", 5000).unwrap();
    let state = guest.open("PBKDF2-SHA-256", None, Some(options)).unwrap();
    guest.absorb(state, b"password").unwrap();
    assert_eq!(guest.squeeze(state + 1, 32), Err(Errno::InvalidHandle));
    let seen = [
        ("options_open", Errno::Success, 0),
        ("options_set", Errno::Success, 4),
        ("options_set_u64", Errno::Success, 0),
        ("symmetric_state_open", Errno::Success, 0),
        ("symmetric_state_absorb", Errno::Success, 8),
        ("symmetric_state_squeeze", Errno::InvalidHandle, 32),
    ];
    assert_eq!(log.take(), seen);

    // In parts, with work that is handed out, and refused.
    let hash = guest.open("SHA-256", None, None).unwrap();
    let Native { ctx, memory } = &mut guest.transport;
    log.take();
    let calls = [
        ("symmetric_state_absorb", [hash, 0, 1 << 20], Errno::Success),
        ("symmetric_state_squeeze", [state, 0, 32], Errno::Success),
        ("symmetric_state_squeeze", [state, 1 << 20, 32], Errno::GuestError),
    ];
    for (name, args, expected) in calls {
        assert_eq!(call_in_parts(ctx, memory, hostcall(name), &args.map(u64::from)), expected);
        assert_eq!(log.take(), [(name, expected, u64::from(args[2]))]);
    }
    ctx.stop_handle().stop();
    let args = [hash, 0, 1 << 20].map(u64::from);
    assert_eq!(call_in_parts(ctx, memory, hostcall("symmetric_state_absorb"), &args), Errno::InProgress);
    assert_eq!(log.take(), [("symmetric_state_absorb", Errno::InProgress, 1 << 20)]);

    let shared = SharedWasiCryptoCtx::new(builder.build().unwrap());
    let mut guest = Guest::new(Native { ctx: shared.clone(), memory: vec![0; 1 << 16] });
    let state = guest.open("SHA-256", None, None).unwrap();
    guest.absorb(state, &[1; 10_000]).unwrap();
    let seen = [("symmetric_state_open", Errno::Success, 0), ("symmetric_state_absorb", Errno::Success, 10_000)];
    assert_eq!(log.take(), seen);
    let counts = shared.calls().map(|(hostcall, count)| (hostcall.name(), count)).collect::<Vec<_>>();
    assert_eq!(counts, [("symmetric_state_open", 1), ("symmetric_state_absorb", 1)]);
}

#[cfg(feature = "tracing")]
mod events {
    use std::fmt::Debug;

    use tracing::field::{Field, Visit};
    use tracing::span::{Attributes, Id, Record};
    use tracing::{Event, Metadata, Subscriber};
    use wasi_crypto_host::TracingObserver;
    use wasi_crypto_host::secrets::{Kind, MemoryStore, NewRecord, RootKey, SecretsManager, SecretsStore, Version};

    use super::*;
    use crate::support::SLOT;

    /// The events of one target, a line for each.
    #[derive(Clone)]
    struct Lines {
        target: &'static str,
        lines: Arc<Mutex<Vec<String>>>,
    }

    impl Subscriber for Lines {
        fn enabled(&self, metadata: &Metadata<'_>) -> bool {
            metadata.target() == self.target
        }
        fn event(&self, event: &Event<'_>) {
            struct Line(String);
            impl Visit for Line {
                fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
                    if field.name() != "elapsed_ns" {
                        self.0 += &format!(" {}={value:?}", field.name());
                    }
                }
            }
            let mut line = Line(event.metadata().level().to_string());
            event.record(&mut line);
            self.lines.lock().unwrap().push(line.0);
        }
        fn new_span(&self, _: &Attributes<'_>) -> Id {
            Id::from_u64(1)
        }
        fn record(&self, _: &Id, _: &Record<'_>) {}
        fn record_follows_from(&self, _: &Id, _: &Id) {}
        fn enter(&self, _: &Id) {}
        fn exit(&self, _: &Id) {}
    }

    /// The events of a target while something is done.
    fn events(target: &'static str, work: impl FnOnce()) -> Vec<String> {
        let lines = Lines { target, lines: Arc::default() };
        tracing::subscriber::with_default(lines.clone(), work);
        std::mem::take(&mut *lines.lines.lock().unwrap())
    }

    #[test]
    fn calls_become_events_with_fields_and_levels() {
        let events = events("wasi_crypto", || {
            let builder = WasiCryptoCtx::builder().observer(Arc::new(TracingObserver));
            let mut guest = Guest::new(Native::new(builder, 1 << 16));
            let state = guest.open("SHA-256", None, None).unwrap();
            guest.absorb(state, b"abc").unwrap();
            assert_eq!(guest.call("symmetric_tag_len", &[state, SLOT]), Err(Errno::InvalidHandle));
        });
        let expected = [
            r#"TRACE function="symmetric_state_open" errno="success" bytes=0"#,
            r#"TRACE function="symmetric_state_absorb" errno="success" bytes=3"#,
            r#"DEBUG function="symmetric_tag_len" errno="invalid_handle" bytes=0"#,
        ];
        assert_eq!(events, expected);
    }

    #[test]
    fn what_is_done_with_managed_keys_becomes_events_with_reasons() {
        let store = Arc::new(MemoryStore::new());
        let open = || SecretsManager::builder(store.clone()).root_key(RootKey::generate().unwrap()).build().unwrap();
        let namespace = open().namespace("tenant").who("billing");
        let mut id = String::new();
        let events = events("wasi_crypto::secrets", || {
            let key = namespace.create(NewRecord::key_pair("ED25519", b"seed")).unwrap();
            id = key.identifier.to_string();
            namespace.load(Kind::KeyPair, &key.identifier, Version::Latest).unwrap();
            namespace.check_export(&key).unwrap_err();
            namespace.decapsulate(b"").map(|_| ()).unwrap_err();
            open().namespace("tenant").load(Kind::KeyPair, &key.identifier, Version::Latest).map(|_| ()).unwrap_err();
        });
        let root_key = store.namespace("tenant").unwrap().unwrap().wrapped_by;
        let expected = [
            format!(r#"INFO namespace="tenant" who="billing" action="create" identifier={id} version=1 errno="success""#),
            format!(r#"TRACE namespace="tenant" who="billing" action="load" identifier={id} version=1 errno="success""#),
            format!(
                r#"DEBUG namespace="tenant" who="billing" action="export" identifier={id} version=1 errno="prohibited_operation" error=the policy of the namespace forbids that a key is exported"#
            ),
            r#"DEBUG namespace="tenant" who="billing" action="decapsulate" errno="verification_failed" error=the sealed secret is damaged, or was made in another namespace"#.to_owned(),
            format!(
                r#"ERROR namespace="tenant" who="" action="load" identifier={id} errno="algorithm_failure" error=the namespace tenant needs the root key {root_key}, which was not given; name it as root key, or as an old one"#
            ),
        ];
        assert_eq!(events, expected);
    }
}
