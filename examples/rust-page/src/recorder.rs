//! A microphone and a recorder: as little as a page needs.

use std::cell::RefCell;
use std::rc::Rc;

use js_sys::{Array, Promise};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, BlobEvent, BlobPropertyBag, MediaRecorder, MediaStream, MediaStreamConstraints, MediaStreamTrack};

/// A recording that is under way.
pub struct Recorder {
    recorder: MediaRecorder,
    stream: MediaStream,
    parts: Rc<RefCell<Vec<Blob>>>,
    _on_data: Closure<dyn FnMut(BlobEvent)>,
}

impl Recorder {
    /// Asks for the microphone and begins; comes back once the recorder itself says that it has begun.
    pub async fn start() -> Result<Self, String> {
        let refused = |_| "No microphone: is there one, and may this page use it?".to_owned();
        let devices = web_sys::window().ok_or("no window")?.navigator().media_devices().map_err(refused)?;
        let constraints = MediaStreamConstraints::new();
        constraints.set_audio(&true.into());
        let asked = devices.get_user_media_with_constraints(&constraints).map_err(refused)?;
        let stream: MediaStream = JsFuture::from(asked).await.map_err(refused)?.unchecked_into();
        let recorder = MediaRecorder::new_with_media_stream(&stream).map_err(refused)?;
        let parts = Rc::new(RefCell::new(Vec::new()));
        let taken = Rc::clone(&parts);
        let on_data = Closure::new(move |event: BlobEvent| taken.borrow_mut().extend(event.data()));
        recorder.set_ondataavailable(Some(on_data.as_ref().unchecked_ref()));
        let started = event(|resolve| recorder.set_onstart(Some(resolve)));
        recorder.start_with_time_slice(1000).map_err(refused)?;
        let _ = JsFuture::from(started).await;
        Ok(Self { recorder, stream, parts, _on_data: on_data })
    }

    /// Ends it and lets the microphone go; gives what was recorded.
    pub async fn stop(self) -> Blob {
        let stopped = event(|resolve| self.recorder.set_onstop(Some(resolve)));
        if self.recorder.stop().is_ok() {
            let _ = JsFuture::from(stopped).await;
        }
        for track in self.stream.get_tracks() {
            track.unchecked_into::<MediaStreamTrack>().stop();
        }
        let parts: Array = self.parts.borrow().iter().collect();
        let bag = BlobPropertyBag::new();
        bag.set_type(&self.recorder.mime_type());
        Blob::new_with_blob_sequence_and_options(&parts, &bag).unwrap_or_else(|_| Blob::new().unwrap_throw())
    }
}

/// The next event of a kind, as a promise.
fn event(listen: impl FnOnce(&js_sys::Function)) -> Promise {
    let mut listen = Some(listen);
    Promise::new(&mut |resolve, _| {
        if let Some(listen) = listen.take() {
            listen(&resolve);
        }
    })
}
