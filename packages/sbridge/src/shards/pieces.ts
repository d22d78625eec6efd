import { createHash, randomInt } from 'node:crypto'
import type { Exchange, SharedCall } from '@sbridge/core/internal'
import { writeAtomically } from '../format/atomic-file.js'
import { readBytes } from '../format/table-file.js'
import { inFolder, listed, makeFolder } from './folder.js'
import { sha256 } from './plan.js'

/** Arithmetic operations of a piece: one to two seconds of a thread, a hundred times what its file costs. */
export const PIECE_WORK = 5e9

interface Participant {
  /** Which of them this process is, from 1. */
  readonly part: number
  readonly parts: number
  /** Kind of processor, where the engine gives the same bytes on one kind only: others have other pieces. */
  readonly processor?: string | undefined
  readonly pieceWork: number
}

/**
 * Shares the long calls of an engine through a folder. All processes run the same program on the same data; of each call everyone
 * computes the pieces that are its own, then what of the others is not there yet, one after another, and takes the rest from the
 * folder. So nobody waits for anybody: who ends, or never starts, costs time and no more, and who comes late takes what is there.
 */
export function exchangeIn(folder: string, { part, parts, processor = '', pieceWork }: Participant): Exchange {
  return {
    pieceWork,
    share: async (call) => {
      const place = inFolder(folder, `call-${hashOf(processor, call)}`)
      await makeFolder(place)
      const left = new Set(Array.from({ length: call.pieces }, (_, k) => k))
      for (;;) {
        await takeWhatIsThere(place, call, left)
        if (left.size === 0) return
        const piece = nextOf([...left], { part, parts })
        const bytes = await call.compute(piece)
        left.delete(piece)
        await writeAtomically(inFolder(place, `${piece}.${sha256(bytes)}.piece`), bytes)
      }
    }
  }
}

/** One's own first; then any, since those who come to the rest at once should not all compute the same. */
function nextOf(left: readonly number[], { part, parts }: Pick<Participant, 'part' | 'parts'>): number {
  return left.find((piece) => piece % parts === part % parts) ?? left[randomInt(left.length)]!
}

const NAME = /^(\d+)\.([0-9a-f]{64})\.piece$/

async function takeWhatIsThere(place: string, call: SharedCall, left: Set<number>): Promise<void> {
  for (const name of await listed(place)) {
    const [, piece, hash] = NAME.exec(name) ?? []
    if (!left.has(Number(piece ?? -1))) continue
    // One that cannot be read, or is damaged, is computed here.
    const bytes = await readBytes(inFolder(place, name)).catch(() => new Uint8Array(0))
    if (sha256(bytes) === hash && call.take(Number(piece), bytes)) left.delete(Number(piece))
  }
}

/** What a call's pieces are found by. */
function hashOf(processor: string, { inputs }: SharedCall): string {
  const hash = createHash('sha256').update(JSON.stringify([processor, inputs.filter((one) => typeof one === 'string')]))
  for (const one of inputs) if (typeof one !== 'string') hash.update(new Uint8Array(one.buffer, one.byteOffset, one.byteLength))
  return hash.digest('hex').slice(0, 32)
}
