//! What a person is told, in several formats, of a job or a line that is left.

use daemonless_catalog::Builder;

use crate::model::Value;

/// Lines that a job with a daemon has as well.
pub(super) const SHARED: &str = "it shares these lines with a job that keeps its daemon";

/// A command whose words stand in several places.
#[cfg(feature = "formats")]
pub(super) const SCATTERED: &str =
    "its words are put together from several places; write the command out first";

/// A variable of Docker's that can't be taken out here.
#[cfg(feature = "formats")]
pub(super) const VARIABLE: &str =
    "it tells Docker's client or daemon something and the builder nothing: take it out";

/// What can't be changed where it stands.
pub(super) fn closed(what: &str) -> String {
    format!("{what} written in a way that can't be cut apart")
}

/// A machine of another system than Linux.
pub(super) fn linux_only(builder: Builder) -> String {
    format!("{} builds on Linux only", builder.info().name())
}

/// An image of the job's own that stays; `whose` says what it is the image of.
pub(super) fn must_hold(whose: &str, image: &Value, builder: Builder) -> String {
    let info = builder.info();
    let (image, name, own) = (image.as_str(), info.name(), info.image);
    format!("the {whose}'s own image `{image}` must hold {name}; build it from `{own}` or add the package")
}

/// Why an image is replaced by the builder's.
pub(super) fn pinned(builder: Builder) -> String {
    let info = builder.info();
    format!("{} {} is pinned by its version and holds no daemon.", info.name(), info.version)
}

/// A variable that names another engine.
pub(super) fn names_another(variable: &str, whose: &str) -> String {
    format!("`{variable}` names another engine than this {whose}'s, and the builder works on this {whose}")
}
