//! Time, chance, and what kind of place this is.

use std::time::Duration;

use js_sys::Reflect;

/// Waits; dropping it stops the timer.
pub(super) async fn sleep(time: Duration) {
    // Timers take 32 bits of milliseconds; the client asks for no longer time than that.
    let millis = u32::try_from(time.as_millis()).unwrap_or(u32::MAX);
    gloo_timers::future::TimeoutFuture::new(millis).await;
}

/// Whether a browser applies its rules for cross-origin requests here: in its pages and their workers.
pub(super) fn is_page() -> bool {
    let global = js_sys::global();
    let has = |name: &str| Reflect::has(&global, &name.into()).unwrap_or(false);
    // Cloudflare Workers have `importScripts` too, with compatibility dates before March 2024, but sockets in pairs.
    (has("document") || has("importScripts")) && !has("WebSocketPair")
}
