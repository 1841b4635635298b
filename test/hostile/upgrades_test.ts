// Hostile requests to an HTTP server of the program that has sockets on it:
// what a proxy before it could have read in another way opens no WebSocket.
import assert from "node:assert/strict";
import { afterEach, describe, it } from "node:test";
import { Router, WebSocketUpgrades } from "../../mod.ts";
import { fromKey, toKey } from "../../src/base/bytes.ts";
import { httpServers, type ServerWithSockets } from "../kit/http_servers.ts";
import { Bag } from "../kit/sockets.ts";
import { until } from "../kit/wait.ts";
import { RawPeer } from "./raw_peer.ts";
import { request as openingRequest } from "./web_socket_words.ts";

for (const [name, serve] of httpServers) {
  describe(`a hostile client of sockets on ${name}`, () => {
    let bag: Bag;
    let server: ServerWithSockets;
    afterEach(async () => {
      await bag[Symbol.asyncDispose]();
      await server.close();
    });

    async function open(): Promise<void> {
      bag = new Bag();
      const transport = new WebSocketUpgrades();
      await bag.keep(new Router()).bind("ws://upgrade/a", { transport });
      server = await serve(transport);
    }

    it("refuses what two servers in a row could read in two ways", async () => {
      await open();
      const head = openingRequest({});
      const odd = {
        "two Hosts": head.replace("\r\n", "\r\nHost: evil.example\r\n"),
        "two keys": head.replace(
          "\r\n",
          "\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n",
        ),
        "two Origins": head.replace(
          "\r\n",
          "\r\nOrigin: http://127.0.0.1\r\nOrigin: http://evil.example\r\n",
        ),
        "a body": `${openingRequest({ "Content-Length": "4" })}GET `,
        "an empty length": openingRequest({ "Content-Length": "" }),
        "two lengths": head.replace(
          "\r\n",
          "\r\nContent-Length: 0\r\nContent-Length: 4\r\n",
        ),
        "a body in chunks": `${
          openingRequest({ "Transfer-Encoding": "chunked" })
        }0\r\n\r\n`,
        "POST": openingRequest({}, "POST /a HTTP/1.1"),
        "a key that is none": openingRequest({ "Sec-WebSocket-Key": "a b" }),
      };
      for (const [name, octets] of Object.entries(odd)) {
        const peer = await RawPeer.connectTo(`tcp://127.0.0.1:${server.port}`);
        peer.say(fromKey(octets));
        await until(() => peer.ended || peer.received >= 12, name);
        assert.doesNotMatch(toKey(peer.octets), / 101 /, name);
        peer.close();
      }
    });

    it("agrees to no compression", async () => {
      await open();
      const peer = await RawPeer.connectTo(`tcp://127.0.0.1:${server.port}`);
      const offer = "permessage-deflate; client_max_window_bits";
      peer.say(fromKey(openingRequest({ "Sec-WebSocket-Extensions": offer })));
      await until(() => toKey(peer.octets).includes("\r\n\r\n"), "an answer");
      assert.match(toKey(peer.octets), /^HTTP\/1\.1 101 /);
      assert.doesNotMatch(toKey(peer.octets), /extensions/i);
      peer.close();
    });
  });
}
