//! `OpenAI`'s form as it flows in: fields are kept, the file is handed on.
//!
//! What fits into a direct call is held, so that it can go by a task if it proves too long. What is larger flows to the service's store
//! while it comes, if it is the last part, as most clients write it; else it is held up to the size that `OpenAI` takes. A store wants
//! to know the length of what it gets: behind the last part stand its delimiter and a line break, and all before that is file.

use std::ops::Range;
use std::rc::Rc;

use super::super::multipart::{Multipart, PartHead, Parts};
use super::super::settings::RelaySettings;
use super::models::Can;
use super::plan::{FIELDS, Fields, GRANULARITIES, MODEL, OpenAiPlan};
use super::problem::{Checked, Problem};

/// Largest file that stands before other fields: what `OpenAI` takes at all (25 MB), and fields behind it.
const MOST_HELD: u64 = 25 * 1024 * 1024 + 64 * 1024;
/// Text in all fields together: ten thousand tokens of context are at most that.
const MOST_TEXT: usize = 64 * 1024;
const MOST_PARTS: usize = 40;

static UNKNOWN: Problem = Problem::form(
    "The form has a field that this endpoint does not know. It knows file, model, language, prompt, response_format, temperature, \
     stream, chunking_strategy, timestamp_granularities[] and include[].",
);
static TOO_MUCH: Problem =
    Problem::form("The form has more text or parts than it has a use for, or text that is not UTF-8.");
static TWICE: Problem = Problem::form("The form has a field twice that must be there once.");
static NO_TEXT: Problem = Problem::form("The form has a file in a place where a text belongs.");
static NO_FILE: Problem =
    Problem::field("file", "file is missing: send the audio as a file of this name, with a filename.");
static EMPTY: Problem = Problem { code: "BadRequest.EmptyInput", ..Problem::field("file", "file is empty.") };
static NOT_LAST: Problem = Problem::too_large(
    "file is too large to stand before other fields: put it last, and a line break behind the last boundary, so that it can pass through.",
);
static TOO_LARGE: Problem =
    Problem::too_large("file is too large for a direct call to this model, and no model for larger ones may be asked.");
static TOO_LONG: Problem = Problem::too_large(
    "file would go by a task, whose length nobody measures, and this site limits the seconds: ask for another model or format.",
);

/// Reads a form.
#[derive(Debug)]
pub struct Form {
    reader: Checked<Multipart>,
    parts: FormParts,
}

impl Form {
    /// A reader for a form of this `Content-Type` and length.
    #[must_use]
    pub fn new(content_type: &str, length: u64, settings: Rc<RelaySettings>) -> Self {
        let reader = Multipart::new(content_type);
        let end = reader.as_ref().map_or(0, |reader| length.saturating_sub(reader.end_length()));
        let parts = FormParts {
            settings,
            total: length,
            end,
            fields: Fields::default(),
            text: 0,
            count: 0,
            current: None,
            value: Vec::new(),
            file: None,
            flowing: None,
            passed: Passed::default(),
        };
        Self { reader, parts }
    }

    /// Reads on, and tells what is file.
    pub fn push(&mut self, chunk: &[u8]) -> Checked<Passed> {
        match &mut self.reader {
            Ok(reader) => reader.push(chunk, &mut self.parts)?,
            Err(problem) => return Err(problem),
        }
        Ok(core::mem::take(&mut self.parts.passed))
    }

    /// The form has ended: the call that answers it.
    pub fn finish(&self) -> Checked<OpenAiPlan> {
        if let Ok(reader) = &self.reader {
            reader.finish()?;
        }
        let parts = &self.parts;
        match &parts.file {
            None => Err(&NO_FILE),
            Some(file) if file.length == 0 => Err(&EMPTY),
            Some(_) => match &parts.flowing {
                Some(plan) => Ok(plan.clone()),
                None => parts.plan(),
            },
        }
    }

    /// The call for a file that is to be passed on as it comes.
    #[must_use]
    pub fn flowing(&self) -> Option<&OpenAiPlan> {
        self.parts.flowing.as_ref()
    }

    /// Most bytes that the file can have, once it has begun; all that it has, if it flows.
    #[must_use]
    pub fn most(&self) -> u64 {
        let flows = self.parts.flowing.is_some();
        self.parts.file.as_ref().map_or(0, |file| if flows { file.most } else { file.room })
    }
}

/// What is file, in this order. The chunk is the caller's, who need not get it back: its bytes are megabytes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Passed {
    /// The end of earlier chunks, where a delimiter might have begun; mostly nothing.
    pub before: Vec<u8>,
    /// Where it stands in the chunk.
    pub range: Range<usize>,
}

#[derive(Debug)]
struct File {
    /// Its length, if it is the last part.
    most: u64,
    /// What stands behind its beginning in the form.
    room: u64,
    length: u64,
}

