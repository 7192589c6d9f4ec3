//! The audio of a call and the checks before any byte of it is sent.

use crate::api::AudioRef;
use crate::data_url::DataUrl;
use crate::error::{Error, ErrorKind};
use crate::host::AudioLimit;
use crate::media::{self, Seen, Sniffed};
use crate::media_type::{Format, MediaType};
use crate::options::Checked;
use crate::percent;
use crate::search::{find, join, until};

/// Where the audio is.
#[derive(Clone, Debug)]
pub enum Source<A> {
    /// An `http(s)://`, `oss://` or `data:` URL.
    Url(String),
    /// Bytes in the host's keeping.
    Bytes {
        /// The host's handle.
        audio: A,
        /// What is known about them.
        facts: AudioFacts,
    },
}

/// What is known about audio bytes before they are read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AudioFacts {
    /// The first bytes, [`media::HEAD_LENGTH`] of them or all there are, and behind them what [`media::missing`] asked for.
    pub head: Vec<u8>,
    /// How many bytes there are; `None` for a stream that does not tell.
    pub length: Option<u64>,
    /// Media type that the Blob or Response declares.
    pub declared: Option<String>,
    /// Whether the bytes can be read a second time, for another attempt.
    pub replayable: bool,
}

impl AudioFacts {
    /// As much of the file as there is to see.
    fn seen(&self) -> Seen<'_> {
        Seen::new(&self.head, media::HEAD_LENGTH, self.length)
    }
}

/// What a request needs to know of a checked source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum CheckedSource {
    Url(String),
    Inline { media_type: String },
}

impl CheckedSource {
    pub(super) fn audio_ref(&self) -> AudioRef<'_> {
        match self {
            Self::Url(url) => AudioRef::Url(url),
            Self::Inline { media_type } => AudioRef::Inline(media_type),
        }
    }
}

/// What fits one request of this model, as a data URL of this media type.
pub(super) fn limit(verified: &Checked, media_type: &str) -> AudioLimit {
    AudioLimit::new(&verified.model, verified.family.limits().data_url_length, media_type)
}

impl<A> Source<A> {
    /// The host's handle of the bytes.
    #[must_use]
    pub fn audio(&self) -> Option<&A> {
        match self {
            Self::Url(_) => None,
            Self::Bytes { audio, .. } => Some(audio),
        }
    }

    /// Refuses wrong, empty, too large, too long and unsupported audio, with the number, the limit and the way out.
    pub(super) fn check(&self, verified: &Checked) -> Result<CheckedSource, Error> {
        match self {
            Self::Url(url) if is_data_url(url) => {
                let data_url = DataUrl::parse(url)?;
                let declared = MediaType::parse(data_url.media_type);
                let media_type = check_bytes(verified, &data_url_seen(&data_url), declared.as_ref())?;
                // Written anew, so that the label fits the bytes and has no parameters, and strict decoders can read it.
                Ok(CheckedSource::Url(data_url.written(&media_type)))
            }
            Self::Url(url) => check_url(url).map(CheckedSource::Url),
            Self::Bytes { facts, .. } => {
                let declared = facts.declared.as_deref().and_then(MediaType::parse);
                check_bytes(verified, &facts.seen(), declared.as_ref())
                    .map(|media_type| CheckedSource::Inline { media_type })
            }
        }
    }
}

impl<A> Source<A> {
    /// Refuses what makes no sense as a file in the store; gives the ending for its name.
    pub(super) fn check_file(&self, verified: &Checked) -> Result<&'static str, Error> {
        let Self::Bytes { facts, .. } = self else { return Ok("") };
        let declared = facts.declared.as_deref().and_then(MediaType::parse);
        check_head(verified, &facts.seen(), declared.as_ref())?;
        let most = verified.family.limits().file_length;
        if facts.length.is_some_and(|length| length > most) {
            let message = format!("the audio is too large: {} takes at most {most} bytes", verified.model);
            return Err(Error::new(ErrorKind::AudioTooLarge, message));
        }
        // A media type that only the caller knows has no ending; the service looks at the bytes anyway.
        Ok(self.format(verified).unwrap_or("audio"))
    }

    /// The name of the audio's container or codec, which dialect C must be told: what the bytes say, else the label, else
    /// the ending of the URL.
    pub(super) fn format(&self, verified: &Checked) -> Result<&'static str, Error> {
        let named = |declared: Option<&str>| match declared.and_then(MediaType::parse) {
            Some(MediaType::Known(format)) => Some(format),
            _ => None,
        };
        let declared = match &verified.media_type {
            Some(MediaType::Known(format)) => Some(*format),
            _ => None,
        };
        let data_url;
        let (seen, label, ending) = match self {
            Self::Bytes { facts, .. } => (facts.seen(), named(facts.declared.as_deref()), None),
            Self::Url(url) if is_data_url(url) => {
                data_url = DataUrl::parse(url)?;
                (data_url_seen(&data_url), named(Some(data_url.media_type)), None)
            }
            Self::Url(url) => (Seen::head(&[], None), None, ending(url)),
        };
        let sniffed = match media::sniff(&seen) {
            Sniffed::Audio(Format::Mp4) if label == Some(Format::M4a) => Some(Format::M4a),
            Sniffed::Audio(format) => Some(format),
            Sniffed::NotAudio(_) | Sniffed::Unknown => None,
        };
        let format = sniffed.or(declared).or(label).or(ending);
        format.map(Format::extension).ok_or_else(|| {
            Error::invalid_option(
                "format",
                format_args!(
                    "{} must be told the audio's format, and nothing tells it here; for example \"wav\"",
                    verified.model
                ),
            )
        })
    }
}

