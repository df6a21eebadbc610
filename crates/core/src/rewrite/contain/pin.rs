//! Docker's own images in the file: with a version that does not move, and as the rootless daemon where nothing needs root.

use daemonless_catalog::DAEMON;

use super::Containing;
use crate::edit::Edit;
use crate::engine::image::Reference;
use crate::model::Value;

const PIN: &str = "A fixed version, so that the daemon does not change under the pipeline.";
const ROOTLESS: &str = "The rootless daemon runs without root: nothing that this job does needs it.";

impl Containing<'_, '_> {
    /// Docker's own image with a version, and as the rootless daemon.
    pub(super) fn pin(&mut self, at: usize, image: &Value, service: bool) {
        let written = self.view.text.get(image.span.range()).unwrap_or("");
        let text = written.trim_matches(['"', '\'']);
        let reference = Reference::parse(text);
        let from_hub = matches!(reference.registry, "" | "docker.io") || reference.registry.contains('$');
        if reference.name() != "docker" || !from_hub || !reference.digest.is_empty() {
            return;
        }
        let pinned = pinned(reference.tag, service);
        // A job whose daemon keeps root may share the line.
        let without_root = service && self.view.only_used_by(image.span, &self.rootless);
        let tag = match pinned.strip_suffix("dind") {
            Some(_) if without_root => format!("{pinned}-rootless"),
            None if without_root && !pinned.contains('-') => {
                format!("{pinned}-dind-rootless")
            }
            _ => pinned.clone(),
        };
        if tag == reference.tag {
            return;
        }
        let name = text.strip_suffix(reference.tag).map_or(text, |name| name.trim_end_matches(':'));
        let reason = match (tag == pinned, pinned == reference.tag) {
            (true, _) => PIN.to_owned(),
            (false, true) => ROOTLESS.to_owned(),
            (false, false) => format!("{ROOTLESS} {PIN}"),
        };
        self.change(
            at,
            Edit::replace(image.span, written.replacen(text, &format!("{name}:{tag}"), 1), reason),
        );
    }
}

/// A tag of Docker's image that moves, with the version in its place; any other as it is.
fn pinned(tag: &str, service: bool) -> String {
    let version = DAEMON.version;
    match tag {
        "" | "latest" | "stable" if service => format!("{version}-dind"),
        "" | "latest" | "stable" => version.to_owned(),
        "dind" | "stable-dind" | "latest-dind" => format!("{version}-dind"),
        "dind-rootless" | "stable-dind-rootless" => format!("{version}-dind-rootless"),
        "cli" | "git" => format!("{version}-{tag}"),
        _ => tag.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_that_move_get_the_version() {
        assert_eq!(pinned("dind", true), "29-dind");
        assert_eq!(pinned("latest", true), "29-dind");
        assert_eq!(pinned("latest", false), "29");
        assert_eq!(pinned("27.5-dind", true), "27.5-dind");
    }
}
