// Sockets that are open to a network, or ask nobody, say so in an event.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Context, Pull, type SocketEvent, Stream } from "../../mod.ts";

/** The warnings of a socket that is bound. */
async function warnings(
  options: object,
  endpoint: string,
  authenticate?: () => boolean,
): Promise<(string | undefined)[]> {
  await using context = new Context();
  if (authenticate !== undefined) context.authenticate = authenticate;
  await using pull = new Pull({ context, ...options });
  const events: SocketEvent[] = [];
  pull.events.on("warning", (event) => events.push(event));
  const bound = await pull.bind(endpoint);
  for (const { address, warning } of events) {
    assert.equal(address, bound);
    assert.ok(warning!.message.includes(bound));
  }
  return events.map(({ warning }) => warning?.code);
}

const ANYWHERE = "tcp://*:*";
const HERE = "tcp://127.0.0.1:*";

describe("the warning event", () => {
  it("comes for NULL bound to a wildcard, and not to loopback", async () => {
    assert.deepEqual(await warnings({}, ANYWHERE), ["NO_SECURITY"]);
    assert.deepEqual(await warnings({}, HERE), []);
    const asked = await warnings({ zapDomain: "d" }, ANYWHERE, () => true);
    assert.deepEqual(asked, []);
  });

  it("comes for PLAIN bound to a wildcard, and not to loopback", async () => {
    const options = { plainServer: true };
    const admit = () => true;
    const open = await warnings(options, ANYWHERE, admit);
    assert.deepEqual(open, ["CLEAR_PASSWORD"]);
    assert.deepEqual(await warnings(options, HERE, admit), []);
  });

  it("comes for a domain without anybody to ask", async () => {
    assert.deepEqual(await warnings({ zapDomain: "d" }, HERE), [
      "NO_AUTHENTICATOR",
    ]);
  });

  it("does not come for a Stream, which has no mechanism", async () => {
    await using stream = new Stream();
    stream.events.on("warning", () => assert.fail("a warning"));
    await stream.bind(ANYWHERE);
  });
});
