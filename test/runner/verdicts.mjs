// The table that `npm run soak` ends with: what each promise of reliability
// came to. Reads the lines that test/kit/verdict.ts prints, and gives the two
// verdicts that only a whole run can give. Pure functions: no processes.

/** Printed by test/kit/verdict.ts in front of a verdict. */
const MARK = "[verdict] ";

/** Printed by the programs of a test when something was thrown at nobody. */
const UNHANDLED_MARK = "[unhandled] ";

/** What is promised, by number. */
export const PROMISES = {
  R1: "no loss on a live connection",
  R2: "order on each connection",
  R3: "never twice",
  R4: "loss at a break is bounded and counted",
  R5: "messages are whole",
  R6: "a slow subscriber costs a bounded sum",
  R7: "reconnects",
  R8: "no storm of connections",
  R9: "very many connections",
  R10: "a long run",
  R11: "kill -9 of any peer at any moment",
  R12: "partition and heal",
  R13: "a bad network",
  R14: "heartbeats under load",
  R15: "jumps of the clock",
  R16: "no descriptor left",
  R17: "a port is free again",
  R18: "linger",
  R19: "a graceful end",
  R20: "memory follows what was received",
  R21: "fairness",
  R22: "nothing unhandled",
  R23: "the same on every runtime",
  R24: "libzmq under faults",
  R25: "cryptography",
};

/**
 * @typedef {object} Found
 * @property {string} runtime
 * @property {string} id
 * @property {string} [of]
 * @property {string} figure
 * @property {string} target
 * @property {boolean} ok
 */

/**
 * Finds the verdicts in a test's output.
 *
 * @param {string} runtime
 * @param {string} output
 * @returns {Found[]}
 */
export function verdictsIn(runtime, output) {
  return output.split("\n")
    .filter((line) => line.startsWith(MARK))
    .map((line) => ({ runtime, ...JSON.parse(line.slice(MARK.length)) }));
}

/** @param {Found} found */
export function verdictLine({ runtime, id, of, figure, target, ok }) {
  const what = of === undefined ? PROMISES[id] : of;
  return `${ok ? "kept  " : "BROKEN"} ${id} ${runtime}: ${what}: ${figure} ` +
    `(target: ${target})`;
}

/**
 * R22: nothing was thrown at nobody, in any process of a runtime.
 *
 * @param {string} runtime
 * @param {{ output: string, problem?: string }[]} results
 * @returns {Found}
 */
export function unhandled(runtime, results) {
  const count = results.reduce((sum, { output, problem }) => {
    const thrown = output.split("\n").filter((line) =>
      line.startsWith(UNHANDLED_MARK)
    );
    return sum + thrown.length + (problem === undefined ? 0 : 1);
  }, 0);
  return {
    runtime,
    id: "R22",
    figure: `${count} in ${results.length} runs and their processes`,
    target: "0",
    ok: count === 0,
  };
}

/**
 * R23: where several runtimes were asked, they agree.
 *
 * @param {Found[]} all
 * @param {string[]} runtimes
 * @returns {Found | undefined} undefined where there is nothing to compare
 */
export function parity(all, runtimes) {
  if (runtimes.length < 2) return undefined;
  const asked = Object.keys(PROMISES).filter((id) =>
    runtimes.every((name) => all.some((v) => v.id === id && v.runtime === name))
  );
  const kept = (id, name) =>
    all.every((v) => v.id !== id || v.runtime !== name || v.ok);
  const differ = asked.filter((id) =>
    new Set(runtimes.map((name) => kept(id, name))).size > 1
  );
  return {
    runtime: "all",
    id: "R23",
    figure: `${asked.length - differ.length} of ${asked.length} promises on ` +
      runtimes.join(", "),
    target: "the same verdicts",
    ok: differ.length === 0 && asked.length > 0,
  };
}

/**
 * The table of all promises.
 *
 * @param {Found[]} all
 * @param {boolean} complete a promise without a verdict is a broken one
 * @returns {{ lines: string[], broken: string[] }}
 */
export function table(all, complete) {
  const broken = [];
  const rows = Object.entries(PROMISES).flatMap(([id, title]) => {
    const found = all.filter((v) => v.id === id);
    const bad = complete ? found.length === 0 : false;
    if (bad || found.some((v) => !v.ok)) broken.push(id);
    if (found.length === 0) {
      return [[id, title, "", "no verdict", "", bad ? "BROKEN" : "–"]];
    }
    return found.map(({ runtime, of = "", figure, target, ok }, i) => [
      i === 0 ? id : "",
      i === 0 ? title : "",
      runtime,
      of === "" ? figure : `${of}: ${figure}`,
      target,
      ok ? "kept" : "BROKEN",
    ]);
  });
  const heads = ["", "promise", "on", "figure", "target", "verdict"];
  const widths = heads.map((head, i) =>
    Math.max(head.length, ...rows.map((row) => row[i].length))
  );
  const lines = [heads, ...rows].map((row) =>
    row.map((cell, i) => cell.padEnd(widths[i])).join("  ").trimEnd()
  );
  return { lines, broken };
}
