// Runs code that users of zeromq.js write with zeromq.js first, so that it is
// an idiom indeed, then with us.
import { describe, it } from "node:test";
import type * as zeromq from "zeromq";
import * as ours from "../../mod.ts";
import { within } from "./wait.ts";
import { draft, noZeromqJs, zmq } from "./zeromq_js_peer.ts";

type Zeromq = typeof zeromq;
type Draft = typeof draft;

/** Code by what it shows. */
export type Idioms = Readonly<
  Record<string, (zmq: Zeromq, draft: Draft) => Promise<void>>
>;

/** Registers the tests. */
export function runWithBoth(idioms: Idioms): void {
  describe("an idiom of zeromq.js", { skip: noZeromqJs }, () => {
    for (const [name, idiom] of Object.entries(idioms)) {
      it(`runs there: ${name}`, async () => {
        await within(idiom(zmq, draft), "the idiom");
      });

      it(`runs here unchanged: ${name}`, async () => {
        const module = ours as unknown as Zeromq;
        await within(idiom(module, ours as unknown as Draft), "the idiom");
      });
    }
  });
}
