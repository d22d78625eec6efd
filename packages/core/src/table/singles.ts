/** How many values occur once: over all, the probability that another row has a new one. Cost O(n). @source Good 1953 */
export function countSingles(values: Iterable<string | number>): number {
  const once = new Set<string | number>()
  const more = new Set<string | number>()
  for (const value of values) {
    if (more.has(value)) continue
    if (!once.delete(value)) once.add(value)
    else more.add(value)
  }
  return once.size
}
