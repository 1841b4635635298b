/**
 * A radix tree over octet strings: finds every stored prefix of a frame in
 * time that depends on the frame, never on how many keys are stored.
 *
 * A million keys are one array of numbers and no objects. Every walk is a
 * loop: a long key cannot exhaust the stack.
 *
 * @module
 */

import { EMPTY } from "../base/bytes.ts";
import {
  CHILDREN,
  DIRECT,
  EDGE,
  HEAD,
  NONE,
  octetWords,
  TreeNodes,
  VALUE,
} from "./tree_nodes.ts";

/** The position of the word that names the root: the first block. */
const ROOT = 1;

const stop = (): boolean => true;

/** A map from octet strings to numbers >= 0 that can be asked for prefixes. */
export class TopicTree {
  #nodes!: TreeNodes;
  #size = 0;

  readonly #most: number | undefined;

  /**
   * Makes an empty tree.
   *
   * @param most words of memory up to which there is room; default 2 GiB.
   */
  constructor(most?: number) {
    this.#most = most;
    this.clear();
  }

  /** True when a key of so many octets can surely be stored. */
  hasRoom(length: number): boolean {
    // Twice: the key, and what it may split.
    return this.#nodes.arena.hasRoom(length >> 1);
  }

  /** How many keys are stored. */
  get size(): number {
    return this.#size;
  }

  /**
   * The value stored under exactly this key; -1 when there is none.
   *
   * @param end where the key ends, when not with the array.
   */
  get(key: Uint8Array, end: number = key.length): number {
    const nodes = this.#nodes;
    const { words } = nodes.arena;
    let node = words[ROOT]!;
    for (let at = 0; at < end;) {
      const slot = nodes.slot(node, key[at++]!);
      if (slot === 0) return NONE;
      node = words[slot]!;
      const edge = words[node + EDGE]!;
      if (nodes.common(node, key, at, end) < edge) return NONE;
      at += edge;
    }
    return words[node + VALUE]!;
  }

  /**
   * Stores a value under a key; true when the key is new.
   *
   * @param end where the key ends, when not with the array.
   */
  set(key: Uint8Array, value: number, end: number = key.length): boolean {
    const nodes = this.#nodes;
    const { arena } = nodes;
    let ref = ROOT;
    for (let at = 0; at < end;) {
      const octet = key[at++]!;
      const slot = nodes.slot(arena.words[ref]!, octet);
      if (slot === 0) {
        nodes.add(ref, octet, nodes.make(value, key, at, end));
        this.#size++;
        return true;
      }
      const node = arena.words[slot]!;
      const common = nodes.common(node, key, at, end);
      if (common < arena.words[node + EDGE]!) nodes.split(slot, common);
      at += common;
      ref = slot;
    }
    const node = arena.words[ref]!;
    const isNew = arena.words[node + VALUE] === NONE;
    arena.words[node + VALUE] = value;
    if (isNew) this.#size++;
    return isNew;
  }

