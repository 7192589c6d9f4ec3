//! Whose voice it is, and what it is called.

use super::digits::push_digits;
use super::options::SubtitleOptions;
use crate::transcript::Segment;

/// Whose voice it is, as far as the service tells.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Voice {
    channel: Option<u32>,
    speaker: Option<u32>,
}

impl Voice {
    pub(super) fn of(segment: &Segment) -> Self {
        Self { channel: segment.channel_id, speaker: segment.speaker_id }
    }
}

/// Which names are shown.
#[derive(Clone, Copy, Debug)]
pub(super) struct Names {
    channels: bool,
    speakers: bool,
}

impl Names {
    /// What the caller wants, or what is of use: names where there is more than one.
    pub(super) fn new(options: &SubtitleOptions, voices: impl Iterator<Item = Voice>) -> Self {
        let (mut channels, mut speakers) = (false, false);
        let mut known = Voice::default();
        for voice in voices {
            channels |= differs(&mut known.channel, voice.channel);
            speakers |= differs(&mut known.speaker, voice.speaker);
        }
        Self {
            channels: options.channel_labels.unwrap_or(channels),
            speakers: options.speaker_labels.unwrap_or(speakers),
        }
    }

    /// The name of a voice; empty where it has none. People count from one, the service from zero.
    pub(super) fn name(self, voice: Voice) -> String {
        let mut name = String::new();
        if let (true, Some(channel)) = (self.channels, voice.channel) {
            name.push_str("Channel ");
            push_digits(u64::from(channel) + 1, 1, &mut name);
        }
        if let (true, Some(speaker)) = (self.speakers, voice.speaker) {
            name.push_str(if name.is_empty() { "Speaker " } else { ", Speaker " });
            push_digits(u64::from(speaker) + 1, 1, &mut name);
        }
        name
    }
}

/// Whether a number is another one than the first that was known.
fn differs(known: &mut Option<u32>, number: Option<u32>) -> bool {
    *known = known.or(number);
    number.is_some() && number != *known
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_count_from_one() {
        let voice = Voice { channel: Some(0), speaker: Some(9) };
        let name = |channels, speakers| Names { channels, speakers }.name(voice);
        assert_eq!(name(true, true), "Channel 1, Speaker 10");
        assert_eq!(name(true, false), "Channel 1");
        assert_eq!(name(false, true), "Speaker 10");
        assert_eq!(name(false, false), "");
        assert_eq!(Names { channels: true, speakers: true }.name(Voice::default()), "");
    }

    #[test]
    fn a_number_differs_from_the_first_that_is_known() {
        let mut known = None;
        let differ = [None, Some(2), None, Some(2), Some(1)].map(|number| differs(&mut known, number));
        assert_eq!(differ, [false, false, false, false, true]);
    }
}
