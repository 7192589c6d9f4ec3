// The relay's own two addresses, in workerd: results are fetched and recordings left at stores that a page cannot reach.

import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { request as httpRequest } from "node:http";
import { after, before, beforeEach, describe, test } from "node:test";
import { serve } from "../../www/serve.mjs";
import { eventually, startUpstream } from "./upstream.mjs";

const KEY = "sk-the-secret-of-the-edge";
const LIMIT = 200_000;

let upstream;
let stranger;
let site;
let answer;
/** What the service names in its answers. */
let named;

before(async () => {
  upstream = await startUpstream((request, response) => {
    if (!request.url.startsWith("/api/v1/uploads")) return answer(request, response);
    upstream.requests.pop(); // what is kept is what arrives at the stores
    response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify({ output: named }));
  });
  stranger = await startUpstream((_request, response) => response.end("secret"));
  const variables = { MAX_UPLOAD_BYTES: String(LIMIT), MAX_BODY_BYTES: "1000" };
  site = await serve({ upstream: upstream.url, apiKey: KEY, variables });
});

after(async () => {
  await site?.close();
  await stranger?.close();
  await upstream?.close();
});

beforeEach(() => {
  upstream.requests.length = 0;
  stranger.requests.length = 0;
  answer = async (request, response) => {
    await request.whole;
    response.writeHead(200, { "content-type": "application/json", "x-oss-request-id": "1", "set-cookie": "a=b" });
    response.end('{"transcripts":[]}');
  };
});

/** @returns the answer to a question in which the service names something */
function asked(output) {
  named = output;
  return fetch(`${site.url}/api/api/v1/uploads?action=getPolicy&model=qwen3-asr-flash`, {
    headers: { origin: site.url },
  });
}

/** @returns {Promise<string>} an address as the relay gives it to those who asked, of the member of this name */
async function given(member, address) {
  const response = await asked({ [member]: address });
  const body = await response.json();
  assert.equal(response.status, 200, body.message);
  return body.output[member];
}

const ask = (url, headers = {}) =>
  fetch(`${site.url}/api/result?url=${encodeURIComponent(url)}`, { headers: { origin: site.url, ...headers } });

const resultOf = async (address, headers) => ask(await given("transcription_url", address), headers);

function leave(body, url, headers = {}) {
  const target = `${site.url}/api/upload?url=${encodeURIComponent(url)}`;
  return fetch(target, { method: "POST", body, headers: { origin: site.url, ...headers } });
}

const upload = async (body, headers) => leave(body, await given("upload_host", upstream.url), headers);

function formOf(bytes) {
  const form = new FormData();
  form.append("key", "dashscope-instant/a/b.webm");
  form.append("file", new Blob([bytes]), "b.webm");
  return form;
}

async function assertRefused(response, status, code) {
  const body = await response.json();
  assert.equal(response.status, status, body.message);
  assert.equal(body.code, code);
  assert.equal(upstream.requests.length, 0, "nothing may be fetched");
  assert.equal(stranger.requests.length, 0, "nothing may be fetched");
}

