//! The tables of a database, by version.

/// What makes a database of schema n one of schema n + 1, from nothing on.
pub(crate) const MIGRATIONS: [&str; 3] = [SCHEMA_1, SCHEMA_2, SCHEMA_3];

/// The tables, as they were made first; of changes, that they were committed, for some minutes. Names sort by their bytes, and what is
/// sealed is not tried to be compressed, which it cannot be.
const SCHEMA_1: &str = "
    CREATE TABLE wasi_crypto.store (
        is_one BOOLEAN PRIMARY KEY DEFAULT TRUE CHECK (is_one), schema INTEGER NOT NULL
    );
    INSERT INTO wasi_crypto.store (schema) VALUES (1);
    CREATE TABLE wasi_crypto.namespaces (
        name TEXT COLLATE \"C\" PRIMARY KEY,
        wrapped_by BYTEA NOT NULL, wrapped_key BYTEA NOT NULL,
        keys BIGINT NOT NULL, secrets BIGINT NOT NULL, bytes BIGINT NOT NULL, revoked BIGINT NOT NULL
    );
    CREATE TABLE wasi_crypto.items (
        namespace TEXT COLLATE \"C\", identifier BYTEA,
        kind SMALLINT NOT NULL, algorithm TEXT NOT NULL, highest BIGINT NOT NULL, latest BIGINT,
        PRIMARY KEY (namespace, identifier)
    );
    CREATE TABLE wasi_crypto.records (
        namespace TEXT COLLATE \"C\", identifier BYTEA, version BIGINT,
        kind SMALLINT NOT NULL, algorithm TEXT NOT NULL, imported BOOLEAN NOT NULL,
        created BIGINT NOT NULL, expires BIGINT,
        state SMALLINT NOT NULL, keep_until BIGINT, sealed BYTEA NOT NULL,
        PRIMARY KEY (namespace, identifier, version)
    );
    ALTER TABLE wasi_crypto.records ALTER COLUMN sealed SET STORAGE EXTERNAL;
    CREATE INDEX due ON wasi_crypto.records (namespace, state, keep_until) WHERE keep_until IS NOT NULL;
    CREATE TABLE wasi_crypto.trail (
        namespace TEXT COLLATE \"C\", number BIGINT, body BYTEA NOT NULL, tag BYTEA NOT NULL,
        PRIMARY KEY (namespace, number)
    );
    CREATE TABLE wasi_crypto.changes (mark BYTEA PRIMARY KEY, made TIMESTAMPTZ NOT NULL DEFAULT now());
";

/// Namespaces can have several keys. What there is has the first one.
const SCHEMA_2: &str = "
    ALTER TABLE wasi_crypto.namespaces ADD COLUMN newest_key BIGINT NOT NULL DEFAULT 1;
    ALTER TABLE wasi_crypto.records ADD COLUMN sealed_by BIGINT NOT NULL DEFAULT 1;
";

/// What is known of changes is forgotten without a look at all of them.
const SCHEMA_3: &str = "
    CREATE INDEX changes_by_time ON wasi_crypto.changes (made);
";
