/**
 * The sockets that a server of `node:http` lets go with its `"upgrade"` event:
 * from there on it is the same stream as that of a listener of our own.
 *
 * @module
 */

import type { Socket } from "node:net";
import { CallbackByteStream } from "../../src/transport/streams.ts";
import { formatTcp } from "../../src/endpoint/tcp.ts";
import { HttpFields } from "../../src/wire/http_head.ts";
import {
  acceptKey,
  encodeGrant,
  encodeRefusal,
  type OpeningRequest,
  pathOf,
} from "../../src/wire/websocket_opening.ts";
import { NodeConnection } from "../node/connection.ts";
import { tlsConnection } from "../tls/patient_connection.ts";
import { tune } from "../node/driver.ts";
import type { UpgradeRequest, UpgradeSocket } from "./http_server.ts";
import { type AttachedPlaces, judgeAttached } from "./attached_place.ts";
import { HeadStream } from "./head_stream.ts";
import { webSocketOver } from "./server.ts";

/** How long a refused peer may take to read why, in ms. */
const GOODBYE_TIME = 1000;

/** Opens a WebSocket over the socket of a request, or refuses it. */
export function attachNode(
  request: UpgradeRequest,
  socket: UpgradeSocket,
  head: Uint8Array,
  places: AttachedPlaces,
): void {
  const asked = requestOf(request);
  const path = pathOf(asked.target);
  const place = places.get(path);
  const scheme = place?.endpoint.startsWith("wss:") ? "wss" : "ws";
  const stream = streamOf(socket as unknown as Socket, scheme, place?.endpoint);
  stream.adopt(head);
  const verdict = judgeAttached(asked, path, places, stream.remoteAddress);
  if ("status" in verdict) {
    stream.write([encodeRefusal(verdict)]);
    stream.end();
    stream.discard();
    const timer = setTimeout(() => stream.close(), GOODBYE_TIME);
    timer.unref();
    stream.ended().then(() => {
      clearTimeout(timer);
      stream.close();
    });
    return;
  }
  const { key, subprotocol, policy } = verdict;
  acceptKey(key).then((accept) => {
    if (stream.gone) return;
    stream.write([encodeGrant(accept, subprotocol)]);
    tune(socket as unknown as Socket, policy.options);
    policy.accept(webSocketOver(stream, verdict));
  }).catch(() => stream.close());
}

function requestOf(request: UpgradeRequest): OpeningRequest {
  const { rawHeaders } = request;
  const fields: [string, string][] = [];
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    fields.push([rawHeaders[i]!, rawHeaders[i + 1]!]);
  }
  return {
    method: request.method ?? "",
    target: request.url ?? "",
    version: request.httpVersion,
    fields: new HttpFields(fields),
  };
}

function streamOf(
  socket: Socket,
  scheme: string,
  endpoint = "ws://upgrade",
): HeadStream {
  // The server's own time limits are for requests.
  socket.setTimeout(0);
  const { localAddress, localPort, remoteAddress, remotePort } = socket;
  // A server may listen on a path of the file system: there is no address.
  const near = localAddress === undefined
    ? endpoint
    : formatTcp(localAddress, localPort!, scheme);
  const far = remoteAddress === undefined
    ? endpoint
    : formatTcp(remoteAddress, remotePort!, scheme);
  const { encrypted } = socket as { encrypted?: boolean };
  const connection = encrypted === true
    ? tlsConnection(socket, near, far)
    : new NodeConnection(socket, near, far);
  return new HeadStream(new CallbackByteStream(connection), performance.now());
}
