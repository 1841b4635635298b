// PGM in tests: whether it is there, and what its suites know of it.
import { epgm } from "../../ext/pgm/mod.ts";
import {
  loopbackGroup,
  type MulticastSubject,
  skipWithoutLibrary,
} from "./multicast_subject.ts";

/** The reason to skip what needs OpenPGM, or false. */
export const skipWithoutPgm: string | false = skipWithoutLibrary(
  "libpgm-5.3.so.0",
  "install OpenPGM: apt-get install libpgm-5.3-0",
);

/** Fast enough for a test. */
const rate = 40_000;

/** An endpoint on the loopback interface that nobody else uses. */
export function groupEndpoint(): string {
  return `epgm://${loopbackGroup("239.192")}`;
}

/** PGM in UDP, for the suites. */
export const EPGM: MulticastSubject = {
  scheme: "epgm",
  protocol: "PGM",
  skip: skipWithoutPgm,
  transport: epgm,
  fast: { rate },
  hearing: { rate },
  foreign: { RATE: rate },
  endpoint: groupEndpoint,
};
