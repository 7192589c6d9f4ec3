// The demo page and the package in WebKitGTK, which is not Safari but its engine, and records MP4 as Safari does.
import { testMicrophone } from "../microphone.mjs";
import { testPackage } from "../package.mjs";
import { testPage } from "../page.mjs";
import { testRecordings } from "../recordings.mjs";
import { testVoiceNote } from "../voice-note.mjs";
import { launchWebKit } from "./launch.mjs";

testPage("WebKit", launchWebKit, {
  recorded: { mimeType: /^audio\/mp4\b/, head: /^....ftyp/s },
  sent: /^audio\/wav$/,
});
testPackage("WebKit", launchWebKit);
testRecordings("WebKit", launchWebKit);
testMicrophone("WebKit", launchWebKit);
testVoiceNote("WebKit", launchWebKit, { file: /^note\.m4a$/ });
