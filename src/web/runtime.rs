//! Time, chance, and what kind of place this is.

use std::time::Duration;

use js_sys::Reflect;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::retry::from_millis;

/// Waits; dropping it stops the timer.
pub(super) async fn sleep(time: Duration) {
    // Timers take 32 bits of milliseconds; the client asks for no longer time than that.
    let millis = u32::try_from(time.as_millis()).unwrap_or(u32::MAX);
    gloo_timers::future::TimeoutFuture::new(millis).await;
}

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = performance, js_name = now)]
    fn performance_now() -> f64;
}

/// Time since the page or the Worker began, by a clock that does not run backwards.
pub(super) fn elapsed() -> Duration {
    from_millis(performance_now()).unwrap_or_default()
}

/// Whether a browser applies its rules for cross-origin requests here: in its pages and their workers.
pub(super) fn is_page() -> bool {
    // Cloudflare Workers have `importScripts` too, with compatibility dates before March 2024.
    (has("document") || has("importScripts")) && !has_socket_pairs()
}

/// Whether this is a Cloudflare Worker: nobody else has sockets in pairs, and opens them by `fetch`.
pub(super) fn has_socket_pairs() -> bool {
    has("WebSocketPair")
}

/// The scheme, host and port of the page's site; empty where there is no page.
pub(super) fn origin() -> String {
    let location = Reflect::get(&js_sys::global(), &"location".into()).unwrap_or_default();
    Reflect::get(&location, &"origin".into()).ok().and_then(|origin| origin.as_string()).unwrap_or_default()
}

fn has(name: &str) -> bool {
    Reflect::has(&js_sys::global(), &name.into()).unwrap_or(false)
}
