//! On what and with what it was measured: read when it is measured.

use std::fs::read_to_string;
use std::path::Path;
use std::process::Command;

use crate::server::run;

/// The version of SQLite that stations are built with, and what else decides the figures.
pub fn describe(dir: &Path, versions: &[String]) -> String {
    let cpu = field("/proc/cpuinfo", "model name").unwrap_or_else(|| "unknown CPU".to_owned());
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let memory_kib: u64 = field("/proc/meminfo", "MemTotal")
        .and_then(|kib| kib.split(' ').next()?.parse().ok())
        .unwrap_or(0);
    let kernel = read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    let load = read_to_string("/proc/loadavg").unwrap_or_default();
    let load = load.split(' ').next().unwrap_or_default();
    let niceness = rustix::process::getpriority_process(None).unwrap_or(0);
    let (disk, file_system) = disk_of(dir);
    let date = jiff::Timestamp::now().strftime("%F %H:%M UTC");
    format!(
        "{date}. {cpu}, {cores} cores, {} GiB of memory, Linux {}; {disk} with {file_system} under both stations and \
         all servers. Load of the machine by other work at the start: {load}; niceness of everything measured: {niceness}. {}.",
        memory_kib >> 20,
        kernel.trim(),
        versions.join("; ")
    )
}

/// The value of the first line `NAME : VALUE`.
fn field(file: &str, name: &str) -> Option<String> {
    let text = read_to_string(file).ok()?;
    let line = text.lines().find(|line| line.starts_with(name))?;
    Some(line.split_once(':')?.1.trim().to_owned())
}

/// The device and the file system that a directory is on.
fn disk_of(dir: &Path) -> (String, String) {
    let found = run(Command::new("findmnt")
        .args([
            "--noheadings",
            "--raw",
            "--output",
            "SOURCE,FSTYPE",
            "--target",
        ])
        .arg(dir));
    match found.trim().split_once(' ') {
        Some((source, file_system)) => (source.to_owned(), file_system.to_owned()),
        None => (found.trim().to_owned(), "an unknown file system".to_owned()),
    }
}
