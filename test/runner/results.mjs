// Reads what each runtime's test runner wrote about one test file and brings
// it to one shape: a list of units. A unit is a test that no other test
// contains; suites are containers, and subtests belong to their test. Pure
// functions of text: no processes, no files.

/**
 * @typedef {object} Unit
 * @property {string} name its path of suites and its own name, " > " between
 * @property {"passed" | "failed" | "skipped"} status
 * @property {string} [reason] why it was skipped, where the runtime says so
 * @property {string} [error] what it threw
 */

/** Printed by the preload on Deno in front of an error outside every test. */
export const UNCAUGHT_MARK = "[outside every test]";

/** Printed by test/kit/show.ts in front of a line that people should see. */
const SHOWN_MARK = "[show] ";

/** Joins the names of suites and test. */
const SEPARATOR = " > ";

/**
 * Finds the lines of a test's output that it wants to be seen.
 *
 * @param {string} output
 * @returns {string[]} the lines without their mark
 */
export function shownLines(output) {
  return output.split("\n")
    .filter((line) => line.startsWith(SHOWN_MARK))
    .map((line) => line.slice(SHOWN_MARK.length).trimEnd());
}

/**
 * Reads the lines of the Node reporter.
 *
 * @param {string} text the reporter's output, perhaps cut short
 * @returns {{ units: Unit[], finished: boolean, running: string[] }}
 */
export function readNodeReport(text) {
  const pending = [];
  const running = new Set();
  let finished = false;
  for (const line of text.split("\n")) {
    const event = parseLine(line);
    if (event?.event === "finished") finished = true;
    const key = `${event?.nesting} ${event?.name}`;
    if (event?.event === "begin") running.add(key);
    if (event?.event === "complete") running.delete(key);
    if (event?.event !== "end") continue;
    const children = pending[event.nesting + 1] ?? [];
    pending.length = Math.min(pending.length, event.nesting + 1);
    (pending[event.nesting] ??= []).push(...nodeUnits(event, children));
  }
  const units = [];
  for (const level of pending) units.push(...(level ?? []));
  const unended = [...running].map((key) => key.slice(key.indexOf(" ") + 1));
  return { units, finished, running: unended };
}

function parseLine(line) {
  try {
    return line === "" ? undefined : JSON.parse(line);
  } catch {
    return undefined; // The last line of a killed process may be half a line.
  }
}

function nodeUnits(event, children) {
  const own = nodeUnit(event);
  const inner = children.map((unit) => ({
    ...unit,
    name: event.name + SEPARATOR + unit.name,
  }));
  if (!event.suite) {
    const failed = inner.filter((unit) => unit.status === "failed");
    const skipped = inner.filter((unit) => unit.status === "skipped");
    if (failed.length > 0) {
      own.error = failed.map((unit) => `${unit.name}\n${unit.error}`)
        .join("\n");
    }
    return [own, ...skipped];
  }
  if (own.status === "skipped") return [own];
  return own.status === "failed" && !event.inherited ? [...inner, own] : inner;
}

function nodeUnit({ name, passed, skip, todo, error }) {
  if (!passed && todo === undefined) {
    return { name, status: "failed", error };
  }
  if (skip !== undefined) {
    return { name, status: "skipped", reason: asReason(skip) };
  }
  if (todo !== undefined) {
    return { name, status: "skipped", reason: asReason(todo) ?? "to be done" };
  }
  return { name, status: "passed" };
}

function asReason(value) {
  return typeof value === "string" && value !== "" ? value : undefined;
}

/**
 * Reads Deno's JUnit file. It lists suites, tests and subtests alike as cases
 * whose names spell their path.
 *
 * @param {string} xml
 * @returns {Unit[]}
 */
export function readDenoReport(xml) {
  const cases = junitCases(xml);
  const parents = new Set();
  for (const { name } of cases) {
    for (const parent of prefixes(name)) parents.add(parent);
  }
  // A subtest is registered by the test file itself, a test inside a suite by
  // Deno's own node:test module.
  const isSubtest = ({ name, attributes }) =>
    !attributes.classname?.startsWith("ext:") &&
    prefixes(name).some((prefix) => cases.some((c) => c.name === prefix));
  const subtests = cases.filter(isSubtest);
  const units = [];
  for (const found of cases) {
    const { name, status } = found;
    if (subtests.includes(found) && status !== "skipped") continue;
    const inside = (other) => other.name.startsWith(name + SEPARATOR);
    const isSuite = parents.has(name) &&
      cases.some((c) => inside(c) && !subtests.includes(c));
    const explained = cases.some((c) => inside(c) && c.status === "failed");
    if (isSuite && (status !== "failed" || explained)) continue;
    const inner = subtests.filter((c) => inside(c) && c.status === "failed");
    const error = inner.length > 0
      ? inner.map((c) => `${c.name}\n${c.error}`).join("\n")
      : found.error;
    units.push({ name, status, error });
  }
  return units;
}

function prefixes(name) {
  const parts = name.split(SEPARATOR);
  return parts.slice(1).map((_, i) => parts.slice(0, i + 1).join(SEPARATOR));
}

/**
 * Reads Bun's JUnit file, where suites are nested elements.
 *
 * @param {string} xml
 * @returns {Unit[]}
 */
export function readBunReport(xml) {
  return junitCases(xml).map(({ name, status, reason, error, suites }) => ({
    // The outermost element is the run, the next one the file.
    name: [...suites.slice(1), name].join(SEPARATOR),
    status,
    reason,
    error,
  }));
}

function junitCases(xml) {
  const tag =
    /<(\/?)(testsuite|testcase|failure|error|skipped)\b((?:[^<>"]|"[^"]*")*?)(\/?)>/g;
  const suites = [];
  const cases = [];
  let current;
  for (const match of xml.matchAll(tag)) {
    const [whole, closes, element, text, selfClosed] = match;
    if (closes !== "") {
      if (element === "testsuite") suites.pop();
      if (element === "testcase") current = undefined;
      continue;
    }
    const attributes = readAttributes(text);
    if (element === "testsuite") {
      if (selfClosed === "") suites.push(attributes.name ?? "");
    } else if (element === "testcase") {
      const status = "passed";
      const name = attributes.name ?? "";
      const found = { name, status, attributes, suites: [...suites] };
      cases.push(found);
      current = selfClosed === "" ? found : undefined;
    } else if (current !== undefined && element === "skipped") {
      current.status = "skipped";
      current.reason = asReason(attributes.message);
    } else if (current !== undefined) {
      current.status = "failed";
      const start = match.index + whole.length;
      const end = xml.indexOf(`</${element}>`, start);
      const body = selfClosed === "" && end >= 0 ? xml.slice(start, end) : "";
      current.error = unescapeXml(body) || attributes.message;
    }
  }
  return cases;
}

function readAttributes(text) {
  const attributes = {};
  for (const [, key, value] of text.matchAll(/([\w:]+)="([^"]*)"/g)) {
    attributes[key] = unescapeXml(value);
  }
  return attributes;
}

function unescapeXml(text) {
  const named = { lt: "<", gt: ">", quot: '"', apos: "'", amp: "&" };
  return text.replace(/&(#x?)?(\w+);/g, (whole, numeric, code) => {
    if (numeric === undefined) return named[code] ?? whole;
    return String.fromCodePoint(parseInt(code, numeric === "#x" ? 16 : 10));
  });
}
