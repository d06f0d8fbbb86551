//! Random calls: none traps or panics, and none leaves behind what nobody can drop.

use wasi_crypto_host::secrets::{MemoryStore, RootKey, SecretsManager};
use wasi_crypto_host::{WasiCryptoCtx, WasiCryptoCtxBuilder};
use wasmtime::component::{ResourceAny, ResourceType, Type, Val};

use crate::guest::Guest;

/// Numbers that look random: xorshift64*.
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33) as usize % bound
    }

    pub(crate) fn one_of<T: Clone>(&mut self, of: &[T]) -> T {
        of[self.below(of.len())].clone()
    }
}

/// What a random guest knows.
struct Player {
    random: Random,
    guest: Guest,
    names: Vec<String>,
    resources: Vec<ResourceAny>,
    lists: Vec<Val>,
}

/// Those that take long, whose work is not what is asked about here.
const SLOW: [&str; 6] = ["RSA", "SLH", "ARGON", "SCRYPT", "PBKDF2", "ML-DSA"];

impl Player {
    fn new(seed: u64, ctx: WasiCryptoCtxBuilder, is_async: bool) -> Self {
        let manager = SecretsManager::builder(MemoryStore::new()).root_key(RootKey::generate().unwrap());
        let ctx = ctx.secrets(manager.build().unwrap().namespace("guest")).statistics(true);
        let guest = if is_async { Guest::asynchronous(ctx) } else { Guest::with(ctx) };
        let is_fast = |name: &&str| SLOW.iter().all(|slow| !name.to_ascii_uppercase().starts_with(slow));
        let names = guest.store.data().algorithms().map(|algorithm| algorithm.name).filter(is_fast).map(str::to_owned);
        let mut names: Vec<_> = names.collect();
        names.extend(["nonce", "salt", "ops_limit", "context", ""].map(str::to_owned));
        Self { random: Random(seed), guest, names, resources: Vec::new(), lists: Vec::new() }
    }

    /// A value of a type; none if there is no such resource.
    fn value(&mut self, ty: &Type) -> Option<Val> {
        Some(match ty {
            Type::String => Val::String(self.random.one_of(&self.names)),
            Type::U32 => Val::U32([0, 1, 16, 32, 40, 48, u32::MAX][self.random.below(7)]),
            Type::U64 => Val::U64([0, 1, 2, 12, u64::MAX - 1, u64::MAX][self.random.below(6)]),
            Type::Enum(ty) => Val::Enum(ty.names().nth(self.random.below(ty.names().count()))?.to_owned()),
            Type::Variant(ty) => {
                let case = ty.cases().nth(self.random.below(ty.cases().count()))?;
                let value = match case.ty {
                    Some(ty) => Some(Box::new(self.value(&ty)?)),
                    None => None,
                };
                Val::Variant(case.name.to_owned(), value)
            }
            Type::Option(ty) => match self.random.below(3) {
                0 => Val::Option(None),
                _ => Val::Option(self.value(&ty.ty()).map(Box::new)),
            },
            Type::List(ty) if ty.ty() == Type::U8 => match self.random.below(3) {
                0 if !self.lists.is_empty() => self.random.one_of(&self.lists),
                _ => {
                    let len = self.random.one_of(&[0, 1, 12, 16, 24, 32, 48, 64, 65, 1000]);
                    Val::List((0..len).map(|at| Val::U8((self.random.0 >> (at % 8)) as u8)).collect())
                }
            },
            Type::List(ty) => {
                let len = self.random.below(5);
                Val::List((0..len).map(|_| self.value(&ty.ty())).collect::<Option<_>>()?)
            }
            Type::Tuple(ty) => Val::Tuple(ty.types().map(|ty| self.value(&ty)).collect::<Option<_>>()?),
            Type::Borrow(ty) => {
                let at = self.resource(*ty)?;
                Val::Resource(self.resources[at])
            }
            Type::Own(ty) => {
                let at = self.resource(*ty)?;
                Val::Resource(self.resources.swap_remove(at))
            }
            other => panic!("{other:?}"),
        })
    }

    /// Where a resource of a type is.
    fn resource(&mut self, ty: ResourceType) -> Option<usize> {
        let of_type = |(_, resource): &(usize, &ResourceAny)| resource.ty() == ty;
        let places: Vec<_> = self.resources.iter().enumerate().filter(of_type).map(|(at, _)| at).collect();
        (!places.is_empty()).then(|| self.random.one_of(&places))
    }

    /// Keeps what a call gave.
    fn keep(&mut self, value: Val) {
        match value {
            Val::Resource(resource) => self.resources.push(resource),
            Val::Tuple(values) => values.into_iter().for_each(|value| self.keep(value)),
            Val::List(values) if values.iter().any(|value| !matches!(value, Val::U8(_))) => {
                values.into_iter().for_each(|value| self.keep(value));
            }
            list @ Val::List(_) => {
                self.lists.push(list);
                if self.lists.len() > 50 {
                    self.lists.swap_remove(0);
                }
            }
            _ => {}
        }
    }

    fn play(&mut self, functions: &[&str], calls: usize) {
        for _ in 0..calls {
            let name = self.random.one_of(functions);
            // Else there is seldom anything left.
            if (name.ends_with("-close") || name.ends_with("-pull")) && self.random.below(4) > 0 {
                continue;
            }
            let types: Vec<Type> = self.guest.param_types(name);
            let Some(args) = self.values(&types) else { continue };
            let answer = self.guest.try_call(name, &args).unwrap_or_else(|trap| panic!("{name} {args:?}: {trap:?}"));
            match answer {
                Ok(value) => self.keep(value),
                Err(errno) => assert_ne!(errno, "internal-error", "{name} {args:?}"),
            }
        }
    }

    /// Arguments of these types; none if there is no resource for one of them.
    fn values(&mut self, types: &[Type]) -> Option<Vec<Val>> {
        let mut values = Vec::new();
        for ty in types {
            let Some(value) = self.value(ty) else {
                // Those that were to be given away.
                values.into_iter().filter(|(_, is_given)| *is_given).for_each(|(value, _)| self.keep(value));
                return None;
            };
            values.push((value, matches!(ty, Type::Own(_))));
        }
        Some(values.into_iter().map(|(value, _)| value).collect())
    }

    /// Gives up everything. Returns how many calls there were.
    fn end(mut self, seed: u64) -> u64 {
        for resource in self.resources {
            self.guest.drop(Val::Resource(resource));
        }
        let left = (self.guest.open_handles(), self.guest.store.data().held_bytes());
        assert_eq!(left, (0, 0), "seed {seed}");
        self.guest.store.data().calls().map(|(_, calls)| calls).sum()
    }
}

#[test]
fn random_calls_leave_nothing_behind() {
    let names: Vec<String> = wasi_crypto_host::hostcalls().iter().map(|call| call.name().replace('_', "-")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    for seed in 1..=20_u64 {
        let ctx = match seed % 4 {
            0 => WasiCryptoCtx::builder(),
            1 => WasiCryptoCtx::builder().max_handles(20),
            2 => WasiCryptoCtx::builder().max_bytes(6000 + 100 * (seed as usize % 200)),
            _ => WasiCryptoCtx::builder().max_bytes(usize::MAX),
        };
        // Each way with each of these limits.
        let is_async = (seed / 4).is_multiple_of(2);
        let mut player = Player::new(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15), ctx, is_async);
        player.play(&names, 1000);
        let calls = player.end(seed);
        assert!(calls > 200, "seed {seed}: {calls} calls");
    }
}
