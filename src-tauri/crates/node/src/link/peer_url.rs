//! The URL of a station: `https://HOST:PORT/#sha256-…`. What an operator copies from one station and types into the other.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use super::fingerprint::{Fingerprint, FingerprintError};

/// The longest URL that is read: a host name (253), a fingerprint (50), a port and the signs between them fit with room.
const LENGTH_MAX: usize = 400;

/// Where the peer listens, and which certificate it must show.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct PeerUrl {
    host: Host,
    port: u16,
    fingerprint: Option<Fingerprint>,
}

/// A name or an address, as it stands in a URL.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Host {
    Name(String),
    Address(IpAddr),
}

/// Why a text is no peer URL.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PeerUrlError {
    /// Nothing was typed.
    #[error("the URL is missing; the redundancy settings of the other station show it to copy")]
    Empty,
    /// Longer than any URL of a station.
    #[error("the URL is longer than {LENGTH_MAX} characters")]
    TooLong,
    /// A space or a control character inside.
    #[error("the URL contains a space or a control character")]
    Blank,
    /// Not https.
    #[error("the URL must begin with https:// (like https://HOST:PORT/#sha256-…)")]
    Scheme,
    /// `user@host`.
    #[error("the URL must not contain a user name or password")]
    UserInfo,
    /// Nothing between `https://` and the port.
    #[error("the URL has no host")]
    HostMissing,
    /// Not a host name, an IPv4 address or an IPv6 address in brackets.
    #[error(
        "\"{0}\" is neither a host name nor an IP address (an IPv6 address stands in [brackets])"
    )]
    Host(String),
    /// No `:PORT`.
    #[error("the URL has no port (like https://HOST:PORT/#sha256-…)")]
    PortMissing,
    /// Not a number from 1 to 65535.
    #[error("\"{0}\" is not a port: a number from 1 to 65535")]
    Port(String),
    /// Something between the port and the fingerprint.
    #[error("the URL must have no path (\"{0}\")")]
    Path(String),
    /// `?…`.
    #[error("the URL must have no query")]
    Query,
    /// What follows `#` is no fingerprint.
    #[error("the fingerprint after # is not valid: {0}")]
    Fingerprint(#[from] FingerprintError),
}

impl PeerUrl {
    /// A URL from its parts; used for this station's own.
    pub fn new(
        host: &str,
        port: u16,
        fingerprint: Option<Fingerprint>,
    ) -> Result<Self, PeerUrlError> {
        if port == 0 {
            return Err(PeerUrlError::Port("0".into()));
        }
        let host = host
            .parse::<IpAddr>()
            .map_or_else(|_| parse_host(host), |address| Ok(Host::Address(address)))?;
        Ok(Self {
            host,
            port,
            fingerprint,
        })
    }

    /// The pin, if the URL has one.
    #[must_use]
    pub fn fingerprint(&self) -> Option<Fingerprint> {
        self.fingerprint
    }

    /// The same place with a pin.
    #[must_use]
    pub fn pinned(&self, fingerprint: Fingerprint) -> Self {
        Self {
            fingerprint: Some(fingerprint),
            ..self.clone()
        }
    }

    /// True where both name the same host and port, whatever the pin.
    #[must_use]
    pub fn same_place(&self, other: &Self) -> bool {
        self.host == other.host && self.port == other.port
    }

    /// `https://HOST:PORT` with the path of an endpoint.
    pub(crate) fn endpoint(&self, path: &str) -> String {
        format!("https://{}:{}{path}", self.host, self.port)
    }
}

impl fmt::Display for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name(name) => f.write_str(name),
            Self::Address(IpAddr::V4(address)) => write!(f, "{address}"),
            Self::Address(IpAddr::V6(address)) => write!(f, "[{address}]"),
        }
    }
}

impl fmt::Display for PeerUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "https://{}:{}/", self.host, self.port)?;
        self.fingerprint
            .map_or(Ok(()), |fingerprint| write!(f, "#{fingerprint}"))
    }
}

