//! Engines that a TOML file describes. `engines/template.toml` says what may be in one.

use std::collections::BTreeMap;
use std::fs;
use std::num::{NonZeroU64, NonZeroUsize};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use serde::Deserialize;
use toml::Spanned;

use super::command::{CommandEngine, Script};
use super::ending::Signs;
use super::process::{Next, Process};
use super::search::find;
use super::setup::{Limits, Setup};
use super::template::{MODULE, SCRIPT, quoted_for_shell};
use super::worker::WorkerEngine;
use super::{Engine, EngineInfo, EngineKind, Template, Wishes};
use crate::plain::plain;

/// How to start an engine, and how to understand it.
#[derive(Clone, Debug)]
pub struct EngineFile {
    name: String,
    about: String,
    kind: EngineKind,
    template: Template,
    version: Vec<String>,
    look_in: Vec<String>,
    install: String,
    script: Option<Script>,
    setup: Setup,
}

impl EngineFile {
    /// Reads a file. The error says which line is wrong, and what to do.
    pub fn open(path: &Path) -> Result<Self, String> {
        let shown = path.display().to_string();
        let text = fs::read_to_string(path).map_err(|error| format!("cannot read the engine file {shown}: {error}"))?;
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        Self::read(&text, &shown, &name)
    }

    /// Reads the text of a file, which is called `shown` in errors. The engine is called `name` unless the text says otherwise.
    pub(super) fn read(text: &str, shown: &str, name: &str) -> Result<Self, String> {
        let at = |error: Mistake| {
            let line = text[..error.at.min(text.len())].matches('\n').count() + 1;
            format!("{shown}, line {line}: {}", error.sentence)
        };
        let content: Content = toml::from_str(text).map_err(|error| {
            let sentence = error.message().replace('\n', ", ");
            at(Mistake { at: error.span().map_or(0, |span| span.start), sentence })
        })?;
        content.check(name).map_err(at)
    }

    /// What `--engine` calls it.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What it is, in a few words.
    pub fn about(&self) -> &str {
        &self.about
    }

    /// The command line, as a shell would take it.
    pub fn command(&self) -> &str {
        self.template.text()
    }

    /// Where its program is on this machine. The error says where it was looked for, and how to get it.
    pub fn program(&self) -> Result<PathBuf, String> {
        find(&self.template.program().to_string_lossy(), &self.look_in)
            .map_err(|reason| format!("{reason}. {}", self.install).trim_end().to_owned())
    }

    /// The engine, if its program is here.
    pub fn engine(&self) -> Result<Box<dyn Engine>, String> {
        let program = self.program().map_err(|reason| format!("{} cannot be started: {reason}", self.name))?;
        let info = EngineInfo { name: self.name.clone(), version: self.version_of(&program), kind: self.kind };
        let (template, setup) = (self.template.clone().with_program(&program), self.setup.clone());
        Ok(match self.kind {
            EngineKind::Worker => Box::new(WorkerEngine::with(info, template, setup)),
            _ => Box::new(CommandEngine::with(info, template, setup, self.script.clone())),
        })
    }

    /// The first line that the version command writes.
    fn version_of(&self, program: &Path) -> String {
        const TIME: Duration = Duration::from_secs(10);
        let unknown = |reason: &str| format!("{}, version unknown: {reason}", self.name);
        let Ok(template) = Template::from_words(self.version.clone(), "") else {
            return unknown("its engine file does not say how to ask for it");
        };
        let template = match template.program() == self.template.program() {
            true => template.with_program(program),
            false => template,
        };
        let mut command = template.command(&[]);
        let command = self.setup.prepare(&mut command).stdin(Stdio::null());
        let mut process = match Process::start(command, self.setup.limits.memory) {
            Ok(process) => process,
            Err(error) => return unknown(&format!("cannot start {}: {error}", template.program().display())),
        };
        let deadline = Instant::now() + TIME;
        let mut empty = 0;
        loop {
            match process.next(deadline) {
                Next::Line(line) if line.trim().is_empty() && empty < 100 => empty += 1,
                Next::Line(line) => {
                    let line = plain(&line, 200);
                    // Many write only the number.
                    let has_name = line.to_lowercase().contains(&self.template.name().to_lowercase());
                    return if has_name { line } else { format!("{} {line}", self.name) };
                }
                Next::End => return unknown("it says nothing when asked"),
                Next::Nothing | Next::TooMuchMemory => return unknown("it does not answer in time when asked"),
            }
        }
    }
}

