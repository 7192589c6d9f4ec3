// Asking for a task, listing tasks, cancelling one.
import { refusal, wrongParameter } from "../service-error.mjs";
import { taskTime } from "../service-time.mjs";

/** GET is the documented way; one official sample uses POST. @type {import("./all.mjs").Route} */
export const oneTask = {
  methods: ["GET", "POST"],
  path: /^\/api\/v1\/tasks\/([^/]+)$/,
  async handle(exchange, [, id]) {
    const { tasks } = exchange.account;
    const task = tasks.get(id);
    const known = { request_id: exchange.requestId };
    // A task that nobody knows is no error.
    if (!task) return exchange.reply(200, { ...known, output: { task_id: id, task_status: "UNKNOWN" } });
    const status = tasks.poll(task);
    const done = status === "SUCCEEDED" || status === "FAILED";
    const output = {
      task_id: task.id,
      task_status: status,
      submit_time: taskTime(task.submittedAt),
      ...(task.scheduledAt && { scheduled_time: taskTime(task.scheduledAt) }),
      ...(task.endedAt && { end_time: taskTime(task.endedAt) }),
      ...(done
        ? task.outcome?.output
        : status !== "CANCELED" && { task_metrics: { TOTAL: task.files, SUCCEEDED: 0, FAILED: 0 } }),
    };
    await exchange.reply(200, { ...known, output, ...(done && task.outcome?.usage && { usage: task.outcome.usage }) });
  },
};

/** @type {import("./all.mjs").Route} */
export const cancelTask = {
  methods: ["POST"],
  path: /^\/api\/v1\/tasks\/([^/]+)\/cancel$/,
  async handle(exchange, [, id]) {
    const { tasks } = exchange.account;
    const task = tasks.get(id);
    if (!task || tasks.statusOf(task) !== "PENDING") throw refusal("not-pending");
    task.canceled = true;
    task.endedAt = Date.now();
    task.work.abort(new Error("the task was cancelled"));
    await exchange.reply(200, { request_id: exchange.requestId });
  },
};

/** @type {import("./all.mjs").Route} */
export const listTasks = {
  methods: ["GET"],
  path: /^\/api\/v1\/tasks\/?$/,
  async handle(exchange) {
    const query = exchange.url.searchParams;
    const { tasks } = exchange.account;
    const size = positive(query, "page_size", 10);
    const page = positive(query, "page_no", 1);
    const start = moment(query, "start_time", 0);
    const end = moment(query, "end_time", Number.POSITIVE_INFINITY);
    const found = tasks.all().filter((task) => {
      return (
        task.submittedAt >= start &&
        task.submittedAt <= end &&
        [null, "", task.id].includes(query.get("task_id")) &&
        [null, "", task.model].includes(query.get("model_name")) &&
        [null, "", tasks.statusOf(task)].includes(query.get("status"))
      );
    });
    await exchange.reply(200, {
      total: found.length,
      data: found.slice((page - 1) * size, page * size).map((task) => ({
        api_key_id: "1",
        caller_parent_id: "1",
        caller_uid: "1",
        ...(task.endedAt && { end_time: task.endedAt }),
        gmt_create: task.submittedAt,
        model_name: task.model,
        region: "cn-beijing",
        request_id: task.requestId,
        ...(task.scheduledAt && { start_time: task.scheduledAt }),
        status: tasks.statusOf(task),
        task_id: task.id,
        user_api_unique_key: `apikey:v1:audio:asr:transcription:${task.model}`,
      })),
      total_page: Math.max(1, Math.ceil(found.length / size)),
      page_no: page,
      request_id: exchange.requestId,
      page_size: size,
    });
  },
};

function positive(query, name, otherwise) {
  const value = Number(query.get(name) ?? otherwise);
  if (!Number.isInteger(value) || value < 1) throw wrongParameter(name);
  return value;
}

/** `YYYYMMDDhhmmss`, Beijing time. */
function moment(query, name, otherwise) {
  const text = query.get(name);
  if (!text) return otherwise;
  const parts = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)$/.exec(text);
  if (!parts) throw wrongParameter(name);
  const [, year, month, day, hour, minute, second] = parts.map(Number);
  return Date.UTC(year, month - 1, day, hour - 8, minute, second);
}
