//! Values that came as JSON. What is missing or of another kind reads as empty: such texts are the project's own.

use wasm_bindgen::{JsCast, JsValue};
use web_sys::js_sys::{Array, Object, Reflect};

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

    pub fn as_text(&self) -> Option<String> {
        self.0.as_string()
    }

    pub fn as_number(&self) -> Option<f64> {
        self.0.as_f64()
    }

    pub fn is_true(&self) -> bool {
        self.0.as_bool() == Some(true)
    }

    /// Whether there is nothing: no value, or `null`.
    pub fn is_absent(&self) -> bool {
        self.0.is_undefined() || self.0.is_null()
    }

    /// The values of a list.
    pub fn items(&self) -> Vec<Self> {
        self.0.dyn_ref::<Array>().map(|list| list.iter().map(Self).collect()).unwrap_or_default()
    }
}

/// An object of what is there.
pub fn object(entries: &[(&str, Option<JsValue>)]) -> JsValue {
    let object = Object::new();
    for (key, value) in entries {
        if let Some(value) = value {
            let _ = Reflect::set(&object, &(*key).into(), value);
        }
    }
    object.into()
}
