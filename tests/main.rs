//! Tests of the whole. What one module can test of itself stands at the bottom of its file.

mod support; // Shared by all: run the command in memory, make samples, scale time limits.

mod generated; // Pipelines put together at random: their rewrites keep what every rewrite promises.
mod lost; // Whether a rewrite lost a command, and false tools that do.
mod promises; // What every rewrite promises.
mod schemas; // Rewrites against the formats' schemas and a linter of workflows, where these are installed.

mod accesses;
mod alternatives;
mod choosing; // The ways out under what a person says of the runner and of the job.
mod cli; // The command line: arguments, exit codes, streams, each output format.
mod contain; // GitLab pipelines whose daemon stays, contained.
mod given;
mod hostile; // Bad input: no panic, no overflow, time in proportion to size.
mod pairs;
mod patches; // Patches: what Git and `patch` make of them.
mod paths; // Every rule in every format: what it reports, and a near miss.
mod ready; // Ready CI jobs for Dockerfiles.
mod rewrites; // GitLab pipelines for another builder: before, after, and what holds of all.
mod rewrites_pods; // The same of pods: Kubernetes and Tekton.
mod rewrites_steps; // Pipelines whose steps run on machines, and Jenkins' pods: before, after, and what is left.
mod rule_cases; // Cases that rules must tell apart, each a few lines of text.
mod rules; // What the rules report: the examples of their documentation, the wording of their messages.
mod several; // Files that are read together.
mod tidy;
mod tricky; // How people really write these files. // The repository itself: first lines, names, lengths, links, what pages must name.
