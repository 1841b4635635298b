// CURVE's boxes: what encrypting a frame and opening it costs.
import type { Bench } from "tinybench";
import { loadCrypto } from "../../src/security/crypto.ts";
import { SEAL_ROOM } from "../../src/security/curve_crypto.ts";

/** Adds sealing and opening frames of three sizes, and the key exchange. */
export async function addCurve(bench: Bench): Promise<void> {
  const crypto = await loadCrypto();
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
    const out = new Uint8Array(SEAL_ROOM + size);
    bench.add(`seal a frame of ${size} B, ${crypto.name}`, () => {
      stream.seal(nonce, out, 0, size);
    });
    const box = new Uint8Array(SEAL_ROOM + size);
    stream.seal(nonce, box, 0, size);
    const sealed = box.slice(SEAL_ROOM - 16);
    bench.add(`open a frame of ${size} B, ${crypto.name}`, () => {
      if (stream.open(nonce, sealed)?.length !== size) {
        throw new Error("Expected the text");
      }
    });
  }
}
