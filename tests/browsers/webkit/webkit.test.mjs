// The demo page and the package in WebKitGTK, which is not Safari but its engine, and records MP4 as Safari does.
import { testPackage } from "../package.mjs";
import { testPage } from "../page.mjs";
import { launchWebKit } from "./launch.mjs";

testPage("WebKit", launchWebKit, {
  recorded: { mimeType: /^audio\/mp4\b/, head: /^....ftyp/s },
  sent: /^audio\/wav$/,
});
testPackage("WebKit", launchWebKit);
