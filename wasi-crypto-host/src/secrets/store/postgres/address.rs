//! Where a database is, as a URL says it.

use std::path::PathBuf;
use std::str::FromStr;

use tokio_postgres::Config;
use tokio_postgres::config::{Host, SslMode};

use crate::secrets::store::postgres::tls::Tls;

/// A database, and how to get there.
pub(crate) struct Address {
    pub(crate) config: Config,
    /// None on sockets of this machine, and where the URL says so.
    pub(crate) tls: Option<Tls>,
    /// For people: without a password.
    pub(crate) name: String,
}

impl Address {
    /// Reads `postgres://USER@HOST/DATABASE`. What is wrong is said in a sentence that does not repeat the URL, as there
    /// may be a password in it.
    pub(crate) fn parse(url: &str) -> Result<Self, String> {
        if !is_url(url) {
            return Err("write it as postgres://USER@HOST/DATABASE".to_owned());
        }
        let (rest, options) = Options::take(url)?;
        let mut config = Config::from_str(&rest).map_err(|error| causes(&error))?;
        if config.get_hosts().is_empty() {
            return Err("it names no host".to_owned());
        }
        if config.get_user().is_none() {
            return Err("it names no user".to_owned());
        }
        if config.get_application_name().is_none() {
            config.application_name("wasi-crypto");
        }
        if config.get_password().is_none()
            && let Some(password) = std::env::var_os("PGPASSWORD")
        {
            config.password(password.as_encoded_bytes());
        }
        let over_the_network = config.get_hosts().iter().any(|host| matches!(host, Host::Tcp(_)));
        let tls = if over_the_network && options.tls { Some(Tls::new(options.authorities.as_deref())?) } else { None };
        config.ssl_mode(if tls.is_some() { SslMode::Require } else { SslMode::Disable });
        let name = name(&config);
        Ok(Self { config, tls, name })
    }
}

/// Whether it is the URL of a PostgreSQL database.
pub(crate) fn is_url(text: &str) -> bool {
    ["postgres://", "postgresql://"].iter().any(|scheme| text.starts_with(scheme))
}

/// What a URL says of TLS.
struct Options {
    tls: bool,
    authorities: Option<PathBuf>,
}

impl Options {
    /// Takes them out of the URL.
    fn take(url: &str) -> Result<(String, Self), String> {
        let mut options = Self { tls: true, authorities: None };
        let Some((rest, query)) = url.split_once('?') else { return Ok((url.to_owned(), options)) };
        let mut others = Vec::new();
        for option in query.split('&') {
            match option.split_once('=') {
                Some(("sslmode", "disable")) => options.tls = false,
                Some(("sslmode", "verify-full")) => options.tls = true,
                // Those in between can be talked out of it by whoever is in the middle.
                Some(("sslmode", _)) => {
                    return Err("sslmode is verify-full, which is the default, or disable".to_owned());
                }
                Some(("sslrootcert", path)) => {
                    let path = percent_decoded(path).ok_or("sslrootcert is not a path")?;
                    options.authorities = Some(path.into());
                }
                _ => others.push(option),
            }
        }
        let rest = if others.is_empty() { rest.to_owned() } else { format!("{rest}?{}", others.join("&")) };
        Ok((rest, options))
    }
}

fn percent_decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, behind)) = rest.split_first() {
        rest = behind;
        if first == b'%' {
            let (digits, behind) = rest.split_at_checked(2)?;
            bytes.push(u8::from_str_radix(str::from_utf8(digits).ok()?, 16).ok()?);
            rest = behind;
        } else {
            bytes.push(first);
        }
    }
    String::from_utf8(bytes).ok()
}

fn name(config: &Config) -> String {
    let ports = config.get_ports();
    let port = |at: usize| ports.get(at).or(ports.first()).copied().unwrap_or(5432);
    let hosts = config.get_hosts().iter().enumerate().map(|(at, host)| match host {
        Host::Tcp(name) => format!("{name}:{}", port(at)),
        #[cfg(unix)]
        Host::Unix(path) => path.display().to_string(),
    });
    let hosts: Vec<String> = hosts.collect();
    let database = config.get_dbname().or(config.get_user()).unwrap_or_default();
    format!("the PostgreSQL store {database} at {}", hosts.join(", "))
}

/// An error with what caused it, which says more.
pub(crate) fn causes(error: &dyn std::error::Error) -> String {
    let mut sentence = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let text = error.to_string();
        if !sentence.contains(&text) {
            sentence = format!("{sentence}: {text}");
        }
        cause = error.source();
    }
    sentence
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(url: &str) -> Result<(String, bool), String> {
        Address::parse(url).map(|address| (address.name, address.tls.is_some()))
    }

    #[test]
    fn a_url_says_where_the_database_is() {
        let named = |name: &str, tls| Ok((format!("the PostgreSQL store {name}"), tls));
        assert_eq!(
            address("postgres://host:secret@db.example/keys?sslmode=disable"),
            named("keys at db.example:5432", false)
        );
        assert_eq!(address("postgresql://host@[::1]:5433?sslmode=disable"), named("host at ::1:5433", false));
        #[cfg(unix)]
        {
            assert_eq!(address("postgres://host@%2Frun%2Fpg/keys"), named("keys at /run/pg", false));
            assert_eq!(address("postgres://host@/keys?host=/run/pg&port=7"), named("keys at /run/pg", false));
        }
    }

    #[test]
    fn over_the_network_tls_is_the_default_and_cannot_be_had_by_half() {
        let error = |url: &str| address(url).unwrap_err();
        for mode in ["prefer", "allow", "require", "verify-ca", ""] {
            let sentence = error(&format!("postgres://a@db.example/keys?sslmode={mode}"));
            assert!(sentence.starts_with("sslmode is verify-full"), "{sentence}");
        }
        let sentence = error("postgres://a@db.example/keys?sslrootcert=%2Fno%2Fsuch%2Ffile");
        assert!(sentence.starts_with("the certificates /no/such/file: "), "{sentence}");
    }

    #[test]
    fn what_is_no_address_is_refused_and_not_repeated() {
        for url in [
            "mysql://a:hunter2@b/c",
            "postgres://hunter2",
            "postgres:///hunter2",
            "postgres://a:hunter2@db.example:port/keys?sslmode=disable",
            "postgres://a:hunter2@db.example/keys?sslmode=disable&what=1",
            "postgres://a:hunter2@db.example/keys?sslrootcert=%zz",
        ] {
            let sentence = address(url).unwrap_err();
            assert!(!sentence.contains("hunter2"), "{sentence}");
        }
    }
}