/// The format that the ending of a URL's path names.
fn ending(url: &str) -> Option<Format> {
    let path = until(until(url, b'?'), b'#');
    let dot = path.bytes().rposition(|byte| byte == b'.')?;
    Format::of_extension(path.get(dot + 1..)?)
}

/// Schemes may be written in capitals, too (RFC 3986, §3.1).
pub(super) fn is_data_url(url: &str) -> bool {
    starts_with(url, "data:")
}

fn starts_with(url: &str, scheme: &str) -> bool {
    url.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme))
}

/// The service downloads the URL itself, so a page's own addresses are of no use to it.
pub(super) fn check_url(url: &str) -> Result<String, Error> {
    let url = url.trim();
    let known = ["https://", "http://", "oss://"].iter().any(|scheme| starts_with(url, scheme));
    if !known || find(url.as_bytes(), b"://").is_none_or(|at| at + 3 == url.len()) {
        let message = "expected an http(s)://, oss:// or data: URL as audio; of a local file, pass the bytes (in JavaScript the File or Blob)";
        return Err(Error::new(ErrorKind::InvalidAudio, message));
    }
    // White space and other scripts must be percent-encoded (RFC 3986, §2), or the service cannot download.
    let mut encoded = String::with_capacity(url.len());
    percent::encode(url, |byte| byte.is_ascii_graphic(), &mut encoded);
    Ok(encoded)
}

fn data_url_seen<'a>(data_url: &'a DataUrl<'_>) -> Seen<'a> {
    Seen::head(&data_url.bytes, Some(data_url.bytes.len() as u64))
}

fn check_bytes(verified: &Checked, seen: &Seen<'_>, declared: Option<&MediaType>) -> Result<String, Error> {
    let media_type = check_head(verified, seen, declared)?;
    if let Some(length) = seen.total() {
        limit(verified, &media_type).check(length)?;
    }
    Ok(media_type)
}

/// Everything that the bytes tell: whether there is audio, in which format, and how long it is.
fn check_head(verified: &Checked, seen: &Seen<'_>, declared: Option<&MediaType>) -> Result<String, Error> {
    if seen.is_empty() {
        let message = "the audio is empty (0 bytes); did the recorder deliver its data before it was read?";
        return Err(Error::new(ErrorKind::EmptyAudio, message));
    }
    let media_type = media_type_of(verified, seen, declared)?;
    // What the service counts are whole seconds; the last frame of a codec is filled up with silence.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "hours in seconds")]
    let most = verified.family.limits().seconds as u64;
    match media::millis(seen).map(|millis| (millis, millis / 1000)) {
        Some((0, _)) => {
            let message =
                "the audio is empty: it has a header, and no sound behind it; was the recording stopped too soon?";
            Err(Error::new(ErrorKind::EmptyAudio, message))
        }
        Some((_, seconds)) if seconds > most => Err(Error::new(
            ErrorKind::AudioTooLong,
            format!(
                "the audio lasts {seconds} s, {} takes at most {most} s; cut it, or use a file-transcription model",
                verified.model
            ),
        )),
        _ => Ok(media_type),
    }
}

