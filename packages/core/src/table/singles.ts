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

/**
 * Whether the next row would sooner have a new value than one that is there, by two standard errors: the values that occur once,
 * over all, are the probability of that (Good and Turing). Then the values are names of rows, and no list of levels.
 */
export const areNames = (singles: number, count: number): boolean => singles / count > 1 / 2 + 1 / Math.sqrt(count)

/** Whether it is not sure, by two standard errors, that the next row would sooner have a value that is there. */
export const mayBeNames = (singles: number, count: number): boolean => singles / count > 1 / 2 - 1 / Math.sqrt(count)
