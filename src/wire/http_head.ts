/**
 * The head of an HTTP/1.1 request or response: a start line and fields, read
 * strictly (RFC 9112 §2 to §5). Of HTTP, a WebSocket needs nothing else.
 *
 * Knows nothing of WebSockets, and does no I/O.
 *
 * @module
 */

import { concat, toKey } from "../base/bytes.ts";
import { protocolError, type ZmqError } from "../base/errors.ts";

/** Octets of the longest head that is read. */
export const maxHeadSize: number = 16 * 1024;
/** How many fields a head may have. */
export const maxHeadFields = 64;

/** The `reason` of errors of the opening handshake. */
export const openingReason = "ERR_WS_OPENING";

/** A request line (RFC 9112 §3): method, target, version. */
export const requestLine: RegExp = /^([A-Z]+) ([!-~]+) HTTP\/(\d\.\d)$/;
/** A status line (RFC 9112 §4): version, status, reason. */
export const statusLine: RegExp = /^HTTP\/(\d\.\d) (\d{3})(?: (.*))?$/;

const CR = 13;
const LF = 10;

/** The fields of a head. Names are compared without regard to case. */
export class HttpFields {
  readonly #values = new Map<string, string[]>();

  /** Takes names and values in the order in which they came. */
  constructor(fields: Iterable<readonly [name: string, value: string]>) {
    for (const [name, value] of fields) {
      const values = this.all(name);
      if (values.length > 0) (values as string[]).push(value);
      else this.#values.set(name.toLowerCase(), [value]);
    }
  }

  /** The values of all fields of a name. */
  all(name: string): readonly string[] {
    return this.#values.get(name.toLowerCase()) ?? [];
  }

  /** The value of the only field of a name; `undefined` for none or many. */
  only(name: string): string | undefined {
    const values = this.all(name);
    return values.length === 1 ? values[0] : undefined;
  }

  /** The elements of the lists of a name (RFC 9110 §5.6.1), empty ones out. */
  list(name: string): string[] {
    return this.all(name).join(",").split(",").map(trimmed)
      .filter((element) => element !== "");
  }

  /** True when the lists of a name have a word, in any case. */
  has(name: string, word: string): boolean {
    return this.list(name).some((element) => element.toLowerCase() === word);
  }
}

/** A head that has been read. */
export interface HttpHead {
  /** The request line or the status line. */
  readonly start: string;
  /** The fields. */
  readonly fields: HttpFields;
  /** What came behind the head. */
  readonly rest: Uint8Array;
}

/** Collects octets until a head is complete. */
export class HeadReader {
  readonly #startLine: RegExp;
  #isStarted = false;
  #chunks: Uint8Array[] = [];
  #length = 0;
  #last = 0;
  #lineLength = 0;

  /** True once the first line has come. */
  get isStarted(): boolean {
    return this.#isStarted;
  }

  /** @param startLine what the first line has to be. */
  constructor(startLine: RegExp) {
    this.#startLine = startLine;
  }

  /**
   * Takes octets.
   *
   * @returns the head once it is complete.
   * @throws {ZmqError} `EPROTO` as soon as it cannot become a head any more.
   */
  read(chunk: Uint8Array): HttpHead | undefined {
    for (let i = 0; i < chunk.length; i++) {
      const octet = chunk[i]!;
      const at = this.#length + i;
      // TLS and ZMTP would wait for an answer: they begin with no letter.
      if (at === 0 && (octet < 65 || octet > 90)) throw strange();
      if (at >= maxHeadSize) {
        throw headError(`the head has more than ${maxHeadSize} octets`);
      }
      // RFC 9112 §2.2: a bare CR or LF is where parsers disagree.
      if ((octet === LF) !== (this.#last === CR)) {
        throw headError("a line of the head does not end with CR LF");
      }
      this.#last = octet;
      if (octet === CR) continue;
      if (octet !== LF) this.#lineLength++;
      else if (this.#lineLength === 0) return this.#end(chunk, i + 1);
      else {
        this.#lineLength = 0;
        this.#isStarted ||= this.#checkStart(chunk, i + 1);
      }
    }
    this.#chunks.push(chunk);
    this.#length += chunk.length;
    return undefined;
  }

  #checkStart(chunk: Uint8Array, length: number): true {
    const line = concat([...this.#chunks, chunk.subarray(0, length)]);
    if (this.#startLine.test(toKey(line).slice(0, -2))) return true;
    throw strange();
  }

  #end(chunk: Uint8Array, length: number): HttpHead {
    const head = concat([...this.#chunks, chunk.subarray(0, length)]);
    this.#chunks = [];
    const [start = "", ...lines] = toKey(head).slice(0, -4).split("\r\n");
    if (lines.length > maxHeadFields) {
      throw headError(`the head has more than ${maxHeadFields} fields`);
    }
    return {
      start,
      fields: new HttpFields(lines.map(fieldOf)),
      rest: chunk.slice(length),
    };
  }
}

function strange(): ZmqError {
  return headError("it does not speak HTTP/1.1");
}

function fieldOf(line: string): [name: string, value: string] {
  // A name ends at its colon, without a space before (RFC 9112 §5.1), and a
  // line that begins with a space would go on the one before (§5.2).
  // deno-lint-ignore no-control-regex
  const field = /^([\w!#$%&'*+\-.^`|~]+):([^\0-\x08\x0a-\x1f\x7f]*)$/
    .exec(line);
  if (field === null) throw headError("a field of the head is malformed");
  return [field[1]!, trimmed(field[2]!)];
}

/** Without the white space around (RFC 9110 §5.6.3), and nothing else. */
function trimmed(text: string): string {
  // By hand: a pattern with an end would begin anew at each space of a run.
  let from = 0;
  let to = text.length;
  while (from < to && isSpace(text.charCodeAt(from))) from++;
  while (from < to && isSpace(text.charCodeAt(to - 1))) to--;
  return text.slice(from, to);
}

function isSpace(code: number): boolean {
  return code === 0x20 || code === 0x09;
}

/** The error for a head that breaks the rules. */
export function headError(why: string): ZmqError {
  return protocolError(
    openingReason,
    `The peer broke the opening handshake of a WebSocket: ${why}`,
  );
}
