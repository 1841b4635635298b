// The frame decoder: chunks of 64 KiB full of frames.
import type { Bench } from "tinybench";
import { Outbox } from "../../src/routing/outbox.ts";
import { FrameDecoder } from "../../src/wire/frame_decoder.ts";

/** A chunk of frames of a size, and how many they are. */
function chunkOf(size: number): { chunk: Uint8Array; frames: number } {
  const outbox = new Outbox();
  const body = new Uint8Array(size);
  const frames = Math.ceil(65000 / (size + 9));
  for (let i = 0; i < frames; i++) outbox.push([body]);
  const chunk = new Uint8Array(outbox.octets);
  let at = 0;
  for (const part of outbox.take()!.parts) {
    chunk.set(part, at);
    at += part.length;
  }
  return { chunk, frames };
}

/** Adds the decoder for frames of two sizes, whole and cut in pieces. */
export function addDecoder(bench: Bench): void {
  for (const size of [10, 1000]) {
    const { chunk, frames } = chunkOf(size);
    let seen = 0;
    const sink = {
      frame(): boolean {
        seen++;
        return true;
      },
    };
    const decoder = new FrameDecoder(sink, { message: -1, command: -1 });
    const check = (): void => {
      if (seen !== frames) throw new Error(`Expected ${frames}, got ${seen}`);
      seen = 0;
    };
    bench.add(`decode ${frames} frames of ${size} B`, () => {
      decoder.push(chunk);
      check();
    });
    bench.add(`decode ${frames} frames of ${size} B, cut at 1460`, () => {
      for (let at = 0; at < chunk.length; at += 1460) {
        decoder.push(chunk.subarray(at, at + 1460));
      }
      check();
    });
  }
}
