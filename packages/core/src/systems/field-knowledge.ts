import type { FieldKnowledge } from '../draw/guided-pass.js'
import { clampOf } from '../know/clamp.js'
import type { Condition } from '../know/conditions.js'
import type { Evidence } from '../know/evidence.js'
import type { ConditionGroup } from '../know/places.js'
import type { FieldRows } from '../law/units.js'
import { type Key, keyFor } from '../num/random.js'
import type { Encoder } from '../table/encoder.js'

interface KnowledgeRequest {
  readonly group: ConditionGroup
  /** Conditions of the group, in its order. */
  readonly conditions: readonly Condition[]
  /** By which values that stand for an interval take their places in it; by the places of the conditions when left out. */
  readonly names?: readonly string[] | undefined
  /** Rows a condition. */
  readonly count: number
  readonly key: Key
}

/** What a group of conditions says about each of its rows, `count` rows a condition, beside what was observed. */
export function knowledgeOf(
  { encoder, coordinates }: Pick<FieldRows, 'coordinates'> & { readonly encoder: Encoder },
  evidence: readonly Evidence[],
  { group, conditions, names, count, key }: KnowledgeRequest
): FieldKnowledge {
  const { split } = group
  const n = conditions.length * count
  const given = new Map(split.given.map((coordinate) => [coordinate, new Float64Array(n)]))
  const bounds = new Map(split.ranged.map((coordinate) => [coordinate, { low: new Float64Array(n), high: new Float64Array(n) }]))
  const clamp = clampOf({ encoder, coordinates }, split)
  conditions.forEach((condition, c) => {
    const values = clamp.values(condition, { count, key: keyFor(key, `condition ${names?.[c] ?? c}`) })
    const ends = clamp.bounds(condition)
    split.given.forEach((coordinate, at) => {
      const own = given.get(coordinate)!
      for (let i = 0; i < count; i++) own[c * count + i] = values.data[i * values.cols + at]!
    })
    split.ranged.forEach((coordinate, at) => {
      bounds.get(coordinate)!.low.fill(ends.low[at]!, c * count, (c + 1) * count)
      bounds.get(coordinate)!.high.fill(ends.high[at]!, c * count, (c + 1) * count)
    })
  })
  return { evidence, given, bounds }
}
