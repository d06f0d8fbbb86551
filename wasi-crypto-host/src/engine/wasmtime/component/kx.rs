//! `wasi-ephemeral-crypto-kx`: Diffie-Hellman and key encapsulation.

use wasmtime::Result;
use wasmtime::component::{Resource, WasmList};

use super::link::{Links, own};
use super::resources::{ArrayOutput, Publickey, Secretkey};
use crate::ops::kx;
use crate::wit::List;

pub(super) fn link(links: &mut impl Links) -> Result<()> {
    links.short::<(Resource<Publickey>, Resource<Secretkey>), Resource<ArrayOutput>>(
        "kx_dh",
        |parts, (public, secret)| own(kx::kx_dh(parts.objects, public, secret)),
    )?;
    links.short::<(Resource<Publickey>,), (Resource<ArrayOutput>, Resource<ArrayOutput>)>(
        "kx_encapsulate",
        |parts, (public,)| {
            kx::kx_encapsulate(parts.objects, public)
                .map(|[secret, encapsulated]| (Resource::new_own(secret), Resource::new_own(encapsulated)))
        },
    )?;
    links.short::<(Resource<Secretkey>, WasmList<u8>), Resource<ArrayOutput>>(
        "kx_decapsulate",
        |parts, (secret, encapsulated)| own(kx::kx_decapsulate(parts.objects, secret, List(encapsulated))),
    )
}
