import { each, type Task } from '../../num/crew.js'
import { throwIfStopped, type Watch } from '../../num/iterate.js'
import { type Matrix, rowOf } from '../../num/matrix.js'
import { type Key, keyFor, permutation, uniforms } from '../../num/random.js'
import { median } from '../../num/statistics.js'
import { type CodedColumn, type CodedRows, type Coding, widthOf } from './coding.js'
import { fitGaussian } from './expectation.js'
import { type FillSetting, RowLaws } from './row-law.js'

/** Share of the known cells that are masked and filled again. */
const MASKED = 0.1
/** Rows whose masked cells are filled: their mean error is known to a few hundredths then. */
const MOST_MASKED_ROWS = 400
/** Bandwidths that are tried, in parts of the median squared distance to the tenth neighbour. */
const BANDWIDTHS = [1 / 16, 1 / 4, 1, 4] as const
/** Ridges that are tried: a fixed one bends the slopes of nearly collinear columns. */
const RIDGES = [1e-4, 1e-2, 1e-1] as const
const TENTH = 10
/** Rows whose tenth neighbours are looked for. */
const MOST_MEASURED = 500

export const MASKING = 'masking'

export interface Masked {
  readonly setting: FillSetting
  /** Mean squared error of masked coordinates, of columns with gaps, under every setting that was tried, in squared standard deviations. */
  readonly tried: readonly (FillSetting & { readonly error: number })[]
  /** Root mean squared error of each column's masked cells under the chosen setting, in standard deviations; by name. */
  readonly columns: readonly { readonly name: string; readonly error: number; readonly cells: number }[]
}

/** Rows with a tenth of their known cells masked. */
function maskRows(coding: Coding, rows: CodedRows, key: Key): CodedRows {
  const { rows: n, cols: d } = rows.data
  const known = rows.known.slice()
  const data = { ...rows.data, data: rows.data.data.slice() }
  const coded = coding.columns.filter((column) => widthOf(column) > 0)
  coded.forEach((column, c) => {
    const u = uniforms(keyFor(key, c), n)
    const { at } = column as Extract<CodedColumn, { at: number }>
    for (let i = 0; i < n; i++) {
      if (u[i]! >= MASKED || !known[i * d + at]) continue
      for (let q = 0; q < widthOf(column); q++) {
        known[i * d + at + q] = 0
        data.data[i * d + at + q] = 0
      }
    }
  })
  return { data, known }
}

/** Median squared distance to the tenth neighbour among completed rows, of some of them; the last one where there are fewer. Cost O(rows · n · d). */
function tenthNeighbour(completed: Matrix, key: Key): number {
  const { rows: n, cols: d } = completed
  const measured = permutation(key, n).subarray(0, MOST_MEASURED)
  const distances = Array.from(measured, (i) => {
    const own = rowOf(completed, i)
    const squared = new Float64Array(n)
    for (let j = 0; j < n; j++) for (let c = 0; c < d; c++) squared[j] = squared[j]! + (own[c]! - completed.data[j * d + c]!) ** 2
    squared.sort()
    return squared[Math.min(n - 1, TENTH)]!
  })
  const typical = median(distances)
  // Most rows have ten copies: any bandwidth at which copies count alike.
  return typical > 0 ? typical : Math.max(1e-6, distances.reduce((sum, one) => sum + one, 0) / distances.length)
}

/**
 * The bandwidth and the ridge with which masked cells of columns that have gaps are filled best. Cost a bandwidth: one fill of at most 400 rows.
 * Where nothing can be masked, the widest bandwidth and the largest ridge.
 */
export async function chooseSetting(
  { coding, rows, weights }: { readonly coding: Coding; readonly rows: CodedRows; readonly weights: Float64Array },
  { key, watch }: { readonly key: Key; readonly watch?: Watch | undefined }
): Promise<Masked> {
  const masked = maskRows(coding, rows, keyFor(key, 'mask'))
  const { completed } = fitGaussian(masked, weights)
  const unit = tenthNeighbour(completed, keyFor(key, 'neighbours'))
  const settings = BANDWIDTHS.flatMap((factor) => RIDGES.map((ridge): FillSetting => ({ epsilon: factor * unit, ridge })))
  const cells = maskedCells({ coding, rows, masked, key: keyFor(key, 'rows') })
  const trials = BANDWIDTHS.map((factor): Trial => ({ cells, masked, truth: rows.data, completed, weights, epsilon: factor * unit }))
  const total = BANDWIDTHS.length
  const told = (done: number) => watch?.progress?.({ stage: MASKING, done, total })
  told(0)
  const { rows: n, cols: d } = completed
  const work = total * cells.length * n * (d + d * d)
  const errors = (
    await each(maskingTask, trials, { watch: watch && { stop: watch.stop, crew: watch.crew }, work, stage: MASKING, done: told })
  ).flat()
  const counted = cellsToFill(cells, coding, rows)
  const count = Math.max(1, counted.length)
  const tried = settings.map((setting, s) => ({ ...setting, error: counted.reduce((sum, k) => sum + errors[s]![k]!, 0) / count }))
  // With nothing masked all errors are 0, and the last setting, the smoothest, stands.
  const best = tried.reduce((least, one, s) => (one.error <= tried[least]!.error ? s : least), 0)
  return { setting: settings[best]!, tried, columns: byColumn(cells, errors[best]!) }
}

