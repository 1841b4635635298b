/**
 * A radix tree over octet strings: finds every stored prefix of a frame in
 * time that depends on the frame, never on how many keys are stored.
 *
 * A million keys are a few arrays of numbers and no objects. Every walk is a
 * loop: a long key cannot exhaust the stack.
 *
 * @module
 */

import { EMPTY } from "../base/bytes.ts";
import { IN_PAGE, PAGE_SHIFT } from "./block_arena.ts";
import {
  CHILDREN,
  COUNT,
  DIRECT,
  EDGE,
  EDGE_SHIFT,
  HEAD,
  NONE,
  roomOf,
  ROOT,
  TreeNodes,
  VALUE,
} from "./tree_nodes.ts";

/**
 * Octets of an edge from which on a node is not joined to its only child: to
 * copy many for a few that a peer sends would be dear. There are few such
 * nodes: not one for each so many octets that are stored.
 */
const LONG_EDGE = 256;

const stop = (): boolean => true;

/** A map from octet strings to numbers >= 0 that can be asked for prefixes. */
export class TopicTree {
  #nodes!: TreeNodes;
  #size = 0;
  // What asks for all, as most subscribers do, need not be looked for.
  #hasEmpty = false;

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
    let node = nodes.read(ROOT);
    for (let at = 0; at < end;) {
      const slot = nodes.slot(node, key[at++]!);
      if (slot === 0) return NONE;
      node = nodes.read(slot);
      const edge = nodes.read(node + EDGE);
      if (nodes.common(node, key, at, end) < edge) return NONE;
      at += edge;
    }
    return nodes.read(node + VALUE);
  }

  /**
   * Stores a value >= 0 under a key; true when the key is new.
   *
   * @param end where the key ends, when not with the array.
   */
  set(key: Uint8Array, value: number, end: number = key.length): boolean {
    const isNew = this.#set(key, value, end);
    if (isNew) this.#size++;
    if (end === 0) this.#hasEmpty = true;
    this.#nodes.compact();
    return isNew;
  }

  #set(key: Uint8Array, value: number, end: number): boolean {
    const nodes = this.#nodes;
    let ref = ROOT;
    for (let at = 0; at < end;) {
      const octet = key[at++]!;
      const slot = nodes.slot(nodes.read(ref), octet);
      if (slot === 0) {
        nodes.add(ref, octet, nodes.make(value, key, at, end));
        return true;
      }
      const node = nodes.read(slot);
      const common = nodes.common(node, key, at, end);
      if (common < nodes.read(node + EDGE)) nodes.split(slot, common);
      at += common;
      ref = slot;
    }
    const place = nodes.read(ref) + VALUE;
    const isNew = nodes.read(place) === NONE;
    nodes.write(place, value);
    return isNew;
  }

  /**
   * Removes a key; `false` when it was not stored.
   *
   * @param end where the key ends, when not with the array.
   */
  delete(key: Uint8Array, end: number = key.length): boolean {
    const nodes = this.#nodes;
    let above = 0;
    let ref = ROOT;
    // The last node that stays without the key, its parent, and from where on
    // all below it goes.
    let staying = ROOT;
    let aboveStaying = 0;
    let branch = 0;
    for (let at = 0; at < end;) {
      const node = nodes.read(ref);
      const octet = key[at++]!;
      const slot = nodes.slot(node, octet);
      if (slot === 0) return false;
      if (!this.#isIdle(ref)) {
        staying = ref;
        aboveStaying = above;
        branch = octet;
      }
      const child = nodes.read(slot);
      const edge = nodes.read(child + EDGE);
      if (nodes.common(child, key, at, end) < edge) return false;
      at += edge;
      above = ref;
      ref = slot;
    }
    const node = nodes.read(ref);
    if (nodes.read(node + VALUE) === NONE) return false;
    nodes.write(node + VALUE, NONE);
    if (end === 0) this.#hasEmpty = false;
    if (--this.#size === 0) this.clear();
    else if (ref === ROOT || nodes.count(node) > 0) this.#tidy(above, ref);
    else {
      nodes.drop(staying, branch);
      this.#tidy(aboveStaying, staying);
    }
    this.#nodes.compact();
    return true;
  }

  /**
   * Calls back with the value of every stored prefix, shortest first, until
   * told to stop by `true`; tells whether it was.
   */
  match(frame: Uint8Array, found: (value: number) => boolean | void): boolean {
    const { words: pages, octets: octetPages } = this.#nodes.arena;
    const end = frame.length;
    let node = pages[0]![ROOT]!;
    let page = node >>> PAGE_SHIFT;
    let words = pages[page]!;
    let octets = octetPages[page]!;
    let head = node & IN_PAGE;
    let children = words[head + CHILDREN]!;
    let at = 0;
    for (;;) {
      const value = words[head + VALUE]!;
      if (value !== NONE && found(value) === true) return true;
      const count = children & COUNT;
      if (count === 0 || at >= end) return false;
      // What follows is `slot` and `common` of the nodes, written out: the
      // calls would cost as much as the work.
      const room = roomOf(children);
      const octet = frame[at++]!;
      let slot = head + HEAD;
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
      if (node >>> PAGE_SHIFT !== page) {
        page = node >>> PAGE_SHIFT;
        words = pages[page]!;
        octets = octetPages[page]!;
      }
      head = node & IN_PAGE;
      children = words[head + CHILDREN]!;
      const edge = words[head + EDGE]!;
      if (edge === 0) continue;
      if (end - at < edge) return false;
      const from = (head << 2) + (children >>> EDGE_SHIFT);
      for (let i = 0; i < edge; i++) {
        if (octets[from + i] !== frame[at + i]) return false;
      }
      at += edge;
    }
  }

  /** True when a stored key is a prefix of the frame. */
  matches(frame: Uint8Array): boolean {
    return this.#hasEmpty || this.match(frame, stop);
  }

  /**
   * Every key that begins with the prefix, in no particular order. The tree
   * must not be changed meanwhile.
   */
  *keys(prefix: Uint8Array = EMPTY): IterableIterator<Uint8Array> {
    const nodes = this.#nodes;
    const path = new Path();
    let node = nodes.read(ROOT);
    while (path.length < prefix.length) {
      const octet = prefix[path.length]!;
      const slot = nodes.slot(node, octet);
      if (slot === 0) return;
      node = nodes.read(slot);
      path.add(octet, nodes.edge(node));
    }
    if (!path.beginsWith(prefix)) return;
    if (nodes.read(node + VALUE) !== NONE) yield path.copy();
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
      const child = nodes.read(nodes.slotAt(top.node, place));
      path.add(nodes.octet(top.node, place), nodes.edge(child));
      way.push({ node: child, end: path.length, place: 0 });
      if (nodes.read(child + VALUE) !== NONE) yield path.copy();
    }
  }

  /** Drops every key. */
  clear(): void {
    this.#nodes = new TreeNodes(this.#most);
    this.#size = 0;
    this.#hasEmpty = false;
  }

  /** True for what is only there for what is below: no key, and one child. */
  #isIdle(ref: number): boolean {
    const nodes = this.#nodes;
    const node = nodes.read(ref);
    return ref !== ROOT && nodes.read(node + VALUE) === NONE &&
      nodes.count(node) === 1;
  }

  /** Joins the referenced node to others if it is idle now. */
  #tidy(above: number, ref: number): void {
    const nodes = this.#nodes;
    if (!this.#isIdle(ref)) return;
    const node = nodes.read(ref);
    const child = nodes.read(nodes.slotAt(node, nodes.place(node, 0)));
    if (nodes.read(child + EDGE) <= LONG_EDGE) nodes.join(ref);
    if (above === 0 || !this.#isIdle(above)) return;
    if (nodes.read(nodes.read(ref) + EDGE) <= LONG_EDGE) nodes.join(above);
  }
}

/** The octets that lead to a node. */
class Path {
  length = 0;
  #octets = new Uint8Array(64);

  add(octet: number, edge: Uint8Array): void {
    const end = this.length + 1 + edge.length;
    if (end > this.#octets.length) {
      const grown = new Uint8Array(Math.max(this.#octets.length * 2, end));
      grown.set(this.#octets);
      this.#octets = grown;
    }
    this.#octets[this.length++] = octet;
    this.#octets.set(edge, this.length);
    this.length = end;
  }

  beginsWith(prefix: Uint8Array): boolean {
    return prefix.every((octet, i) => this.#octets[i] === octet);
  }

  copy(): Uint8Array {
    return this.#octets.slice(0, this.length);
  }
}
