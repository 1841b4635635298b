// Both ends of a message channel as one transport: it binds at one end, and
// connects from the other.
import { messagePort } from "../../adapters/auto.ts";
import type { Transport } from "../../src/transport/transport.ts";

/** A transport over a message channel of its own. */
export function portPair(): Transport {
  const { port1, port2 } = new MessageChannel();
  const near = messagePort(port1);
  const far = messagePort(port2);
  return {
    scheme: "port",
    check: near.check!.bind(near),
    connect: (endpoint, options) => near.connect(endpoint, options),
    listen: (endpoint, options, accept) =>
      far.listen(endpoint, options, accept),
  };
}
