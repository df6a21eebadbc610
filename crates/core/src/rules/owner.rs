//! Whose machine a container's settings open: the job's, a nested engine's, or another's.

use daemonless_catalog::{Approach, Power};

use crate::model::{Container, Place, Role};
use crate::rule::Scene;

/// What a setting that gives `power` on the machine of the container's engine gives to a step of this job.
///
/// A container that a script starts runs on the job's engine: its host is then the nested engine's container, or the
/// machine that `ssh` leads to.
pub(super) fn power(scene: &Scene<'_>, container: &Container, power: Power) -> Power {
    if is_elsewhere(scene, container) {
        power.max(Power::UnknownEngine)
    } else if container.role == Role::Started && scene.has_own_engine() {
        power.max(Power::OneWallLess)
    } else {
        power
    }
}

/// As [`power`], for what the kernel grants: a privileged container on a nested engine that is privileged itself leaves
/// that one's container, too.
pub(super) fn kernel_power(scene: &Scene<'_>, container: &Container, power: Power) -> Power {
    let rootless = scene.has_own_engine()
        && !scene.accesses.iter().any(|access| access.approach == Approach::NestedDaemon);
    if is_elsewhere(scene, container) {
        power.max(Power::UnknownEngine)
    } else if container.is_confined() || (container.role == Role::Started && rootless) {
        power.max(Power::OneWallLess)
    } else {
        power
    }
}

/// Whether the container is started on another machine (`ssh host docker run …`).
pub(super) fn is_elsewhere(scene: &Scene<'_>, container: &Container) -> bool {
    container
        .started_by
        .and_then(|index| scene.job.commands.get(index))
        .is_some_and(|command| command.place == Place::Elsewhere)
}
