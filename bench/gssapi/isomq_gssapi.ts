// Sends or receives messages of one size under one mechanism, for run.ts:
// isomq_gssapi receive MODE SIZE SECONDS, which prints its endpoint and then
// messages a second; isomq_gssapi send MODE SIZE ENDPOINT, until it is ended.
import process from "node:process";
import { Pull, Push } from "../../mod.ts";
import { NAMES, ourGssapi } from "../../test/kit/kerberos.ts";
import { CURVE, curveOptions } from "../macro/curve.ts";

/** Milliseconds that are not counted. */
const WARM_UP = 300;

const [role, mode = "", size = "", last = ""] = process.argv.slice(2);
const isServer = role === "receive";

function optionsOf(): object {
  switch (mode) {
    case CURVE:
      return curveOptions(CURVE, isServer);
    case "gssapi":
      return ourGssapi(NAMES[0]!, isServer);
    case "gssapi-clear":
      return ourGssapi(NAMES[0]!, isServer, true);
  }
  return {};
}

async function receive(): Promise<void> {
  const pull = new Pull({ ...optionsOf(), receiveTimeout: 10_000 });
  console.log(await pull.bind("tcp://127.0.0.1:*"));
  await pull.receive();
  let start = performance.now() + WARM_UP;
  let count = 0;
  for (;;) {
    const messages = await pull.receiveMany();
    const now = performance.now();
    if (now < start) continue;
    // What came along with the first of them was sent before.
    if (count === 0) start = now;
    else if (now > start + Number(last) * 1000) {
      console.log((count / (now - start) * 1000).toFixed(1));
      break;
    }
    count += messages.length;
  }
  await pull.close();
}

async function send(): Promise<void> {
  const push = new Push(optionsOf());
  push.connect(last);
  for (;;) await push.send(new Uint8Array(Number(size)));
}

await (isServer ? receive() : send());
