// Dialect D: submitting files, for Qwen3-ASR-Flash-Filetrans (D1: one URL) and the batch models (D2: a list of URLs).
import { FileFailure, transcribeFile } from "../file-transcription.mjs";
import { familyOf } from "../models.mjs";
import { fileFailure, refusal, wrongParameter } from "../service-error.mjs";

const MOST_FILES = 100;

const QWEN_FAILURES = {
  forbidden: "FILE_403_FORBIDDEN",
  missing: "FILE_404_NOT_FOUND",
  large: "FILE_TOO_LARGE",
  download: "FILE_DOWNLOAD_FAILED",
  decode: "DECODE_ERROR",
  silence: "ASR_RESPONSE_HAVE_NO_WORDS",
  channel: "InvalidParameter",
};
const BATCH_FAILURES = {
  forbidden: "InvalidFile.DownloadFailed",
  missing: "InvalidFile.DownloadFailed",
  large: "FILE_TOO_LARGE",
  download: "InvalidFile.DownloadFailed",
  decode: "DECODE_ERROR",
  silence: "SUCCESS_WITH_NO_VALID_FRAGMENT",
  channel: "InvalidParameter",
};

/** @type {import("./all.mjs").Route} */
export const transcription = {
  methods: ["POST"],
  path: /^\/api\/v1\/services\/audio\/asr\/transcription$/,
  async handle(exchange) {
    const body = exchange.json();
    const { headers, faults, account, requestId } = exchange;
    if (typeof body.model !== "string" || body.model === "") throw refusal("no-model");
    const family = familyOf(body.model);
    if (!family) throw refusal("unknown-model");
    if (family.kind !== "qwen-task" && family.kind !== "task") {
      throw refusal("no-tasks");
    }
    if (String(headers["x-dashscope-async"]).toLowerCase() !== "enable") {
      throw refusal("tasks-only");
    }
    const urls = family.kind === "qwen-task" ? qwenUrls(body.input) : batchUrls(body.input);
    const resolves = String(headers["x-dashscope-ossresourceresolve"]).toLowerCase() === "enable";
    for (const url of urls) {
      const known = /^https?:\/\//i.test(url) || (/^oss:\/\//i.test(url) && resolves);
      if (!known) throw refusal("bad-url");
    }

    const origin = headers.host ? `http://${headers.host}` : account.url;
    const job = {
      urls,
      model: body.model,
      family,
      headers,
      parameters: body.parameters ?? {},
      account,
      faults,
      origin,
    };
    const broken = body.parameters === undefined && /\.maas\.aliyuncs\.com(:\d+)?$/.test(String(headers.host));
    const task = account.tasks.submit(
      { model: body.model, requestId, files: urls.length, faults },
      async (cancelled) => {
        const forced = faults.value("task-fail") ?? (broken ? "InvalidParameter" : undefined);
        if (forced) return { status: "FAILED", output: failure(forced, faults) };
        const signal = AbortSignal.any([cancelled, account.closing]);
        return family.kind === "qwen-task" ? runQwen({ ...job, signal }) : runBatch({ ...job, signal });
      },
    );
    await exchange.reply(200, { request_id: requestId, output: { task_id: task.id, task_status: "PENDING" } });
  },
};

function qwenUrls(input) {
  if (typeof input?.file_url !== "string") throw wrongParameter("file_url");
  return [input.file_url];
}

function batchUrls(input) {
  const urls = input?.file_urls;
  if (!Array.isArray(urls) || urls.length === 0 || !urls.every((url) => typeof url === "string")) {
    throw refusal("no-file-urls");
  }
  if (urls.length > MOST_FILES) throw wrongParameter("file_urls");
  return urls;
}

function failure(code, faults) {
  const known = fileFailure(code, { name: "channel_id" });
  const message = faults?.value("message");
  return message === undefined ? known : { code, message: decodeURIComponent(message) };
}

/** @returns {Promise<import("../task-store.mjs").Outcome>} */
async function runQwen(job) {
  const { account, faults, origin } = job;
  try {
    const { document, speechMs } = await transcribeFile(job.urls[0], job);
    const link = account.results.keep(document, { origin, faults });
    return {
      status: "SUCCEEDED",
      output: { result: { transcription_url: link } },
      usage: { seconds: seconds(speechMs) },
    };
  } catch (cause) {
    if (!(cause instanceof FileFailure)) throw cause;
    return { status: "FAILED", output: failure(QWEN_FAILURES[cause.kind]) };
  }
}

/** One file may fail while the others succeed; the task then still counts as succeeded. @returns {Promise<import("../task-store.mjs").Outcome>} */
async function runBatch(job) {
  const { urls, account, faults, origin } = job;
  /** @type {{ file_url: string, subtask_status: string, code?: string, message?: string, transcription_url?: string }[]} */
  const results = [];
  let speech = 0;
  for (const [index, url] of urls.entries()) {
    try {
      const forced = faults.value("subtask-fail");
      if (forced && index === 0) {
        results.push({ file_url: url, ...failure(forced, faults), subtask_status: "FAILED" });
        continue;
      }
      const { document, speechMs } = await transcribeFile(url, job);
      speech += speechMs;
      const link = account.results.keep(document, { origin, faults });
      results.push({ file_url: url, transcription_url: link, subtask_status: "SUCCEEDED" });
    } catch (cause) {
      if (!(cause instanceof FileFailure)) throw cause;
      results.push({ file_url: url, ...failure(BATCH_FAILURES[cause.kind]), subtask_status: "FAILED" });
    }
  }
  const failed = results.filter((result) => result.subtask_status === "FAILED");
  const metrics = { TOTAL: urls.length, SUCCEEDED: urls.length - failed.length, FAILED: failed.length };
  // Seen at the service: a download that fails leaves the task SUCCEEDED, a file that cannot be decoded makes it FAILED.
  const undecodable = failed.length === urls.length && failed.every((result) => result.code === "DECODE_ERROR");
  if (undecodable) {
    return { status: "FAILED", output: { ...failure("DECODE_ERROR"), results, task_metrics: metrics } };
  }
  return {
    status: "SUCCEEDED",
    output: { results, task_metrics: metrics },
    ...(speech > 0 && { usage: { duration: seconds(speech) } }),
  };
}

function seconds(milliseconds) {
  return Math.max(1, Math.ceil(milliseconds / 1000));
}
