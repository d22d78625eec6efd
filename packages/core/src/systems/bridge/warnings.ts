import type { NamedWarning } from '../../know/support.js'
import { ENDING_WORDS } from '../../num/iterate.js'
import { counted } from '../../num/listed.js'
import type { BridgeSummary } from './model.js'

/** Fewer rows than this tell little of a law: the test finds only gross differences, and a map has few partners to average. */
export const FEW_ROWS = 50
/** Below this share of mixed neighbours both tables lie apart. */
const APART = 0.01

/** What a reader of a bridge's figures must know. */
export function bridgeWarnings({ fromRows, toRows, overlap, ending, error }: Omit<BridgeSummary, 'warnings'>): NamedWarning[] {
  const warnings: NamedWarning[] = []
  const fewer = Math.min(fromRows, toRows)
  if (fewer < FEW_ROWS)
    warnings.push({
      name: 'few-rows',
      message: `${counted(fewer, 'row')} in the ${fromRows <= toRows ? 'first' : 'second'} table: with fewer than ${FEW_ROWS}, the map is rough and the test sees only large differences`
    })
  if (overlap < APART)
    warnings.push({
      name: 'no-overlap',
      message:
        'hardly any row has neighbours in the other table: the tables certainly differ, but which row goes where rests on distances alone; --exclude leaves out columns that separate the tables by themselves'
    })
  if (ending !== 'converged')
    warnings.push({
      name: 'bridge-unfinished',
      message: `the scaling ${ENDING_WORDS[ending]}, with masses wrong by up to ${error.toExponential(1)}: try a larger --bandwidth`
    })
  return warnings
}
