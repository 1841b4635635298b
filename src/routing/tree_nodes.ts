/**
 * The nodes of a radix tree over octet strings, each a block of an arena.
 *
 * A parent knows a child by one octet; the edge is what octets there are
 * between that one and the child. Nodes move when they grow: who needs one
 * for longer keeps a reference, the position of the word that names it.
 *
 * @module
 */

import { concat } from "../base/bytes.ts";
import { BlockArena } from "./block_arena.ts";

// The words of a node: its value; the octets of its edge; how many children it
// has, and in the upper half for how many there is room. Then come the octets
// of the children, the children, and the edge.

/** The word of a node that is its value. */
export const VALUE = 0;
/** The word of a node that is the length of its edge. */
export const EDGE = 1;
/** The word of a node that is the count of its children, and the room. */
export const CHILDREN = 2;
/** The words of a node before the children. */
export const HEAD = 3;

/** The value of a node that is no key. */
export const NONE = -1;
/** Room for every octet: the octet itself is the child's place. */
export const DIRECT = 256;
/** Room for fewer: the octets are searched one by one. */
const ROOMS = [0, 2, 4, 8, 12, 16, 24, 32, 48];

function roomFor(count: number): number {
  for (const room of ROOMS) if (room >= count) return room;
  return DIRECT;
}

/** The words that hold the octets of the children. */
export function octetWords(room: number): number {
  return room === DIRECT ? 0 : (room + 3) >> 2;
}

function nodeSize(room: number, edge: number): number {
  return HEAD + octetWords(room) + room + ((edge + 3) >> 2);
}

/** Makes and changes nodes; what they mean is the business of the tree. */
export class TreeNodes {
  /** Where they are; `words` is another array after each change. */
  readonly arena: BlockArena;

  /** @param most words up to which there is room. */
  constructor(most?: number) {
    this.arena = new BlockArena(most);
  }

  /** Makes a node without children; its edge is a part of a key. */
  make(value: number, key: Uint8Array, from: number, to: number): number {
    return this.#make(0, value, key, from, to);
  }

  /** How many children a node has. */
  count(node: number): number {
    return this.arena.words[node + CHILDREN]! & 0xffff;
  }

  /** The position of the first octet of a node's edge. */
  edgeAt(node: number): number {
    const room = this.arena.words[node + CHILDREN]! >>> 16;
    return (node + HEAD + octetWords(room) + room) << 2;
  }

  /** How many octets of a node's edge are those of the key from `at` on. */
  common(node: number, key: Uint8Array, at: number, end: number): number {
    const { words, octets } = this.arena;
    const from = this.edgeAt(node);
    const length = Math.min(words[node + EDGE]!, end - at);
    let i = 0;
    while (i < length && octets[from + i] === key[at + i]) i++;
    return i;
  }

  /** The reference to the child of an octet; 0 when there is none. */
  slot(node: number, octet: number): number {
    const { words, octets } = this.arena;
    const children = words[node + CHILDREN]!;
    const room = children >>> 16;
    const first = node + HEAD;
    if (room === DIRECT) return words[first + octet] === 0 ? 0 : first + octet;
    const count = children & 0xffff;
    const from = first << 2;
    for (let i = 0; i < count; i++) {
      if (octets[from + i] === octet) return first + octetWords(room) + i;
    }
    return 0;
  }

  /** The octet of the `i`th place of a node. */
  octet(node: number, i: number): number {
    const room = this.arena.words[node + CHILDREN]! >>> 16;
    return room === DIRECT ? i : this.arena.octets[((node + HEAD) << 2) + i]!;
  }

  /** The first place from `i` on that has a child; -1 when none has. */
  place(node: number, i: number): number {
    const { words } = this.arena;
    const room = words[node + CHILDREN]! >>> 16;
    if (room !== DIRECT) return i < this.count(node) ? i : -1;
    while (i < DIRECT && words[node + HEAD + i] === 0) i++;
    return i < DIRECT ? i : -1;
  }

