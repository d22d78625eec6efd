/**
 * What draws under conditions find out about a model and need not find out again when only the given values change:
 * bandwidths, ridges, bridges. Belongs to one model; the rows are the same with it and without.
 */
export class ConditionMemory {
  readonly #known = new Map<string, Promise<unknown>>()

  /** What was found under this name before, or else finds it. What fails is not kept. */
  recall<T>(name: string, find: () => Promise<T>): Promise<T> {
    const known = this.#known.get(name) as Promise<T> | undefined
    if (known) return known
    const found = find()
    this.#known.set(name, found)
    found.catch(() => this.#known.delete(name))
    return found
  }
}

/** `find` through a memory, where there is one. */
export function recall<T>(memory: ConditionMemory | undefined, name: string, find: () => Promise<T>): Promise<T> {
  return memory ? memory.recall(name, find) : find()
}
