interface Surroundings {
  readonly performance?: { now(): number }
  readonly setImmediate?: (run: () => void) => unknown
  readonly setTimeout?: (run: () => void, milliseconds: number) => unknown
  readonly MessageChannel?: new () => { port1: Port; port2: Port }
}

interface Port {
  onmessage: (() => void) | null
  postMessage(message: unknown): void
  close(): void
}

const surroundings = globalThis as unknown as Surroundings

/** Milliseconds of work between two turns of the event loop. */
export const SLICE = 50

/** Milliseconds of a steady clock; without one, work pauses after every unit. */
export function now(): number {
  return surroundings.performance?.now() ?? Number.POSITIVE_INFINITY
}

/** Gives the event loop a turn. A message to oneself: browsers hold back nested timers, but not messages. */
export function pause(): Promise<void> {
  return new Promise((resolve) => {
    if (surroundings.setImmediate) {
      surroundings.setImmediate(resolve)
      return
    }
    if (!surroundings.MessageChannel) {
      surroundings.setTimeout?.(resolve, 0)
      return
    }
    const { port1, port2 } = new surroundings.MessageChannel()
    port1.onmessage = () => {
      port1.close()
      resolve()
    }
    port2.postMessage(null)
  })
}

/**
 * A list of so many items that are made a few at a time, one after the other: between them the event loop has its turns, so that a
 * stop is heard, and `made` is told how many there are and may throw. The same list as all at once.
 */
export async function inTurns<T>(count: number, next: (count: number) => readonly T[], made: (done: number) => void): Promise<T[]> {
  const pauses = new Pauses()
  const all: T[] = []
  while (all.length < count) {
    await pauses.due()
    made(all.length)
    for (const item of next(Math.min(FEW, count - all.length))) all.push(item)
  }
  return all
}

/** Items between two looks at the clock: of some 20 to 100 µs each, less than a slice. */
const FEW = 500

/** Pauses where a slice of work is over: long jobs ask between units, so that a stop request can reach them. Never changes a result. */
export class Pauses {
  private since = now()

  async due(): Promise<void> {
    if (now() - this.since <= SLICE) return
    await pause()
    this.since = now()
  }
}