  /** Adds a child to the referenced node. */
  add(ref: number, octet: number, child: number): void {
    const node = this.arena.words[ref]!;
    const children = this.arena.words[node + CHILDREN]!;
    const count = children & 0xffff;
    this.#put(
      count < children >>> 16 ? node : this.#resize(ref, roomFor(count + 1)),
      octet,
      child,
    );
  }

  /** Takes the child of an octet out of the referenced node, and frees it. */
  drop(ref: number, octet: number): void {
    const { words, octets } = this.arena;
    const node = words[ref]!;
    const slot = this.slot(node, octet);
    this.#free(words[slot]!);
    const children = --words[node + CHILDREN]!;
    const count = children & 0xffff;
    const room = children >>> 16;
    if (room === DIRECT) words[slot] = 0;
    else {
      const first = node + HEAD + octetWords(room);
      const from = (node + HEAD) << 2;
      // The last one fills the gap.
      octets[from + slot - first] = octets[from + count]!;
      words[slot] = words[first + count]!;
    }
    // Not at once: a child that comes and goes would move the node each time.
    if (roomFor(count * 2) < room) this.#resize(ref, roomFor(count));
  }

  /** Puts a node without value between the referenced one and its parent. */
  split(ref: number, at: number): void {
    const { arena } = this;
    const { words, octets } = arena;
    const node = words[ref]!;
    const from = this.edgeAt(node);
    const to = from + words[node + EDGE]!;
    const octet = octets[from + at]!;
    const upper = this.#make(roomFor(1), NONE, octets, from, from + at);
    const room = words[node + CHILDREN]! >>> 16;
    this.#put(upper, octet, this.#remake(ref, room, octets, from + at + 1, to));
    arena.words[ref] = upper;
  }

  /** Joins the referenced node, which has one child, to that child. */
  join(ref: number): void {
    const { words } = this.arena;
    const node = words[ref]!;
    const octet = this.octet(node, this.place(node, 0));
    const child = words[this.slot(node, octet)]!;
    const edge = concat([
      this.#edge(node),
      Uint8Array.of(octet),
      this.#edge(child),
    ]);
    this.#free(node);
    words[ref] = child;
    const room = words[child + CHILDREN]! >>> 16;
    this.#remake(ref, room, edge, 0, edge.length);
  }

  #make(
    room: number,
    value: number,
    key: Uint8Array,
    from: number,
    to: number,
  ): number {
    const length = to - from;
    const node = this.arena.take(nodeSize(room, length));
    const { words, octets } = this.arena;
    words[node + VALUE] = value;
    words[node + EDGE] = length;
    words[node + CHILDREN] = room << 16;
    if (room === DIRECT) words.fill(0, node + HEAD, node + HEAD + DIRECT);
    const edge = this.edgeAt(node);
    // A loop beats the calls for the few octets that most edges have.
    if (length > 32) octets.set(key.subarray(from, to), edge);
    else for (let i = 0; i < length; i++) octets[edge + i] = key[from + i]!;
    return node;
  }

  /** Makes the referenced node anew with other room, and the same edge. */
  #resize(ref: number, room: number): number {
    const { words, octets } = this.arena;
    const node = words[ref]!;
    const from = this.edgeAt(node);
    return this.#remake(ref, room, octets, from, from + words[node + EDGE]!);
  }

  /** Makes the referenced node anew with other room and another edge. */
  #remake(
    ref: number,
    room: number,
    key: Uint8Array,
    from: number,
    to: number,
  ): number {
    const { arena } = this;
    const old = arena.words[ref]!;
    const node = this.#make(room, arena.words[old + VALUE]!, key, from, to);
    for (let i = this.place(old, 0); i >= 0; i = this.place(old, i + 1)) {
      const octet = this.octet(old, i);
      this.#put(node, octet, arena.words[this.slot(old, octet)]!);
    }
    this.#free(old);
    arena.words[ref] = node;
    return node;
  }

  /** Puts a child into a node that has room. */
  #put(node: number, octet: number, child: number): void {
    const { words, octets } = this.arena;
    const children = words[node + CHILDREN]!++;
    const first = node + HEAD;
    const room = children >>> 16;
    const count = children & 0xffff;
    if (room === DIRECT) words[first + octet] = child;
    else {
      octets[(first << 2) + count] = octet;
      words[first + octetWords(room) + count] = child;
    }
  }

  #edge(node: number): Uint8Array {
    const from = this.edgeAt(node);
    const { words, octets } = this.arena;
    return octets.subarray(from, from + words[node + EDGE]!);
  }

  #free(node: number): void {
    const { words } = this.arena;
    const room = words[node + CHILDREN]! >>> 16;
    this.arena.give(node, nodeSize(room, words[node + EDGE]!));
  }
}
