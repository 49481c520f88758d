//! Where this station listens for its peer, and what it tells the peer to call.

use std::fs;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener, UdpSocket};
use std::path::{Path, PathBuf};

use super::peer_url::{PeerUrl, PeerUrlError};

/// The file in the data directory that keeps the address: `ADDR:PORT`.
pub const ADDRESS_FILE: &str = "peer-address";

/// Ports are picked below the range that systems give to outgoing connections, so that no such connection sits on the port when
/// the station starts again.
const PORTS: std::ops::Range<u16> = 20_000..30_000;
const PICKS_MAX: usize = 200;

/// The address could not be chosen or kept.
#[derive(Debug, thiserror::Error)]
pub enum AddressError {
    /// The file could not be read or written.
    #[error("could not use {path}: {source}")]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The file holds something else.
    #[error(
        "{0} does not hold an address; delete it to let the station choose a new one, and give its new URL to the peer"
    )]
    Damaged(PathBuf),
    /// No port is free there.
    #[error("found no free port on {0}; choose an address of this machine with --listen ADDR:PORT")]
    NoPort(IpAddr),
}

/// The address to listen on: what was asked for with `--listen`, else what was used before, else every interface. A port that is
/// not asked for (0) is picked once and kept.
pub fn choose(data_dir: &Path, asked: Option<SocketAddr>) -> Result<SocketAddr, AddressError> {
    let path = data_dir.join(ADDRESS_FILE);
    let kept = read(&path)?;
    let address = match (asked, kept) {
        (Some(asked), Some(kept)) if asked.port() == 0 => SocketAddr::new(asked.ip(), kept.port()),
        (Some(asked), _) => asked,
        (None, Some(kept)) => kept,
        (None, None) => SocketAddr::new(Ipv4Addr::UNSPECIFIED.into(), 0),
    };
    let address = if address.port() == 0 {
        pick(address.ip())?
    } else {
        address
    };
    if kept != Some(address) {
        fs::write(&path, format!("{address}\n"))
            .map_err(|source| AddressError::Io { path, source })?;
    }
    Ok(address)
}

/// The host that the peer is told to call: the address itself where it is one, else this machine's address in its network, else
/// its name.
#[must_use]
pub fn advertised_host(address: IpAddr) -> String {
    if !address.is_unspecified() {
        return address.to_string();
    }
    outgoing_address(address)
        .map(|found| found.to_string())
        .or_else(host_name)
        .unwrap_or_else(|| Ipv4Addr::LOCALHOST.to_string())
}

/// The URL of a station that listens on `address`, without its fingerprint.
pub fn advertised_url(address: SocketAddr) -> Result<PeerUrl, PeerUrlError> {
    PeerUrl::new(&advertised_host(address.ip()), address.port(), None)
}

fn read(path: &Path) -> Result<Option<SocketAddr>, AddressError> {
    match fs::read_to_string(path) {
        Ok(text) => text
            .trim()
            .parse()
            .map(Some)
            .map_err(|_| AddressError::Damaged(path.to_owned())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(AddressError::Io {
            path: path.to_owned(),
            source,
        }),
    }
}

fn pick(ip: IpAddr) -> Result<SocketAddr, AddressError> {
    (0..PICKS_MAX)
        .map(|_| SocketAddr::new(ip, rand::random_range(PORTS)))
        .find(|address| TcpListener::bind(address).is_ok())
        .ok_or(AddressError::NoPort(ip))
}

/// The address that packets to elsewhere would leave from. Connecting a UDP socket sends nothing.
fn outgoing_address(unspecified: IpAddr) -> Option<IpAddr> {
    // Documentation addresses (RFC 5737, RFC 3849): routed like the rest of the world.
    let elsewhere: IpAddr = match unspecified {
        IpAddr::V4(_) => Ipv4Addr::new(192, 0, 2, 1).into(),
        IpAddr::V6(_) => Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 1).into(),
    };
    let socket = UdpSocket::bind((unspecified, 0)).ok()?;
    socket.connect((elsewhere, 9)).ok()?;
    socket
        .local_addr()
        .ok()
        .map(|address| address.ip())
        .filter(|found| !found.is_loopback() && !found.is_unspecified())
}

fn host_name() -> Option<String> {
    let name = rustix::system::uname().nodename().to_str().ok()?.to_owned();
    PeerUrl::new(&name, 1, None).is_ok().then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOOPBACK: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

    #[test]
    fn a_port_that_was_picked_is_kept() {
        let dir = tempfile::tempdir().unwrap();
        let picked = choose(dir.path(), Some(SocketAddr::new(LOOPBACK, 0))).unwrap();
        assert!(PORTS.contains(&picked.port()));
        assert_eq!(
            choose(dir.path(), Some(SocketAddr::new(LOOPBACK, 0))).unwrap(),
            picked
        );
        assert_eq!(choose(dir.path(), None).unwrap(), picked);
    }

    #[test]
    fn an_address_that_is_asked_for_wins_and_is_kept() {
        let dir = tempfile::tempdir().unwrap();
        choose(dir.path(), None).unwrap();
        let asked = SocketAddr::new(LOOPBACK, 7411);
        assert_eq!(choose(dir.path(), Some(asked)).unwrap(), asked);
        assert_eq!(choose(dir.path(), None).unwrap(), asked);
    }

    #[test]
    fn a_damaged_file_is_named_and_left_alone() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join(ADDRESS_FILE);
        fs::write(&path, "anywhere").unwrap();
        assert!(
            matches!(choose(dir.path(), None), Err(AddressError::Damaged(named)) if named == path)
        );
        assert_eq!(fs::read_to_string(path).unwrap(), "anywhere");
    }

    #[test]
    fn the_host_to_call_is_never_the_unspecified_address() {
        assert_eq!(advertised_host(LOOPBACK), "127.0.0.1");
        let host = advertised_host(Ipv4Addr::UNSPECIFIED.into());
        assert!(PeerUrl::new(&host, 7411, None).is_ok(), "{host}");
        assert_ne!(host, "0.0.0.0");
    }
}
