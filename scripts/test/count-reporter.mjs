// count-reporter.mjs — a reporter for Node's test runner that writes nothing but the counts of the whole run, as JSON.

/** @param {AsyncIterable<{ type: string, data: any }>} events */
export default async function* countReporter(events) {
  for await (const { type, data } of events) {
    // There is one summary for each file as well; the one of the run names no file.
    if (type === "test:summary" && data.file === undefined) yield JSON.stringify(data.counts);
  }
}
