//! Addresses of engines: `DOCKER_HOST`, `-H`, `--host`.

/// Where an address leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Address<'a> {
    /// A socket of this machine.
    Unix(&'a str),
    /// A Windows pipe of this machine.
    Pipe,
    /// The API over TCP. Docker's client takes port 2375 where none is given.
    Tcp {
        host: &'a str,
        port: &'a str,
    },
    Ssh(&'a str),
    /// Empty, `default`, or nothing that can be read.
    Unknown,
}

impl<'a> Address<'a> {
    pub fn parse(text: &'a str) -> Self {
        let text = text.trim();
        let (scheme, rest) = text.split_once("://").unwrap_or(("", text));
        match scheme {
            "unix" => Self::Unix(rest),
            "npipe" => Self::Pipe,
            "ssh" => Self::Ssh(rest),
            "tcp" | "http" | "https" => Self::tcp(rest),
            "" if text.starts_with('/') => Self::Unix(text),
            "" if looks_like_host(text) => Self::tcp(text),
            _ => Self::Unknown,
        }
    }

    fn tcp(rest: &'a str) -> Self {
        let rest = rest.split('/').next().unwrap_or("");
        let bracket = rest.rfind(']').unwrap_or(0);
        match rest.get(bracket..).and_then(|tail| tail.rfind(':')) {
            Some(colon) => Self::Tcp { host: &rest[..bracket + colon], port: &rest[bracket + colon + 1..] },
            None => Self::Tcp { host: rest, port: "" },
        }
    }

    /// Whether this is the API over TCP on the port that carries no TLS, or on no port, which means that one.
    pub fn is_plain_tcp(&self) -> bool {
        matches!(self, Self::Tcp { port: "2375" | "", host } if !host.is_empty())
    }

    /// Whether it leads to every address of the machine that listens.
    pub fn is_everywhere(&self) -> bool {
        matches!(self, Self::Tcp { host: "" | "0.0.0.0" | "[::]" | "::" | "*", .. })
    }
}

/// `docker:2375`, `127.0.0.1`: something with a port or dots and nothing else.
fn looks_like_host(text: &str) -> bool {
    let plain = text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | ':' | '-' | '_'));
    plain
        && (text.contains(':')
            || (text.contains('.') && text.chars().all(|c| c.is_ascii_digit() || c == '.')))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses() {
        assert_eq!(Address::parse("unix:///var/run/docker.sock"), Address::Unix("/var/run/docker.sock"));
        assert_eq!(Address::parse("tcp://docker:2375/"), Address::Tcp { host: "docker", port: "2375" });
        assert_eq!(Address::parse("tcp://[::1]:2376"), Address::Tcp { host: "[::1]", port: "2376" });
        assert_eq!(Address::parse("127.0.0.1"), Address::Tcp { host: "127.0.0.1", port: "" });
        assert_eq!(Address::parse("docker:2375"), Address::Tcp { host: "docker", port: "2375" });
        assert_eq!(Address::parse("ssh://me@host"), Address::Ssh("me@host"));
        assert_eq!(Address::parse("npipe:////./pipe/docker_engine"), Address::Pipe);
        assert_eq!(Address::parse("$HOST"), Address::Unknown);
        assert_eq!(Address::parse(""), Address::Unknown);
        assert!(Address::parse("tcp://docker").is_plain_tcp());
        assert!(!Address::parse("tcp://docker:2376").is_plain_tcp());
        assert!(Address::parse("tcp://0.0.0.0:2375").is_everywhere());
    }
}
