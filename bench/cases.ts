// What is measured: one row of the table each.

/** One row. */
export interface Case {
  /** The name of the row. */
  readonly name: string;
  /** The role of the process that binds, or that is alone. */
  readonly first: string;
  /** The role of the process that connects. */
  readonly second?: string;
  /** `await`, or `many`: trySend() and receiveMany(). */
  readonly mode: string;
  /** Octets of a message. */
  readonly size: number;
  /** How many subscribers. */
  readonly peers: number;
  /** What is compared: messages a second, or the median round trip. */
  readonly unit: "msg/s" | "µs";
}

const SIZES = [10, 100, 1000, 10_000, 100_000];
const QUICK_SIZES = [10, 1000, 100_000];
const SUBSCRIBERS = 8;

function sized(size: number): string {
  return size < 1000 ? `${size} B` : `${size / 1000} kB`;
}

/** The rows; fewer when it must be quick. */
export function makeCases(isQuick: boolean): Case[] {
  const sizes = isQuick ? QUICK_SIZES : SIZES;
  const pipeline = (mode: string, size: number): Case => ({
    name: `PUSH→PULL ${sized(size)}, ${mode}`,
    first: "pull",
    second: "push",
    mode,
    size,
    peers: 1,
    unit: "msg/s",
  });
  return [
    ...sizes.map((size) => pipeline("await", size)),
    ...sizes.map((size) => pipeline("many", size)),
    {
      name: `PUB→${SUBSCRIBERS} SUB 100 B, all together`,
      first: "pub",
      second: "sub",
      mode: "await",
      size: 100,
      peers: SUBSCRIBERS,
      unit: "msg/s",
    },
    {
      name: "inproc PUSH→PULL 100 B",
      first: "inproc",
      mode: "await",
      size: 100,
      peers: 1,
      unit: "msg/s",
    },
    {
      name: "REQ→REP 100 B, round trip",
      first: "rep",
      second: "req",
      mode: "await",
      size: 100,
      peers: 1,
      unit: "µs",
    },
  ];
}