/** What fills masked cells at one bandwidth. */
interface Trial {
  readonly cells: readonly MaskedCell[]
  readonly masked: CodedRows
  /** What was masked [n, d]. */
  readonly truth: Matrix
  readonly completed: Matrix
  readonly weights: Float64Array
  readonly epsilon: number
}

/** Squared errors of masked cells under each ridge, in any thread. [ridges, cells] */
export const maskingTask: Task<Trial, number[][]> = {
  name: 'masking',
  run({ cells, masked, truth, completed, weights, epsilon }, watch) {
    const laws = new RowLaws({ completed, known: masked.known, weights })
    const errors = RIDGES.map(() => cells.map(() => 0))
    for (const [k, { row, coordinates }] of cells.entries()) {
      throwIfStopped(watch, MASKING)
      const [own, known] = rowWith(masked, row)
      laws.near(own, known, epsilon)
      RIDGES.forEach((ridge, r) => {
        const law = laws.law(own, ridge)
        for (const c of coordinates) {
          const miss = law.mean[law.unknown.indexOf(c)]! - truth.data[row * truth.cols + c]!
          errors[r]![k] = errors[r]![k]! + miss * miss
        }
      })
    }
    return errors
  }
}

interface MaskedCell {
  readonly row: number
  readonly name: string
  readonly coordinates: readonly number[]
}

interface Masking {
  readonly coding: Coding
  readonly rows: CodedRows
  readonly masked: CodedRows
  readonly key: Key
}

function maskedCells({ coding, rows, masked, key }: Masking): MaskedCell[] {
  const { rows: n, cols: d } = rows.data
  const cells: MaskedCell[] = []
  let taken = 0
  for (const row of permutation(key, n)) {
    const before = cells.length
    for (const column of coding.columns) {
      if (widthOf(column) === 0) continue
      const { at, name } = column as Extract<CodedColumn, { at: number }>
      if (!rows.known[row * d + at] || masked.known[row * d + at]) continue
      cells.push({ row, name, coordinates: Array.from({ length: widthOf(column) }, (_, q) => at + q) })
    }
    if (cells.length > before && ++taken === MOST_MASKED_ROWS) break
  }
  return cells
}

/** Masked cells of columns that have gaps: how the others would be filled is not asked. All where none has. */
function cellsToFill(cells: readonly MaskedCell[], coding: Coding, { data: { rows: n, cols: d }, known }: CodedRows): number[] {
  const gapped = new Set<string>()
  for (const column of coding.columns) {
    if (widthOf(column) === 0) continue
    const { at, name } = column as Extract<CodedColumn, { at: number }>
    for (let i = 0; i < n; i++) if (!known[i * d + at]) gapped.add(name)
  }
  const own = cells.flatMap(({ name }, k) => (gapped.has(name) ? [k] : []))
  return own.length > 0 ? own : cells.map((_, k) => k)
}

const rowWith = ({ data, known }: CodedRows, i: number): [Float64Array, Uint8Array] => [
  rowOf(data, i),
  known.subarray(i * data.cols, (i + 1) * data.cols)
]

function byColumn(cells: readonly MaskedCell[], errors: readonly number[]): Masked['columns'] {
  const sums = new Map<string, { sum: number; cells: number }>()
  cells.forEach(({ name }, k) => {
    const own = sums.get(name) ?? { sum: 0, cells: 0 }
    own.sum += errors[k]!
    own.cells++
    sums.set(name, own)
  })
  return Array.from(sums, ([name, { sum, cells: count }]) => ({ name, error: Math.sqrt(sum / count), cells: count }))
}
