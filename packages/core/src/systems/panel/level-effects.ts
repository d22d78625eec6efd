import { columnOf, type Matrix, matrix, takeColumns } from '../../num/matrix.js'
import { mean } from '../../num/statistics.js'
import { componentsOf } from '../../num/variance-components.js'
import { type Encoded, type Encoder, levelStarts, levelsIn } from '../../table/encoder.js'

/** What the categories of rows say of their numbers: a sum of random effects, one of each factor. */
export interface LevelEffects {
  /** Of each level on each number that levels say something of [L, e]. */
  readonly effects: Matrix
  /** Of every row, by the effects that its levels have in all other rows [n, e]. */
  readonly told: Matrix
}

/** Rounds in which the effects of one factor after another are found beside those of the others. */
const ROUNDS = 10

/**
 * Effects of levels on numbers, τ²/(τ² + σ²/n)·(mean of n rows less the effects of other factors): of a factor that says nothing
 * they are nought, and levels of few rows are pulled towards none. Cost O(n·F·d) a round.
 *
 * @source Searle, Casella, McCulloch, *Variance Components*, 1992, chapter 7; Breiman and Friedman 1985 for the rounds.
 */
export function levelEffects(encoder: Encoder, { coordinates, codes }: Encoded): LevelEffects {
  const [n, d] = [coordinates.rows, coordinates.cols]
  const starts = levelStarts(encoder)
  const width = starts.length
  const effects = matrix(levelsIn(encoder), d)
  const told = matrix(n, d)
  for (let c = 0; c < d; c++) {
    const values = Float64Array.from({ length: n }, (_, i) => coordinates.data[i * d + c]!)
    const centre = mean(values)
    const left = values.map((value) => value - centre)
    const parts = starts.map(() => new Float64Array(n))
    for (let round = 0; round < ROUNDS; round++)
      for (const [f, start] of starts.entries()) {
        const members: number[][] = Array.from({ length: encoder.factors[f]!.levelCount }, () => [])
        for (let i = 0; i < n; i++) members[codes[i * width + f]!]!.push(i)
        const groups = members.map((rows) => rows.map((i) => left[i]! + parts[f]![i]!))
        const { between, within } = componentsOf(groups.filter(({ length }) => length > 0))
        const effect = (sum: number, count: number) => (between > 0 && count > 0 ? (between * sum) / (between * count + within) : 0)
        for (const [level, own] of groups.entries()) {
          const sum = own.reduce((a, b) => a + b, 0)
          effects.data[(start + level) * d + c] = effect(sum, own.length)
          for (const [k, i] of members[level]!.entries()) {
            parts[f]![i] = effect(sum, own.length)
            left[i] = own[k]! - parts[f]![i]!
            if (round === ROUNDS - 1) told.data[i * d + c]! += effect(sum - own[k]!, own.length - 1)
          }
        }
      }
  }
  const telling = Uint32Array.from({ length: d }, (_, c) => c).filter((c) => columnOf(effects, c).some((effect) => effect !== 0))
  return { effects: takeColumns(effects, telling), told: takeColumns(told, telling) }
}

/** What levels [n, F] say of numbers [n, e]. */
export function toldByLevels(encoder: Pick<Encoder, 'factors'>, codes: Int32Array, effects: Matrix): Matrix {
  const starts = levelStarts(encoder)
  const out = matrix(codes.length / starts.length, effects.cols)
  for (let i = 0, at = 0; i < out.rows; i++)
    for (const start of starts) {
      const level = start + codes[at++]!
      for (let c = 0; c < out.cols; c++) out.data[i * out.cols + c]! += effects.data[level * out.cols + c]!
    }
  return out
}