describe("a result", () => {
  test("comes without the key being shown to anybody, its link as it was signed", async () => {
    const link = `${upstream.url}/pre/15%3A11/a.json?Expires=1&Signature=a%2Bb%3D`;
    const response = await resultOf(link, {
      authorization: "Bearer sk-from-the-page",
      cookie: "a=b",
      "x-dashscope-async": "enable",
    });
    assert.equal(response.status, 200);
    assert.deepEqual(await response.json(), { transcripts: [] });
    const [{ url, headers }] = upstream.requests;
    assert.equal(url, "/pre/15%3A11/a.json?Expires=1&Signature=a%2Bb%3D");
    const own = Object.keys(headers).filter((name) => !["cf-worker", "accept-encoding", "connection"].includes(name));
    assert.deepEqual(own, ["host"]);
    for (const name of ["set-cookie", "x-oss-request-id"]) assert.equal(response.headers.get(name), null);
    assert.match(response.headers.get("content-type"), /^application\/json/);
    assert.equal(response.headers.get("x-content-type-options"), "nosniff");
    assert.match(response.headers.get("content-security-policy"), /default-src 'none'/);
    assert.match(response.headers.get("cache-control"), /no-store/);
  });

  test("that the store refuses is the store's answer", async () => {
    answer = (_request, response) => {
      response.writeHead(403, { "content-type": "application/xml" }).end("<Error><Code>AccessDenied</Code></Error>");
    };
    const response = await resultOf(`${upstream.url}/expired.json`);
    // Every answer of this address is JSON, so the store's XML is not repeated, and what is to be known is.
    const body = await response.json();
    assert.equal(response.status, 403);
    assert.equal(body.code, "InvalidURL");
    assert.match(body.message, /status 403: results are kept for 24 hours/);
  });

  test("is JSON whatever its store calls it, so that it is never a page or a script", async () => {
    answer = (_request, response) => {
      response.writeHead(200, { "content-type": "text/javascript", "service-worker-allowed": "/" }).end("alert(1)");
    };
    const response = await resultOf(`${upstream.url}/a.js`);
    assert.equal(response.headers.get("content-type"), "application/json");
    assert.equal(response.headers.get("x-content-type-options"), "nosniff");
    assert.equal(response.headers.get("service-worker-allowed"), null);
    await response.body.cancel();
  });

  test("behind a redirect is not fetched", async () => {
    answer = (_request, response) => response.writeHead(302, { location: `${stranger.url}/` }).end();
    const response = await resultOf(`${upstream.url}/moved.json`);
    assert.equal(response.status, 502);
    assert.equal(response.headers.get("location"), null);
    assert.equal(stranger.requests.length, 0);
  });

  test("is passed on while it arrives, though the edge may compress it", { timeout: 10_000 }, async () => {
    let finish;
    answer = (_request, response) => {
      response.writeHead(200, { "content-type": "application/json" }).write(randomBytes(400_000).toString("hex"));
      finish = () => response.end("]");
    };
    const reader = (await resultOf(`${upstream.url}/long.json`)).body.getReader();
    assert.ok((await reader.read()).value.length > 0);
    finish();
    await reader.cancel();
  });
});

