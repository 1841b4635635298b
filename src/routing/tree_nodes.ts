/**
 * The nodes of a radix tree over octet strings, each a block of an arena.
 *
 * A parent knows a child by one octet; the edge is what octets there are
 * between that one and the child. Nodes move when they grow: who needs one
 * for longer keeps a reference, the position of the word that names it.
 *
 * @module
 */

import { concat, EMPTY } from "../base/bytes.ts";
import { BlockArena, IN_PAGE, PAGE_SHIFT } from "./block_arena.ts";

// The words of a node: its value; the octets of its edge; how many children it
// has, for how many there is room, and where the edge is; its parent. Then come
// the octets of the children, the children, and the edge.

/** The word of a node that is its value. */
export const VALUE = 0;
/** The word of a node that is the length of its edge. */
export const EDGE = 1;
/** The word of a node that is the count of its children, and the room. */
export const CHILDREN = 2;
const PARENT = 3;
/** The words of a node before the children. */
export const HEAD = 4;

// The word of the children is three numbers.

/** Of the word of the children: how many there are. */
export const COUNT = 0x1ff;
const ROOM_SHIFT = 9;
/** Of the word of the children: from where on there is the edge, in octets. */
export const EDGE_SHIFT = 20;

/** The value of a node that is no key. */
export const NONE = -1;
/** Room for every octet: the octet itself is the child's place. */
export const DIRECT = 256;
/** Room for fewer: the octets are searched one by one. */
const ROOMS = [0, 2, 4, 8, 12, 16, 24, 32, 48];

/** The position of the word that names the root. */
export const ROOT = 1;

/** Words that are looked through or moved for each that dies. */
const DILIGENCE = 4;

function roomFor(count: number): number {
  for (const room of ROOMS) if (room >= count) return room;
  return DIRECT;
}

/** The words that hold the octets of the children. */
export function octetWords(room: number): number {
  return room === DIRECT ? 0 : (room + 3) >> 2;
}

/** For how many children there is room, by the word of the children. */
export function roomOf(children: number): number {
  return (children >>> ROOM_SHIFT) & COUNT;
}

/** The words of a node before its edge. */
function edgeWord(room: number): number {
  return HEAD + octetWords(room) + room;
}

/** Makes and changes nodes; what they mean is the business of the tree. */
export class TreeNodes {
  /** Where they are; the last page is another array after some changes. */
  readonly arena: BlockArena;

  /** @param most words up to which there is room. */
  constructor(most?: number) {
    this.arena = new BlockArena(ROOT + 1, most);
    this.write(ROOT, this.make(NONE, EMPTY, 0, 0));
  }

  /** The word at a position. */
  read(position: number): number {
    return this.arena.words[position >>> PAGE_SHIFT]![position & IN_PAGE]!;
  }

  /** Changes the word at a position. */
  write(position: number, word: number): void {
    this.arena.words[position >>> PAGE_SHIFT]![position & IN_PAGE] = word;
  }

  /** Makes a node without children; its edge is a part of a key. */
  make(value: number, key: Uint8Array, from: number, to: number): number {
    return this.#make(0, value, key, from, to);
  }

  /** How many children a node has. */
  count(node: number): number {
    return this.read(node + CHILDREN) & COUNT;
  }

  /** A node's edge, until the next change. */
  edge(node: number): Uint8Array {
    const from = this.#edgeAt(node);
    const octets = this.arena.octets[node >>> PAGE_SHIFT]!;
    return octets.subarray(from, from + this.read(node + EDGE));
  }

  /** How many octets of a node's edge are those of the key from `at` on. */
  common(node: number, key: Uint8Array, at: number, end: number): number {
    const octets = this.arena.octets[node >>> PAGE_SHIFT]!;
    const from = this.#edgeAt(node);
    const length = Math.min(this.read(node + EDGE), end - at);
    let i = 0;
    while (i < length && octets[from + i] === key[at + i]) i++;
    return i;
  }

  /** The reference to the child of an octet; 0 when there is none. */
  slot(node: number, octet: number): number {
    const page = node >>> PAGE_SHIFT;
    const words = this.arena.words[page]!;
    const at = node & IN_PAGE;
    const children = words[at + CHILDREN]!;
    const room = roomOf(children);
    if (room === DIRECT) {
      return words[at + HEAD + octet] === 0 ? 0 : node + HEAD + octet;
    }
    const octets = this.arena.octets[page]!;
    const count = children & COUNT;
    const from = (at + HEAD) << 2;
    for (let i = 0; i < count; i++) {
      if (octets[from + i] === octet) return node + HEAD + octetWords(room) + i;
    }
    return 0;
  }

