//! The one kind of pattern that the facts use.

/// Whether `text` is `pattern`, in which `*` at either end, or both, stands for anything.
pub(crate) fn matches(pattern: &str, text: &str) -> bool {
    match (pattern.strip_prefix('*'), pattern.strip_suffix('*')) {
        (None, None) => text == pattern,
        (Some(end), None) => text.ends_with(end),
        (None, Some(start)) => text.starts_with(start),
        (Some(_), Some(_)) => text.contains(pattern.trim_matches('*')),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(pattern: &str, text: &str, expected: bool) {
        assert_eq!(matches(pattern, text), expected, "{pattern} {text}");
    }

    #[test]
    fn stars_stand_at_the_ends() {
        check("dind", "dind", true);
        check("dind", "29-dind", false);
        check("*-dind", "29-dind", true);
        check("saas-linux-*", "saas-linux-small-amd64", true);
        check("*-dind-*", "20-dind-alpine", true);
        check("*-dind-*", "20-cli", false);
        check("*", "anything", true);
    }
}
