//! A pair on a network cable of its own that can lose what it carries, in either direction.
//!
//! Each station stands in a network namespace, and one virtual cable connects the two. Loss is real: packets leave one end
//! and never arrive, no connection is reset, and nothing tells a station. (One end is given a wrong hardware address for
//! the other, so that the other's kernel drops what arrives.) Where the machine allows no namespaces, proxies between
//! the stations swallow the bytes instead, and the same claims are held against that.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};

use serde_json::{Value, json};

use crate::proxy::Proxy;
use crate::station::{DAY, Station, enter, until_synced};

/// What is lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Loss {
    /// What either says.
    Both,
    /// What the primary says.
    OfPrimary,
    /// What the secondary says.
    OfSecondary,
}

/// Two stations and what lies between them.
pub struct Cabled {
    pub primary: Station,
    pub secondary: Station,
    cable: Cable,
}

enum Cable {
    Virtual(Ends),
    Proxies {
        to_primary: Proxy,
        to_secondary: Proxy,
    },
}

impl Cabled {
    /// A pair that is Synced over its cable; the secondary takes over after this offset.
    pub fn failover(offset_s: u32) -> Self {
        let pair = match Ends::plug_in() {
            Some(ends) => {
                let [near, far] = &ends.0;
                let primary =
                    Station::start_inside("Alpha", near.id(), &format!("{}:0", ADDRESS[0]));
                let secondary =
                    Station::start_inside("Beta", far.id(), &format!("{}:0", ADDRESS[1]));
                let urls = (primary.url(), secondary.url());
                Self::configured(primary, secondary, urls, offset_s, Cable::Virtual(ends))
            }
            None => {
                eprintln!("no network namespaces here: proxies swallow what is lost");
                let (primary, secondary) = (Station::start("Alpha"), Station::start("Beta"));
                let (to_primary, primary_url) = Proxy::before(&primary.url());
                let (to_secondary, secondary_url) = Proxy::before(&secondary.url());
                let urls = (primary_url, secondary_url);
                let cable = Cable::Proxies {
                    to_primary,
                    to_secondary,
                };
                Self::configured(primary, secondary, urls, offset_s, cable)
            }
        };
        pair.primary.note(DAY, "one");
        pair.until_synced();
        pair
    }

    fn configured(
        primary: Station,
        secondary: Station,
        (primary_url, secondary_url): (String, String),
        offset_s: u32,
        cable: Cable,
    ) -> Self {
        primary.ok(
            "set_redundancy",
            json!({"mode": "primary", "peer_url": secondary_url}),
        );
        let follow: Value = json!({"mode": "secondary_failover", "failover_offset_s": offset_s,
            "peer_url": primary_url, "confirm_replace": true});
        secondary.ok("set_redundancy", follow);
        Self {
            primary,
            secondary,
            cable,
        }
    }

    /// Whether there is a cable, or proxies stand in for one.
    pub fn is_virtual(&self) -> bool {
        matches!(self.cable, Cable::Virtual(_))
    }

    /// From now on this is lost, silently.
    pub fn lose(&self, loss: Loss) {
        let (of_primary, of_secondary) = (loss != Loss::OfSecondary, loss != Loss::OfPrimary);
        self.lose_of(of_primary, of_secondary);
    }

    /// Nothing is lost any more.
    pub fn heal(&self) {
        self.lose_of(false, false);
        if let Cable::Proxies {
            to_primary,
            to_secondary,
        } = &self.cable
        {
            // Connections that lost bytes are useless.
            to_primary.cut();
            to_secondary.cut();
        }
    }

    fn lose_of(&self, of_primary: bool, of_secondary: bool) {
        match &self.cable {
            Cable::Virtual(ends) => {
                ends.misdirect(0, of_primary);
                ends.misdirect(1, of_secondary);
            }
            Cable::Proxies {
                to_primary,
                to_secondary,
            } => {
                to_primary.mute(of_secondary, of_primary);
                to_secondary.mute(of_primary, of_secondary);
            }
        }
    }

    pub fn until_synced(&self) {
        until_synced(&self.primary, &self.secondary);
    }
}

const ADDRESS: [&str; 2] = ["10.77.0.1", "10.77.0.2"];
const HARDWARE: [&str; 2] = ["02:00:00:00:00:01", "02:00:00:00:00:02"];
/// Nobody's.
const NOWHERE: &str = "02:00:00:00:00:99";

/// The two ends of a virtual cable, each in a namespace that lives as long as its process: both end with this, and with the
/// test, however that ends.
struct Ends([Child; 2]);

impl Ends {
    /// `None` where the machine does not allow it.
    fn plug_in() -> Option<Self> {
        let near = hold(Command::new("unshare").args(["--user", "--map-root-user"]))?;
        let far = hold(enter(near.id(), false).arg("unshare"));
        let ends = match far {
            Some(far) => Self([near, far]),
            None => {
                end(near);
                return None;
            }
        };
        let cable = format!(
            "ip link add cable0 type veth peer name cable1 netns {}",
            ends.0[1].id()
        );
        let plugged = ends.run(0, &cable)
            && [0, 1].into_iter().all(|end| {
                let (own, hardware) = (ADDRESS[end], HARDWARE[end]);
                ends.run(
                    end,
                    &format!(
                        "ip link set lo up && ip link set cable{end} address {hardware} && \
                         ip addr add {own}/24 dev cable{end} && ip link set cable{end} up"
                    ),
                )
            });
        if !plugged {
            return None;
        }
        ends.misdirect(0, false);
        ends.misdirect(1, false);
        Some(ends)
    }

    /// Sends what leaves this end to the other, or nowhere.
    fn misdirect(&self, end: usize, nowhere: bool) {
        let other = 1 - end;
        let hardware = if nowhere { NOWHERE } else { HARDWARE[other] };
        let to = format!(
            "ip neigh replace {} lladdr {hardware} dev cable{end} nud permanent",
            ADDRESS[other]
        );
        assert!(self.run(end, &to), "{to}");
    }

    fn run(&self, end: usize, script: &str) -> bool {
        let mut command = enter(self.0[end].id(), true);
        let ran = command
            .args(["sh", "-c", script])
            .stdin(Stdio::null())
            .output();
        match ran {
            Ok(output) if output.status.success() => true,
            Ok(output) => {
                eprintln!("{script}: {}", String::from_utf8_lossy(&output.stderr));
                false
            }
            Err(error) => {
                eprintln!("{script}: {error}");
                false
            }
        }
    }
}

impl Drop for Ends {
    fn drop(&mut self) {
        for child in &mut self.0 {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

fn end(mut child: Child) {
    let _ = child.kill();
    let _ = child.wait();
}

/// Starts a process that does nothing in a new network namespace; it ends when its standard input does.
fn hold(command: &mut Command) -> Option<Child> {
    let mut child = command
        .args(["--net", "sh", "-c", "echo ready; exec cat"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .ok()?;
    let mut line = String::new();
    let output = child.stdout.as_mut()?;
    let read = BufReader::new(output).read_line(&mut line);
    if read.is_ok() && line.trim() == "ready" {
        return Some(child);
    }
    end(child);
    None
}
