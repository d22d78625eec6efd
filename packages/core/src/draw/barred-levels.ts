import { isBelievedAtLog } from '../code/rules/chance.js'
import type { SweepBridge } from '../law/sweep.js'
import { log } from '../num/elementary.js'
import { evenly } from '../num/evenly.js'
import type { Matrix } from '../num/matrix.js'
import type { Encoded } from '../table/encoder.js'
import { MOST_UNSEEN, sayingOf } from './level-cells.js'
import { CHANCE, MOST_ROWS } from './level-keys.js'

/** Two factors and 1 at the levels of both that no row has, beyond chance [levels of one, levels of the other]. */
interface BarredPair {
  readonly factors: readonly [number, number]
  readonly barred: Uint8Array
  readonly width: number
}

/** Cells of two factors that are looked at, at most: of more, rows say too little of each. */
const MOST_CELLS = 10_000

/** What is found out about rows once: a search makes many bridges of the same. */
const known = new WeakMap<Int32Array, readonly BarredPair[]>()

/**
 * Levels of two categories that rows never have together, as the surgeons of one ward and the operations of another: where
 * the two have nothing to do with each other, so many rows of one without the other are less likely than one in twenty over all cells that are looked at; or
 * where what rows lack is beyond chance over all levels of both, and hardly a pair occurs once, so that new ones would be rare. Without
 * this, odds and kernels give each a little. Cost O(rows · factors²), of at most 10,000 rows.
 *
 * @source zero cells that are structural rather than sampled: Bishop, Fienberg, Holland, *Discrete Multivariate Analysis*, 1975, chapter 5.
 */
function barredPairs({ training: { codes, coordinates }, factorCount }: SweepBridge): readonly BarredPair[] {
  const found = known.get(codes) ?? findPairs(codes, coordinates.rows, factorCount)
  known.set(codes, found)
  return found
}

function findPairs(codes: Int32Array, rowCount: number, factorCount: number): BarredPair[] {
  const looked = evenly(rowCount, MOST_ROWS)
  const counts = new Uint32Array(factorCount)
  for (let at = 0; at < codes.length; at++) counts[at % factorCount] = Math.max(counts[at % factorCount]!, codes[at]! + 1)
  const pairs: [number, number][] = []
  for (let one = 0; one < factorCount; one++)
    for (let other = one + 1; other < factorCount; other++) if (counts[one]! * counts[other]! <= MOST_CELLS) pairs.push([one, other])
  const tests = pairs.reduce((sum, [one, other]) => sum + counts[one]! * counts[other]!, 0)
  return pairs.flatMap(([one, other]) => {
    const [height, width] = [counts[one]!, counts[other]!]
    const times = new Float64Array(height * width)
    for (const i of looked) {
      const at = codes[i * factorCount + one]! * width + codes[i * factorCount + other]!
      times[at] = times[at]! + 1
    }
    const barred = barredIn(times, height, { tests, pairs: pairs.length })
    if (!barred) return []
    // Rows that were not looked at have what they have.
    if (looked.length < rowCount)
      for (let i = 0; i < rowCount; i++) barred[codes[i * factorCount + one]! * width + codes[i * factorCount + other]!] = 0
    return barred.includes(1) ? [{ factors: [one, other] as const, barred, width }] : []
  })
}

/** 1 at cells that are empty beyond chance; undefined where none is. times [height, width]. */
function barredIn(
  times: Float64Array,
  height: number,
  { tests, pairs }: { readonly tests: number; readonly pairs: number }
): Uint8Array | undefined {
  if (!times.includes(0)) return undefined
  const width = times.length / height
  const rows = new Float64Array(height)
  const columns = new Float64Array(width)
  times.forEach((count, at) => {
    const [row, column] = [Math.floor(at / width), at % width]
    rows[row] = rows[row]! + count
    columns[column] = columns[column]! + count
  })
  const total = rows.reduce((sum, count) => sum + count, 0)
  const { chance, once } = sayingOf(times, columns)
  const isClosed = once <= MOST_UNSEEN * total && isBelievedAtLog(chance, pairs)
  const isLacked = (row: number, column: number) => rows[row]! * log(1 - columns[column]! / total) < CHANCE - log(tests)
  return Uint8Array.from(times, (count, at) => {
    const [row, column] = [Math.floor(at / width), at % width]
    return Number(count === 0 && rows[row]! > 0 && columns[column]! > 0 && (isClosed || isLacked(row, column)))
  })
}

/** Which levels of a group of factors chains may have beside those that they have of all others. */
export class BarredLevels {
  /** Of each factor of the group, those outside that bar some of its levels. */
  private readonly pairs: readonly {
    readonly own: number
    readonly other: number
    readonly at: (own: number, other: number) => number
    readonly barred: Uint8Array
  }[]

  constructor(
    private readonly bridge: SweepBridge,
    group: number
  ) {
    const factors = bridge.groups[group]!
    this.pairs = barredPairs(bridge).flatMap(({ factors: [one, other], barred, width }) => {
      const [has, hasOther] = [factors.includes(one), factors.includes(other)]
      // What is drawn together is what rows have.
      if (has === hasOther) return []
      return has
        ? [{ own: one, other, barred, at: (a: number, b: number) => a * width + b }]
        : [{ own: other, other: one, barred, at: (a: number, b: number) => b * width + a }]
    })
  }

  get some(): boolean {
    return this.pairs.length > 0
  }

  /** Whether a chain's other levels bar one of those that the group would have. */
  bars(codes: Int32Array, chain: number, levelOf: (factor: number) => number): boolean {
    const first = chain * this.bridge.factorCount
    return this.pairs.some(({ own, other, barred, at }) => barred[at(levelOf(own), codes[first + other]!)] === 1)
  }

  /** Shares of outcomes [n, C] without those that are barred, in place; a chain of which all are barred keeps its shares. `levelOf` of an outcome and a factor. */
  withoutBarred({ rows, cols, data }: Matrix, { codes }: Encoded, levelOf: (outcome: number, factor: number) => number): void {
    if (!this.some) return
    for (let i = 0; i < rows; i++) {
      const own = data.subarray(i * cols, (i + 1) * cols)
      const open = own.map((share, c) => (this.bars(codes, i, (factor) => levelOf(c, factor)) ? 0 : share))
      const sum = open.reduce((all, share) => all + share, 0)
      if (sum > 0) own.set(open.map((share) => share / sum))
    }
  }
}
