// Runs code that users of zeromq.js write with zeromq.js first, so that it is
// an idiom indeed, then with us.
import type * as zeromq from "zeromq";
import * as ours from "../../mod.ts";
import { within } from "./wait.ts";
import { draft, zmq } from "./zeromq_js_peer.ts";

type Zeromq = typeof zeromq;
type Draft = typeof draft;

/** Code by what it shows. */
export type Idioms = Readonly<
  Record<string, (zmq: Zeromq, draft: Draft) => Promise<void>>
>;

/** Runs code with zeromq.js. */
export async function runThere(idiom: Idioms[string]): Promise<void> {
  await within(idiom(zmq, draft), "the idiom");
}

/** Runs code with us. */
export async function runHere(idiom: Idioms[string]): Promise<void> {
  const module = ours as unknown as Zeromq & Draft;
  await within(idiom(module, module), "the idiom");
}
