// The suite that every stream transport passes, on every runtime and in both
// forms of a byte stream: run it from a test file with the transport at hand.
import { after, afterEach, before, describe } from "node:test";
import { openSockets } from "../kit/runtime.ts";
import { Bench, type TransportSubject } from "../kit/stream_bench.ts";
import { pause, until } from "../kit/wait.ts";
import { transportEndings } from "./transport_endings.ts";
import { transportFlow } from "./transport_flow.ts";
import { transportListening } from "./transport_listening.ts";
import { transportWebStreams } from "./transport_web_streams.ts";

/** Runs the suite for one transport. */
export function transportSuite(name: string, subject: TransportSubject): void {
  describe(`${name} transport`, () => {
    let socketsBefore = 0;
    before(() => {
      socketsBefore = openSockets();
    });
    after(async () => {
      // Closing a socket takes the runtimes a turn or two.
      await pause();
      await until(
        () => openSockets() <= socketsBefore,
        "no socket is left open",
      );
    });
    for (const form of ["direct", "streams"] as const) {
      describe(`in ${form} form`, () => {
        const bench = new Bench(subject, form);
        afterEach(() => bench.clear());
        transportFlow(bench);
        transportEndings(bench);
      });
    }
    const bench = new Bench(subject);
    afterEach(() => bench.clear());
    transportWebStreams(bench);
    transportListening(bench);
  });
}
