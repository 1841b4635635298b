// NORM in tests: whether it is there, and what its suites know of it.
import { norm } from "../../ext/norm/mod.ts";
import type { Load, Side } from "./multicast_pair.ts";
import {
  loopbackGroup,
  type MulticastSubject,
  skipWithoutLibrary,
} from "./multicast_subject.ts";

/** The reason to skip what needs libnorm, or false. */
export const skipWithoutNorm: string | false = skipWithoutLibrary(
  "libnorm.so.1",
  "install libnorm: apt-get install libnorm1",
);

/** Fast enough for a test, where congestion control takes its time. */
export const FAST = { normMode: "fixed", rate: 100_000 } as const;

/** An endpoint on the loopback interface that nobody else uses. */
export function normEndpoint(): string {
  return `norm://${loopbackGroup("239.193")}`;
}

/** NORM, for the suites. */
export const NORM: MulticastSubject = {
  scheme: "norm",
  protocol: "NORM",
  skip: skipWithoutNorm,
  transport: norm,
  fast: FAST,
  hearing: {},
  foreign: {},
  endpoint: normEndpoint,
};

/**
 * What goes over a link: of libzmq, a segment and a half at most. What we keep
 * for whoever asks for it again is two seconds of it: on a busy machine, a
 * receiver may stand still for a while.
 */
export const normLoadOf = ([from]: readonly [Side, Side]): Load =>
  from === "ours"
    ? { count: 20, size: 100_000, parts: 2, rate: 8000 }
    : { count: 200, size: 2000, parts: 2, rate: 8000 };