#[derive(Debug)]
struct FormParts {
    settings: Rc<RelaySettings>,
    /// Length of the form, and where the file ends if it is the last part.
    total: u64,
    end: u64,
    fields: Fields,
    text: usize,
    count: usize,
    /// The field that is being read, by its place in [`FIELDS`]; `None`: the file.
    current: Option<usize>,
    value: Vec<u8>,
    file: Option<File>,
    flowing: Option<OpenAiPlan>,
    /// Bytes of the file in the chunk that is read.
    passed: Passed,
}

impl FormParts {
    /// What becomes of the file that begins.
    fn decide(&mut self, most: u64) -> Checked<()> {
        if self.fields.get(MODEL).is_none() {
            return if most <= MOST_HELD { Ok(()) } else { Err(&NOT_LAST) };
        }
        let mut plan = self.plan()?;
        if most <= Can::of(&plan.model).direct_bytes() {
            return Ok(());
        }
        if !plan.is_task {
            plan.options = plan.by_task.take().ok_or(&TOO_LARGE)?;
            plan.is_task = true;
        }
        self.flowing = Some(plan);
        Ok(())
    }

    /// The plan, without tasks where the seconds are limited: nobody measures what goes by a task.
    fn plan(&self) -> Checked<OpenAiPlan> {
        let settings = &self.settings;
        let mut plan = self.fields.plan(&settings.openai_models, &settings.models)?;
        if settings.seconds.is_some() {
            plan.by_task = None;
        }
        if plan.is_task && settings.seconds.is_some() { Err(&TOO_LONG) } else { Ok(plan) }
    }
}

impl Parts for FormParts {
    fn begin(&mut self, head: &PartHead, at: u64) -> Checked<()> {
        self.count += 1;
        if self.count > MOST_PARTS {
            return Err(&TOO_MUCH);
        }
        if head.name == b"file" {
            if self.file.is_some() {
                return Err(&TWICE);
            }
            if !head.is_file {
                return Err(&NO_FILE);
            }
            self.current = None;
            let (most, room) = (self.end.saturating_sub(at), self.total.saturating_sub(at));
            self.file = Some(File { most, room, length: 0 });
            return self.decide(most);
        }
        let name = head.name.strip_suffix(b"[]").unwrap_or(&head.name);
        let place = FIELDS.iter().position(|known| known.as_bytes() == name).ok_or(&UNKNOWN)?;
        if head.is_file {
            return Err(&NO_TEXT);
        }
        if place < GRANULARITIES && self.fields.0.iter().any(|(known, _)| *known == place) {
            return Err(&TWICE);
        }
        if self.flowing.is_some() {
            return Err(&NOT_LAST);
        }
        self.current = Some(place);
        Ok(())
    }

    fn data(&mut self, bytes: &[u8], at: Option<usize>) -> Checked<()> {
        match &mut self.file {
            Some(file) if self.current.is_none() => {
                file.length += bytes.len() as u64;
                if self.flowing.is_some() && file.length > file.most {
                    return Err(&NOT_LAST);
                }
                match at {
                    // There is one file, so this is all of it in this chunk.
                    Some(at) => self.passed.range = at..at + bytes.len(),
                    None => self.passed.before.extend_from_slice(bytes),
                }
                Ok(())
            }
            _ => {
                self.text += bytes.len();
                self.value.extend_from_slice(bytes);
                if self.text > MOST_TEXT { Err(&TOO_MUCH) } else { Ok(()) }
            }
        }
    }