describe("an upload", () => {
  test("is the page's form, byte for byte, and no key", async () => {
    const response = await upload(formOf("x".repeat(5000)));
    assert.equal(response.status, 200);
    const [{ method, url, headers, pieces }] = upstream.requests;
    assert.deepEqual([method, url], ["POST", "/"]);
    assert.equal(headers.authorization, undefined);
    assert.match(headers["content-type"], /^multipart\/form-data; boundary=/);
    const whole = Buffer.concat(pieces);
    assert.equal(Number(headers["content-length"]), whole.length, "object stores take no chunks");
    const form = await new Response(whole, { headers: { "content-type": headers["content-type"] } }).formData();
    assert.deepEqual([...form.keys()], ["key", "file"]);
    assert.equal((await form.get("file").text()).length, 5000);
  });

  test("flows through: the store has the first bytes before the page has sent the last", async () => {
    const { hostname, port } = new URL(site.url);
    const headers = {
      "content-type": "multipart/form-data; boundary=b",
      "content-length": "20000",
      origin: site.url,
    };
    const path = `/api/upload?url=${encodeURIComponent(await given("upload_host", upstream.url))}`;
    const outgoing = httpRequest({ hostname, port, path, method: "POST", headers });
    const answered = new Promise((resolve, reject) => outgoing.on("response", resolve).on("error", reject));
    outgoing.write("a".repeat(5000));
    const arrived = await eventually("the first half at the store", () =>
      upstream.requests.find((request) => request.pieces.length > 0),
    );
    assert.ok(Buffer.concat(arrived.pieces).length <= 5000);
    outgoing.end("b".repeat(15_000));
    const response = await answered;
    response.resume();
    assert.equal(response.statusCode, 200);
    assert.equal(Buffer.concat(arrived.pieces).length, 20_000);
  });

  test("has its own limit", async () => {
    await assertRefused(await upload(formOf("x".repeat(LIMIT))), 413, "BadRequest.TooLarge");
    assert.equal((await upload(formOf("x".repeat(LIMIT - 2000)))).status, 200);
    const about = await (await fetch(`${site.url}/api/about`)).json();
    assert.equal(about.maxUploadBytes, LIMIT);
  });

  test("is a form and has a length", async () => {
    const json = { "content-type": "application/json" };
    await assertRefused(await upload("{}", json), 415, "BadRequest.UnsupportedFileFormat");
    const headers = { origin: site.url, "content-type": "multipart/form-data; boundary=b" };
    const body = new Blob(["x"]).stream();
    const target = `${site.url}/api/upload?url=${encodeURIComponent(await given("upload_host", upstream.url))}`;
    const response = await fetch(target, { method: "POST", body, headers, duplex: "half" });
    await assertRefused(response, 411, "BadRequest.LengthRequired");
  });

  test("goes to the bucket and to no other path of its host", async () => {
    const address = await given("upload_host", upstream.url);
    const [, signature] = address.split("#");
    for (const url of [
      `${upstream.url}/other#${signature}`,
      `${upstream.url}/?x=1#${signature}`,
      `${upstream.url}/api/v1/tokens#${signature}`,
    ]) {
      await assertRefused(await leave(formOf("x"), url), 403, "AccessDenied");
    }
    // The client writes a slash behind the host, which is the same place.
    assert.equal((await leave(formOf("x"), `${address}/`)).status, 200);
  });

  test("is told what is wrong with it in the store's own words", async () => {
    answer = async (request, response) => {
      await request.whole;
      response.writeHead(403, { "content-type": "application/xml" }).end("<Error><Code>AccessDenied</Code></Error>");
    };
    const response = await upload(formOf("x"));
    assert.equal(response.status, 403);
    assert.match(await response.text(), /<Code>AccessDenied/);
    assert.match(response.headers.get("content-security-policy"), /default-src 'none'/);
  });
});

/** What people try who want the edge function to fetch something else. */
const HOSTILE = [
  "http://169.254.169.254/latest/meta-data/",
  "http://localhost/",
  "http://[::1]/",
  "http://127.0.0.1/",
  "https://evil.example/",
  "https://aliyuncs.com/",
  "https://evil.oss-cn-beijing.aliyuncs.com/",
  "https://dashscope-result-bj.evil.oss-cn-beijing.aliyuncs.com/",
  "https://dashscope-result-bj.oss-cn-beijing.aliyuncs.com.evil.example/",
  "https://evil.example/dashscope-result-bj.oss-cn-beijing.aliyuncs.com/",
  "https://evil.example?dashscope-result-bj.oss-cn-beijing.aliyuncs.com",
  "https://evil.example#dashscope-result-bj.oss-cn-beijing.aliyuncs.com",
  "https://evil.example\\@dashscope-result-bj.oss-cn-beijing.aliyuncs.com/",
  "https://dashscope-result-bj.oss-cn-beijing.aliyuncs.com@evil.example/",
  "https://user:pass@dashscope-result-bj.oss-cn-beijing.aliyuncs.com/",
  "https://dashscope-result-bj.oss-cn-beijing.aliyuncs.com:8443/",
  "https://dashscope-result-bj.oss-cn-beijing.aliyuncs.com./",
  "https://dashscope-result-.oss-cn-beijing.aliyuncs.com/",
  "https://dashscope-result-bj%2eevil.oss-cn-beijing.aliyuncs.com/",
  "https://dashscope-result-bj\u3002oss-cn-beijing.aliyuncs.com.evil.example/",
  "https://dashscope-7c2c.oss-cn-beijing.aliyuncs.com/",
  "https://xdashscope-7c2c.oss-cn-shanghai.aliyuncs.com/",
  "https://dashscope-7c2c-oss-cn-shanghai.aliyuncs.com/",
  "http://dashscope-result-bj.oss-cn-beijing.aliyuncs.com/",
  "ftp://dashscope-result-bj.oss-cn-beijing.aliyuncs.com/",
  "file:///etc/passwd",
  "data:text/plain,hello",
  "javascript:alert(1)",
  "blob:https://dashscope-result-bj.oss-cn-beijing.aliyuncs.com/x",
];

