import { ENDING_WORDS } from '../../num/iterate.js'
import { listed } from '../../num/listed.js'
import type { Encoder } from '../../table/encoder.js'
import type { FitSummary } from './fit-summary.js'

/** What a person should know about the columns. */
export function constantNotes(encoder: Encoder): string[] {
  const constants = encoder.columns.filter((code) => code.carries === 'constant').map((code) => code.name)
  if (constants.length === 0) return []
  return [`constant columns are written as they are: ${listed(constants)}`]
}

type Solved = Pick<FitSummary, 'rowCount' | 'duplicateCount' | 'isolatedCount' | 'scalingEnding' | 'landmarks'>

export function scalingNotes({ rowCount, duplicateCount, isolatedCount: isolated, scalingEnding, landmarks }: Solved): string[] {
  const notes: string[] = []
  if (duplicateCount > 0) notes.push(`${duplicateCount} of ${rowCount} rows ${duplicateCount === 1 ? 'repeats' : 'repeat'} an earlier row`)
  if (isolated > 0)
    notes.push(
      isolated === 1
        ? '1 row lies so far from all others that the kernel connects it to none: it is drawn only if a chain starts there'
        : `${isolated} rows lie so far from all others that the kernel connects them to none: they are drawn only if a chain starts there`
    )
  if (scalingEnding !== 'converged' && landmarks === undefined) notes.push(`the scaling ${ENDING_WORDS[scalingEnding]}`)
  return notes
}
