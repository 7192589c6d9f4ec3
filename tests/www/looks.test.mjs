// How the page looks and sounds: names and roles, sizes, contrast, phone, dark, calm. Pictures go to target/screenshots.

import assert from "node:assert/strict";
import { after, afterEach, before, describe, test } from "node:test";
import { createScriptedRecogniser } from "../emulator/recogniser/scripted.mjs";
import { jfk } from "../fixtures/recordings.mjs";
import { dropFile, finishedText, troubleShown } from "./page-steps.mjs";
import { launchBrowser, openPage, screenshot, startSite } from "./site.mjs";

const CONVERSATION = [
  "Good morning, and welcome to the meeting of the committee.",
  "Thank you. I would like to begin with the numbers, which are better than we had hoped.",
  "That is good to hear. Are there any questions?",
  "Yes: what about the next quarter?",
  "Nobody knows yet, but we are going to find out together.",
];
/** Samples at 16 kHz: the sample that is dropped here is longer, what the microphone says is shorter. */
const LONG = 16_000 * 8;

let site;
let browser;
let page;

before(async () => {
  const recogniser = createScriptedRecogniser((samples) => (samples.length > LONG ? CONVERSATION : jfk.words));
  site = await startSite({ emulator: { recogniser } });
  browser = await launchBrowser({ microphone: "jfk", repeat: true });
});

afterEach(() => page?.context().close());

after(async () => {
  await browser?.close();
  await site?.close();
});

/** Brings the page into each of its states and calls `look` there. */
async function inEveryState(look) {
  await page.waitForFunction(() => /emulator/i.test(document.getElementById("upstream").textContent));
  await look("idle");
  await page.click("#record");
  await page.waitForSelector("#record[aria-pressed=true]");
  await page.waitForTimeout(2500);
  await look("recording");
  await page.click("#record");
  await finishedText(page);
  await page.waitForSelector("#position", { state: "visible" });
  await look("done");
  await page.click("#renew");
  await page.click(".options summary");
  await look("options");
  await page.check("#recognition input[value=speakers]");
  await page.click(".options summary");
  site.emulator.arm({ fault: "task-running=3", path: "/api/v1/services/audio/asr/transcription" });
  await dropFile(page, jfk.path);
  await page.waitForFunction(() => / so far$/.test(document.getElementById("progress-detail").textContent));
  await look("waiting");
  await finishedText(page);
  await page.click(".word >> nth=13");
  await page.waitForSelector("#listen[aria-pressed=true]");
  await page.click("#listen");
  await look("reading");
  await page.click("#renew");
  await page.waitForSelector("#saved-list li >> nth=1");
  await look("notes");
  await page.click(".options summary");
  await page.check("#recognition input[value=quick]");
  await page.click(".options summary");
  site.emulator.arm({ fault: "code=Arrearage" });
  await dropFile(page, jfk.path);
  await troubleShown(page);
  await look("trouble");
  site.emulator.arm({ fault: "stall=3000,stall-after=4" });
  await page.click("#try-again");
  await page.waitForFunction(() => document.getElementById("text").value !== "");
  await look("busy");
  await page.click("#cancel");
}

/** The emulator hears one speaker only. */
async function giveSpeakers() {
  await page.route("**/api/result?*", async (route) => {
    const response = await route.fetch({ headers: { ...route.request().headers(), origin: site.url } });
    const document = await response.json();
    document.transcripts[0].sentences.forEach((sentence, index) => {
      sentence.speaker_id = [0, 1, 1, 0, 0, 2, 3, 4, 5][index] ?? 0;
    });
    await route.fulfill({ response, json: document });
  });
}

async function assertNothingSticksOut(state) {
  const { scroll, client } = await page.evaluate(() => ({
    scroll: document.documentElement.scrollWidth,
    client: document.documentElement.clientWidth,
  }));
  assert.ok(scroll <= client, `${state}: ${scroll} px wide in a window of ${client}`);
  const outside = await page.$$eval("button, input, select, textarea", (controls) => {
    const visible = controls.filter((control) => control.checkVisibility() && control.type !== "file");
    return visible
      .filter((control) => {
        const { left, right } = control.getBoundingClientRect();
        const { left: from, right: to } = (control.closest(".card") ?? document.body).getBoundingClientRect();
        return left < from || right > to;
      })
      .map((control) => control.id || control.textContent);
  });
  assert.deepEqual(outside, [], state);
}

const PHONE = { viewport: { width: 360, height: 740 }, deviceScaleFactor: 2, isMobile: true, hasTouch: true };

for (const [name, options] of [
  ["light", { viewport: { width: 1100, height: 900 } }],
  ["dark", { viewport: { width: 1100, height: 900 }, colorScheme: "dark" }],
  ["phone", PHONE],
  ["phone-dark", { ...PHONE, colorScheme: "dark" }],
]) {
  describe(name, () => {
    test("every state fits, and its words can be read", async () => {
      page = await openPage(browser, site.url, options);
      await giveSpeakers();
      await inEveryState(async (state) => {
        await page.waitForTimeout(250);
        await screenshot(page, `${name}-${state}`);
        await assertNothingSticksOut(state);
        assert.deepEqual(await page.evaluate(tooFaint), [], `${name} ${state}`);
      });
      assert.deepEqual(page.complaints, []);
    });
  });
}

