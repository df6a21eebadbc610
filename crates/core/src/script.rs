//! Stub.
use crate::model::{Command, Place, Value, Var};
use crate::source::Text;
#[derive(Debug, Default)]
pub struct Scope;
impl Scope {
    pub fn new<'a>(_: impl IntoIterator<Item = &'a Var>) -> Self {
        Self
    }
    pub fn set(&mut self, _: &str, _: Value) {}
}
pub fn lower(_: &Text, _: &mut Scope, _: u32) -> Vec<Command> {
    Vec::new()
}
pub fn lower_words(_: &[Value], _: &mut Scope, _: u32, _: Place) -> Vec<Command> {
    Vec::new()
}
