import { summaryOf } from '../../num/summary.js'
import { spreadRows } from '../../table/codes.js'
import type { CategoricalColumn, Column } from '../../table/table.js'
import { areTold, believed, type ConditionSearch, FEW_ROWS, isSide, type Sign, signsIn, type Target, targetIn } from './conditions.js'
import { missingIn } from './find-gaps.js'
import { FIRST_ROWS } from './find-lookups.js'
import type { Quantity } from './quantity.js'
import type { GapsWhere, GapWhere } from './rule.js'

/** A column that is missing exactly where one of several conditions holds, or where all of them do. */
type JointGaps = GapsWhere & { readonly column: string }

type Samples = [Uint32Array, Uint32Array, Uint32Array]

/**
 * Columns that are missing exactly where one of several conditions on two columns holds, as `sex = m or age < 18 or age >= 46`, or
 * exactly where all hold: then rows have the column where one of the opposite conditions holds. Each condition must be beyond chance
 * beside the others: of n rows of which these say nothing it tells m by chance with probability c over (n choose m), c ways to
 * choose its levels or its side. Cost O(p) on the first rows for each column with gaps; where these leave it
 * open O(p·rows), and O(rows) for each pair that tells them.
 */
export function findJointGaps(
  columns: readonly Column[],
  quantities: readonly Quantity[],
  { rowCount, isTold, isLookedUp, firstRows = FIRST_ROWS }: ConditionSearch
): JointGaps[] {
  const [few, first, all] = [Math.min(FEW_ROWS, firstRows), firstRows, rowCount].map((count) => spreadRows(rowCount, count)) as Samples
  const marked = columns.filter((column) => {
    const isMissing = isTold(column.name) ? undefined : missingIn(column)
    return isMissing && all.some(isMissing) && !all.every(isMissing)
  })
  const candidates = 2 * marked.length * columns.length ** 2
  const numbers = quantities.filter(({ isDate, clock }) => !isDate && !clock)
  // Where a number is missing, neither it nor its opposite is on a side.
  const numbersOf = { or: numbers, and: numbers.filter(({ values }) => !summaryOf(values).hasGaps) }
  return marked.flatMap((column) => {
    const isMissing = missingIn(column)!
    const others = columns.filter((one) => one !== column)
    const found = (['or', 'and'] as const).flatMap((word) => {
      const isIn = word === 'or' ? isMissing : (i: number) => !isMissing(i)
      const signs = (target: Target) => others.map((one) => signsIn(one, numbersOf[word], target)).filter(({ length }) => length > 0)
      const isOpen = (rows: Uint32Array) => {
        const target = targetIn(rows, isIn)
        return areTold(target, signs(target).flat())
      }
      if (![few, first].every(isOpen)) return []
      const target = targetIn(all, isIn)
      return pairsTelling(target, signs(target)).flatMap((pair) => {
        const told = believed(target, pair, { candidates, isLookedUp })
        return told ? [{ ...told, word }] : []
      })
    })
    return found
      .sort((a, b) => a.signs.length - b.signs.length || a.chance - b.chance)
      .map(({ signs, word }): JointGaps => {
        const [one, ...more] = signs.map((sign) => whereOf(sign, word === 'and'))
        return { column: column.name, ...one!, ...(more.length === 0 ? {} : { [word]: more }) }
      })
  })
}

/** Conditions on one column or two that together tell the target. */
function pairsTelling(target: Target, signs: readonly (readonly Sign[])[]): (readonly Sign[])[] {
  const masks = signs.map((own) => {
    const mask = new Uint8Array(target.rows.length)
    for (const sign of own) for (let k = 0; k < mask.length; k++) if (mask[k] === 0 && sign.holds(target.rows[k]!)) mask[k] = 1
    return mask
  })
  const { inside } = target
  const alone = masks.map((mask) => inside.every((i) => mask[i] === 1))
  return signs.flatMap((one, k) => {
    if (alone[k]) return [one]
    const a = masks[k]!
    return signs.slice(k + 1).flatMap((other, l) => {
      const b = masks[k + 1 + l]!
      return !alone[k + 1 + l] && inside.every((i) => a[i] === 1 || b[i] === 1) ? [[...one, ...other]] : []
    })
  })
}

/** A condition, or its opposite, as rules have it. */
function whereOf(sign: Sign, isOpposite: boolean): GapWhere {
  const when = sign.column.name
  if (sign.kind === 'levels') {
    const { levels } = sign.column as CategoricalColumn
    return { when, levels: levels.filter((_, code) => sign.codes.has(code) !== isOpposite) }
  }
  if (isSide(sign)) return { when, [(sign.kind === 'below') === isOpposite ? 'from' : 'below']: sign.cut }
  return (sign.kind === 'present') === isOpposite ? { when } : { when, present: true }
}
