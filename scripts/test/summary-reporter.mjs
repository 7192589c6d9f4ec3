// summary-reporter.mjs — a reporter for Node's test runner that writes the counts of the whole run, what was skipped and what
// failed, as JSON.

/** @param {AsyncIterable<{ type: string, data: any }>} events */
export default async function* summaryReporter(events) {
  const skipped = [];
  const failed = [];
  for await (const { type, data } of events) {
    if (type === "test:pass" && (data.skip !== undefined || data.todo !== undefined)) {
      // A reason, or true where none was given.
      const reason = [data.skip, data.todo].find((each) => typeof each === "string") ?? "";
      skipped.push({ name: data.name, reason });
    }
    // A suite fails with what is in it, which is named already.
    if (type === "test:fail" && data.details?.error?.failureType !== "subtestsFailed")
      failed.push({ name: data.name, file: data.file });
    // There is one summary for each file as well; the one of the run names no file.
    if (type === "test:summary" && data.file === undefined)
      yield JSON.stringify({ counts: data.counts, skipped, failed });
  }
}
