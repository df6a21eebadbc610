//! The rules. Adding one is a file here, a `mod` line and a line in [`RULES`].

mod credential_argument;
mod daemon_prune;
mod daemon_storage;
mod docker_group;
mod engine_in_image;
mod excess_capability;
mod exposed_daemon;
mod floating_daemon_tag;
mod host_namespace;
mod host_root_mount;
mod host_socket;
mod nested_daemon;
mod privileged_builder;
mod privileged_container;
mod raw_device;
mod syntax_error;
mod unencrypted_daemon;
mod unmaintained_builder;
mod untrusted_trigger;
mod weakened_sandbox;

// What they share.
mod builders;
mod owner;
mod variables;
mod words;

use crate::model::SyntaxError;
use crate::rule::{Finding, Rule, Scene, Sink};

/// Every rule, in the order of the documentation.
pub static RULES: &[&Rule] = &[
    &host_socket::RULE,
    &nested_daemon::RULE,
    &privileged_container::RULE,
    &host_root_mount::RULE,
    &unencrypted_daemon::RULE,
    &exposed_daemon::RULE,
    &host_namespace::RULE,
    &excess_capability::RULE,
    &raw_device::RULE,
    &weakened_sandbox::RULE,
    &daemon_storage::RULE,
    &daemon_prune::RULE,
    &credential_argument::RULE,
    &docker_group::RULE,
    &engine_in_image::RULE,
    &untrusted_trigger::RULE,
    &unmaintained_builder::RULE,
    &floating_daemon_tag::RULE,
    &privileged_builder::RULE,
    &syntax_error::RULE,
];

/// What the rules find in one job.
pub fn check(scene: &Scene<'_>, job: usize, findings: &mut Vec<Finding>) {
    for rule in RULES {
        (rule.check)(scene, &mut Sink { rule, job, host: scene.host, findings });
    }
}

/// The finding on a place where the text can't be read, which concerns no job.
pub fn syntax_error(error: &SyntaxError) -> Finding {
    syntax_error::finding(error)
}

/// The rule of this id.
pub fn by_id(id: &str) -> Option<&'static Rule> {
    RULES.iter().copied().find(|rule| rule.id == id)
}
