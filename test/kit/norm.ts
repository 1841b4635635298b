// NORM in tests: whether it is there, and what its suites know of it.
import { norm } from "../../ext/norm/mod.ts";
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
