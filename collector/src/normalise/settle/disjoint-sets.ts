/** Union-find over the numbers 0 to n-1: joining and finding take practically constant time. */

/** Disjoint sets of numbers. */
export interface DisjointSets {
  /** The number that stands for the set of `item`. */
  find(item: number): number;
  /** Makes one set of two; returns the number that stands for it. */
  join(left: number, right: number): number;
}

/** `size` sets of one number each. */
export function makeDisjointSets(size: number): DisjointSets {
  const parents = Uint32Array.from({ length: size }, (_, index) => index);
  const sizes = new Uint32Array(size).fill(1);

  function find(item: number): number {
    let current = item;
    for (;;) {
      const parent = parents[current] ?? current;
      if (parent === current) return current;
      // Halves the path on the way up.
      const above = parents[parent] ?? parent;
      parents[current] = above;
      current = above;
    }
  }

  function join(left: number, right: number): number {
    const [a, b] = [find(left), find(right)];
    if (a === b) return a;
    const total = (sizes[a] ?? 0) + (sizes[b] ?? 0);
    const [large, small] = (sizes[a] ?? 0) >= (sizes[b] ?? 0) ? [a, b] : [b, a];
    parents[small] = large;
    sizes[large] = total;
    return large;
  }

  return { find, join };
}
