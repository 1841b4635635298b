// thorough
// What sockets promise over tcp, with every connection through microsocks. Its
// connections come from an address of their own, the only one that the sockets
// let in: none can have got past the proxy.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { Pull, Push } from "../../mod.ts";
import { show } from "../kit/show.ts";
import { skipUnless, SocksProxy } from "../kit/socks_proxies.ts";
import { Stage } from "../kit/stage.ts";
import { within } from "../kit/wait.ts";
import { testSockets } from "./socket.ts";

const FROM = "127.0.0.9";
const skip = skipUnless("microsocks");

describe("through a SOCKS proxy", { skip }, () => {
  let proxy: SocksProxy;

  before(async () => {
    proxy = await SocksProxy.microsocks({ from: FROM });
    Stage.options = { socksProxy: proxy.address, tcpAcceptFilter: FROM };
  });
  after(() => proxy?.[Symbol.asyncDispose]());

  testSockets("tcp");

  it("no connection gets in without the proxy", async () => {
    await using stage = new Stage("tcp");
    const pull = stage.make(Pull, {});
    const endpoint = await pull.bind(stage.place());
    const refused = pull.events.once("accept:error");
    const push = stage.make(Push, { socksProxy: null });
    push.connect(endpoint);
    const { error } = await within(refused, "a refusal");
    assert.equal(error?.code, "EACCES");
  });

  it("the proxy made connections for all of them", () => {
    const { length } = proxy.connections;
    show(`microsocks made ${length} connections`);
    assert.ok(length > 100, `${length} connections`);
  });
});