describe("other addresses", () => {
  test("are not fetched, however they are written", async () => {
    const withPassword = upstream.url.replace("//", "//user:pass@");
    const elsewhere = [stranger.url, upstream.url, `${upstream.url}/a.json`, withPassword];
    for (const url of [...HOSTILE, ...elsewhere]) await assertRefused(await ask(url), 403, "AccessDenied");
  });

  test("are not fetched with the signature of another", async () => {
    const [address, signature] = (await given("transcription_url", `${upstream.url}/a.json?x=1`)).split("#");
    const changed = [
      `${address}&y=1`,
      address.replace("a.json", "b.json"),
      address.toUpperCase(),
      `${address}#`,
      stranger.url,
    ];
    for (const url of [...HOSTILE.slice(0, 8), ...changed]) {
      await assertRefused(await ask(`${url}#${signature}`), 403, "AccessDenied");
    }
    for (const cut of [
      signature.slice(1),
      `${signature}A`,
      signature.replace(/^./, (first) => (first === "A" ? "B" : "A")),
    ]) {
      await assertRefused(await ask(`${address}#${cut}`), 403, "AccessDenied");
    }
    assert.equal((await ask(`${address}#${signature}`)).status, 200);
  });

  test("are not written to either", async () => {
    for (const url of [...HOSTILE.slice(0, 6), stranger.url, upstream.url]) {
      await assertRefused(await leave(formOf("x"), url), 403, "AccessDenied");
    }
    // What may be read may not be written, and the other way round.
    const result = await given("transcription_url", upstream.url);
    await assertRefused(await leave(formOf("x"), result), 403, "AccessDenied");
    await assertRefused(await ask(await given("upload_host", upstream.url)), 403, "AccessDenied");
  });

  test("that are none are refused as such", async () => {
    const two = `?url=${encodeURIComponent(upstream.url)}&url=${encodeURIComponent(stranger.url)}`;
    for (const query of ["", "?url=", "?address=https://a.example/", two]) {
      const response = await fetch(`${site.url}/api/result${query}`, { headers: { origin: site.url } });
      await assertRefused(response, 400, "InvalidParameter");
    }
    for (const url of ["/etc/passwd", "//evil.example/"]) await assertRefused(await ask(url), 403, "AccessDenied");
  });
});

describe("an answer of the service that names", () => {
  test("one of its own stores by http gives its address by https", async () => {
    for (const host of [
      "dashscope-result-bj.oss-cn-beijing.aliyuncs.com",
      "dashscope-result-sg.oss-ap-southeast-1.aliyuncs.com",
      "dashscope-7c2c.oss-cn-shanghai.aliyuncs.com",
    ]) {
      const address = await given("transcription_url", `http://${host}/pre/a.json?Expires=1`);
      assert.match(address, /^https:/);
      assert.equal(address.split("#")[0], `https://${host}/pre/a.json?Expires=1`);
    }
    const bucket = "https://dashscope-file-mgr.oss-cn-beijing.aliyuncs.com";
    assert.equal((await given("upload_host", bucket)).split("#")[0], bucket);
  });

  test("what is nobody's in public is not passed on: nobody gets it signed", async () => {
    const others = [stranger.url, upstream.url.replace("127.0.0.1", "localhost"), upstream.url.replace("//", "//a:b@")];
    const unsafe = HOSTILE.filter(
      (url) => !/^https:\/\/[a-z0-9.-]+\/?$/.test(url) && !/evil\.example|aliyuncs/.test(url),
    );
    assert.ok(unsafe.length >= 7);
    for (const url of [...unsafe, ...others, "https://10.0.0.1/a", "https://db.internal/a"]) {
      const response = await asked({ transcription_url: url });
      const text = await response.text();
      assert.equal(response.status, 502, url);
      assert.ok(!text.includes(url), url);
    }
  });
});
