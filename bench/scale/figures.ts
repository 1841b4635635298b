// What the scale benchmark measured, as a table and as JSON.
import { align } from "../table.ts";

/** One row: what was measured, in its unit, by each program. */
export interface Figure {
  /** What it is, with its unit. */
  readonly name: string;
  /** The figures by program, of those that can do it. */
  readonly values: Readonly<Record<string, number>>;
  /** What ours must reach, if there is such a thing. */
  readonly target?: Target;
}

/** A bound that the figure of ours must keep. */
export interface Target {
  readonly bound: "at most" | "at least";
  readonly value: number;
}

/** The column of ours, on Node. */
export const OWN = "IsoMQ";
/** The column of the control in C. */
export const LIBZMQ = "libzmq in C";
/** The column of sockets without any protocol. */
export const NET = "node:net";

const COLUMNS = [OWN, LIBZMQ, NET];

/** True when ours keeps the bound, or there is none. */
export function holds({ values, target }: Figure): boolean {
  const value = values[OWN];
  if (target === undefined) return true;
  if (value === undefined) return false;
  return target.bound === "at most"
    ? value <= target.value
    : value >= target.value;
}

function shown(value: number | undefined): string {
  if (value === undefined) return "–";
  if (value >= 1e6) return `${(value / 1e6).toFixed(2)} M`;
  if (value >= 1e4) return `${Math.round(value / 1e3)} k`;
  return value >= 100 ? value.toFixed(0) : value.toFixed(value < 10 ? 2 : 1);
}

/** The table in Markdown. */
export function figureTable(figures: readonly Figure[]): string {
  return align([
    ["", ...COLUMNS, "target", "held"],
    ...figures.map((figure) => [
      figure.name,
      ...COLUMNS.map((name) => shown(figure.values[name])),
      figure.target === undefined
        ? "–"
        : `${figure.target.bound} ${shown(figure.target.value)}`,
      figure.target === undefined ? "–" : holds(figure) ? "yes" : "NO",
    ]),
  ]);
}
