// A reporter for node:test: one JSON object a line for each beginning and
// end of a test, and a last line that says the stream ended. It runs inside the tested
// process and knows nothing of the runner that reads its file.

/** Renders what a failed test threw, its cause in preference to its wrapper. */
function describe(error) {
  const cause = error?.cause ?? error;
  return String(cause?.stack ?? cause?.message ?? cause);
}

/** Turns the events of one test process into lines of JSON. */
export default async function* report(source) {
  for await (const { type, data } of source) {
    if (type === "test:dequeue" || type === "test:complete") {
      const event = type === "test:dequeue" ? "begin" : "complete";
      yield line({ event, nesting: data.nesting, name: data.name });
    } else if (type === "test:pass" || type === "test:fail") {
      yield line({
        event: "end",
        nesting: data.nesting,
        name: data.name,
        suite: data.details?.type === "suite",
        passed: type === "test:pass",
        skip: data.skip,
        todo: data.todo,
        // A suite fails with its tests, or by a hook or body of its own.
        inherited: data.details?.error?.failureType === "subtestsFailed",
        error: type === "test:fail" ? describe(data.details?.error) : undefined,
      });
    }
  }
  yield line({ event: "finished" });
}

function line(value) {
  return `${JSON.stringify(value)}\n`;
}
