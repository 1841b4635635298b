// Lines that a test wants people to see even when it passes. The runner prints
// every line of a test's output that begins with the mark.

/** What the runner looks for; test/runner/results.mjs has it too. */
const MARK = "[show] ";

/** Prints a line for people. */
export function show(line: string): void {
  console.log(MARK + line);
}

/** Prints what another process has printed for people. */
export function showAgain(output: string): void {
  for (const line of output.split("\n")) {
    if (line.startsWith(MARK)) show(line.slice(MARK.length));
  }
}

/** Prints a table for people: a title, heads, and rows of cells. */
export function showTable(
  title: string,
  heads: readonly (readonly string[])[],
  rows: readonly (readonly string[])[],
): void {
  const widths: number[] = [];
  for (const row of [...heads, ...rows]) {
    row.forEach((cell, i) => {
      widths[i] = Math.max(widths[i] ?? 0, cell.length);
    });
  }
  show(title);
  for (const row of [...heads, ...rows]) {
    show(row.map((cell, i) => cell.padEnd(widths[i]!)).join("  ").trimEnd());
  }
}
