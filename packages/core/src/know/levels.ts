import { InputError } from '../num/errors.js'
import type { Condition } from './conditions.js'

/** Level of a factor in something that has one each: a row, a combination of levels, a class of rows. */
type LevelIn = (factor: number) => number | undefined

/** What a condition says of categories. */
export type Levels = Pick<Condition, 'levels' | 'among'>

/** Whether all categories of a condition are those of it. */
export function hasLevels({ levels, among }: Levels, levelIn: LevelIn): boolean {
  for (const [factor, level] of levels) if (levelIn(factor) !== level) return false
  for (const [factor, some] of among) if (!some.includes(levelIn(factor)!)) return false
  return true
}

/** Those of the data that have all categories of a condition. Throws `InputError` where none has. */
export function requireLevels<T>(all: Iterable<T>, levelIn: (one: T) => LevelIn, condition: Levels & Pick<Condition, 'words'>): T[] {
  const found = [...all].filter((one) => hasLevels(condition, levelIn(one)))
  if (found.length > 0) return found
  throw new InputError({
    code: 'condition-contradictory',
    got: `${condition.words}, which no row of the data has together`,
    expected: 'categories that occur together',
    try: 'leaving one of them out'
  })
}

/** Levels of rows [n, width]. */
export const levelsOfRow =
  (codes: Int32Array, width: number) =>
  (row: number): LevelIn =>
  (factor) =>
    codes[row * width + factor]
