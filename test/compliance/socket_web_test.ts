// thorough
// What sockets promise over WebSockets, when those of who connects are the
// runtime's own, as in a browser. Node 20 has them with a flag only:
// socket_web_node_test.ts.
//
// runtimes: deno, bun
import { detectRuntime } from "../../adapters/auto.ts";
import { webRuntime } from "../../adapters/web/runtime.ts";
import type { Transport } from "../../mod.ts";
import { Stage } from "../kit/stage.ts";
import { testSockets } from "./socket.ts";

const [own, web] = [detectRuntime(), webRuntime()].map(({ transports }) =>
  transports.find(({ scheme }) => scheme === "ws") as Transport
);

Stage.holdsBack = false;
Stage.transports = [{
  scheme: "ws",
  makesWebSockets: true,
  check: (endpoint, role) =>
    (role === "bind" ? own : web)!.check?.(endpoint, role),
  connect: (endpoint, options) => web!.connect(endpoint, options),
  listen: (endpoint, options, accept) => own!.listen(endpoint, options, accept),
}];
testSockets("ws");
