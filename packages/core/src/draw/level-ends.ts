import { reflectedInto } from '../law/strata.js'
import type { TrainingRows } from '../law/training-rows.js'
import { firstFrom } from '../num/ascending.js'
import { log } from '../num/elementary.js'
import { evenly } from '../num/evenly.js'
import { copyMatrix, type Matrix } from '../num/matrix.js'
import type { Encoded } from '../table/encoder.js'
import { CHANCE, type IsHeld, LEAST_ROWS, MOST_ROWS, nothingHeld } from './level-cells.js'

/** Where a number ends in the rows of each level of a factor [levels]; infinite where it does not. */
interface EndsOfLevels {
  readonly coordinate: number
  readonly missingFactor: number | undefined
  readonly factor: number
  readonly low: Float64Array
  readonly high: Float64Array
}

type LevelEnds = readonly EndsOfLevels[]

type Training = Pick<TrainingRows, 'encoder' | 'rows'>

/** What is found out about rows once: a search makes many generators of the same. */
const known = new WeakMap<Matrix, LevelEnds>()

/**
 * Where numbers end in the rows of a level, as the ages of children's tickets: beyond its first row or its last one stand so many of all
 * rows that, were the level to say nothing, none of its own would with a chance too small for all levels and numbers that are looked at.
 * Noise would carry rows beyond. Cost O(M·d·log M + M·d·factors), of at most 10,000 rows.
 */
export function levelEnds(training: Training): LevelEnds {
  const { coordinates } = training.rows
  const found = known.get(coordinates) ?? findEnds(training)
  known.set(coordinates, found)
  return found
}

function findEnds({ encoder, rows }: Training): EndsOfLevels[] {
  const { coordinates, codes } = rows
  const { factors } = encoder
  const width = factors.length
  const numbers = encoder.columns.flatMap((code) => (code.carries === 'coordinate' ? [code] : []))
  const looked = evenly(coordinates.rows, MOST_ROWS)
  const tests = 2 * numbers.length * factors.reduce((sum, { levelCount }) => sum + levelCount, 0)
  const isBeyondChance = (count: number, share: number) => count * log(1 - share) < CHANCE - log(tests)
  return numbers.flatMap(({ coordinate, missingFactor }) => {
    const valueAt = (i: number) => coordinates.data[i * coordinates.cols + coordinate]!
    const isThere = (i: number) => missingFactor === undefined || codes[i * width + missingFactor] !== 1
    const there = looked.filter(isThere)
    const ascending = Float64Array.from(there, valueAt).sort()
    return factors.flatMap(({ levelCount }, factor): EndsOfLevels[] => {
      const levelOf = (i: number) => codes[i * width + factor]!
      const counts = new Float64Array(levelCount)
      const [low, high] = [
        new Float64Array(levelCount).fill(Number.POSITIVE_INFINITY),
        new Float64Array(levelCount).fill(Number.NEGATIVE_INFINITY)
      ]
      const widen = (i: number) => {
        const [level, x] = [levelOf(i), valueAt(i)]
        low[level] = Math.min(low[level]!, x)
        high[level] = Math.max(high[level]!, x)
      }
      for (const i of there) {
        counts[levelOf(i)]!++
        widen(i)
      }
      const below = (x: number) => firstFrom(ascending, x) / ascending.length
      const above = (x: number) => 1 - firstFrom(ascending, x) / ascending.length
      const ends = low.map((x, level) => {
        const isSome = counts[level]! >= LEAST_ROWS
        return (
          Number(isSome && isBeyondChance(counts[level]!, below(x))) +
          2 * Number(isSome && isBeyondChance(counts[level]!, above(high[level]!)))
        )
      })
      if (!ends.some((end) => end > 0)) return []
      // The rows that were not looked at stand within their ends too.
      if (looked.length < coordinates.rows) for (let i = 0; i < coordinates.rows; i++) if (isThere(i)) widen(i)
      ends.forEach((end, level) => {
        if ((end & 1) === 0) low[level] = Number.NEGATIVE_INFINITY
        if ((end & 2) === 0) high[level] = Number.POSITIVE_INFINITY
      })
      return [{ coordinate, missingFactor, factor, low, high }]
    })
  })
}

/** Coordinates of rows with what lies beyond an end of one of the row's levels reflected at it; where levels leave nothing, and what is held, stays. Cost O(rows · ends). */
export function withinLevelEnds(drawn: Encoded, ends: LevelEnds, isHeld: IsHeld = nothingHeld): Encoded {
  if (ends.length === 0) return drawn
  const coordinates = copyMatrix(drawn.coordinates)
  const { rows, cols, data } = coordinates
  const width = drawn.codes.length / Math.max(1, rows)
  const [low, high] = [new Float64Array(cols), new Float64Array(cols)]
  for (let i = 0; i < rows; i++) {
    low.fill(Number.NEGATIVE_INFINITY)
    high.fill(Number.POSITIVE_INFINITY)
    for (const one of ends) {
      const level = drawn.codes[i * width + one.factor]!
      low[one.coordinate] = Math.max(low[one.coordinate]!, one.low[level]!)
      high[one.coordinate] = Math.min(high[one.coordinate]!, one.high[level]!)
    }
    for (const { coordinate, missingFactor } of ends) {
      const isMissing = missingFactor !== undefined && drawn.codes[i * width + missingFactor] === 1
      if (isMissing || low[coordinate]! > high[coordinate]! || isHeld(i, coordinate)) continue
      data[i * cols + coordinate] = reflectedInto(low[coordinate]!, high[coordinate]!, data[i * cols + coordinate]!)
    }
  }
  return { ...drawn, coordinates }
}