  /** The octet of the `i`th place of a node. */
  octet(node: number, i: number): number {
    if (this.#room(node) === DIRECT) return i;
    const octets = this.arena.octets[node >>> PAGE_SHIFT]!;
    return octets[(((node & IN_PAGE) + HEAD) << 2) + i]!;
  }

  /** The first place from `i` on that has a child; -1 when none has. */
  place(node: number, i: number): number {
    if (this.#room(node) !== DIRECT) return i < this.count(node) ? i : -1;
    while (i < DIRECT && this.read(node + HEAD + i) === 0) i++;
    return i < DIRECT ? i : -1;
  }

  /** The reference to the child at a place that has one. */
  slotAt(node: number, place: number): number {
    return node + HEAD + octetWords(this.#room(node)) + place;
  }

  /** Adds a child to the referenced node. */
  add(ref: number, octet: number, child: number): void {
    const node = this.read(ref);
    const children = this.read(node + CHILDREN);
    const count = children & COUNT;
    const isFull = count === roomOf(children);
    this.#put(
      isFull ? this.#resize(ref, roomFor(count + 1)) : node,
      octet,
      child,
    );
  }

  /**
   * Takes the child of an octet out of the referenced node, and frees it with
   * all below, none of which has two children.
   */
  drop(ref: number, octet: number): void {
    const node = this.read(ref);
    const slot = this.slot(node, octet);
    this.#freeChain(this.read(slot));
    const children = this.read(node + CHILDREN) - 1;
    this.write(node + CHILDREN, children);
    const count = children & COUNT;
    const room = roomOf(children);
    if (room === DIRECT) this.write(slot, 0);
    else {
      const octets = this.arena.octets[node >>> PAGE_SHIFT]!;
      const first = this.slotAt(node, 0);
      const from = ((node & IN_PAGE) + HEAD) << 2;
      // The last one fills the gap.
      octets[from + slot - first] = octets[from + count]!;
      this.write(slot, this.read(first + count));
    }
    // Not at once: a child that comes and goes would move the node each time.
    if (roomFor(count * 2) < room) this.#resize(ref, roomFor(count));
  }

  /** Puts a node without value between the referenced one and its parent. */
  split(ref: number, at: number): void {
    const node = this.read(ref);
    const edge = this.edge(node);
    const octet = edge[at]!;
    const upper = this.#make(roomFor(1), NONE, edge, 0, at);
    this.write(upper + PARENT, this.read(node + PARENT));
    this.#put(upper, octet, this.#shorten(node, at + 1));
    this.write(ref, upper);
  }

  /** Joins the referenced node, which has one child, to that child. */
  join(ref: number): void {
    const node = this.read(ref);
    const place = this.place(node, 0);
    const octet = this.octet(node, place);
    const child = this.read(this.slotAt(node, place));
    const edge = concat([
      this.edge(node),
      Uint8Array.of(octet),
      this.edge(child),
    ]);
    this.write(child + PARENT, this.read(node + PARENT));
    this.#free(node);
    this.write(ref, child);
    this.#remake(ref, this.#room(child), edge, 0, edge.length);
  }

  /** Does its part of the work that keeps the memory in use. */
  compact(): void {
    const { arena } = this;
    if (arena.owed <= 0) return;
    for (let node = arena.next(); node >= 0; node = arena.next()) {
      this.#move(node);
    }
  }

  #room(node: number): number {
    return roomOf(this.read(node + CHILDREN));
  }

  /** Where the first octet of a node's edge is in its page. */
  #edgeAt(node: number): number {
    return ((node & IN_PAGE) << 2) +
      (this.read(node + CHILDREN) >>> EDGE_SHIFT);
  }