fn media_type_of(verified: &Checked, seen: &Seen<'_>, declared: Option<&MediaType>) -> Result<String, Error> {
    let formats = verified.family.limits().formats;
    let (before, what, after) = match (media::sniff(seen), verified.media_type.as_ref().or(declared)) {
        // A container may carry audio only: the caller's `audio/mp4` says more than the bytes do.
        (Sniffed::Audio(Format::Mp4), _) if declared == Some(&MediaType::Known(Format::M4a)) => {
            return Ok(Format::M4a.media_type().to_owned());
        }
        (Sniffed::Audio(format), _) | (Sniffed::Unknown, Some(&MediaType::Known(format))) => {
            if formats.contains(&format) {
                return Ok(format.media_type().to_owned());
            }
            ("the audio is ", format.extension(), "")
        }
        (Sniffed::NotAudio(what), _) => ("this is ", what, ", not audio"),
        (Sniffed::Unknown, Some(MediaType::Other(name))) if verified.media_type.is_some() => return Ok(name.clone()),
        (Sniffed::Unknown, _) => ("", "the bytes tell no audio format; if you know it, say so with mediaType", ""),
    };
    let names = join(formats.iter().map(|format| format.extension()), ", ");
    let message = format!("{before}{what}{after}; {} takes {names}", verified.model);
    Err(Error::new(ErrorKind::UnsupportedFormat, message))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{ClientSettings, Config};
    use crate::options::TranscribeOptions;

    fn check(source: &Source<()>, options: TranscribeOptions) -> Result<CheckedSource, Error> {
        source.check(&options.verify(&Config::new(&ClientSettings::default()).unwrap()).unwrap())
    }

    fn bytes(head: &[u8], length: u64, declared: &str) -> Source<()> {
        let declared = Some(declared.to_owned()).filter(|declared| !declared.is_empty());
        Source::Bytes {
            audio: (),
            facts: AudioFacts { head: head.to_vec(), length: Some(length), declared, replayable: true },
        }
    }

    fn media_type(source: &Source<()>) -> Result<String, ErrorKind> {
        match check(source, TranscribeOptions::default()) {
            Ok(CheckedSource::Inline { media_type }) => Ok(media_type),
            Ok(CheckedSource::Url(url)) => Ok(url),
            Err(error) => Err(error.kind()),
        }
    }

    const WEBM: &[u8] = b"\x1A\x45\xDF\xA3\x9FB\x82\x84webm";

    #[test]
    fn bytes_win_over_the_label() {
        assert_eq!(media_type(&bytes(WEBM, 100, "audio/wav")), Ok("audio/webm".to_owned()));
        assert_eq!(media_type(&bytes(b"????????", 100, "audio/mp3")), Ok("audio/mpeg".to_owned()));
        assert_eq!(media_type(&bytes(b"\0\0\0\x1Cftypisom", 100, "audio/mp4")), Ok("audio/mp4".to_owned()));
    }

    #[test]
    fn wrong_input_is_refused() {
        assert_eq!(media_type(&bytes(b"", 0, "audio/wav")), Err(ErrorKind::EmptyAudio));
        assert_eq!(media_type(&bytes(b"<html>", 10, "audio/wav")), Err(ErrorKind::UnsupportedFormat));
        assert_eq!(media_type(&bytes(b"????", 10, "")), Err(ErrorKind::UnsupportedFormat));
        assert_eq!(media_type(&bytes(b"????", 10, "application/octet-stream")), Err(ErrorKind::UnsupportedFormat));
        assert_eq!(media_type(&Source::Url("blob:x".to_owned())), Err(ErrorKind::InvalidAudio));
        assert_eq!(media_type(&Source::Url("https://".to_owned())), Err(ErrorKind::InvalidAudio));
    }

    #[test]
    fn the_size_limit_is_that_of_the_data_url() {
        let most = (10_485_760 - "data:audio/webm;base64,".len() as u64) / 4 * 3;
        assert!(media_type(&bytes(WEBM, most, "")).is_ok());
        let error = check(&bytes(WEBM, most + 1, ""), TranscribeOptions::default()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::AudioTooLarge);
        assert!(error.message().contains(&most.to_string()) && error.message().contains("10485760"), "{error}");
    }

    #[test]
    fn a_wav_over_five_minutes_is_refused_by_its_header() {
        let mut head = crate::audio::wav::encode(&[&[0.0; 16]], 16_000).unwrap();
        head[40..44].copy_from_slice(&(32_000_u32 * 301).to_le_bytes());
        let error = check(&bytes(&head, 32_000 * 301 + 44, ""), TranscribeOptions::default()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::AudioTooLong);
        assert!(error.message().contains("301 s") && error.message().contains("300 s"), "{error}");
    }

    #[test]
    fn urls_are_percent_encoded_and_data_urls_relabelled() {
        let url = Source::Url(" https://x.example/my file/你.mp3?a=1%20 ".to_owned());
        assert_eq!(media_type(&url), Ok("https://x.example/my%20file/%E4%BD%A0.mp3?a=1%20".to_owned()));
        let mp3 = "data:audio/wav;codecs=1;base64,SUQzAwAAAAAAAP/7";
        assert_eq!(media_type(&Source::Url(mp3.to_owned())), Ok("data:audio/mpeg;base64,SUQzAwAAAAAAAP/7".to_owned()));
    }
}
