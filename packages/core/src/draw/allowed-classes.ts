import type { Clamp } from '../know/clamp.js'
import type { Condition } from '../know/conditions.js'
import { hasLevels, levelsOfRow } from '../know/levels.js'
import type { Bounds, ConditionGroup } from '../know/places.js'
import type { Law } from '../law/law.js'
import type { CoordinateBounds } from '../law/strata.js'
import type { Encoder } from '../table/encoder.js'

/** Classes of rows that can fulfil a condition; undefined when all can. None at all is possible. */
export function allowedClasses(
  {
    law,
    encoder,
    group: { split },
    clamp
  }: { readonly law: Law; readonly encoder: Encoder; readonly group: Pick<ConditionGroup, 'split'>; readonly clamp: Clamp },
  condition: Condition
): Uint8Array | undefined {
  const { mode, classes } = law.strata
  const width = encoder.factors.length
  const settled = <T>(known: ReadonlyMap<number, T>) =>
    new Map([...known].filter(([factor]) => mode === 'combinations' || classes.settled.includes(factor)))
  const own = { levels: settled(condition.levels), among: settled(condition.among) }
  const bounds = classes.bounds && split.ranged.length > 0 ? clamp.bounds(condition) : undefined
  if (own.levels.size + own.among.size === 0 && !bounds) return undefined
  const levelIn = levelsOfRow(law.rows.codes, width)
  return Uint8Array.from(classes.combinations.rows, (members, g) => {
    return hasLevels(own, levelIn(members[0]!)) && (!bounds || overlaps(classes.bounds!, { g, ranged: split.ranged, bounds })) ? 1 : 0
  })
}

function overlaps(
  { low, high }: CoordinateBounds,
  { g, ranged, bounds }: { readonly g: number; readonly ranged: readonly number[]; readonly bounds: Bounds }
): boolean {
  return ranged.every((c, k) => low.data[g * low.cols + c]! <= bounds.high[k]! && high.data[g * low.cols + c]! >= bounds.low[k]!)
}