  /**
   * Removes a key; `false` when it was not stored.
   *
   * @param end where the key ends, when not with the array.
   */
  delete(key: Uint8Array, end: number = key.length): boolean {
    const nodes = this.#nodes;
    const { words } = nodes.arena;
    let above = 0;
    let ref = ROOT;
    let octet = 0;
    for (let at = 0; at < end;) {
      octet = key[at++]!;
      const slot = nodes.slot(words[ref]!, octet);
      if (slot === 0) return false;
      const edge = words[words[slot]! + EDGE]!;
      if (nodes.common(words[slot]!, key, at, end) < edge) return false;
      at += edge;
      above = ref;
      ref = slot;
    }
    const node = words[ref]!;
    if (words[node + VALUE] === NONE) return false;
    words[node + VALUE] = NONE;
    if (--this.#size === 0) this.clear();
    else if (ref === ROOT || nodes.count(node) > 0) this.#tidy(ref);
    else {
      nodes.drop(above, octet);
      this.#tidy(above);
    }
    return true;
  }

  /**
   * Calls back with the value of every stored prefix, shortest first, until
   * told to stop by `true`; tells whether it was.
   */
  match(frame: Uint8Array, found: (value: number) => boolean | void): boolean {
    const { words, octets } = this.#nodes.arena;
    const end = frame.length;
    let node = words[ROOT]!;
    let at = 0;
    for (;;) {
      const value = words[node + VALUE]!;
      if (value !== NONE && found(value) === true) return true;
      const children = words[node + CHILDREN]!;
      const count = children & 0xffff;
      if (count === 0 || at >= end) return false;
      // What follows is `slot` and `common` of the nodes, written out: the
      // calls would cost as much as the work.
      const room = children >>> 16;
      const octet = frame[at++]!;
      let slot = node + HEAD;
      if (room === DIRECT) {
        slot += octet;
        if (words[slot] === 0) return false;
      } else {
        const from = slot << 2;
        let i = 0;
        while (octets[from + i] !== octet) if (++i === count) return false;
        slot += ((room + 3) >> 2) + i;
      }
      node = words[slot]!;
      const edge = words[node + EDGE]!;
      if (edge === 0) continue;
      if (end - at < edge) return false;
      const own = words[node + CHILDREN]! >>> 16;
      const from = (node + HEAD + octetWords(own) + own) << 2;
      for (let i = 0; i < edge; i++) {
        if (octets[from + i] !== frame[at + i]) return false;
      }
      at += edge;
    }
  }

  /** True when a stored key is a prefix of the frame. */
  matches(frame: Uint8Array): boolean {
    return this.match(frame, stop);
  }

  /**
   * Every key that begins with the prefix, in no particular order. The tree
   * must not be changed meanwhile.
   */
  *keys(prefix: Uint8Array = EMPTY): IterableIterator<Uint8Array> {
    const nodes = this.#nodes;
    const { words } = nodes.arena;
    const path = new Path();
    let node = words[ROOT]!;
    while (path.length < prefix.length) {
      const octet = prefix[path.length]!;
      const slot = nodes.slot(node, octet);
      if (slot === 0) return;
      node = words[slot]!;
      path.add(octet, nodes, node);
    }
    if (!path.beginsWith(prefix)) return;
    if (words[node + VALUE] !== NONE) yield path.copy();
    // The nodes on the way; of each, where it ends and its place to go on at.
    const way = [{ node, end: path.length, place: 0 }];
    for (let top = way.at(-1); top !== undefined; top = way.at(-1)) {
      path.length = top.end;
      const place = nodes.place(top.node, top.place);
      if (place < 0) {
        way.pop();
        continue;
      }
      top.place = place + 1;
      const octet = nodes.octet(top.node, place);
      const child = words[nodes.slot(top.node, octet)]!;
      path.add(octet, nodes, child);
      way.push({ node: child, end: path.length, place: 0 });
      if (words[child + VALUE] !== NONE) yield path.copy();
    }
  }

  /** Drops every key. */
  clear(): void {
    this.#nodes = new TreeNodes(this.#most);
    this.#size = 0;
    const { arena } = this.#nodes;
    arena.take(1);
    const root = this.#nodes.make(NONE, EMPTY, 0, 0);
    arena.words[ROOT] = root;
  }

  /** A node that is no key has several children, but for the root. */
  #tidy(ref: number): void {
    const nodes = this.#nodes;
    const node = nodes.arena.words[ref]!;
    const isKey = nodes.arena.words[node + VALUE] !== NONE;
    if (ref !== ROOT && !isKey && nodes.count(node) === 1) nodes.join(ref);
  }
}

/** The octets that lead to a node. */
class Path {
  length = 0;
  #octets = new Uint8Array(64);

  add(octet: number, nodes: TreeNodes, node: number): void {
    const { words, octets } = nodes.arena;
    const from = nodes.edgeAt(node);
    const edge = words[node + EDGE]!;
    const end = this.length + 1 + edge;
    if (end > this.#octets.length) {
      const grown = new Uint8Array(Math.max(this.#octets.length * 2, end));
      grown.set(this.#octets);
      this.#octets = grown;
    }
    this.#octets[this.length++] = octet;
    for (let i = 0; i < edge; i++) {
      this.#octets[this.length++] = octets[from + i]!;
    }
  }

  beginsWith(prefix: Uint8Array): boolean {
    return prefix.every((octet, i) => this.#octets[i] === octet);
  }

  copy(): Uint8Array {
    return this.#octets.slice(0, this.length);
  }
}
