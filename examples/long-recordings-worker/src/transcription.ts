// The Workflow: submit, sleep, ask, and write the texts. What a step gives back is small: ids and states, never a transcript.
import { WorkflowEntrypoint, type WorkflowEvent, type WorkflowStep, type WorkflowStepConfig } from "cloudflare:workers";
import { NonRetryableError } from "cloudflare:workflows";
import { isAsrError, type Transcript, toJson, toSrt, toVtt } from "dashscope-asr";
import { type Environment, service } from "./environment.ts";
import { keyOf, type Progress, readNote, writeNote } from "./notes.ts";
import { TEXTS, type TextName } from "./progress.ts";
import { orGiveUp, submitAnew, submitOnce } from "./submission.ts";

const PATIENT: WorkflowStepConfig = {
  retries: { limit: 10, delay: "5 seconds", backoff: "exponential" },
  timeout: "10 minutes",
};

const FIRST_PAUSE_MS = 2000;
const LONGEST_PAUSE_MS = 300_000;

export class Transcription extends WorkflowEntrypoint<Environment, { id: string }> {
  override async run(event: Readonly<WorkflowEvent<{ id: string }>>, step: WorkflowStep): Promise<void> {
    const { id } = event.payload;
    try {
      for (let task = 1; ; task++) {
        const taskId = await this.submit(id, task, step);
        await this.untilItIsOver(id, taskId, task, step);
        const outcome = await step.do(`task ${task}: write the texts`, PATIENT, () => this.finish(id, taskId));
        if (outcome === "done") return;
      }
    } catch (cause) {
      const words = cause instanceof Error ? cause.message : String(cause);
      const error = words.replace(/^(NonRetryable)?Error: /, "");
      await step.do("write down why not", PATIENT, () => this.write(id, { state: "failed", lookAgainAt: 0, error }));
      throw cause;
    }
  }

  private async submit(id: string, task: number, step: WorkflowStep): Promise<string> {
    for (let look = 1; ; look++) {
      const outcome = await step.do(`task ${task}: submit ${look}`, PATIENT, async () => {
        const submitted = await orGiveUp(() => submitOnce(this.env, id));
        const waitMs = "waitMs" in submitted ? submitted.waitMs : 0;
        await this.write(id, { state: "queued", lookAgainAt: Date.now() + waitMs });
        return submitted;
      });
      if ("taskId" in outcome) return outcome.taskId;
      await step.sleep(`task ${task}: before submit ${look + 1}`, outcome.waitMs);
    }
  }

  /** The service forgets a task after 24 hours, which ends this too. */
  private async untilItIsOver(id: string, taskId: string, task: number, step: WorkflowStep): Promise<void> {
    for (let look = 1; ; look++) {
      const pauseMs = Math.min(Math.round(FIRST_PAUSE_MS * 1.5 ** (look - 1)), LONGEST_PAUSE_MS);
      const state = await step.do(`task ${task}: ask ${look}`, PATIENT, () =>
        orGiveUp(() => this.ask(id, taskId, pauseMs)),
      );
      if (state === "over") return;
      await step.sleep(`task ${task}: before ask ${look + 1}`, pauseMs);
    }
  }

  private async ask(id: string, taskId: string, pauseMs: number): Promise<"queued" | "running" | "over"> {
    const { state } = await service(this.env).task(taskId).status();
    // How a task ended, well or badly, its result says.
    if (state === "SUCCEEDED" || state === "FAILED" || state === "CANCELED") return "over";
    const known = state === "PENDING" ? "queued" : "running";
    await this.write(id, { state: known, lookAgainAt: Date.now() + pauseMs });
    return known;
  }

  /** @returns "again" where the service could not fetch the recording: the Worker may have been down just then */
  private async finish(id: string, taskId: string): Promise<"done" | "again"> {
    const task = service(this.env).task(taskId);
    const { state, code, files } = await orGiveUp(() => task.status());
    try {
      await this.writeTexts(id, await task.result());
      return "done";
    } catch (error) {
      if (!isAsrError(error)) throw error;
      const notFetched = [code, ...files.map((file) => file.code)].some((one) => /^FILE_4|download/i.test(one ?? ""));
      const passing = notFetched || (state === "FAILED" && error.retryable);
      if (passing && (await submitAnew(this.env, id, taskId))) return "again";
      // A task that has failed stays so, however often it is asked.
      if (error.retryable && state === "SUCCEEDED") throw error;
      throw new NonRetryableError(`${error.code}: ${error.message}`);
    }
  }

  private async writeTexts(id: string, transcript: Transcript): Promise<void> {
    const texts: Record<TextName, string> = {
      "transcript.json": toJson(transcript),
      "transcript.srt": toSrt(transcript),
      "transcript.vtt": toVtt(transcript),
    };
    for (const [name, contentType] of Object.entries(TEXTS)) {
      const httpMetadata = { contentType };
      await this.env.RECORDINGS.put(keyOf(id, name), texts[name as TextName], { httpMetadata });
    }
    await this.write(id, { state: "done", lookAgainAt: 0 });
  }

  /** What has ended stays so, also for a Workflow that somebody starts again. */
  private async write(id: string, progress: Progress): Promise<void> {
    const present = await readNote(this.env, id, "progress.json");
    if (present?.value.state === "done") return;
    await writeNote(this.env, id, "progress.json", progress);
  }
}
