/**
 * Reading of a `net.Socket` into memory that we choose, by the `onread` option
 * of Node: no readable stream, no new 64 KiB for each read, and long frames
 * straight to where they belong.
 *
 * @module
 */

import type { Socket, SocketConstructorOpts } from "node:net";
import { builtin } from "../builtin.ts";
import { allocate } from "../memory.ts";

/** Who takes what was read. */
export interface IntakeOwner {
  /** Where the next octets belong, if that is known. */
  readonly room: Uint8Array | undefined;
  /** So many octets were read into `room`. */
  filled(length: number): void;
  /** Octets were read; the chunk belongs to the owner. */
  arrived(chunk: Uint8Array): void;
  /** True when no more is to be read for now. */
  readonly paused: boolean;
}

/**
 * How much is read at once. Idle connections all read to one place: a read and
 * the copy of what it brought are one step, which nothing comes between.
 */
const LANDING = 64 * 1024;
/** A read of this size makes the next one go to memory that is given away. */
const BUSY_READ = 32 * 1024;
/** A read of less than this ends that. */
const IDLE_READ = 8 * 1024;
/** Who falls silent keeps its memory: there must not be many. */
const MOST_BUSY = 64;
/** After a long frame, likely the head of another: the rest goes elsewhere. */
const SHORT_LANDING = 4096;

let landing: Uint8Array | undefined;
let shortLanding: Uint8Array | undefined;
let busy = 0;

/** The `onread` option of one socket. */
export class Intake {
  /** Takes what is read; set before reading starts. */
  owner: IntakeOwner | undefined;
  #room: Uint8Array | undefined;
  #isBusy = false;
  #own: Uint8Array | undefined;

  /** Called by Node with what was read; `true` goes on reading. */
  readonly callback = (length: number, buffer: Uint8Array): boolean => {
    const { owner } = this;
    if (owner === undefined) return true;
    if (buffer === this.#room) owner.filled(length);
    else owner.arrived(this.#take(buffer, length));
    // A socket that is resumed and paused in one turn reads all the same.
    return !owner.paused;
  };

  /** Called by Node for the memory of the next read. */
  readonly buffer = (): Uint8Array => {
    const wasLong = this.#room !== undefined;
    this.#room = this.owner?.room;
    if (this.#room !== undefined) return this.#room;
    landing ??= new Uint8Array(LANDING);
    shortLanding ??= landing.subarray(0, SHORT_LANDING);
    if (wasLong) return shortLanding;
    return this.#isBusy ? this.#own ??= allocate(LANDING) : landing;
  };

  /** The socket is gone. */
  release(): void {
    this.#setBusy(false);
  }

  /** What was read, in memory that nobody else will write to. */
  #take(buffer: Uint8Array, length: number): Uint8Array {
    if (length >= BUSY_READ) this.#setBusy(true);
    else if (length < IDLE_READ) this.#setBusy(false);
    if (length < BUSY_READ || buffer !== this.#own) {
      return copyOf(buffer, length);
    }
    this.#own = undefined;
    return new Uint8Array(buffer.buffer, 0, length);
  }

  #setBusy(isBusy: boolean): void {
    if (isBusy === this.#isBusy || (isBusy && busy >= MOST_BUSY)) return;
    this.#isBusy = isBusy;
    busy += isBusy ? 1 : -1;
    if (!isBusy) this.#own = undefined;
  }
}

/**
 * A copy of what was read, in a buffer of its own: who transfers a frame's
 * buffer to another thread must not take other connections' octets along.
 */
function copyOf(buffer: Uint8Array, length: number): Uint8Array {
  const copy = allocate(length);
  copy.set(buffer.subarray(0, length));
  return copy;
}

/** A socket with what Node keeps to itself. */
type WithHandle = { _handle?: unknown };

/** What Node's handle of a stream tells. */
interface Handle {
  readonly bytesWritten: number;
  readonly writeQueueSize?: number;
}

/**
 * Octets that the system has not taken yet, within the chunk that is being
 * written too where Node itself tells.
 */
export function unsentOf(socket: Socket): number {
  const handle = (socket as { _handle?: Handle | null })._handle;
  const left = handle?.writeQueueSize;
  if (left === undefined) return socket.writableLength;
  return socket.bytesWritten - handle!.bytesWritten + left;
}

/**
 * Gives an accepted socket the option that Node has for dialled ones only:
 * another socket takes its handle over. `undefined` when this Node's sockets
 * have none; the given socket is as it was then.
 */
export function adopt(socket: Socket, intake: Intake): Socket | undefined {
  const accepted = socket as WithHandle;
  const handle = accepted._handle;
  if (typeof handle !== "object" || handle === null) return undefined;
  const options = {
    handle,
    allowHalfOpen: true,
    pauseOnCreate: true,
    onread: intake,
  };
  const adopted = new (builtin("node:net").Socket)(
    options as unknown as SocketConstructorOpts,
  );
  if ((adopted as WithHandle)._handle !== handle) return undefined;
  accepted._handle = null;
  return adopted;
}
