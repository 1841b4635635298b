/**
 * A radix tree over octet strings: finds every stored prefix of a frame in
 * time that depends on the frame, never on how many keys are stored.
 *
 * Keys are text of one character an octet (`toKey`). Every walk is a loop:
 * a long topic cannot exhaust the stack.
 *
 * @module
 */

/** A node; `edge` is the part of the key that leads to it. */
class Node<V> {
  edge: string;
  value: V | undefined;
  // One child is held bare: most inner nodes of topic trees have one.
  children: Node<V> | Map<number, Node<V>> | undefined;

  constructor(edge: string, value: V | undefined) {
    this.edge = edge;
    this.value = value;
    this.children = undefined;
  }

  child(octet: number): Node<V> | undefined {
    const children = this.children;
    if (children === undefined) return undefined;
    if (children instanceof Map) return children.get(octet);
    return children.edge.charCodeAt(0) === octet ? children : undefined;
  }

  put(child: Node<V>): void {
    const octet = child.edge.charCodeAt(0);
    const children = this.children;
    if (children === undefined) this.children = child;
    else if (children instanceof Map) children.set(octet, child);
    else if (children.edge.charCodeAt(0) === octet) this.children = child;
    else {
      this.children = new Map([
        [children.edge.charCodeAt(0), children],
        [octet, child],
      ]);
    }
  }

  drop(octet: number): void {
    const children = this.children;
    if (!(children instanceof Map)) {
      this.children = undefined;
      return;
    }
    children.delete(octet);
    if (children.size === 1) {
      for (const only of children.values()) this.children = only;
    }
  }

  /** The only child, when there is exactly one. */
  get only(): Node<V> | undefined {
    return this.children instanceof Map ? undefined : this.children;
  }
}

function commonLength(a: string, b: string, from: number): number {
  const end = Math.min(a.length, b.length - from);
  let i = 0;
  while (i < end && a.charCodeAt(i) === b.charCodeAt(from + i)) i++;
  return i;
}

/** A map from octet strings to values that can be asked for all prefixes. */
export class RadixTree<V> {
  #root = new Node<V>("", undefined);
  #size = 0;

  /** How many keys are stored. */
  get size(): number {
    return this.#size;
  }

  /** The value stored under exactly this key. */
  get(key: string): V | undefined {
    let node = this.#root;
    let at = 0;
    while (at < key.length) {
      const next = node.child(key.charCodeAt(at));
      if (next === undefined) return undefined;
      if (commonLength(next.edge, key, at) < next.edge.length) return undefined;
      at += next.edge.length;
      node = next;
    }
    return node.value;
  }

  /** Stores a value under a key. */
  set(key: string, value: V): void {
    let node = this.#root;
    let at = 0;
    while (at < key.length) {
      const next = node.child(key.charCodeAt(at));
      if (next === undefined) {
        node.put(new Node(key.slice(at), value));
        this.#size++;
        return;
      }
      const common = commonLength(next.edge, key, at);
      at += common;
      if (common < next.edge.length) {
        // The key leaves in the middle of an edge: split it there.
        const middle = new Node<V>(next.edge.slice(0, common), undefined);
        // Replaced before its edge changes: it is found by the first octet.
        node.put(middle);
        next.edge = next.edge.slice(common);
        middle.put(next);
        node = middle;
      } else node = next;
    }
    if (node.value === undefined) this.#size++;
    node.value = value;
  }

  /** Removes a key; `false` when it was not stored. */
  delete(key: string): boolean {
    let parent: Node<V> | undefined;
    let grandparent: Node<V> | undefined;
    let node = this.#root;
    let at = 0;
    while (at < key.length) {
      const next = node.child(key.charCodeAt(at));
      if (next === undefined) return false;
      if (commonLength(next.edge, key, at) < next.edge.length) return false;
      at += next.edge.length;
      grandparent = parent;
      parent = node;
      node = next;
    }
    if (node.value === undefined) return false;
    node.value = undefined;
    this.#size--;
    if (parent === undefined) return true;
    if (node.children === undefined) {
      parent.drop(node.edge.charCodeAt(0));
      if (grandparent !== undefined) this.#join(grandparent, parent);
    } else this.#join(parent, node);
    return true;
  }

  /** Calls back with the value of every stored prefix, shortest first. */
  match(frame: Uint8Array, found: (value: V) => void): void {
    let node: Node<V> | undefined = this.#root;
    let at = 0;
    for (;;) {
      if (node.value !== undefined) found(node.value);
      if (at >= frame.length) return;
      node = node.child(frame[at]!);
      if (node === undefined) return;
      const edge = node.edge;
      if (frame.length - at < edge.length) return;
      for (let i = 1; i < edge.length; i++) {
        if (edge.charCodeAt(i) !== frame[at + i]) return;
      }
      at += edge.length;
    }
  }

  /** True when a stored key is a prefix of the frame. */
  matches(frame: Uint8Array): boolean {
    let hit = false;
    // An empty subscription is the common case and is found first.
    if (this.#root.value !== undefined) return true;
    if (this.#size === 0) return false;
    this.match(frame, () => hit = true);
    return hit;
  }

  /** Every key, in no particular order. */
  *keys(): IterableIterator<string> {
    const stack: [node: Node<V>, prefix: string][] = [[this.#root, ""]];
    for (let top = stack.pop(); top !== undefined; top = stack.pop()) {
      const [node, prefix] = top;
      if (node.value !== undefined) yield prefix;
      const children = node.children;
      if (children === undefined) continue;
      const list = children instanceof Map ? children.values() : [children];
      for (const child of list) stack.push([child, prefix + child.edge]);
    }
  }

  /** Drops every key. */
  clear(): void {
    this.#root = new Node<V>("", undefined);
    this.#size = 0;
  }

  /** Joins a node without a value to its only child. */
  #join(parent: Node<V>, node: Node<V>): void {
    const only = node.only;
    if (node.value !== undefined || only === undefined) return;
    only.edge = node.edge + only.edge;
    parent.put(only);
  }
}
