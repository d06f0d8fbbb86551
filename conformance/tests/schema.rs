//! Reports are what `report.schema.json` says that they are.

use std::path::Path;
use std::process::Command;

use serde_json::Value;

#[test]
fn reports_fit_their_schema() {
    let schema: Value = serde_json::from_str(include_str!("../report.schema.json")).unwrap();
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join("schema.json");
    let expect = Path::new(env!("CARGO_TARGET_TMPDIR")).join("schema.toml");
    let known =
        "[[expect]]\ncase = 'array/len'\nverdict = 'fail'\nreason = 'it does not'\nlink = 'https://example.org'\n";
    std::fs::write(&expect, known).unwrap();
    // An engine that has nothing, one that is not there, and one that has all.
    let engine =
        "sh -c 'printf \"@wcc P 00000000 00000000 \\n\"; printf \"%s\\n\" unknown import >&2; exit 1' sh {module}";
    let mut suite = Command::new(env!("CARGO_BIN_EXE_wasi-crypto-conformance"));
    suite.args(["--filter", "array", "--filter", "symmetric/hash/SHA-256"]).arg("--json").arg(&file);
    suite.arg("--expect").arg(&expect).args(["--engine-cmd", engine, "--engine-cmd", "/no/such/engine {module}"]);
    if cfg!(feature = "embedded") {
        suite.args(["--engine", "wasmtime"]);
    }
    suite.output().unwrap();
    let report: Value = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
    assert!(report["engines"].as_array().unwrap().len() >= 2, "{report}");
    check(&schema, &schema, &report, "report");

    // The check can fail.
    for (at, wrong) in [("/schema", "4"), ("/machine/processors", "0"), ("/engines/0/name", "null")] {
        let mut wrong_report = report.clone();
        *wrong_report.pointer_mut(at).unwrap() = wrong.parse().unwrap();
        let caught = std::panic::catch_unwind(|| check(&schema, &schema, &wrong_report, "report"));
        assert!(caught.is_err(), "{at}");
    }
}

/// The part of JSON Schema that the file uses.
fn check(root: &Value, schema: &Value, value: &Value, place: &str) {
    for key in schema.as_object().unwrap().keys() {
        let known = ["$schema", "title", "description", "$ref", "$defs", "type", "additionalProperties", "required"];
        assert!(
            known.contains(&key.as_str()) || ["properties", "items", "enum", "minimum"].contains(&key.as_str()),
            "{key}"
        );
    }
    if let Some(name) = schema["$ref"].as_str() {
        let target = root.pointer(name.trim_start_matches('#')).unwrap_or_else(|| panic!("{name}"));
        return check(root, target, value, place);
    }
    if let Some(values) = schema["enum"].as_array() {
        assert!(values.contains(value), "{place}: {value} is none of {values:?}");
    }
    let fits = match schema["type"].as_str() {
        Some("object") => value.is_object(),
        Some("array") => value.is_array(),
        Some("string") => value.is_string(),
        Some("boolean") => value.is_boolean(),
        Some("integer") => value.is_u64() || value.is_i64(),
        Some("number") => value.is_number(),
        Some(other) => panic!("the type {other}"),
        None => true,
    };
    assert!(fits, "{place}: {value} is not of type {}", schema["type"]);
    if let (Some(minimum), Some(number)) = (schema["minimum"].as_f64(), value.as_f64()) {
        assert!(number >= minimum, "{place}: {number}");
    }
    for name in schema["required"].as_array().into_iter().flatten() {
        assert!(value.get(name.as_str().unwrap()).is_some(), "{place} has no {name}");
    }
    for (name, field) in value.as_object().into_iter().flatten() {
        let place = format!("{place}.{name}");
        match (schema["properties"].get(name), &schema["additionalProperties"]) {
            (Some(known), _) => check(root, known, field, &place),
            (None, Value::Bool(false)) => panic!("{place} is not known to the schema"),
            (None, Value::Object(_)) => check(root, &schema["additionalProperties"], field, &place),
            (None, _) => (),
        }
    }
    for (i, item) in value.as_array().into_iter().flatten().enumerate() {
        check(root, &schema["items"], item, &format!("{place}[{i}]"));
    }
}
