//! Processes that share a store in a PostgreSQL database, and are killed, or their server is.
//!
//! `cargo xtask crash postgres` does it 200 times with processes, and 20 times with the server.

use crate::crash::{at_any_time, kills, survives};
use crate::postgres_server::Server;
use crate::processes::rotate;
use crate::worker::{Folder, given};

#[test]
fn eight_processes_that_rotate_one_key_get_versions_of_their_own() {
    const TEST: &str = "postgres::eight_processes_that_rotate_one_key_get_versions_of_their_own";
    with_server("rotate", |server| {
        rotate(TEST, || Folder::new("pg-rotate").with_database(&server.unwrap().database("rotate")));
    });
}

#[test]
fn what_was_acknowledged_survives_a_kill_of_the_process() {
    const TEST: &str = "postgres::what_was_acknowledged_survives_a_kill_of_the_process";
    let kills = kills("WASI_CRYPTO_KILLS", 10);
    with_server("process", |server| {
        let folder = |number| database("pg-process", server.as_deref().unwrap(), number);
        survives(TEST, kills, folder, |_, random| at_any_time(random));
    });
}

#[test]
fn what_was_acknowledged_survives_a_kill_of_the_server() {
    const TEST: &str = "postgres::what_was_acknowledged_survives_a_kill_of_the_server";
    let kills = kills("WASI_CRYPTO_SERVER_KILLS", 2);
    with_server("server", |server| {
        let server = std::cell::RefCell::new(server);
        let folder = |number| database("pg-server", server.borrow().as_deref().unwrap(), number);
        survives(TEST, kills, folder, |worker, random| {
            let mut said = at_any_time(random);
            {
                let mut server = server.borrow_mut();
                let server = server.as_mut().unwrap();
                server.kill();
                server.restart();
            }
            // The process goes on, with what it was at.
            said.extend((0..5).map(|_| worker.next().expect("the worker goes on")));
            said.extend(at_any_time(random));
            said
        });
    });
}

/// Does something with a server that writes as an operator's does; in a process that has been given a database, without;
/// not at all where PostgreSQL is not installed.
fn with_server(name: &str, work: impl FnOnce(Option<&mut Server>)) {
    if given().is_some() {
        work(None);
    } else if let Some(mut server) = Server::start(name, &[]) {
        work(Some(&mut server));
    }
}

fn database(name: &str, server: &Server, number: u64) -> Folder {
    Folder::new(name).with_database(&server.database(&format!("crash-{number}")))
}
