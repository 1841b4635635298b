// The results as a table: medians, and how they compare with the controls.
import type { Case } from "./cases.ts";
import type { Program } from "./programs.ts";

/** What was measured for a row: the figures of each program, by its name. */
export interface Row {
  /** The row. */
  readonly row: Case;
  /** One figure a run, in the unit of the row. */
  readonly figures: Map<string, number[]>;
}

/** The middle of the numbers; NaN of none. */
export function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1
    ? sorted[middle]!
    : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

function shown(figure: number, unit: Case["unit"]): string {
  if (Number.isNaN(figure)) return "–";
  if (unit === "µs") return `${figure.toFixed(1)} µs`;
  if (figure >= 9.995e5) return `${(figure / 1e6).toFixed(2)} M`;
  return figure >= 9995
    ? `${Math.round(figure / 1e3)} k`
    : `${(figure / 1e3).toFixed(1)} k`;
}

/** How many times better than the other; "–" when one of them is not there. */
function ratio(ours: number, theirs: number, unit: Case["unit"]): string {
  const better = unit === "µs" ? theirs / ours : ours / theirs;
  return Number.isNaN(better) ? "–" : better.toFixed(2);
}

/** The names of the controls that have columns of ratios. */
const COMPARED = ["zeromq.js", "libzmq in C"];

/** The table in Markdown. */
export function table(
  rows: readonly Row[],
  programs: readonly Program[],
): string {
  const own = programs.filter((program) => program.isOwn);
  const controls = COMPARED.filter((name) =>
    programs.some((program) => program.name === name)
  );
  const letters = own.map(({ name }) => name[0]).join(" / ");
  const head = [
    "",
    ...programs.map(({ name }) => name),
    ...controls.map((name) => `${letters} ÷ ${name}`),
  ];
  const body = rows.map(({ row, figures }) => {
    const of = (name: string) => median(figures.get(name) ?? []);
    const other = rows.find((each) => each.row.name === row.controls);
    const controlOf = (name: string) =>
      median((other?.figures ?? figures).get(name) ?? []);
    return [
      row.name,
      ...programs.map(({ name }) => shown(of(name), row.unit)),
      ...controls.map((control) => {
        const ratios = own.map(({ name }) =>
          ratio(of(name), controlOf(control), row.unit)
        );
        return ratios.every((each) => each === "–") ? "–" : ratios.join(" / ");
      }),
    ];
  });
  return align([head, ...body]);
}

/** Cells as a table in Markdown; the first row is its head. */
export function align(cells: readonly (readonly string[])[]): string {
  const widths = cells[0]!.map((_, column) =>
    Math.max(...cells.map((row) => row[column]!.length), 3)
  );
  const line = (row: readonly string[]) =>
    `| ${
      row.map((cell, column) =>
        column === 0
          ? cell.padEnd(widths[column]!)
          : cell.padStart(widths[column]!)
      ).join(" | ")
    } |`;
  const rule = widths.map((width, column) =>
    column === 0 ? "-".repeat(width) : `${"-".repeat(width - 1)}:`
  );
  const [head, ...body] = cells;
  return [line(head!), `| ${rule.join(" | ")} |`, ...body.map(line)].join("\n");
}
