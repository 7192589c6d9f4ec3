//! A Cloudflare Worker in Rust: it takes a recording and answers with its text. The key stays here.
//!
//! ```sh
//! npx wrangler secret put DASHSCOPE_API_KEY
//! npx wrangler deploy
//! curl --data-binary @recording.wav -H "authorization: Bearer $PASSWORD" https://rust-worker.example.workers.dev/transcribe
//! ```

use dashscope_asr::web::{WebHost, transcriber};
use dashscope_asr::{ApiKey, ClientSettings, Error, TranscribeOptions, Transcript};
use worker::{Context, Env, Method, Request, Response, Result, event};

/// Most bytes that are taken; a Worker has 128 MB for everything it does at a time.
const MOST_BYTES: usize = 8 * 1024 * 1024;

#[event(fetch)]
async fn fetch(mut request: Request, env: Env, _context: Context) -> Result<Response> {
    if request.method() != Method::Post || request.path() != "/transcribe" {
        return Response::error("POST a recording to /transcribe", 404);
    }
    // Whoever gets past this line transcribes at your expense.
    let password = format!("Bearer {}", env.secret("PASSWORD")?);
    if request.headers().get("authorization")? != Some(password) {
        return Response::error("Who are you?", 401);
    }
    let audio = request.bytes().await?;
    if audio.len() > MOST_BYTES {
        return Response::error("The recording is too large", 413);
    }
    match transcribe(&env, audio).await {
        Ok(transcript) => Response::ok(transcript.text),
        Err(error) => Response::error(format!("{}: {error}", error.code()), error.status().unwrap_or(400)),
    }
}

async fn transcribe(env: &Env, audio: Vec<u8>) -> std::result::Result<Transcript, Error> {
    let variable = |name: &str| env.var(name).ok().map(|value| value.to_string());
    let key = ApiKey::new(variable("DASHSCOPE_API_KEY").unwrap_or_default())?;
    let settings = ClientSettings { base_url: variable("DASHSCOPE_BASE_URL"), ..ClientSettings::default() };
    transcriber(WebHost::new().with_api_key(key), &settings)?.transcribe(audio, &TranscribeOptions::default()).await
}
