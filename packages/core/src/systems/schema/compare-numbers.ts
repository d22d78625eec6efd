import type { RuleKept } from '../../diagnose/evaluation.js'
import { countCeiling, mostOf } from './count-ceiling.js'
import { countLimits, leavesNone, limitsOfRows } from './count-limits.js'
import { bareTexts, ceilingTexts, limitText } from './count-texts.js'
import { countsOf, numberName, withNumbers } from './counts.js'
import type { Links } from './links.js'
import type { BothSides } from './relations.js'

interface Numbers {
  /** A key, real, then synthetic. */
  readonly links: readonly [Links, Links]
  /** The rows that it leads to. */
  readonly parent: BothSides
  /** Keys into the same rows by which rows were drawn before, and those of the rows into themselves. */
  readonly beside: readonly (readonly [Links, Links])[]
}

/**
 * How many rows refer to a row where some numbers never come beyond chance, by its categories and by how many refer to it besides: none of a parcel without a
 * payment, no more than a course has places; and how many synthetic rows break each. Cost: as of `countLimits`.
 */
export function compareNumbers({ links, parent, beside }: Numbers): RuleKept[] {
  const wide = (side: 'real' | 'synthetic', at: 0 | 1) =>
    withNumbers(
      parent[side],
      beside.map((both) => ({ key: both[0].key, counts: countsOf(both[at]) }))
    )
  const [real, drawn] = [wide('real', 0), wide('synthetic', 1)]
  const [own, counts] = [countsOf(links[0]), countsOf(links[1])]
  const { key } = links[0]
  const keys = beside.map(([one]) => one.key)
  const limits = countLimits(own, real, new Set(keys.flatMap((one) => (one.table === one.to.table ? [numberName(one)] : []))))
  const most = countCeiling(own, real)
  const law = { key, counts: { beside: keys, most, limits: limits && { ...limits, strata: [] } } }
  const kept = (rule: string, isBroken: (row: number) => boolean): RuleKept => ({
    rule,
    broken: counts.reduce((sum, _, row) => sum + Number(isBroken(row)), 0),
    rows: counts.length,
    floor: 0,
    most: 0
  })
  const ceilings = most === undefined ? undefined : mostOf(most, drawn)
  const places = new Map(limits?.numbers.map((number, place) => [number, place]))
  const bare = bareTexts(law)
  return [
    ...(ceilings ? ceilingTexts(law).map((text) => kept(text, (row) => counts[row]! > ceilings[row]!)) : []),
    ...(limits?.columns ?? []).map((column) => {
      const never = limitsOfRows({ numbers: limits!.numbers, columns: [column] }, drawn).map((one) =>
        one === '' ? [] : one.split(' ').map(Number)
      )
      // A number that the data never have is barred with all that are.
      const isBroken = (row: number) => {
        const place = places.get(counts[row]!)
        return place === undefined ? never[row]!.length > 0 && leavesNone(limits!, never[row]!) : never[row]!.includes(place)
      }
      const texts = bare.filter((one) => one.column === column.name)
      return kept(texts.length > 0 ? texts.map(({ text }) => text).join(', ') : limitText(column.name, law), isBroken)
    })
  ]
}
