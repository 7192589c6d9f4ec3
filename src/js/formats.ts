// The part that writes files: subtitles and text of a transcript, WAV of samples. Bundlers leave it out where none is written.

import * as source from "../../target/js/formats-glue.js";
import { part } from "./instance.js";

export const formats = /* @__PURE__ */ part("formats", source);
