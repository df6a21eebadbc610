//! stub
pub const COMMAND: crate::Command = crate::Command { name: "bench", usage: "", about: "", run: |_| Ok(()) };