impl FromStr for PeerUrl {
    type Err = PeerUrlError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.trim();
        if text.is_empty() {
            return Err(PeerUrlError::Empty);
        }
        if text.len() > LENGTH_MAX {
            return Err(PeerUrlError::TooLong);
        }
        if text.chars().any(|c| c.is_whitespace() || c.is_control()) {
            return Err(PeerUrlError::Blank);
        }
        let rest = strip_scheme(text)?;
        let (rest, fragment) = split_at(rest, '#');
        let (rest, query) = split_at(rest, '?');
        if query.is_some() {
            return Err(PeerUrlError::Query);
        }
        let (authority, path) = split_at(rest, '/');
        if let Some(path) = path.filter(|path| !path.is_empty()) {
            return Err(PeerUrlError::Path(format!("/{path}")));
        }
        if authority.contains('@') {
            return Err(PeerUrlError::UserInfo);
        }
        let (host, port) = parse_authority(authority)?;
        let fingerprint = fragment
            .filter(|fragment| !fragment.is_empty())
            .map(str::parse)
            .transpose()?;
        Ok(Self {
            host,
            port,
            fingerprint,
        })
    }
}

fn strip_scheme(text: &str) -> Result<&str, PeerUrlError> {
    const SCHEME: &str = "https://";
    match text.split_at_checked(SCHEME.len()) {
        Some((scheme, rest)) if scheme.eq_ignore_ascii_case(SCHEME) => Ok(rest),
        _ => Err(PeerUrlError::Scheme),
    }
}

fn split_at(text: &str, sign: char) -> (&str, Option<&str>) {
    text.split_once(sign)
        .map_or((text, None), |(before, after)| (before, Some(after)))
}

fn parse_authority(authority: &str) -> Result<(Host, u16), PeerUrlError> {
    let (host, port) = if let Some(bracketed) = authority.strip_prefix('[') {
        let (address, after) = bracketed
            .split_once(']')
            .ok_or_else(|| PeerUrlError::Host(authority.into()))?;
        let address = address
            .parse()
            .map_err(|_| PeerUrlError::Host(address.into()))?;
        let port = match after.strip_prefix(':') {
            Some(port) => Some(port),
            None if after.is_empty() => None,
            None => return Err(PeerUrlError::Host(authority.into())),
        };
        (Host::Address(IpAddr::V6(address)), port)
    } else {
        let (host, port) = split_at(authority, ':');
        if host.is_empty() {
            return Err(PeerUrlError::HostMissing);
        }
        if port.is_some_and(|port| port.contains(':')) {
            return Err(PeerUrlError::Host(authority.into()));
        }
        (parse_host(host)?, port)
    };
    let port = port
        .filter(|port| !port.is_empty())
        .ok_or(PeerUrlError::PortMissing)?;
    Ok((host, parse_port(port)?))
}

fn parse_port(text: &str) -> Result<u16, PeerUrlError> {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse()
        .ok()
        .filter(|&port| digits && port != 0)
        .ok_or_else(|| PeerUrlError::Port(text.into()))
}

