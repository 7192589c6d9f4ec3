//! A microphone as samples: as little as a page needs.

use js_sys::Float32Array;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{AudioContext, AudioWorkletNode, MediaStream, MediaStreamConstraints, MediaStreamTrack, MessageEvent};

/// A microphone. Dropping it lets it go.
pub struct Microphone {
    context: AudioContext,
    node: AudioWorkletNode,
    stream: Option<MediaStream>,
    on_samples: Option<Closure<dyn FnMut(MessageEvent)>>,
}

impl Microphone {
    /// Prepares everything but the microphone itself: what is said while this loads would be lost.
    pub async fn prepare() -> Result<Self, String> {
        let context = AudioContext::new().map_err(failed)?;
        let module = context.audio_worklet().and_then(|worklet| worklet.add_module("/worklet.js")).map_err(failed)?;
        JsFuture::from(module).await.map_err(failed)?;
        let node = AudioWorkletNode::new(&context, "samples").map_err(failed)?;
        Ok(Self { context, node, stream: None, on_samples: None })
    }

    /// Samples per second.
    pub fn sample_rate(&self) -> u32 {
        self.context.sample_rate() as u32
    }

    /// Asks for the microphone. Its samples, from −1 to 1, go to `take`.
    pub async fn open(&mut self, mut take: impl FnMut(Vec<f32>) + 'static) -> Result<(), String> {
        let hear = move |event: MessageEvent| take(event.data().unchecked_into::<Float32Array>().to_vec());
        let on_samples = self.on_samples.insert(Closure::new(hear));
        self.node.port().map_err(failed)?.set_onmessage(Some(on_samples.as_ref().unchecked_ref()));

        let devices = web_sys::window().ok_or("no window")?.navigator().media_devices().map_err(failed)?;
        let constraints = MediaStreamConstraints::new();
        constraints.set_audio(&true.into());
        let asked = devices.get_user_media_with_constraints(&constraints).map_err(failed)?;
        let stream = JsFuture::from(asked).await.map_err(failed)?.unchecked_into();
        let source = self.context.create_media_stream_source(self.stream.insert(stream)).map_err(failed)?;
        source.connect_with_audio_node(&self.node).map_err(failed)?;
        Ok(())
    }
}

impl Drop for Microphone {
    fn drop(&mut self) {
        if let Ok(port) = self.node.port() {
            port.set_onmessage(None);
        }
        if let Some(stream) = &self.stream {
            for track in stream.get_tracks() {
                track.unchecked_into::<MediaStreamTrack>().stop();
            }
        }
        let _ = self.context.close();
    }
}

fn failed(_: JsValue) -> String {
    "No microphone: is there one, and may this page use it?".to_owned()
}
