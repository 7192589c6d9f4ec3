//! A page in Rust that records and writes down what is said, while it is recognised.
//!
//! Leptos, because a signal is just what a stream of events wants to write into: each event sets one text node, and nothing
//! else is rendered again. With Yew or Dioxus the library is used the same way.
//!
//! `trunk serve --proxy-backend=http://localhost:8787/dashscope/` shows it, with a relay of yours behind `/dashscope`.

mod recorder;

use dashscope_asr::web::{Transcriber, WebHost, transcriber};
use dashscope_asr::{ClientSettings, TranscribeOptions, TranscriptEvent};
use futures_util::StreamExt as _;
use leptos::prelude::*;
use leptos::task::spawn_local;
use recorder::Recorder;
use web_sys::Blob;

fn main() {
    console_error_panic_hook::set_once();
    leptos::mount::mount_to_body(Notes);
}

/// What the page is doing.
#[derive(Clone, Copy, PartialEq)]
enum State {
    Idle,
    Recording,
    Listening,
}

#[component]
fn Notes() -> impl IntoView {
    let (state, set_state) = signal(State::Idle);
    let (text, set_text) = signal(String::new());
    let (trouble, set_trouble) = signal(String::new());
    let recorder = StoredValue::new_local(None::<Recorder>);

    let begin = move || {
        set_trouble.set(String::new());
        spawn_local(async move {
            match Recorder::start().await {
                Ok(started) => {
                    recorder.set_value(Some(started));
                    set_state.set(State::Recording);
                }
                Err(words) => set_trouble.set(words),
            }
        });
    };
    let end = move || {
        let Some(running) = recorder.try_update_value(Option::take).flatten() else { return };
        set_state.set(State::Listening);
        spawn_local(async move {
            let recording = running.stop().await;
            if let Err(error) = write_down(recording, set_text).await {
                set_trouble.set(error.to_string());
            }
            set_state.set(State::Idle);
        });
    };
    view! {
        <button
            disabled=move || state.get() == State::Listening
            on:click=move |_| if state.get() == State::Recording { end() } else { begin() }
        >
            {move || if state.get() == State::Recording { "Stop" } else { "Record" }}
        </button>
        <output aria-live="polite" aria-busy=move || (state.get() == State::Listening).to_string()>{text}</output>
        <p role="alert">{trouble}</p>
    }
}

/// The text of a recording, as it comes.
async fn write_down(recording: Blob, set_text: WriteSignal<String>) -> Result<(), dashscope_asr::Error> {
    let mut events = client()?.stream(recording, &TranscribeOptions::default());
    set_text.set(String::new());
    while let Some(event) = events.next().await {
        match event? {
            TranscriptEvent::Delta(more) => set_text.update(|text| text.push_str(&more)),
            TranscriptEvent::Revision(all) => set_text.set(all),
            TranscriptEvent::Done(transcript) if transcript.no_speech => set_text.set("Nobody spoke.".to_owned()),
            _ => {}
        }
    }
    Ok(())
}

/// A client of this site's own relay, which has the key.
fn client() -> Result<Transcriber, dashscope_asr::Error> {
    let settings = ClientSettings { base_url: Some("/dashscope".to_owned()), ..ClientSettings::default() };
    transcriber(WebHost::new(), &settings)
}
