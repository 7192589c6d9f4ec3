//! Reading and writing JSON, no more of it than the protocol needs.
//!
//! Our own, because of what it saves: `serde_json` costs 22 kB of compressed wasm, `miniserde` 14 kB (its number tables
//! do not compress), this 3 kB; and a stream's events are read without copying a string (`ARCHITECTURE.md`, "Sizes").
//! Answers are read as loose values, because the same fact stands in up to five places (`docs/protocol.md` §5.4).

mod cursor;
mod numbers;
mod reader;
mod strings;
mod value;
mod writer;

pub use numbers::number;
pub use strings::write_string;
pub use value::{Json, View};
pub use writer::{ArrayWriter, ObjectWriter, write_whole};