  /** The words of a node. */
  #size(node: number): number {
    const octets = (this.read(node + CHILDREN) >>> EDGE_SHIFT) +
      this.read(node + EDGE);
    return (octets + 3) >> 2;
  }

  #make(
    room: number,
    value: number,
    key: Uint8Array,
    from: number,
    to: number,
  ): number {
    const length = to - from;
    const before = edgeWord(room);
    const node = this.arena.take(before + ((length + 3) >> 2));
    const page = node >>> PAGE_SHIFT;
    const words = this.arena.words[page]!;
    const at = node & IN_PAGE;
    words[at + VALUE] = value;
    words[at + EDGE] = length;
    words[at + CHILDREN] = room << ROOM_SHIFT | before << 2 + EDGE_SHIFT;
    words[at + PARENT] = 0;
    if (room === DIRECT) words.fill(0, at + HEAD, at + HEAD + DIRECT);
    const octets = this.arena.octets[page]!;
    const edge = (at + before) << 2;
    // A loop beats the calls for the few octets that most edges have.
    if (length > 32) octets.set(key.subarray(from, to), edge);
    else for (let i = 0; i < length; i++) octets[edge + i] = key[from + i]!;
    return node;
  }

  /** Makes the referenced node anew with other room, and the same edge. */
  #resize(ref: number, room: number): number {
    const edge = this.edge(this.read(ref));
    return this.#remake(ref, room, edge, 0, edge.length);
  }

  /** Makes the referenced node anew with other room and another edge. */
  #remake(
    ref: number,
    room: number,
    key: Uint8Array,
    from: number,
    to: number,
  ): number {
    const old = this.read(ref);
    const node = this.#make(room, this.read(old + VALUE), key, from, to);
    this.write(node + PARENT, this.read(old + PARENT));
    for (let i = this.place(old, 0); i >= 0; i = this.place(old, i + 1)) {
      this.#put(node, this.octet(old, i), this.read(this.slotAt(old, i)));
    }
    this.#free(old);
    this.write(ref, node);
    return node;
  }

  /**
   * Takes the first octets off a node's edge; its new position. What stays of
   * the edge is not copied: the head moves to it.
   */
  #shorten(node: number, by: number): number {
    const words = this.arena.words[node >>> PAGE_SHIFT]!;
    const at = node & IN_PAGE;
    const before = edgeWord(this.#room(node));
    const edgeAt = (words[at + CHILDREN]! >>> EDGE_SHIFT) + by;
    const away = (edgeAt >> 2) - before;
    words[at + EDGE]! -= by;
    words[at + CHILDREN]! += by - away * 4 << EDGE_SHIFT;
    if (away === 0) return node;
    words.copyWithin(at + away, at, at + before);
    this.#give(node, away);
    this.#adopt(node + away);
    return node + away;
  }

  /** Moves a node to the end of the arena. */
  #move(node: number): void {
    const size = this.#size(node);
    const to = this.arena.take(size);
    const from = this.arena.words[node >>> PAGE_SHIFT]!;
    const at = node & IN_PAGE;
    const words = this.arena.words[to >>> PAGE_SHIFT]!;
    words.set(from.subarray(at, at + size), to & IN_PAGE);
    this.write(this.#ref(node), to);
    this.#adopt(to);
    this.arena.give(node, size);
    this.arena.owed -= size;
  }

  /** The reference to a node. */
  #ref(node: number): number {
    const parent = this.read(node + PARENT);
    if (parent === 0) return ROOT;
    let ref = this.slotAt(parent, 0);
    while (this.read(ref) !== node) ref++;
    return ref;
  }

  /** Tells the children of a node where it is. */
  #adopt(node: number): void {
    for (let i = this.place(node, 0); i >= 0; i = this.place(node, i + 1)) {
      this.write(this.read(this.slotAt(node, i)) + PARENT, node);
    }
  }

  /** Puts a child into a node that has room. */
  #put(node: number, octet: number, child: number): void {
    const page = node >>> PAGE_SHIFT;
    const words = this.arena.words[page]!;
    const at = node & IN_PAGE;
    const children = words[at + CHILDREN]!++;
    const first = at + HEAD;
    const room = roomOf(children);
    const count = children & COUNT;
    if (room === DIRECT) words[first + octet] = child;
    else {
      this.arena.octets[page]![(first << 2) + count] = octet;
      words[first + octetWords(room) + count] = child;
    }
    this.write(child + PARENT, node);
  }

  #freeChain(node: number): void {
    for (let each = node;;) {
      const place = this.place(each, 0);
      const below = place < 0 ? 0 : this.read(this.slotAt(each, place));
      this.#free(each);
      if (below === 0) return;
      each = below;
    }
  }

  #free(node: number): void {
    this.#give(node, this.#size(node));
  }

  #give(block: number, size: number): void {
    this.arena.owed += DILIGENCE * size;
    this.arena.give(block, size);
  }
}
