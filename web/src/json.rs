//! Values that came as JSON. What is missing or of another kind reads as empty: such texts are the project's own.

use wasm_bindgen::{JsCast, JsValue};
use web_sys::js_sys::{Array, Reflect};

/// A value of any kind.
#[derive(Clone, Debug)]
pub struct Json(JsValue);

impl From<JsValue> for Json {
    fn from(value: JsValue) -> Self {
        Self(value)
    }
}

impl Json {
    /// The value of a key.
    pub fn get(&self, key: &str) -> Self {
        Self(Reflect::get(&self.0, &key.into()).unwrap_or_default())
    }

    /// The text of a key.
    pub fn text(&self, key: &str) -> String {
        self.optional_text(key).unwrap_or_default()
    }

    /// The text of a key that need not be there.
    pub fn optional_text(&self, key: &str) -> Option<String> {
        self.get(key).0.as_string()
    }

    /// The whole number of a key, such as an offset.
    pub fn number(&self, key: &str) -> u32 {
        self.get(key).0.as_f64().unwrap_or_default() as u32
    }

    /// The values of a key's list.
    pub fn list(&self, key: &str) -> Vec<Self> {
        let list = self.get(key).0.dyn_into::<Array>();
        list.map(|list| list.iter().map(Self).collect()).unwrap_or_default()
    }
}
