// CURVE's boxes: what encrypting a frame and opening it costs, by noble and by
// sodium where it is installed.
import type { Bench } from "tinybench";
import { detectRuntime } from "../../adapters/auto.ts";
import { sodium } from "../../ext/sodium/mod.ts";
import { type CurveCrypto, noble } from "../../mod.ts";

/** Octets before a text: head, nonce and tag of a MESSAGE. */
const ROOM = 32;

/** Adds sealing and opening frames of three sizes, and the key exchange. */
export async function addCurve(bench: Bench): Promise<void> {
  for (const library of [noble(), sodium()]) {
    try {
      addCrypto(bench, await library.load(detectRuntime()));
    } catch (error) {
      console.log((error as Error).message);
    }
  }
}

function addCrypto(bench: Bench, crypto: CurveCrypto): void {
  const secretKey = new Uint8Array(32).fill(7);
  const publicKey = crypto.publicKey(new Uint8Array(32).fill(9));
  bench.add(`X25519 key agreement, ${crypto.name}`, () => {
    if (crypto.sharedKey(publicKey, secretKey) === undefined) {
      throw new Error("Expected a key");
    }
  });
  const key = crypto.sharedKey(publicKey, secretKey)!;
  const stream = crypto.stream(key, new Uint8Array(16));
  const nonce = new Uint8Array(8);
  for (const size of [10, 1000, 10_000]) {
    const octets = new Uint8Array(ROOM + size);
    bench.add(`seal a frame of ${size} B, ${crypto.name}`, () => {
      stream.seal(nonce, octets, 0, size);
    });
    const box = new Uint8Array(ROOM + size);
    stream.seal(nonce, box, 0, size);
    // Opening overwrites: every round has a copy.
    bench.add(`copy and open a frame of ${size} B, ${crypto.name}`, () => {
      octets.set(box);
      if (stream.open(nonce, octets, 0, size)?.length !== size) {
        throw new Error("Expected the text");
      }
    });
  }
}
