/** How many values occur once: over all, the probability that another row has a new one. Cost O(n). @source Good 1953 */
export const countSingles = (values: Iterable<string | number>): number => singlesOf(values).size

/** The values that occur once. Cost O(n). */
export function singlesOf<V extends string | number>(values: Iterable<V>): ReadonlySet<V> {
  const once = new Set<V>()
  const more = new Set<V>()
  for (const value of values) {
    if (more.has(value)) continue
    if (!once.delete(value)) once.add(value)
    else more.add(value)
  }
  return once
}
