// What native code says to a program that Deno allows little: run by
// ffi_deno_test.ts.
import { loadFfi } from "../../../ext/ffi/mod.ts";
import { Pull, Push } from "../../../mod.ts";

async function tell(attempt: () => unknown): Promise<void> {
  try {
    await attempt();
    console.log("fine");
  } catch (error) {
    const { code, message } = error as { code?: string; message: string };
    console.log(`${code} ${message}`);
  }
}

await tell(loadFfi);
let push: Push | undefined;
await tell(() => {
  push = new Push({ sendBufferSize: 50_000 });
});
const pull = new Pull({ linger: 0 });
await tell(() => {
  pull.receiveBufferSize = 50_000;
  return pull.bind("tcp://127.0.0.1:*");
});
await Promise.all([push?.close(), pull.close()]);
