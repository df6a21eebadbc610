//! Addresses: every link between pages, and from the guide into the editor, is made here.

use daemonless_catalog::{Approach, Builder};

use super::try_it::TryIt;

/// The page with the editor.
pub(super) const EDITOR: &str = "index.html";

/// The page that is being written, as all addresses are relative to it.
#[derive(Clone, Copy)]
pub(super) struct Here<'p>(pub(super) &'p str);

impl Here<'_> {
    /// The address of a page or of a place on one, by its path from the built page's folder.
    pub(super) fn to(self, path: &str) -> String {
        href(self.0, path)
    }

    pub(super) fn approach(self, approach: Approach) -> String {
        self.to(&approach_path(approach.id()))
    }

    pub(super) fn builder(self, builder: Builder) -> String {
        self.to(&builder_path(builder.id()))
    }

    pub(super) fn rule(self, id: &str) -> String {
        self.to(&rule_path(id))
    }

    /// The place that tells of one step of an attack.
    pub(super) fn step(self, key: &str) -> String {
        self.to(&format!("learn/attack-paths.html#{key}"))
    }

    /// The editor with a text in it.
    pub(super) fn try_it(self, text: &TryIt<'_>) -> String {
        self.to(&format!("{EDITOR}#{}", text.fragment()))
    }
}

pub(super) fn approach_path(id: &str) -> String {
    format!("learn/approaches/{id}.html")
}

pub(super) fn builder_path(id: &str) -> String {
    format!("learn/builders/{id}.html")
}

pub(super) fn rule_path(id: &str) -> String {
    format!("learn/rules/{id}.html")
}

/// The address of `to` for a link on the page `from`; both are paths from the built page's folder.
pub(super) fn href(from: &str, to: &str) -> String {
    let (path, fragment) = to.split_once('#').map_or((to, None), |(path, fragment)| (path, Some(fragment)));
    let fragment = fragment.map(|fragment| format!("#{fragment}")).unwrap_or_default();
    if path == from && !fragment.is_empty() {
        return fragment;
    }
    let mut left: Vec<&str> = from.split('/').collect();
    let mut right: Vec<&str> = path.split('/').collect();
    // The last part is the file itself.
    left.pop();
    while right.len() > 1 && left.first() == right.first() {
        left.remove(0);
        right.remove(0);
    }
    format!("{}{}{fragment}", "../".repeat(left.len()), right.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(from: &str, to: &str, expected: &str) {
        assert_eq!(href(from, to), expected, "{from} to {to}");
    }

    #[test]
    fn addresses_are_relative() {
        check("learn/index.html", "index.html", "../index.html");
        check("learn/index.html", "learn/risk.html", "risk.html");
        check("learn/index.html", "learn/rules/a.html", "rules/a.html");
        check("learn/rules/a.html", "learn/risk.html#b", "../risk.html#b");
        check("learn/rules/a.html", "learn/rules/b.html", "b.html");
        check("learn/rules/a.html", "index.html#v1.x", "../../index.html#v1.x");
        check("learn/risk.html", "learn/risk.html#b", "#b");
        check("learn/risk.html", "learn/risk.html", "risk.html");
    }
}
