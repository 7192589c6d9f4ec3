//! What a page or a Worker has for audio, and its bytes.

use js_sys::{ArrayBuffer, Uint8Array};
use wasm_bindgen::{JsCast as _, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, File};

use super::cause::caused;
use crate::client::{AudioFacts, Source};
use crate::data_url::{self, Encoder};
use crate::error::{Error, ErrorKind};
use crate::media::{HEAD_LENGTH, PART_LENGTH, Seen, Sniffed, missing, sniff};
use crate::media_type::MediaType;

/// Bytes of a Blob that are in memory at a time: three quarters of a megabyte, whole groups of base64.
pub(super) const SLICE: u32 = 786_432;

/// Audio as a caller hands it over.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum WebInput {
    /// A Blob or File.
    Blob(Blob),
    /// Bytes of a recording, with its container: what a file holds.
    Bytes(Vec<u8>),
    /// An address that the service downloads itself (`https:`, `http:`, `oss:`), or a `data:` URL.
    Url(String),
}

impl From<Blob> for WebInput {
    fn from(blob: Blob) -> Self {
        Self::Blob(blob)
    }
}

impl From<File> for WebInput {
    fn from(file: File) -> Self {
        Self::Blob(file.into())
    }
}

impl From<&Blob> for WebInput {
    fn from(blob: &Blob) -> Self {
        Self::Blob(blob.clone())
    }
}

impl From<&File> for WebInput {
    fn from(file: &File) -> Self {
        Self::Blob(file.clone().into())
    }
}

impl From<Vec<u8>> for WebInput {
    fn from(bytes: Vec<u8>) -> Self {
        Self::Bytes(bytes)
    }
}

impl From<String> for WebInput {
    fn from(url: String) -> Self {
        Self::Url(url)
    }
}

impl From<&str> for WebInput {
    fn from(url: &str) -> Self {
        Self::Url(url.to_owned())
    }
}

/// Audio bytes that a host holds.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum WebAudio {
    /// In a Blob, which is read in slices.
    Blob(Blob),
    /// In memory.
    Bytes(Vec<u8>),
}

/// What can be known of audio without reading all of it.
pub(super) async fn open(input: WebInput) -> Result<Source<WebAudio>, Error> {
    let audio = match input {
        WebInput::Url(url) => return Ok(Source::Url(url)),
        WebInput::Bytes(bytes) => WebAudio::Bytes(bytes),
        WebInput::Blob(blob) => WebAudio::Blob(blob),
    };
    let length = Some(audio.length());
    let mut head = audio.part(0, HEAD_LENGTH as u64).await?;
    while let Some(at) = missing(&Seen::new(&head, HEAD_LENGTH, length)) {
        let part = audio.part(at.into(), PART_LENGTH).await?;
        let wanted = PART_LENGTH.min(audio.length().saturating_sub(at.into()));
        let is_end = (part.len() as u64) < wanted;
        head.extend(part);
        // Less than was asked for: the file has become shorter, and there is nothing more to see.
        if is_end {
            break;
        }
    }
    let declared = match &audio {
        WebAudio::Blob(blob) => Some(blob.type_()),
        WebAudio::Bytes(_) => None,
    };
    Ok(Source::Bytes { audio, facts: AudioFacts { head, length, declared, replayable: true } })
}

impl WebAudio {
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "sizes are whole and positive")]
    fn length(&self) -> u64 {
        match self {
            Self::Blob(blob) => blob.size() as u64,
            Self::Bytes(bytes) => bytes.len() as u64,
        }
    }

    /// So many bytes from a place on, or as many as there are.
    #[allow(clippy::cast_precision_loss, reason = "files are far smaller than 2^53 bytes")]
    async fn part(&self, at: u64, length: u64) -> Result<Vec<u8>, Error> {
        match self {
            Self::Blob(blob) => Ok(slice(blob, at as f64, (at + length) as f64).await?.to_vec()),
            Self::Bytes(bytes) => {
                let rest = usize::try_from(at).ok().and_then(|at| bytes.get(at..)).unwrap_or_default();
                let most = usize::try_from(length).unwrap_or(usize::MAX);
                Ok(rest.get(..most).unwrap_or(rest).to_vec())
            }
        }
    }
}

/// Some bytes of a Blob.
pub(super) async fn slice(blob: &Blob, from: f64, to: f64) -> Result<Uint8Array, Error> {
    let gone =
        |thrown: JsValue| caused(ErrorKind::InvalidAudio, "the file cannot be read; was it moved or deleted?", &thrown);
    let part = blob.slice_with_f64_and_f64(from, to).map_err(gone)?;
    let buffer = JsFuture::from(part.array_buffer()).await.map_err(gone)?;
    Ok(Uint8Array::new(&buffer.unchecked_into::<ArrayBuffer>()))
}

/// The base64 of audio, a megabyte at a time: `take` gets each piece, `done` hears how many bytes of the audio it covers.
pub(super) async fn base64_pieces(
    audio: &WebAudio,
    take: &mut dyn FnMut(&[u8]),
    done: &mut dyn FnMut(u64),
) -> Result<(), Error> {
    let mut encoder = Encoder::default();
    match audio {
        WebAudio::Bytes(bytes) => {
            for part in bytes.chunks(SLICE as usize) {
                take(encoder.push(part).as_slice());
            }
            done(bytes.len() as u64);
        }
        WebAudio::Blob(blob) => {
            let mut from = 0.0;
            while from < blob.size() {
                let to = (from + f64::from(SLICE)).min(blob.size());
                let part = slice(blob, from, to).await?.to_vec();
                take(encoder.push(&part).as_slice());
                from = to;
                #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "whole and positive")]
                done(from as u64);
            }
        }
    }
    take(encoder.finish().as_slice());
    Ok(())
}

/// A Blob as a data URL whose media type is what its bytes say. What is known to be no audio is refused.
///
/// ```no_run
/// # async fn run(blob: web_sys::Blob) -> Result<(), dashscope_asr::Error> {
/// let url = dashscope_asr::web::to_data_url(&blob).await?;
/// assert!(url.starts_with("data:audio/"));
/// # Ok(()) }
/// ```
pub async fn to_data_url(blob: &Blob) -> Result<String, Error> {
    let Source::Bytes { audio, facts } = open(blob.into()).await? else { return Ok(String::new()) };
    let media_type = match sniff(&Seen::new(&facts.head, HEAD_LENGTH, facts.length)) {
        Sniffed::Audio(format) => format.media_type().to_owned(),
        Sniffed::NotAudio(what) => {
            return Err(Error::new(ErrorKind::UnsupportedFormat, format!("this is {what}, not audio")));
        }
        Sniffed::Unknown => facts.declared.as_deref().and_then(MediaType::parse).map_or_else(
            || {
                Err(Error::new(
                    ErrorKind::UnsupportedFormat,
                    "the bytes tell no audio format, and the Blob has no type",
                ))
            },
            |declared| Ok(declared.as_str().to_owned()),
        )?,
    };
    let mut url = data_url::prefix(&media_type);
    let mut take = |piece: &[u8]| url.push_str(str::from_utf8(piece).unwrap_or_default()); // base64 is ASCII
    base64_pieces(&audio, &mut take, &mut |_| {}).await?;
    Ok(url)
}
