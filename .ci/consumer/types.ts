// The installed package, type-checked without the types of any runtime.
import type { Message } from "isomq";
import { Pull, Push, ZmqError } from "isomq";

export async function pass(push: Push, pull: Pull): Promise<Message> {
  try {
    await push.send(["a", new Uint8Array(1)]);
  } catch (error) {
    if (!(error instanceof ZmqError)) throw error;
  }
  return await pull.receive({ timeout: 1 });
}

export const sockets: (Push | Pull)[] = [new Push(), new Pull()];
