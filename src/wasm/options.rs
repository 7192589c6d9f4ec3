//! Options from JavaScript, as the JSON that the core reads.

use js_sys::{JSON, Object, Reflect};
use wasm_bindgen::{JsCast as _, JsValue};

use crate::error::Error;
use crate::json::{Json, View};

/// Hands an options object to `read`. What JSON would drop or change without a word is refused by its name.
pub(super) fn read<T>(
    given: &JsValue,
    what: &'static str,
    read: impl FnOnce(View<'_>) -> Result<T, Error>,
) -> Result<T, Error> {
    let text = text(given, what)?;
    read(Json::parse(&text).unwrap_or(Json::Null).view())
}

/// The JSON of an options object; apart from `read`, which the wasm has a copy of for each type.
fn text(given: &JsValue, what: &'static str) -> Result<String, Error> {
    if let Some(object) = given.dyn_ref::<Object>() {
        for name in Object::keys(object).iter() {
            let value = Reflect::get(object, &name).unwrap_or(JsValue::UNDEFINED);
            let finite = value.as_f64().is_none_or(f64::is_finite);
            if !finite || value.is_function() || value.is_symbol() || value.is_bigint() {
                return Err(Error::option(name.as_string().unwrap_or_default(), "expected plain data"));
            }
        }
    }
    if given.is_undefined() {
        return Ok("null".to_owned());
    }
    let text = JSON::stringify(given).ok().and_then(|text| JsValue::from(text).as_string());
    text.ok_or_else(|| Error::option(what, "expected plain data, as JSON can hold it"))
}
