//! A process that cannot outlive the runner's interest in it, nor hold it up.

use std::io;
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use super::memory;
use super::output::{self, Noise};

/// How long the end of a process is waited for that has been killed, and for the rest of the output of one that has ended.
const GRACE: Duration = Duration::from_secs(2);

/// How often it is looked whether a process has ended whose output is still open, and how much memory it uses.
const LOOK: Duration = Duration::from_millis(20);

/// A process with its output.
pub(super) struct Process {
    child: Child,
    group: Group,
    lines: Receiver<String>,
    errors: Arc<Mutex<Noise>>,
    /// Closed when standard error is.
    errors_end: Receiver<()>,
    /// When it was seen that the process has ended, though its output has not.
    ended: Option<Instant>,
    /// How many bytes of memory it may use.
    memory: u64,
    /// When it was last seen how many it does.
    looked: Instant,
}

/// What comes next from a process.
pub(super) enum Next {
    /// A line on standard output.
    Line(String),
    /// Standard output has ended, or the process has.
    End,
    /// Nothing, in the time given.
    Nothing,
    /// The process uses more memory than it may.
    TooMuchMemory,
}

impl Process {
    /// Starts the command, whose standard input has been set. It may use so many bytes of memory.
    pub(super) fn start(command: &mut Command, memory: u64) -> io::Result<Self> {
        let group = Group::for_process(command);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
        let (Some(output), Some(error_output)) = (child.stdout.take(), child.stderr.take()) else {
            return Err(io::Error::other("the process was started without pipes"));
        };
        let errors = Arc::new(Mutex::new(Noise::default()));
        let (until_end, errors_end) = channel();
        let noise = Arc::clone(&errors);
        std::thread::spawn(move || {
            // Dropped at the end.
            let _until_end = until_end;
            output::for_each_line(error_output, |line| noise.lock().map(|mut noise| noise.add(&line)).is_ok());
        });
        Ok(Self {
            child,
            group,
            lines: output::lines(output),
            errors,
            errors_end,
            ended: None,
            memory,
            looked: Instant::now(),
        })
    }

    /// Standard input, if it is a pipe and not taken yet.
    pub(super) fn input(&mut self) -> Option<ChildStdin> {
        self.child.stdin.take()
    }

    /// Waits for what comes next.
    pub(super) fn next(&mut self, deadline: Instant) -> Next {
        loop {
            if self.looked.elapsed() >= LOOK {
                self.looked = Instant::now();
                if memory::in_use(self.child.id()).is_some_and(|bytes| bytes > self.memory) {
                    return Next::TooMuchMemory;
                }
            }
            let left = deadline.saturating_duration_since(Instant::now());
            match self.lines.recv_timeout(left.min(LOOK)) {
                Ok(line) => return Next::Line(line),
                Err(RecvTimeoutError::Disconnected) => return Next::End,
                Err(RecvTimeoutError::Timeout) if left.is_zero() => return Next::Nothing,
                Err(RecvTimeoutError::Timeout) => (),
            }
            // What it has started may hold its output open.
            if self.ended.is_none() && !matches!(self.child.try_wait(), Ok(None)) {
                self.ended = Some(Instant::now());
            }
            if self.ended.is_some_and(|ended| ended.elapsed() > GRACE / 10) {
                return Next::End;
            }
        }
    }

    /// How the process ended, if it does by then.
    pub(super) fn status(&mut self, deadline: Instant) -> Option<ExitStatus> {
        wait(&mut self.child, deadline)
    }

    /// What it wrote to standard error. To be asked for once it has ended.
    pub(super) fn errors(&self) -> Vec<String> {
        // What it has started may hold its standard error open.
        let _ = self.errors_end.recv_timeout(GRACE / 10);
        self.errors.lock().map(|noise| noise.lines().map(str::to_owned).collect()).unwrap_or_default()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.group.end();
        // It may have ended by itself; either way it is gone afterwards, unless the system cannot end it: then it is
        // left alone.
        let _ = self.child.kill();
        wait(&mut self.child, Instant::now() + GRACE);
    }
}

fn wait(child: &mut Child, deadline: Instant) -> Option<ExitStatus> {
    let mut pause = Duration::from_micros(200);
    loop {
        match child.try_wait() {
            Ok(Some(status)) => return Some(status),
            Err(_) => return None,
            Ok(None) if Instant::now() >= deadline => return None,
            Ok(None) => std::thread::sleep(pause),
        }
        pause = (pause * 2).min(LOOK);
    }
}

/// The process and all that it starts, unless that leaves the group.
///
/// A shell leads the group, and ends it when its own input ends: that happens when it is told to, and when the runner is gone, be it
/// by Ctrl-C, which does not reach another group than the runner's. It is there before the process, so that the runner may be gone at any time.
#[cfg(unix)]
struct Group {
    /// None where there is no shell; the process itself can be ended all the same.
    shell: Option<Child>,
}

#[cfg(unix)]
impl Group {
    /// A new group, which the process that the command starts joins.
    fn for_process(command: &mut Command) -> Self {
        use std::os::unix::process::CommandExt;
        let mut shell = Command::new("/bin/sh");
        // 0 is the shell's own group, itself included.
        shell.args(["-c", "read -r _; kill -s KILL 0"]);
        shell.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).process_group(0);
        let shell = shell.spawn().ok();
        // The number of a group is that of its leader.
        command.process_group(shell.as_ref().map_or(0, |shell| shell.id().cast_signed()));
        Self { shell }
    }

    fn end(&mut self) {
        if let Some(mut shell) = self.shell.take() {
            drop(shell.stdin.take());
            if wait(&mut shell, Instant::now() + GRACE).is_none() {
                let _ = shell.kill();
                let _ = shell.wait();
            }
        }
    }
}

/// Elsewhere there are no groups: what the process has started is left alone.
#[cfg(not(unix))]
struct Group;

#[cfg(not(unix))]
impl Group {
    fn for_process(_: &mut Command) -> Self {
        Self
    }

    fn end(&mut self) {}
}