/// An IPv4 address or a host name (RFC 1123; underscores are let through, since local networks have them).
fn parse_host(host: &str) -> Result<Host, PeerUrlError> {
    let wrong = || PeerUrlError::Host(host.into());
    if host
        .bytes()
        .all(|byte| byte.is_ascii_digit() || byte == b'.')
    {
        return host
            .parse()
            .map(|address| Host::Address(IpAddr::V4(address)))
            .map_err(|_| wrong());
    }
    let label_ok = |label: &str| {
        (1..=63).contains(&label.len())
            && label
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    let name = host.strip_suffix('.').unwrap_or(host);
    if name.len() > 253 || !name.split('.').all(label_ok) {
        return Err(wrong());
    }
    Ok(Host::Name(name.to_ascii_lowercase()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<PeerUrl, PeerUrlError> {
        text.parse()
    }

    #[test]
    fn a_whole_url_reads_and_writes_the_same() {
        let fingerprint = Fingerprint::of_certificate(b"peer");
        for host in ["studio-b", "studio-b.example", "192.0.2.7", "[2001:db8::7]"] {
            let text = format!("https://{host}:7411/#{fingerprint}");
            let url = parse(&text).unwrap();
            assert_eq!(url.fingerprint(), Some(fingerprint));
            assert_eq!(url.to_string(), text);
            assert_eq!(
                url.endpoint("/peer/v1/hello"),
                format!("https://{host}:7411/peer/v1/hello")
            );
        }
    }

    #[test]
    fn case_blanks_around_and_a_missing_slash_do_not_matter() {
        let fingerprint = Fingerprint::of_certificate(b"peer");
        let expected = parse(&format!("https://studio-b:7411/#{fingerprint}")).unwrap();
        assert_eq!(
            parse(&format!("  HTTPS://Studio-B:7411#{fingerprint}\n")).unwrap(),
            expected
        );
        assert_eq!(
            parse(&format!("https://studio-b.:7411/#{fingerprint}")).unwrap(),
            expected
        );
    }

    #[test]
    fn a_url_without_a_fingerprint_is_one_to_be_confirmed_by_code() {
        for text in [
            "https://studio-b:7411",
            "https://studio-b:7411/",
            "https://studio-b:7411/#",
        ] {
            assert_eq!(parse(text).unwrap().fingerprint(), None);
        }
    }

    #[test]
    fn every_flaw_has_its_own_answer() {
        use PeerUrlError as E;
        let flaws = [
            ("", E::Empty),
            ("   ", E::Empty),
            ("https://a b:1/", E::Blank),
            ("http://studio-b:7411/", E::Scheme),
            ("studio-b:7411", E::Scheme),
            ("wss://studio-b:7411", E::Scheme),
            ("https://user:secret@studio-b:7411/", E::UserInfo),
            ("https://:7411/", E::HostMissing),
            ("https://", E::HostMissing),
            ("https://studio-b/", E::PortMissing),
            ("https://studio-b:/", E::PortMissing),
            ("https://[::1]/", E::PortMissing),
            ("https://studio-b:0/", E::Port("0".into())),
            ("https://studio-b:65536/", E::Port("65536".into())),
            ("https://studio-b:+80/", E::Port("+80".into())),
            ("https://studio-b:http/", E::Port("http".into())),
            ("https://studio-b:7411/peer", E::Path("/peer".into())),
            ("https://studio-b:7411/?x=1", E::Query),
            ("https://studio_b!:7411/", E::Host("studio_b!".into())),
            ("https://256.1.1.1:7411/", E::Host("256.1.1.1".into())),
            ("https://::1:7411/", E::HostMissing),
            (
                "https://2001:db8::7:7411/",
                E::Host("2001:db8::7:7411".into()),
            ),
            (
                "https://[2001:db8::7:7411/",
                E::Host("[2001:db8::7:7411".into()),
            ),
            ("https://[studio-b]:7411/", E::Host("studio-b".into())),
            (
                "https://studio-b:7411/#md5-x",
                E::Fingerprint(FingerprintError::Prefix),
            ),
            (
                "https://studio-b:7411/#sha256-x",
                E::Fingerprint(FingerprintError::Encoding),
            ),
        ];
        for (text, flaw) in flaws {
            assert_eq!(parse(text), Err(flaw), "{text}");
        }
        assert_eq!(
            parse(&format!("https://{}:1/", "a".repeat(500))),
            Err(E::TooLong)
        );
    }

    #[test]
    fn a_station_writes_its_own_url_from_its_parts() {
        let fingerprint = Fingerprint::of_certificate(b"me");
        let url = PeerUrl::new("::1", 7411, Some(fingerprint)).unwrap();
        assert_eq!(
            url.to_string(),
            format!("https://[::1]:7411/#{fingerprint}")
        );
        assert!(PeerUrl::new("host name", 7411, None).is_err());
        assert!(url.same_place(&parse("https://[0::1]:7411/").unwrap()));
    }
}
