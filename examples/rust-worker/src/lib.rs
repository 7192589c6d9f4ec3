//! A Cloudflare Worker in Rust: it takes a recording, or a microphone, and answers with its text. The key stays here.
//!
//! ```sh
//! npx wrangler secret put DASHSCOPE_API_KEY
//! npx wrangler deploy
//! curl --data-binary @recording.wav -H "authorization: Bearer $PASSWORD" https://rust-worker.example.workers.dev/transcribe
//! arecord -t raw -f S16_LE -r 16000 | curl -T - -X POST -H "authorization: Bearer $PASSWORD" https://rust-worker.example.workers.dev/live
//! ```

use dashscope_asr::web::{Transcriber, WebHost, transcriber};
use dashscope_asr::{ApiKey, ClientSettings, Error, LiveOptions, TranscribeOptions};
use futures_util::StreamExt as _;
use worker::{ByteStream, Context, Env, Method, Request, Response, Result, event};

/// Most bytes that are taken; a Worker has 128 MB for everything it does at a time.
const MOST_BYTES: usize = 8 * 1024 * 1024;

#[event(fetch)]
async fn fetch(mut request: Request, env: Env, _context: Context) -> Result<Response> {
    let path = request.path();
    if request.method() != Method::Post || !["/transcribe", "/live"].contains(&path.as_str()) {
        return Response::error("POST a recording to /transcribe, or samples to /live", 404);
    }
    // Whoever gets past this line transcribes at your expense.
    let password = format!("Bearer {}", env.secret("PASSWORD")?);
    if request.headers().get("authorization")? != Some(password) {
        return Response::error("Who are you?", 401);
    }
    let text = if path == "/live" {
        live(&env, request.stream()?).await
    } else {
        let audio = request.bytes().await?;
        if audio.len() > MOST_BYTES {
            return Response::error("The recording is too large", 413);
        }
        transcribe(&env, audio).await
    };
    match text {
        Ok(text) => Response::ok(text),
        Err(error) => Response::error(format!("{}: {error}", error.code()), error.status().unwrap_or(400)),
    }
}

fn client(env: &Env) -> std::result::Result<Transcriber, Error> {
    let variable = |name: &str| env.var(name).ok().map(|value| value.to_string());
    let key = ApiKey::new(variable("DASHSCOPE_API_KEY").unwrap_or_default())?;
    let settings = ClientSettings { base_url: variable("DASHSCOPE_BASE_URL"), ..ClientSettings::default() };
    transcriber(WebHost::new().with_api_key(key), &settings)
}

async fn transcribe(env: &Env, audio: Vec<u8>) -> std::result::Result<String, Error> {
    Ok(client(env)?.transcribe(audio, &TranscribeOptions::default()).await?.text)
}

/// Samples of 16 bits at 16 kHz, recognised while they come in.
async fn live(env: &Env, mut samples: ByteStream) -> std::result::Result<String, Error> {
    let live = client(env)?.live(&LiveOptions::default())?;
    while let Some(Ok(bytes)) = samples.next().await {
        live.send_bytes(&bytes);
    }
    Ok(live.finish().await?.text)
}
