/**
 * A connection over a WebSocket: RFC 45, with frames as RFC 6455 has them.
 * Loaded with the first endpoint whose transport makes WebSockets.
 *
 * @module
 */

import { quote, ZmqError } from "../base/errors.ts";
import type { MechanismMaker } from "../security/mechanism.ts";
import type { WebSocketLink } from "../transport/transport.ts";
import type { Decoder, FrameLimits } from "../wire/frame_decoder.ts";
import {
  WebSocketDecoder,
  type WebSocketSink,
} from "../wire/websocket_decoder.ts";
import {
  closeCodeOf,
  closeCodes,
  encodeClose,
} from "../wire/websocket_framing.ts";
import type { ConnectionOwner, ConnectionSetup } from "./connection.ts";
import type { Opened, Opening, OpeningSetup } from "./opening.ts";
import { Session } from "./session.ts";
import type { Pinging } from "./traffic.ts";
import { WebSocketEncoder } from "./websocket_encoder.ts";
import { WebSocketOpening } from "./websocket_opening.ts";
import type { BatchEncoder } from "./writer.ts";

/** One connection over a WebSocket. */
export class WebSocketSession extends Session implements WebSocketSink {
  readonly #masks: boolean;
  readonly #encoder: WebSocketEncoder;
  readonly #pinging: Pinging;
  // The answer to the peer's Close.
  #answer: Uint8Array | undefined;
  // A Close was written: nothing comes behind it.
  #closed = false;

  constructor(
    setup: ConnectionSetup,
    maker: MechanismMaker,
    owner: ConnectionOwner,
  ) {
    super(setup, maker, owner);
    const { masked, role, canPing } = linkOf(setup);
    this.#masks = masked && role === "client";
    this.#encoder = new WebSocketEncoder(this.#masks);
    this.#pinging = canPing ? () => this.#ping() : "probe";
  }

  // The opening's side.

  override write(octets: Uint8Array): void {
    this.direct.write(this.#encoder.encode([octets], 0));
  }

  override opened(outcome: Opened): void {
    super.opened(outcome);
    // Pings that came before are answered now: until then nobody waits for the
    // peer to read.
    this.writer?.schedule();
  }

  // The decoder's side.

  pinged(payload: Uint8Array): void {
    if (this.over) return;
    this.#encoder.pong(payload);
    this.writer?.schedule();
  }

  goodbye(code: number | undefined, reason: string): void {
    if (this.over) return;
    if (this.#closed) {
      // The answer to ours.
      this.end();
      return;
    }
    this.#answer = encodeClose(code, this.#masks);
    const isMeant = code === undefined || code === closeCodes.normal ||
      code === closeCodes.goingAway;
    this.leave(this.ready && isMeant ? undefined : closedBy(code, reason));
  }

  // The connection's life.

  protected override lastWords(error: ZmqError | undefined): boolean {
    super.lastWords(error);
    this.#close(error);
    return true;
  }

  protected override farewell(): void {
    this.#close(undefined);
  }

  protected override decoderOver(
    setup: ConnectionSetup,
    limits: FrameLimits,
  ): Decoder {
    const { masked, role, subprotocol } = linkOf(setup);
    return new WebSocketDecoder(this, limits, {
      masked: masked && role === "server",
      commands: subprotocol !== "ZWS1.0",
    }, this.direct);
  }

  protected override openingOf(
    setup: ConnectionSetup,
    opening: OpeningSetup,
  ): Opening {
    return new WebSocketOpening(this, opening, linkOf(setup));
  }

  protected override encoderOver(
    inner: BatchEncoder | undefined,
  ): BatchEncoder {
    return this.#encoder.over(inner);
  }

  protected override get pinging(): Pinging {
    return this.#pinging;
  }

  #ping(): void {
    this.#encoder.ping();
    this.writer?.schedule();
  }

  /** RFC 6455 §5.5.1: the peer's Close is answered, ours says why. */
  #close(error: ZmqError | undefined): void {
    if (this.#closed) return;
    this.#closed = true;
    const close = this.#answer ?? encodeClose(closeCodeOf(error), this.#masks);
    this.direct.write([close]);
  }
}

function linkOf({ stream }: ConnectionSetup): WebSocketLink {
  return stream.webSocket!;
}

function closedBy(code: number | undefined, reason: string): ZmqError {
  const why = reason === "" ? "" : `, ${quote(reason)}`;
  return new ZmqError(
    "ECONNRESET",
    `The peer closed the WebSocket ${
      code === undefined ? "without a code" : `with ${code}`
    }${why}`,
  );
}
