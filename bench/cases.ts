// What is measured: one row of the table each.
import { CURVE, CURVE_NOBLE } from "./macro/curve.ts";
import { WS } from "./macro/roles.ts";

/** One row. */
export interface Case {
  /** The name of the row. */
  readonly name: string;
  /** The role of the process that binds, or that is alone. */
  readonly first: string;
  /** The role of the process that connects. */
  readonly second?: string;
  /**
   * `await`, `many`: trySend() and receiveMany(), or `await` with CURVE:
   * `curve` and `curve-noble`, or `await` over WebSockets: `ws`.
   */
  readonly mode: string;
  /** Octets of a message. */
  readonly size: number;
  /** How many subscribers. */
  readonly peers: number;
  /** What is compared: messages a second, or the median round trip. */
  readonly unit: "msg/s" | "µs";
  /** How many times the usual warm-up it needs; default 1. */
  readonly warmUps?: number;
  /** True when both processes share one core. */
  readonly isPinned?: boolean;
  /** The row whose controls count here too: they have one way to send. */
  readonly controls?: string;
}

const SIZES = [10, 100, 1000, 10_000, 100_000];
const QUICK_SIZES = [10, 1000, 100_000];
const WS_SIZES = [100, 10_000];
const SUBSCRIBERS = 8;

function sized(size: number): string {
  return size < 1000 ? `${size} B` : `${size / 1000} kB`;
}

function pipeline(size: number, mode: string): Case {
  return {
    name: `PUSH→PULL ${sized(size)}, ${mode}`,
    first: "pull",
    second: "push",
    mode,
    size,
    peers: 1,
    unit: "msg/s",
  };
}

function roundTrip(where: string): Case {
  return {
    name: `REQ→REP 100 B, ${where}`,
    first: "rep",
    second: "req",
    mode: "await",
    size: 100,
    peers: 1,
    unit: "µs",
    // On one core, the compiler's threads take half a second from it.
    warmUps: 5,
  };
}

/** The rows; fewer when it must be quick. */
export function makeCases(isQuick: boolean): Case[] {
  const curve = pipeline(1000, CURVE);
  const sizes = isQuick ? QUICK_SIZES : SIZES;
  return [
    ...sizes.map((size) => pipeline(size, "await")),
    ...sizes.map((size) => ({
      ...pipeline(size, "many"),
      controls: pipeline(size, "await").name,
    })),
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
    // Beside the controls' tcp: what a WebSocket costs is seen that way.
    ...WS_SIZES.map((size) => ({
      ...pipeline(size, WS),
      controls: pipeline(size, "await").name,
    })),
    curve,
    { ...pipeline(1000, CURVE_NOBLE), controls: curve.name },
    roundTrip("two cores"),
    // Waking the other core takes longer than all else, and varies.
    { ...roundTrip("one core"), isPinned: true },
  ];
}
