//! One station alone is a full product, and touches no network.

use serde_json::json;

use crate::station::Station;

/// Local addresses of the listening TCP sockets of this process.
fn listening(pid: i32) -> Vec<String> {
    let fds = std::fs::read_dir(format!("/proc/{pid}/fd")).expect("its descriptors");
    let inodes: Vec<String> = fds
        .filter_map(Result::ok)
        .filter_map(|fd| std::fs::read_link(fd.path()).ok())
        .filter_map(|link| {
            let link = link.to_string_lossy().into_owned();
            Some(link.strip_prefix("socket:[")?.strip_suffix(']')?.to_owned())
        })
        .collect();
    ["tcp", "tcp6", "udp", "udp6"]
        .iter()
        .flat_map(|table| {
            let text =
                std::fs::read_to_string(format!("/proc/{pid}/net/{table}")).unwrap_or_default();
            text.lines()
                .skip(1)
                .filter_map(|line| {
                    let fields: Vec<&str> = line.split_whitespace().collect();
                    let inode = (*fields.get(9)?).to_owned();
                    inodes
                        .contains(&inode)
                        .then(|| format!("{table} {} {}", fields[1], fields[3]))
                })
                .collect::<Vec<_>>()
        })
        .collect()
}

#[test]
fn without_redundancy_the_loopback_control_port_is_the_only_socket() {
    let station = Station::start("Alone");
    station.note("2026-11-22", "offline");
    let sockets = listening(station.pid());
    assert!(!sockets.is_empty());
    for socket in &sockets {
        // 0100007F is 127.0.0.1 in the kernel's table.
        assert!(
            socket.starts_with("tcp 0100007F:"),
            "not loopback: {sockets:?}"
        );
    }
    let peer = Station::start("Peer");
    station.ok(
        "set_redundancy",
        json!({"mode": "primary", "peer_url": peer.url()}),
    );
    let listeners = |station: &Station| {
        listening(station.pid())
            .iter()
            .filter(|s| s.ends_with(" 0A"))
            .count()
    };
    crate::station::until("the peer listener is open", || listeners(&station) == 2);
    station.ok("set_redundancy", json!({"mode": "none"}));
    crate::station::until("the peer listener is closed again", || {
        listeners(&station) == 1
    });
}

#[test]
fn the_port_for_the_peer_is_chosen_once_and_kept() {
    let mut station = Station::start("Alpha");
    let before = station.url();
    station.crash_and_restart();
    assert_eq!(station.url(), before);
}

#[test]
fn one_data_directory_has_one_station() {
    let mut station = Station::start("Alpha");
    let (code, text) = Station::refuses_to_start(&station.dir);
    assert_ne!(code, 0);
    assert!(
        text.contains(&station.pid().to_string()),
        "it names the other: {text}"
    );
    station.note("2026-11-22", "undisturbed");
    // A killed station leaves no lock behind.
    station.crash_and_restart();
}

#[test]
fn a_file_that_is_no_database_is_named_and_left_alone() {
    let mut station = Station::start("Alpha");
    station.stop();
    let db = std::fs::read_dir(&station.dir)
        .expect("the data directory")
        .filter_map(Result::ok)
        .map(|entry| entry.path())
        .find(|path| path.extension().is_some_and(|e| e == "db"))
        .expect("a database");
    let garbage = vec![b'x'; 8192];
    std::fs::write(&db, &garbage).expect("it can be written");
    let (code, text) = Station::refuses_to_start(&station.dir);
    assert_ne!(code, 0);
    let name = db
        .file_name()
        .expect("a name")
        .to_string_lossy()
        .into_owned();
    assert!(text.contains(&name), "the message names the file: {text}");
    assert_eq!(
        std::fs::read(&db).expect("it is there"),
        garbage,
        "left alone"
    );
}
