// A transport on the bench: what tests of it open, and drop afterwards.
import assert from "node:assert/strict";
import { ZmqError } from "../../src/base/errors.ts";
import { parseEndpoint } from "../../src/endpoint/endpoint.ts";
import type {
  ByteStream,
  Listener,
  ListenOptions,
  StreamOptions,
  Transport,
} from "../../src/transport/transport.ts";
import { End, type Form } from "./byte_end.ts";
import { within } from "./wait.ts";

/** What the suite has to know of a transport. */
export interface TransportSubject {
  /** The transport under test. */
  readonly transport: Transport;
  /** True when its streams know what the system has not taken yet. */
  readonly tellsUnsent?: boolean;
  /** True when no direction can end without the other. */
  readonly endsWhole?: boolean;
  /**
   * True when listeners may share what they are bound to, and neither they nor
   * the streams that they accept have an address that can be bound again.
   */
  readonly sharesAddresses?: boolean;
  /** Endpoints to bind to, fresh or with a wildcard. */
  bindEndpoint(): string;
  /** An endpoint that a listener could have and nobody listens on. */
  refusedEndpoint(): string | Promise<string>;
  /** What a script of its own has to tell the transport; default: nothing. */
  readonly options?: StreamOptions;
  /** The address that streams name for an endpoint; default: the same. */
  addressOf?(endpoint: string): string;
  /** Endpoints that cannot be parsed, by role. */
  readonly malformed: Readonly<Record<"bind" | "connect", readonly string[]>>;
}

/** Opens connections for tests and drops what they leave open. */
export class Bench {
  /** The transport and what is known of it. */
  readonly subject: TransportSubject;
  /** The form of the streams. */
  readonly form: Form;
  #streams: ByteStream[] = [];
  #listeners: Listener[] = [];

  /** Takes the subject and the form to test it in. */
  constructor(subject: TransportSubject, form: Form = "direct") {
    this.subject = subject;
    this.form = form;
  }

  /** Listens; what is accepted goes to a queue unless a callback takes it. */
  async listen(
    endpoint: string = this.subject.bindEndpoint(),
    options: Partial<ListenOptions> = {},
  ): Promise<{ listener: Listener; accepted: () => Promise<ByteStream> }> {
    const queue: ByteStream[] = [];
    const waiting: ((stream: ByteStream) => void)[] = [];
    const listener = await this.subject.transport.listen(
      parseEndpoint(endpoint),
      { backlog: 100, ...options },
      (stream) => {
        this.#streams.push(stream);
        const take = waiting.shift();
        if (take === undefined) queue.push(stream);
        else take(stream);
      },
    );
    this.#listeners.push(listener);
    const accepted = (): Promise<ByteStream> => {
      const stream = queue.shift();
      if (stream !== undefined) return Promise.resolve(stream);
      return within(
        new Promise((resolve) => waiting.push(resolve)),
        "a connection",
        10_000,
      );
    };
    return { listener, accepted };
  }

  /** Connects. */
  async connect(
    endpoint: string,
    options: StreamOptions = {},
    signal: AbortSignal = new AbortController().signal,
  ): Promise<ByteStream> {
    const stream = await this.subject.transport.connect(
      parseEndpoint(endpoint),
      { ...options, signal },
    );
    this.#streams.push(stream);
    return stream;
  }

  /** Two streams that are connected with each other, not yet started. */
  async streams(
    endpoint?: string,
    options: StreamOptions = {},
  ): Promise<[near: ByteStream, far: ByteStream]> {
    const { listener, accepted } = await this.listen(endpoint, options);
    const near = await this.connect(listener.endpoint, options);
    return [near, await accepted()];
  }

  /** The two ends of a connection, started. */
  async ends(endpoint?: string): Promise<[near: End, far: End]> {
    const [near, far] = await this.streams(endpoint);
    return [this.end(near), this.end(far)];
  }

  /** One end, started. */
  end(stream: ByteStream): End {
    return new End(stream, this.form);
  }

  /** Drops everything that is open. */
  async clear(): Promise<void> {
    for (const stream of this.#streams) stream.close();
    await Promise.all(this.#listeners.map((listener) => listener.close()));
    this.#streams = [];
    this.#listeners = [];
  }
}

/** Fails unless the promise is rejected with an error of the library. */
export async function rejectsWith(
  promise: Promise<unknown>,
  code: ZmqError["code"],
  address: string,
): Promise<ZmqError> {
  const error = await promise.then(
    () => assert.fail(`expected ${code}`),
    (error: unknown) => error,
  );
  assert.ok(error instanceof ZmqError, `a ZmqError, not ${String(error)}`);
  assert.equal(error.code, code, error.message);
  assert.equal(error.address, address);
  return error;
}
