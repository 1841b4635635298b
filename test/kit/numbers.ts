// Numbers that look random, and octets that count who looks at them.

/** Numbers that look random and are the same in each run. */
export function sequence(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    return (state >>> 8) % below;
  };
}

/** Octets of which each look is counted. */
export function counted(
  octets: Uint8Array,
): { readonly octets: Uint8Array; readonly count: () => number } {
  let looks = 0;
  const proxy = new Proxy(octets, {
    get(target, name) {
      if (name === "length") return target.length;
      looks++;
      return Reflect.get(target, name, target);
    },
  });
  return { octets: proxy, count: () => looks };
}