    fn end(&mut self) -> Checked<()> {
        match (self.current, &self.file) {
            (Some(place), _) => {
                let text = core::str::from_utf8(self.value.trim_ascii()).map_err(|_| &TOO_MUCH)?;
                self.fields.0.push((place, text.to_owned()));
                self.value.clear();
            }
            (None, Some(file)) if self.flowing.is_some() && file.length != file.most => return Err(&NOT_LAST),
            _ => {}
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::Json;

    fn form(parts: &[(&str, &[u8])]) -> Vec<u8> {
        let mut form = Vec::new();
        for (name, body) in parts {
            let more = if *name == "file" { "; filename=\"a.wav\"\r\nContent-Type: audio/wav" } else { "" };
            form.extend(format!("--b\r\nContent-Disposition: form-data; name=\"{name}\"{more}\r\n\r\n").bytes());
            form.extend_from_slice(body);
            form.extend(b"\r\n");
        }
        form.extend(b"--b--\r\n");
        form
    }

    struct Read {
        plan: OpenAiPlan,
        file: Vec<u8>,
        /// Its length where it flows.
        length: Option<u64>,
    }

    fn read(form: &[u8], seconds: Option<f64>, size: usize) -> Checked<Read> {
        let limits = seconds.map_or(String::new(), |seconds| format!(r#""limits":{{"seconds":{seconds}}}"#));
        let json = format!("{{{limits}}}");
        let settings = RelaySettings::read(Json::parse(&json).unwrap().view()).unwrap();
        let mut reader = Form::new("multipart/form-data; boundary=b", form.len() as u64, Rc::new(settings));
        let mut file = Vec::new();
        for chunk in form.chunks(size) {
            let passed = reader.push(chunk)?;
            file.extend([&passed.before, &chunk[passed.range]].concat());
            assert!(file.len() as u64 <= reader.most());
        }
        let length = reader.flowing().map(|_| reader.most());
        Ok(Read { plan: reader.finish()?, file, length })
    }

    fn wav(seconds: usize) -> Vec<u8> {
        crate::audio::wav::encode(&[&vec![0.1_f32; seconds * 16_000]], 16_000).unwrap_or_default()
    }

    #[test]
    fn small_files_are_held_wherever_they_stand() {
        let audio = wav(2);
        for parts in [
            [("model", &b"whisper-1"[..]), ("file", &audio), ("response_format", b"srt")],
            [("file", &audio), ("model", b"whisper-1"), ("response_format", b"srt")],
        ] {
            let form = form(&parts);
            for size in [1, 7, 1000, form.len()] {
                let read = read(&form, None, size).unwrap();
                assert_eq!(read.length, None);
                assert_eq!(read.plan.model, "qwen-audio-3.1-asr-flash");
                assert!(read.file == audio, "{size}");
            }
        }
    }

    #[test]
    fn large_files_flow_if_they_are_last_and_their_length_is_exact() {
        let audio = wav(260);
        let whole = form(&[("model", b"whisper-1"), ("prompt", b"x"), ("file", &audio)]);
        for size in [999, 65_536, whole.len()] {
            let read = read(&whole, None, size).unwrap();
            assert_eq!(read.length, Some(audio.len() as u64));
            assert!(read.plan.is_task && read.plan.options.contains("filetrans") && read.file == audio);
        }
        let first = form(&[("file", &audio), ("model", b"whisper-1")]);
        assert_eq!(read(&first, None, 65_536).unwrap().length, None);
        let middle = form(&[("model", b"whisper-1"), ("file", &audio), ("language", b"en")]);
        let words = |form: &[u8]| read(form, None, 65_536).err().unwrap().words;
        assert!(words(&middle).contains("last"), "{}", words(&middle));
        let open = &whole[..whole.len() - 2];
        assert!(words(open).contains("line break"), "{}", words(open));
        for end in 3..12 {
            assert!(read(&whole[..whole.len() - end], None, 65_536).is_err());
        }
        let huge = form(&[("file", &vec![0; 27_000_000]), ("model", b"whisper-1")]);
        assert_eq!(read(&huge, None, 65_536).err().unwrap().status, 413);
    }

    #[test]
    fn where_seconds_are_limited_nothing_goes_by_a_task() {
        let status =
            |form: &[u8]| read(form, Some(300.0), 9999).map_err(|problem| problem.status).map(|read| read.plan.by_task);
        let (large, small) = (wav(260), wav(20));
        let model = ("model", &b"whisper-1"[..]);
        assert_eq!(status(&form(&[model, ("file", &small)])), Ok(None));
        assert_eq!(status(&form(&[model, ("file", &large)])), Err(413));
        assert_eq!(status(&form(&[("model", b"fun-asr"), ("file", &small)])), Err(413));
        assert!(read(&form(&[model, ("file", &small)]), None, 9999).unwrap().plan.by_task.is_some());
    }

    #[test]
    fn what_is_missing_twice_or_unknown_is_refused_by_its_name() {
        let audio = wav(1);
        let file = ("file", &audio[..]);
        let model = ("model", &b"whisper-1"[..]);
        for (parts, param) in [
            (vec![model], Some("file")),
            (vec![file], Some("model")),
            (vec![model, file, file], None),
            (vec![model, model, file], None),
            (vec![model, ("file", b"")], Some("file")),
            (vec![model, file, ("vad_filter", b"true")], None),
            (vec![model, file, ("prompt", &[b'x'; 70_000])], None),
        ] {
            let problem = read(&form(&parts), None, 500).err().unwrap();
            assert_eq!((problem.param, problem.status), (param, 400), "{problem:?}");
        }
        let many: Vec<_> = (0..50).map(|_| ("include[]", &b""[..])).collect();
        assert!(read(&form(&many), None, 500).is_err());
        let text = b"--b\r\nContent-Disposition: form-data; name=\"file\"\r\n\r\nhello\r\n--b--\r\n";
        assert_eq!(read(text, None, 500).err().unwrap().param, Some("file"));
        assert!(read(b"", None, 1).is_err());
    }
}
