//! Names of keys in tokens: PKCS#11 URIs (RFC 7512).

use std::path::PathBuf;

/// A key in a token, and how to get at it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct TokenUri {
    /// What the token must say of itself; what is not given, it may be.
    pub(crate) token: Option<String>,
    pub(crate) manufacturer: Option<String>,
    pub(crate) model: Option<String>,
    pub(crate) serial: Option<String>,
    pub(crate) slot_id: Option<u64>,
    /// The label of the key.
    pub(crate) object: Option<String>,
    /// The `CKA_ID` of the key.
    pub(crate) id: Option<Vec<u8>>,
    /// The library that speaks to the token.
    pub(crate) module_path: PathBuf,
    pub(crate) pin: Option<PinSource>,
}

/// Where a PIN comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum PinSource {
    File(PathBuf),
    Variable(String),
    Command { program: String, args: Vec<String> },
}

impl TokenUri {
    /// Reads `pkcs11:token=…;object=…?module-path=…&pin-source=…`. What is wrong is said in the rest of a sentence.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let text = text.strip_prefix("pkcs11:").ok_or("does not begin with pkcs11:")?;
        let (path, query) = text.split_once('?').unwrap_or((text, ""));
        let mut uri = Self::default();
        for attribute in path.split(';').filter(|attribute| !attribute.is_empty()) {
            let (name, value) = attribute.split_once('=').ok_or("has an attribute without a value")?;
            let bytes = decoded(value).ok_or_else(|| format!("has a wrong value of {name}"))?;
            if name == "id" {
                uri.id = Some(bytes);
                continue;
            }
            let value = String::from_utf8(bytes).map_err(|_| format!("has a value of {name} that is not UTF-8"))?;
            match name {
                "token" => uri.token = Some(value),
                "manufacturer" => uri.manufacturer = Some(value),
                "model" => uri.model = Some(value),
                "serial" => uri.serial = Some(value),
                "object" => uri.object = Some(value),
                "slot-id" => uri.slot_id = Some(value.parse().map_err(|_| "has a slot-id that is no number")?),
                "type" if value == "secret-key" => {}
                "type" => return Err("is not of the type secret-key".to_owned()),
                _ => return Err(format!("has an attribute that is not known here: {name}")),
            }
        }
        for attribute in query.split('&').filter(|attribute| !attribute.is_empty()) {
            let (name, value) = attribute.split_once('=').ok_or("has an attribute without a value")?;
            let value = decoded(value).and_then(|bytes| String::from_utf8(bytes).ok());
            let value = value.ok_or_else(|| format!("has a wrong value of {name}"))?;
            match name {
                "module-path" => uri.module_path = value.into(),
                "pin-source" => uri.pin = Some(PinSource::parse(&value)?),
                // Where others can see it, as in a list of processes.
                "pin-value" => return Err("gives the PIN itself; name where it is by pin-source".to_owned()),
                _ => return Err(format!("has an attribute that is not known here: {name}")),
            }
        }
        if uri.module_path.as_os_str().is_empty() {
            return Err("names no library of the token: module-path".to_owned());
        }
        if uri.object.is_none() && uri.id.is_none() {
            return Err("names no key: object, or id".to_owned());
        }
        Ok(uri)
    }
}

impl PinSource {
    /// Reads `file:PATH`, a plain path, `env:NAME` or `command:LINE`.
    fn parse(text: &str) -> Result<Self, String> {
        let wrong = || "has a pin-source that is none of file:PATH, env:NAME and command:LINE".to_owned();
        match text.split_once(':') {
            Some(("file", path)) if !path.is_empty() => Ok(Self::File(path.into())),
            Some(("env", name)) if !name.is_empty() => Ok(Self::Variable(name.to_owned())),
            Some(("command", line)) => {
                let mut words = line.split_whitespace().map(str::to_owned);
                let program = words.next().ok_or_else(wrong)?;
                Ok(Self::Command { program, args: words.collect() })
            }
            None if text.starts_with('/') => Ok(Self::File(text.into())),
            _ => Err(wrong()),
        }
    }
}

/// Bytes without their percent signs (RFC 3986 section 2.1).
fn decoded(text: &str) -> Option<Vec<u8>> {
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
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_uri_names_a_key_and_where_its_pin_is() {
        let text = "pkcs11:token=The%20token;manufacturer=M;model=X;serial=12;slot-id=7;object=root;id=%01%fF;type=secret-key\
                    ?module-path=/usr/lib/p11.so&pin-source=file:/etc/pin%3f";
        let expected = TokenUri {
            token: Some("The token".to_owned()),
            manufacturer: Some("M".to_owned()),
            model: Some("X".to_owned()),
            serial: Some("12".to_owned()),
            slot_id: Some(7),
            object: Some("root".to_owned()),
            id: Some(vec![1, 255]),
            module_path: "/usr/lib/p11.so".into(),
            pin: Some(PinSource::File("/etc/pin?".into())),
        };
        assert_eq!(TokenUri::parse(text), Ok(expected));
        let pin = |source: &str| TokenUri::parse(&format!("pkcs11:object=a?module-path=b&pin-source={source}"));
        assert_eq!(pin("/etc/pin").unwrap().pin, Some(PinSource::File("/etc/pin".into())));
        assert_eq!(pin("env:PIN").unwrap().pin, Some(PinSource::Variable("PIN".to_owned())));
        let command = PinSource::Command { program: "get".to_owned(), args: vec!["-x".to_owned(), "pin".to_owned()] };
        assert_eq!(pin("command:get%20-x%20pin").unwrap().pin, Some(command));
    }

    #[test]
    fn what_names_no_key_is_refused_and_a_pin_is_not_repeated() {
        for (text, sentence) in [
            ("file:key", "does not begin with pkcs11:"),
            ("pkcs11:token=a?module-path=b", "names no key"),
            ("pkcs11:object=a", "names no library"),
            ("pkcs11:object?module-path=b", "without a value"),
            ("pkcs11:object=a;type=private?module-path=b", "not of the type secret-key"),
            ("pkcs11:object=a;colour=red?module-path=b", "not known here: colour"),
            ("pkcs11:object=%f?module-path=b", "wrong value of object"),
            ("pkcs11:object=%ff?module-path=b", "not UTF-8"),
            ("pkcs11:object=a;slot-id=x?module-path=b", "slot-id that is no number"),
            ("pkcs11:object=a?module-path=b&pin-value=hunter2", "gives the PIN itself"),
            ("pkcs11:object=a?module-path=b&pin-source=hunter2", "none of file:PATH"),
            ("pkcs11:object=a?module-path=b&pin-source=file:", "none of file:PATH"),
            ("pkcs11:object=a?module-path=b&pin-source=command:%20", "none of file:PATH"),
        ] {
            let error = TokenUri::parse(text).unwrap_err();
            assert!(error.contains(sentence) && !error.contains("hunter2"), "{text}: {error}");
        }
    }
}
