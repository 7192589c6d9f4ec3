// The demo page and the package in Firefox.
import { testMicrophone } from "../microphone.mjs";
import { testPackage } from "../package.mjs";
import { testPage } from "../page.mjs";
import { testRecordings } from "../recordings.mjs";
import { testVoiceNote } from "../voice-note.mjs";
import { launchFirefox } from "./launch.mjs";

testPage("Firefox", launchFirefox, {
  recorded: { mimeType: /^audio\/(webm|ogg)\b/, head: /^(.E\xdf\xa3|OggS)/s },
  sent: /^audio\/(webm|ogg)$/,
});
testPackage("Firefox", launchFirefox);
testRecordings("Firefox", launchFirefox);
testMicrophone("Firefox", launchFirefox, { unplugs: true });
testVoiceNote("Firefox", launchFirefox, { file: /^note\.(webm|ogg)$/ });
