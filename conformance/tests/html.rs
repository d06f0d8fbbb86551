//! The HTML report in a browser: it filters, its links lead where they say, it fits a phone, and without its script all of
//! it is there.
//!
//! The browser is Chromium, from the path or from the variable `CHROMIUM`; where there is none, nothing is tested.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::LazyLock;

use wasi_crypto_conformance::report::document::{Document, RunSettings};
use wasi_crypto_conformance::report::html;

/// What a browser with no script of the page is asked.
const PROBE: &str = "
const say = (name, value) => { said.push(`${name}=${value}`); };
const said = [];
const visible = () => [...document.querySelectorAll('[data-q]')].filter((e) => e.offsetParent !== null);
const type = (text) => {
  const input = document.getElementById('q');
  input.value = text;
  input.dispatchEvent(new Event('input'));
};
const wait = (ms) => new Promise((done) => setTimeout(done, ms));
(async () => {
  say('all', visible().length === document.querySelectorAll('[data-q]').length);
  say('overflows', document.documentElement.scrollWidth > innerWidth);
  document.body.style.width = '340px';
  say('narrow', document.body.scrollWidth > 340);
  document.body.style.width = '';
  say('search', document.querySelector('.search').offsetParent !== null);
  if (document.querySelector('.search').offsetParent !== null) {
    type('ratchet  CRASH');
    say('ratchet', visible().map((e) => e.id).join(' '));
    say('shown', document.getElementById('shown').textContent);
    type('');
    document.getElementById('bad').click();
    say('bad', visible().every((e) => e.hasAttribute('data-bad')) && visible().length > 3);
    document.getElementById('bad').click();
    type('no such thing');
    say('nothing', visible().length);
    type('SHA-512/256');
    const cell = document.querySelector('#a-SHA-512_256 td.cell a');
    cell.click();
    await wait(200);
    const target = document.querySelector(':target');
    say('target', target.id);
    say('target-visible', target.offsetParent !== null);
    document.querySelector('blockquote a').click();
    await wait(200);
    say('requirement', document.querySelector(':target').id);
  }
  document.body.innerHTML = `<pre>${said.join('\\n')}</pre>`;
})();
";

#[test]
fn the_page_filters_and_its_links_lead_to_what_is_shown() {
    let Some(browser) = browser() else { return };
    let page = page();
    let said = ask(&browser, "filters", &with_probe(&page), (1280, 900));
    for line in [
        "all=true",
        "overflows=false",
        "search=true",
        "ratchet=f-symmetric_state_ratchet-crash-gone",
        "shown=1 of ",
        "bad=true",
        "nothing=0",
        "target=f-symmetric_state_squeeze-output-wrong-bytes",
        "target-visible=true",
        "requirement=r-SIG-VER-005",
    ] {
        assert!(said.contains(line), "{line}:\n{said}");
    }
}

#[test]
fn the_page_fits_a_phone() {
    let Some(browser) = browser() else { return };
    // Narrower windows are not to be had; what is laid out for a phone is at 500 pixels, too.
    let said = ask(&browser, "phone", &with_probe(&page()), (500, 900));
    assert!(said.contains("all=true") && said.contains("overflows=false"), "{said}");
    assert!(said.contains("narrow=false"), "{said}");
}

#[test]
fn without_its_script_all_of_the_page_is_there() {
    let Some(browser) = browser() else { return };
    let page = page();
    let (before, rest) = page.split_once("<script>").unwrap();
    let (_, after) = rest.split_once("</script>").unwrap();
    let said = ask(&browser, "no-script", &with_probe(&format!("{before}{after}")), (1280, 900));
    assert!(said.contains("all=true") && said.contains("search=false"), "{said}");
}

#[test]
fn the_page_loads_nothing_and_stays_small() {
    let page = page();
    for forbidden in ["http://", "<img", "<link", "@import", "url(", " src="] {
        assert!(!page.contains(forbidden), "{forbidden}");
    }
    // The only address is that of an example.
    assert!(!page.replace("https://example.org", "").contains("https://"));
    assert!(page.len() < 2_000_000, "{}", page.len());
    assert!(!page.contains("<b>bold</b>") && page.contains("&lt;b&gt;bold&lt;/b&gt;"), "what an engine says is text");
    // Every link has its target, and every name is there once.
    let names: Vec<&str> = page.split(" id=\"").skip(1).map(|rest| rest.split('"').next().unwrap()).collect();
    let mut once = names.clone();
    once.sort_unstable();
    once.dedup();
    assert_eq!(once.len(), names.len());
    for link in page.split("href=\"#").skip(1).map(|rest| rest.split('"').next().unwrap()) {
        assert!(once.binary_search(&link).is_ok(), "{link}");
    }
}

/// Five engines, one of which has 25,000 cases, and findings of several kinds.
fn page() -> String {
    static PAGE: LazyLock<String> = LazyLock::new(|| {
        let mut document = Document::new(std::time::UNIX_EPOCH, RunSettings::default());
        let json: serde_json::Value = serde_json::from_str(include_str!("html_engine.json")).unwrap();
        for n in 0..5 {
            let mut engine = json.clone();
            engine["name"] = format!("engine {n}").into();
            if n == 0 {
                let case = engine["cases"][0].clone();
                let more = (0..25_000).map(|i| {
                    let mut case = case.clone();
                    case["id"] = format!("more/{i}").into();
                    case
                });
                engine["cases"].as_array_mut().unwrap().extend(more);
            }
            document.engines.push(serde_json::from_value(engine).unwrap());
        }
        html::page(&document)
    });
    PAGE.clone()
}

fn with_probe(page: &str) -> String {
    page.replace("</body>", &format!("<script>{PROBE}</script></body>"))
}

fn ask(browser: &Path, name: &str, page: &str, (width, height): (u32, u32)) -> String {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("html-{name}"));
    std::fs::create_dir_all(&folder).unwrap();
    let file = folder.join("page.html");
    std::fs::write(&file, page).unwrap();
    let output = Command::new(browser)
        .args(["--headless=new", "--no-sandbox", "--disable-gpu", "--virtual-time-budget=20000", "--dump-dom"])
        .arg(format!("--user-data-dir={}", folder.join("profile").display()))
        .arg(format!("--window-size={width},{height}"))
        .arg(format!("file://{}", file.display()))
        .stderr(Stdio::null())
        .output()
        .unwrap();
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn browser() -> Option<PathBuf> {
    let found = std::env::var_os("CHROMIUM").map(PathBuf::from).or_else(|| {
        let folders: Vec<PathBuf> = std::env::split_paths(&std::env::var_os("PATH")?).collect();
        let names = ["chromium", "chromium-browser", "google-chrome"];
        names.iter().flat_map(|name| folders.iter().map(move |folder| folder.join(name))).find(|path| path.is_file())
    });
    if found.is_none() {
        eprintln!("not tested, as there is no Chromium on the path: set CHROMIUM to where it is");
    }
    found
}
