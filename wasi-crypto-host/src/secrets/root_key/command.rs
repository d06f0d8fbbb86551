//! A root key that a command writes, such as that of a key management service.

use std::ffi::OsString;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use crate::secrets::root_key::KeyText;
use crate::secrets::{RootKey, RootKeyError, RootKeyProvider};

/// A root key that a command writes to its standard output, in base64. What it writes to its standard error goes to
/// that of the host.
#[derive(Clone, Debug)]
pub struct RootKeyCommand {
    /// What it is asked for.
    what: &'static str,
    program: OsString,
    args: Vec<OsString>,
    timeout: Duration,
}

impl RootKeyCommand {
    /// The root key that this program writes. It is run without a shell.
    pub fn new(program: impl Into<OsString>) -> Self {
        Self { what: "root key", program: program.into(), args: Vec::new(), timeout: Duration::from_secs(10) }
    }

    /// The same program asked for something else.
    #[cfg(feature = "pkcs11")]
    pub(crate) fn asked_for(self, what: &'static str) -> Self {
        Self { what, ..self }
    }

    /// Adds an argument.
    pub fn arg(mut self, arg: impl Into<OsString>) -> Self {
        self.args.push(arg.into());
        self
    }

    /// Sets how long it may take. Default: 10 seconds.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    fn name(&self) -> String {
        format!("the {} command {}", self.what, self.program.display())
    }

    fn error(&self, what: impl Into<String>) -> RootKeyError {
        RootKeyError::new(self.name(), what)
    }

    /// What the program writes.
    pub(crate) fn output(&self) -> Result<Box<KeyText>, RootKeyError> {
        let deadline = Instant::now() + self.timeout;
        let mut command = Command::new(&self.program);
        command.args(&self.args).stdin(Stdio::null()).stdout(Stdio::piped());
        let child = command.spawn().map_err(|error| self.error(format!("cannot be run: {error}")))?;
        let mut child = Killed(child);
        let output = child.0.stdout.take().ok_or_else(|| self.error("has no output"))?;
        // On a thread of its own: what the program started may hold its output open for ever.
        let (send, receive) = mpsc::channel();
        thread::spawn(move || send.send(KeyText::read(output)));
        let text = receive.recv_timeout(deadline.saturating_duration_since(Instant::now()));
        let text = text.map_err(|_| self.too_slow())?;
        let text = text.map_err(|error| self.error(format!("cannot be read from: {error}")))?;
        let text = text.ok_or_else(|| self.error(format!("wrote too much for a {}", self.what)))?;
        let status = self.wait(&mut child.0, deadline)?;
        if !status.success() {
            return Err(self.error(format!("failed: {status}")));
        }
        Ok(text)
    }

    /// Waits for the program; kills it at its deadline.
    fn wait(&self, child: &mut Child, deadline: Instant) -> Result<ExitStatus, RootKeyError> {
        loop {
            match child.try_wait() {
                Ok(Some(status)) => return Ok(status),
                Ok(None) if Instant::now() < deadline => thread::sleep(Duration::from_millis(2)),
                Ok(None) => return Err(self.too_slow()),
                Err(error) => return Err(self.error(format!("cannot be waited for: {error}"))),
            }
        }
    }

    fn too_slow(&self) -> RootKeyError {
        self.error(format!("took longer than {:?}", self.timeout))
    }
}

impl RootKeyProvider for RootKeyCommand {
    fn root_key(&self) -> Result<RootKey, RootKeyError> {
        RootKey::parse(self.output()?.as_bytes(), &format!("what {} wrote", self.name()))
    }
}

/// A program that does not outlive the wish for what it writes.
struct Killed(Child);

impl Drop for Killed {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn a_command_gives_the_key_that_it_writes() {
        let key = RootKey::generate().unwrap();
        let command = RootKeyCommand::new("echo").arg(key.to_text().unwrap().as_str());
        assert_eq!(command.root_key().unwrap().id(), key.id());
    }

    #[test]
    fn a_command_that_gives_no_key_is_named_with_the_reason() {
        let error = |command: RootKeyCommand| command.root_key().map(|_| ()).unwrap_err().to_string();
        let shell = |text: &str| RootKeyCommand::new("sh").arg("-c").arg(text);
        assert!(error(RootKeyCommand::new("no-such-program")).contains("no-such-program cannot be run"));
        assert!(error(shell("exit 3")).contains("the root key command sh failed: exit status: 3"));
        assert!(error(shell("echo key")).contains("what the root key command sh wrote is not 32 bytes"));
        assert!(error(shell("yes")).contains("wrote too much"));
    }

    #[test]
    fn a_command_that_takes_too_long_is_ended() {
        let started = Instant::now();
        for text in ["sleep 5", "sleep 5 & echo", "exec >&-; sleep 5"] {
            let command = RootKeyCommand::new("sh").arg("-c").arg(text).timeout(Duration::from_millis(200));
            let error = command.root_key().map(|_| ()).unwrap_err().to_string();
            assert!(error.contains("took longer than 200ms"), "{error}");
        }
        assert!(started.elapsed() < Duration::from_secs(4));
    }
}