/** Runs in the page: visible words with less than 4.5:1 against the nearest opaque ground (3:1 where they are large). */
function tooFaint() {
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const rgba = (colour) => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = colour;
    canvas.fillRect(0, 0, 1, 1);
    return canvas.getImageData(0, 0, 1, 1).data;
  };
  const luminance = ([red, green, blue]) => {
    const [r, g, b] = [red, green, blue].map((value) => {
      const share = value / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ground = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const colour = rgba(getComputedStyle(at).backgroundColor);
      if (colour[3] === 255) return colour;
    }
    return [255, 255, 255, 255];
  };
  const faint = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const element = node.parentElement;
    if (!node.textContent.trim() || !element.checkVisibility() || element.closest("[disabled], script")) continue;
    const style = getComputedStyle(element);
    const [one, other] = [luminance(rgba(style.color)), luminance(ground(element))].sort((a, b) => b - a);
    const contrast = (one + 0.05) / (other + 0.05);
    const isLarge = Number.parseFloat(style.fontSize) >= 24;
    if (contrast < (isLarge ? 3 : 4.5)) faint.push(`${node.textContent.trim().slice(0, 30)}: ${contrast.toFixed(2)}`);
  }
  return faint;
}

describe("for those who listen and for fingers", () => {
  test("every control has a name, a role and 44 pixels", async () => {
    page = await openPage(browser, site.url, PHONE);
    await inEveryState(async (state) => {
      const poor = await page.$$eval("button, input, select, textarea, summary, [role=slider]", (controls) =>
        controls
          .filter((control) => control.checkVisibility())
          .map((control) => {
            const label = control.labels?.[0]?.textContent ?? "";
            const labelledby =
              document.getElementById(control.getAttribute("aria-labelledby") ?? "")?.textContent ?? "";
            const name = control.getAttribute("aria-label") || labelledby || label || control.textContent;
            // A checkbox or a choice may be pressed anywhere on its label.
            const target = /checkbox|radio/.test(control.type) ? control.labels[0] : control;
            const { width, height } = target.getBoundingClientRect();
            return { id: control.id, name: name.trim(), width, height };
          })
          .filter(({ name, width, height }) => name === "" || width < 44 || height < 44),
      );
      assert.deepEqual(poor, [], state);
    });
  });

  test("the accessibility tree says what can be done and what is going on", async () => {
    page = await openPage(browser, site.url);
    assert.equal(await page.getByRole("button", { name: "Record", pressed: false }).count(), 1);
    await page.getByRole("button", { name: "Record" }).click();
    await page.getByRole("button", { name: "Record", pressed: true }).waitFor();
    assert.equal(await page.getByRole("status").textContent(), "Recording. Press again to stop.");
    await page.waitForTimeout(1000);
    await page.getByRole("button", { name: "Record", pressed: true }).click();
    await finishedText(page);
    assert.equal(await page.getByRole("status").textContent(), "Done.");
    assert.equal(await page.getByRole("textbox", { name: "Text" }).inputValue(), jfk.words);
    await page.getByRole("slider", { name: "Position in the recording" }).waitFor();
    assert.equal(await page.getByRole("heading", { level: 1 }).count(), 1);
    assert.equal(await page.getByRole("main").count(), 1);
    assert.equal(await page.getAttribute("#status", "aria-live"), "polite");
    assert.equal(await page.getAttribute("#trouble", "role"), "alert");
    assert.equal(await page.getAttribute("html", "lang"), "en");
  });

  test("the focus can be seen", async () => {
    page = await openPage(browser, site.url);
    for (let step = 0; step < 6; step += 1) {
      await page.keyboard.press("Tab");
      const outline = await page.evaluate(() => {
        const style = getComputedStyle(document.activeElement);
        return { width: Number.parseFloat(style.outlineWidth), style: style.outlineStyle };
      });
      assert.ok(outline.width >= 2 && outline.style !== "none", JSON.stringify(outline));
    }
  });

  test("nothing moves for those who asked for calm", async () => {
    page = await openPage(browser, site.url, { reducedMotion: "reduce" });
    site.emulator.arm({ fault: "delay=3000" });
    await dropFile(page, jfk.path);
    await page.waitForSelector("#progress", { state: "visible" });
    const running = await page.evaluate(() => document.getAnimations().length);
    assert.equal(running, 0);
  });
});

describe("what is loaded", () => {
  test("comes from this site only, and little of it", async () => {
    const context = await browser.newContext();
    page = await context.newPage();
    const answers = [];
    page.on("response", (response) => answers.push(response));
    await page.goto(site.url);
    await page.waitForLoadState("networkidle");
    for (const answer of answers) assert.equal(new URL(answer.url()).origin, site.url);
    assert.deepEqual(await context.cookies(), []);
    const sizes = await Promise.all(
      answers.map(async (answer) => ({ url: answer.url(), ...(await answer.request().sizes()) })),
    );
    const first = sizes.filter(({ url }) => !url.includes("/chunk-"));
    const bytes = first.reduce((sum, { responseBodySize }) => sum + responseBodySize, 0);
    assert.ok(bytes < 40_000, `${bytes} bytes before the package`);
  });
});
