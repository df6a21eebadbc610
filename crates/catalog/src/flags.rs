//! The command lines that the analysis reads, as data: which options a command has and which of them take a value.

use crate::tables::FLAGS;

/// What may follow an option.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Takes {
    /// A switch. `--rm=false` is valid, `--rm false` is not: there `false` is the first positional word.
    Nothing,
    /// A value, after `=` or as the next word.
    Value,
    /// A value only after `=` (`podman build --pull`).
    Optional,
}

/// One option of a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Flag {
    /// Without the dashes.
    pub long: &'static str,
    /// The letter, for `-v` and for clusters (`-itv`).
    pub short: Option<char>,
    pub takes_value: Takes,
    /// Whether values add up. Otherwise the last one wins.
    pub repeatable: bool,
}

/// The options of one command.
#[derive(Clone, Copy, Debug)]
pub struct CommandFlags {
    /// The program's name; `kaniko` for `/kaniko/executor`.
    pub tool: &'static str,
    /// How the command is called: its own name first, then its other names. Empty for the options before a command.
    pub subcommands: &'static [&'static str],
    /// Whether options may still follow the first positional word. Where not, the rest belongs to what is run or built
    /// (`docker run alpine ls -v`).
    pub interspersed: bool,
    pub flags: &'static [Flag],
}

impl CommandFlags {
    /// The option of that name, given without dashes.
    pub fn find_long(&self, long: &str) -> Option<&'static Flag> {
        self.flags.iter().find(|flag| flag.long == long)
    }

    /// The option of that letter.
    pub fn find_short(&self, short: char) -> Option<&'static Flag> {
        self.flags.iter().find(|flag| flag.short == Some(short))
    }
}

/// The options of `tool subcommand` (`docker`, `buildx build`); of the program itself where `subcommand` is empty. A
/// command's other names are known (`docker container run`).
pub fn flags(tool: &str, subcommand: &str) -> Option<&'static CommandFlags> {
    FLAGS.iter().find(|command| command.tool == tool && command.subcommands.contains(&subcommand))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(tool: &str, subcommand: &str, flag: &str, expected: Option<Takes>) {
        let command = flags(tool, subcommand).expect("a known command");
        let mut letters = flag.chars();
        let found = match (letters.next(), letters.next()) {
            (Some(letter), None) => command.find_short(letter),
            _ => command.find_long(flag),
        };
        assert_eq!(found.map(|flag| flag.takes_value), expected, "{tool} {subcommand} {flag}");
    }

    #[test]
    fn options_are_found() {
        check("docker", "run", "v", Some(Takes::Value));
        check("docker", "run", "i", Some(Takes::Nothing));
        check("docker", "run", "t", Some(Takes::Nothing));
        check("docker", "run", "privileged", Some(Takes::Nothing));
        check("docker", "container run", "volume", Some(Takes::Value));
        check("docker", "", "H", Some(Takes::Value));
        check("docker", "build", "t", Some(Takes::Value));
        check("docker", "buildx build", "push", Some(Takes::Nothing));
        check("docker", "build", "nonsense", None);
        check("docker", "compose", "f", Some(Takes::Value));
        check("docker-compose", "up", "d", Some(Takes::Nothing));
        check("podman", "build", "pull", Some(Takes::Optional));
        check("docker", "build", "pull", Some(Takes::Nothing));
        check("kaniko", "", "destination", Some(Takes::Value));
        check("dockerd", "", "host", Some(Takes::Value));
    }

    #[test]
    fn options_end_where_the_command_says() {
        let ends = |tool, subcommand| !flags(tool, subcommand).expect("a known command").interspersed;
        assert!(ends("docker", "run"));
        assert!(ends("docker", "exec"));
        assert!(ends("docker", "compose"));
        assert!(ends("buildah", "build"));
        assert!(!ends("docker", "build"));
        assert!(!ends("podman", "build"));
    }

    #[test]
    fn unknown_commands_have_no_table() {
        assert!(flags("docker", "nonsense").is_none());
        assert!(flags("nonsense", "").is_none());
    }
}
