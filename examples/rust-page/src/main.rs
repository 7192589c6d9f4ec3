//! A page in Rust that writes down what is said, while it is said.
//!
//! Leptos, because a signal is just what a stream of events wants to write into: each event sets one text node, and nothing
//! else is rendered again. With Yew or Dioxus the library is used the same way.
//!
//! `trunk serve --proxy-ws --proxy-backend=ws://localhost:8787/dashscope/` shows it, with a relay of yours behind `/dashscope`
//! that takes WebSockets.

mod microphone;

use std::rc::Rc;

use dashscope_asr::web::{LiveTranscript, Transcriber, WebHost, transcriber};
use dashscope_asr::{ClientSettings, Error, LiveEvent, LiveOptions};
use futures_util::StreamExt as _;
use leptos::prelude::*;
use leptos::task::spawn_local;
use microphone::Microphone;

fn main() {
    console_error_panic_hook::set_once();
    leptos::mount::mount_to_body(Notes);
}

/// What the page is doing.
#[derive(Clone, Copy, PartialEq)]
enum State {
    Idle,
    Speaking,
    Finishing,
}

#[component]
fn Notes() -> impl IntoView {
    let (state, set_state) = signal(State::Idle);
    let (text, set_text) = signal(String::new());
    let (trouble, set_trouble) = signal(String::new());
    let speaking = StoredValue::new_local(None::<(Microphone, Rc<LiveTranscript>)>);

    let begin = move || {
        set_trouble.set(String::new());
        spawn_local(async move {
            match listen().await {
                Ok((microphone, live)) => {
                    speaking.set_value(Some((microphone, Rc::clone(&live))));
                    set_state.set(State::Speaking);
                    if let Err(error) = write_down(&live, set_text).await {
                        set_trouble.set(error.to_string());
                    }
                    speaking.set_value(None);
                    set_state.set(State::Idle);
                }
                Err(words) => set_trouble.set(words),
            }
        });
    };
    let end = move || {
        let Some((microphone, live)) = speaking.try_update_value(Option::take).flatten() else { return };
        drop(microphone);
        set_state.set(State::Finishing);
        spawn_local(async move {
            let _ = live.finish().await; // the loop over the events hears of it
        });
    };
    view! {
        <button
            disabled=move || state.get() == State::Finishing
            on:click=move |_| if state.get() == State::Speaking { end() } else { begin() }
        >
            {move || if state.get() == State::Speaking { "Stop" } else { "Record" }}
        </button>
        <output aria-live="polite" aria-busy=move || (state.get() == State::Finishing).to_string()>{text}</output>
        <p role="alert">{trouble}</p>
    }
}

/// A microphone, and what hears it.
async fn listen() -> Result<(Microphone, Rc<LiveTranscript>), String> {
    let mut microphone = Microphone::prepare().await?;
    let options = LiveOptions { sample_rate: Some(microphone.sample_rate()), ..LiveOptions::default() };
    let live = client().and_then(|asr| asr.live(&options)).map_err(|error| error.to_string())?;
    let live = Rc::new(live);
    let ear = Rc::clone(&live);
    microphone.open(move |samples| ear.send_floats(&samples)).await?;
    Ok((microphone, live))
}

/// The text, as it comes.
async fn write_down(mut events: &LiveTranscript, set_text: WriteSignal<String>) -> Result<(), Error> {
    set_text.set(String::new());
    while let Some(event) = events.next().await {
        match event? {
            LiveEvent::Partial { text, .. } | LiveEvent::Final { text, .. } => set_text.set(text),
            LiveEvent::Done(transcript) if transcript.no_speech => set_text.set("Nobody spoke.".to_owned()),
            _ => {}
        }
    }
    Ok(())
}

/// A client of this site's own relay, which has the key.
fn client() -> Result<Transcriber, Error> {
    let settings = ClientSettings { base_url: Some("/dashscope".to_owned()), ..ClientSettings::default() };
    transcriber(WebHost::new(), &settings)
}
