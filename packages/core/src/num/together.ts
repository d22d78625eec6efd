import { now, pause } from './pause.js'

/** Computations under way at once: one goes on while another waits. More would only hold more memory. */
export const AT_ONCE = 2

/**
 * Computations that do not depend on each other, two at a time in this thread: while an engine's threads do what one has asked of them,
 * the other goes on. All that were begun have ended when this does; after one that fails none is begun. Each is told which of those at
 * once it is, from 0 on.
 */
export async function together<const Parts extends readonly ((place: number) => unknown)[]>(
  parts: Parts,
  atOnce = AT_ONCE
): Promise<{ -readonly [K in keyof Parts]: Awaited<ReturnType<Parts[K]>> }> {
  const out: unknown[] = []
  let next = 0
  const lane = async (_: unknown, place: number): Promise<void> => {
    try {
      for (let own = next++; own < parts.length; own = next++) out[own] = await parts[own]!(place)
    } catch (error) {
      next = parts.length
      throw error
    }
  }
  const lanes = Array.from({ length: atOnce }, lane)
  await Promise.allSettled(lanes)
  await Promise.all(lanes)
  return out as { -readonly [K in keyof Parts]: Awaited<ReturnType<Parts[K]>> }
}

/** Milliseconds of work between two turns of others: about as long as a call takes that they ask of an engine. */
const TURN = 2

/** Handed to long work that waits for nothing, so that others have their turns meanwhile. Never changes a result. */
export class Turns {
  private since = now()

  /** Whether to wait for `next`; meanwhile others may use what is shared. */
  get over(): boolean {
    return now() - this.since > TURN
  }

  async next(): Promise<void> {
    await pause()
    this.since = now()
  }
}