/// What is wrong, and where in the text.
struct Mistake {
    at: usize,
    sentence: String,
}

impl Mistake {
    fn of<T>(value: &Spanned<T>, sentence: impl Into<String>) -> Self {
        Self { at: value.span().start, sentence: sentence.into() }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Content {
    name: Option<Spanned<String>>,
    #[serde(default)]
    about: String,
    command: Option<Spanned<Vec<String>>>,
    worker: Option<Spanned<Vec<String>>>,
    #[serde(default)]
    version: Vec<String>,
    #[serde(default)]
    look_in: Vec<String>,
    #[serde(default)]
    install: String,
    #[serde(default)]
    environment: BTreeMap<String, String>,
    script: Option<Spanned<ScriptContent>>,
    #[serde(default)]
    limits: LimitsContent,
    #[serde(default)]
    secrets: SecretsContent,
    #[serde(default)]
    signs: SignsContent,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ScriptContent {
    file: String,
    text: String,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct LimitsContent {
    case_seconds: Option<NonZeroU64>,
    process_seconds: Option<NonZeroU64>,
    memory_mib: Option<NonZeroU64>,
    cases_per_guest: Option<NonZeroUsize>,
    jobs: Option<NonZeroUsize>,
}

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct SecretsContent {
    durable: bool,
}

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
struct SignsContent {
    link: Vec<String>,
    trap: Vec<String>,
    crash: Vec<String>,
    link_status: Vec<i32>,
    trap_status: Vec<i32>,
    noise: Vec<String>,
    no_plugin: Vec<String>,
    plugin: String,
}

impl Content {
    fn check(self, name: &str) -> Result<EngineFile, Mistake> {
        let name = self.check_name(name)?;
        let (kind, words) = match (&self.command, &self.worker) {
            (Some(command), None) => (EngineKind::Command, command),
            (None, Some(worker)) => (EngineKind::Worker, worker),
            (Some(_), Some(worker)) => {
                return Err(Mistake::of(
                    worker,
                    "there are `command` and `worker`: leave out the one that is not meant",
                ));
            }
            (None, None) => {
                let sentence = "there is no command: write for instance command = [\"mine\", \"run\", \"{module}\"]";
                return Err(Mistake { at: 0, sentence: sentence.to_owned() });
            }
        };
        let template = self.template(kind, words)?;
        let script = self.check_script(&template, words)?;
        let LimitsContent { case_seconds, process_seconds, memory_mib, cases_per_guest, jobs } = self.limits;
        let seconds = |number: NonZeroU64| Duration::from_secs(number.get().min(86_400));
        let limits = Limits {
            process: process_seconds.map(seconds),
            memory: memory_mib.map_or(Limits::default().memory, |number| number.get().saturating_mul(1 << 20)),
            wishes: Wishes {
                timeout: case_seconds.map(seconds),
                batch: cases_per_guest,
                jobs,
                durable: self.secrets.durable,
            },
        };
        let SignsContent { link, trap, crash, link_status, trap_status, noise, no_plugin, plugin } = self.signs;
        let signs = Signs { link, trap, crash, link_status, trap_status, noise, no_plugin, plugin };
        Ok(EngineFile {
            name,
            about: self.about,
            kind,
            template,
            version: self.version,
            look_in: self.look_in,
            install: self.install,
            script,
            setup: Setup { environment: self.environment.into_iter().collect(), limits, signs },
        })
    }

    /// A name can be part of one of a file.
    fn check_name(&self, of_file: &str) -> Result<String, Mistake> {
        let is_good = |name: &str| {
            !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | '+'))
        };
        match &self.name {
            Some(name) if !is_good(name.get_ref()) => {
                Err(Mistake::of(name, "a name consists of letters, digits and any of - _ . +, such as \"mine-2.0\""))
            }
            Some(name) => Ok(name.get_ref().clone()),
            None if is_good(of_file) => Ok(of_file.to_owned()),
            None => Ok("engine".to_owned()),
        }
    }

    fn template(&self, kind: EngineKind, words: &Spanned<Vec<String>>) -> Result<Template, Mistake> {
        for word in words.get_ref() {
            if let Some(place) = places(word).find(|place| ![MODULE, SCRIPT].contains(place)) {
                let sentence =
                    format!("there is nothing to put in the place of {place}; there are {MODULE} and {SCRIPT}");
                return Err(Mistake::of(words, sentence));
            }
        }
        let text: Vec<String> = words.get_ref().iter().map(|word| quoted_for_shell(word)).collect();
        let template = Template::from_words(words.get_ref().clone(), text.join(" "))
            .map_err(|sentence| Mistake::of(words, sentence))?;
        match (kind, template.has(MODULE)) {
            (EngineKind::Worker, true) => {
                let sentence =
                    format!("a worker gets its guests on standard input: leave {MODULE} out, or call it `command`");
                Err(Mistake::of(words, sentence))
            }
            (EngineKind::Command, false) => {
                let sentence =
                    format!("it does not say where the guest goes: put {MODULE} in the place of the .wasm file");
                Err(Mistake::of(words, sentence))
            }
            _ => Ok(template),
        }
    }

    fn check_script(&self, template: &Template, words: &Spanned<Vec<String>>) -> Result<Option<Script>, Mistake> {
        let Some(script) = &self.script else {
            return match template.has(SCRIPT) {
                true => Err(Mistake::of(
                    words,
                    format!("{SCRIPT} stands for a file that is described in [script], with `file` and `text`"),
                )),
                false => Ok(None),
            };
        };
        let ScriptContent { file, text } = script.get_ref();
        if Path::new(file).file_name() != Some(file.as_ref()) || file == "guest.wasm" {
            let sentence = format!(
                "{file:?} is no name for the script: it goes into a folder of its own, so take one such as \"run.mjs\""
            );
            return Err(Mistake::of(script, sentence));
        }
        if self.worker.is_some() || !template.has(SCRIPT) {
            return Err(Mistake::of(script, format!("nothing needs the script: `command` has no {SCRIPT}")));
        }
        Ok(Some(Script { file: file.clone(), text: text.clone() }))
    }
}

/// What looks like a place in a word, such as `{module}`.
fn places(word: &str) -> impl Iterator<Item = &str> {
    word.match_indices('{').filter_map(|(start, _)| {
        let len = word[start..].find('}')? + 1;
        let place = &word[start..start + len];
        let is_word = place.len() > 2 && place[1..len - 1].bytes().all(|byte| byte.is_ascii_lowercase());
        is_word.then_some(place)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<EngineFile, String> {
        EngineFile::read(text, "mine.toml", "mine")
    }

    #[test]
    fn a_file_with_everything_is_understood() {
        let file = read(
            r#"
            name = "mine-2"
            about = "mine"
            command = ["mine", "--flag=a b", "{script}", "{module}"]
            version = ["mine", "version"]
            look-in = ["~/.mine"]
            install = "Build it."
            [environment]
            MINE = "1"
            [script]
            file = "run.mjs"
            text = "run()"
            [limits]
            case-seconds = 5
            process-seconds = 60
            memory-mib = 512
            cases-per-guest = 50
            jobs = 1
            [secrets]
            durable = true
            [signs]
            link = ["no such function"]
            trap-status = [3]
            "#,
        )
        .unwrap();
        assert_eq!(file.name(), "mine-2");
        assert_eq!(file.command(), "mine '--flag=a b' {script} {module}");
        assert_eq!(file.kind, EngineKind::Command);
        let Setup { environment, limits, signs } = &file.setup;
        assert_eq!(*environment, [("MINE".to_owned(), "1".to_owned())]);
        assert_eq!((limits.process, limits.memory), (Some(Duration::from_secs(60)), 512 << 20));
        let one = NonZeroUsize::new;
        let wishes = Wishes { timeout: Some(Duration::from_secs(5)), batch: one(50), jobs: one(1), durable: true };
        assert_eq!(limits.wishes, wishes);
        assert_eq!(
            (signs.link.as_slice(), signs.trap_status.as_slice()),
            (["no such function".to_owned()].as_slice(), [3].as_slice())
        );
        let short = read("worker = ['mine', 'serve']").unwrap();
        assert_eq!((short.name(), short.kind), ("mine", EngineKind::Worker));
    }

    #[test]
    fn a_mistake_is_told_with_its_line_and_what_to_do() {
        for (text, sentence) in [
            ("about = 'x'", "mine.toml, line 1: there is no command: write for instance command = [\"mine\""),
            (
                "\ncomand = ['mine', '{module}']",
                "mine.toml, line 2: unknown field `comand`, expected one of `name`, `about`, `command`",
            ),
            ("command = ['mine'", "mine.toml, line 1: "),
            (
                "command = 'mine {module}'",
                "mine.toml, line 1: invalid type: string \"mine {module}\", expected a sequence",
            ),
            ("\n\ncommand = ['mine', 'run']", "mine.toml, line 3: it does not say where the guest goes: put {module}"),
            ("command = ['{module}']", "mine.toml, line 1: its first word is the engine"),
            ("command = []", "mine.toml, line 1: it is empty"),
            (
                "command = ['mine', '{modul}', '{module}']",
                "there is nothing to put in the place of {modul}; there are {module} and {script}",
            ),
            (
                "command = ['mine', '{module}']\nworker = ['mine']",
                "mine.toml, line 2: there are `command` and `worker`",
            ),
            ("worker = ['mine', '{module}']", "a worker gets its guests on standard input: leave {module} out"),
            ("command = ['mine', '{script}', '{module}']", "{script} stands for a file that is described in [script]"),
            (
                "command = ['mine', '{module}']\n[script]\nfile = 'a'\ntext = ''",
                "mine.toml, line 2: nothing needs the script",
            ),
            (
                "command = ['mine', '{script}', '{module}']\n[script]\nfile = '../a'\ntext = ''",
                "\"../a\" is no name for the script",
            ),
            (
                "command = ['mine', '{module}']\n[limits]\ncase-seconds = 0",
                "mine.toml, line 3: invalid value: integer `0`, expected a nonzero u64",
            ),
            ("name = 'a/b'\ncommand = ['mine', '{module}']", "mine.toml, line 1: a name consists of"),
        ] {
            let error = read(text).unwrap_err();
            assert!(error.contains(sentence), "{text}\n{error}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn the_version_is_the_first_line_that_the_engine_writes_when_asked() {
        let version = |command: &str| {
            let text = format!("command = ['sh', '-c', 'exit', '{{module}}']\nversion = ['sh', '-c', '''{command}''']");
            read(&text).unwrap().engine().unwrap().info().version
        };
        assert_eq!(version("echo; echo sh 1.2; echo more"), "sh 1.2");
        assert_eq!(version("echo v1.2"), "mine v1.2");
        assert_eq!(version("echo oh >&2; exit 1"), "mine, version unknown: it says nothing when asked");
        let none = read("command = ['sh', '{module}']").unwrap().engine().unwrap().info().version;
        assert_eq!(none, "mine, version unknown: its engine file does not say how to ask for it");
    }

    #[test]
    fn a_program_that_is_not_here_is_a_sentence_with_what_to_do() {
        let file =
            read("command = ['no-such-engine', '{module}']\nlook-in = ['~/.mine']\ninstall = 'Build it.'").unwrap();
        assert_eq!(
            file.engine().err().unwrap(),
            "mine cannot be started: there is no program `no-such-engine` on the PATH, nor in ~/.mine. Build it."
        );
    }
}
