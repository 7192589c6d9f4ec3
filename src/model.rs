//! Model families as data: which dialect they speak, what they take and which options they listen to.
//!
//! The service ignores what it does not know, without a word (measured, `docs/protocol.md` §7.1); so an option that a model would
//! ignore is an error here, which says who takes it. Sources: `docs/protocol.md` §1, §2.3, §5.3, §7.1.

mod family;
mod live;

pub use self::family::{
    DEFAULT_FILE_MODEL, DEFAULT_MODEL, DEFAULT_MODEL_VIRGINIA, Dialect, Family, Limits, OPTIONS, OptionRule,
    TaskDialect,
};
pub(crate) use self::family::{MOST_HOT_WORDS, counterpart, most_hot_words};
pub(crate) use self::live::{DEFAULT_LIVE_MODEL, is_narrow};
pub use self::live::{LiveFamily, LiveProtocol};

/// How many requests of a long recording are under way at a time, where the caller does not say: browsers open six connections
/// to a host that speaks HTTP/1.1, and with six the minute's requests last a minute.
pub const CONCURRENCY: u32 = 6;
