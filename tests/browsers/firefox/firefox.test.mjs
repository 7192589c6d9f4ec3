// The demo page and the package in Firefox.
import { testPackage } from "../package.mjs";
import { testPage } from "../page.mjs";
import { launchFirefox } from "./launch.mjs";

testPage("Firefox", launchFirefox, {
  recorded: { mimeType: /^audio\/(webm|ogg)\b/, head: /^(.E\xdf\xa3|OggS)/s },
  sent: /^audio\/(webm|ogg)$/,
});
testPackage("Firefox", launchFirefox);
