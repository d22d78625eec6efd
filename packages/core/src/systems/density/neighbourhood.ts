import type { Engine } from '../../kernel/engine.js'
import { bridgeDensity } from '../../law/bridge-density.js'
import type { DensityRows } from '../../law/step-mixture.js'
import { firstFrom } from '../../num/ascending.js'
import { exp, log } from '../../num/elementary.js'
import { evenly } from '../../num/evenly.js'
import type { Watch } from '../../num/iterate.js'
import { quantileOfSorted, sorted } from '../../num/statistics.js'
import { cloud } from '../../space/cloud.js'
import type { DensityModel } from './model.js'

/** Rows whose distances from the others a row's own are compared with. */
const REFERENCE_ROWS = 1000
/** Terms this far below the largest, in nats, change nothing that a double holds. */
const NEGLIGIBLE = 40

/** log w + log v of the rows at one bandwidth. */
interface Kernel {
  readonly epsilon: number
  readonly logTerms: Float64Array
}

/** What the kernels say around rows of a density: how far out a row lies, and where the rows near it are. */
export interface Neighbourhoods {
  readonly rows: DensityRows
  readonly outlying: readonly Kernel[]
  readonly denoising: Kernel
}

/** Potentials at the bandwidths of a model. Cost of a symmetric scaling each. */
export async function neighbourhoods(
  model: Pick<DensityModel, 'outlying' | 'denoising'>,
  rows: DensityRows,
  context: { readonly engine: Engine; readonly watch?: Watch | undefined }
): Promise<Neighbourhoods> {
  const side = cloud(rows.compared, rows.weights.map(log))
  const at = async (epsilon: number): Promise<Kernel> => ({ epsilon, logTerms: (await bridgeDensity(side, epsilon, context)).logTerms })
  const outlying: Kernel[] = []
  for (const epsilon of model.outlying) outlying.push(await at(epsilon))
  return { rows, outlying, denoising: await at(model.denoising) }
}

/** A row that knows some coordinates, and its place among the rows where it is one of them. */
interface Place {
  readonly row: Float64Array
  readonly own: number | undefined
}

/**
 * Outlier scores of rows that know the same coordinates: Σ over bandwidths of (−log π̃ − median)/IQR, median and quartiles of rows
 * of the table that are each left out and look at the same coordinates. Cost O(L·D) a row, and once for 1,000 rows.
 */
export class Outliers {
  private readonly squared: Float64Array
  private readonly scales: readonly { readonly median: number; readonly spread: number }[]
  private readonly reference: Float64Array
  private readonly referred: ReadonlySet<number>

  constructor(
    private readonly around: Neighbourhoods,
    private readonly known: readonly number[]
  ) {
    const { rows, outlying } = around
    const { data, cols, rows: count } = rows.compared
    this.squared = new Float64Array(count)
    const places = [...evenly(count, REFERENCE_ROWS)]
    const rare = places.map((own) => this.rarities({ row: data.subarray(own * cols, (own + 1) * cols), own }))
    this.referred = new Set(places)
    this.scales = outlying.map((_, k) => scaleOf(rare.map((one) => one[k]!)))
    this.reference = sorted(rare.map((one) => this.combine(one)))
  }

  /** The score of a row, and the share of the table's rows that lie as far out, itself counted with them: a p-value. */
  scoreOf(place: Place): { readonly outlier: number; readonly p: number } {
    const outlier = this.combine(this.rarities(place))
    // A row that is one of them is counted once.
    const itself = place.own !== undefined && this.referred.has(place.own) ? 0 : 1
    return {
      outlier,
      p: Math.max(1, itself + this.reference.length - firstFrom(this.reference, outlier)) / (itself + this.reference.length)
    }
  }

  private combine(rarities: Float64Array): number {
    return rarities.reduce((sum, x, k) => sum + (x - this.scales[k]!.median) / this.scales[k]!.spread, 0)
  }

  /** −log π̃ at each bandwidth, up to a constant. */
  private rarities({ row, own }: Place): Float64Array {
    const { around, known, squared } = this
    const { rows, outlying } = around
    distances(rows.compared, { row, known }, squared)
    return Float64Array.from(outlying, ({ epsilon, logTerms }) => -2 * logSum(squared, { epsilon, logTerms, own }))
  }
}

interface Distances {
  readonly row: Float64Array
  readonly known: readonly number[]
}

/** Squared distances over known coordinates, as if of all. */
function distances({ data, cols, rows }: DensityRows['compared'], { row, known }: Distances, out: Float64Array): void {
  const factor = known.length === 0 ? 0 : cols / known.length
  for (let j = 0; j < rows; j++) {
    let sum = 0
    for (const c of known) sum += (row[c]! - data[j * cols + c]!) ** 2
    out[j] = factor * sum
  }
}

/** log Σ_j exp(log_j − d²_j/(4ε)), one row left out. */
function logSum(squared: Float64Array, { epsilon, logTerms, own }: Kernel & { readonly own: number | undefined }): number {
  let most = Number.NEGATIVE_INFINITY
  let sum = 0
  for (let j = 0; j < squared.length; j++) {
    if (j === own) continue
    const term = logTerms[j]! - squared[j]! / (4 * epsilon)
    if (term < most - NEGLIGIBLE) continue
    if (term > most) {
      sum = sum * exp(most === Number.NEGATIVE_INFINITY ? most : most - term) + 1
      most = term
    } else sum += exp(term - most)
  }
  return most + log(sum)
}

/** Where the middle of numbers lies, and how far apart its quartiles are; where these are equal the standard deviation. */
function scaleOf(values: readonly number[]): { median: number; spread: number } {
  const ascending = sorted(values)
  const median = quantileOfSorted(ascending, 0.5)
  const quartiles = quantileOfSorted(ascending, 0.75) - quantileOfSorted(ascending, 0.25)
  const deviation = Math.sqrt(values.reduce((sum, x) => sum + (x - median) ** 2, 0) / values.length)
  return { median, spread: quartiles > 0 ? quartiles : deviation > 0 ? deviation : 1 }
}

/**
 * The mean of the rows near a row under the kernel's weights, of numbers in scaled coordinates [d], and the likeliest level of each
 * factor [F]; the row itself left out where it is one of them. Cost O(L·D).
 * @source mathematics, section 16: ∇log π̂(x) = (m(x) − x)/ε.
 */
export function denoised(
  { rows, denoising }: Neighbourhoods,
  { row, known, own }: Distances & Place
): { readonly numbers: Float64Array; readonly levels: Int32Array } {
  const { numbers, levels, levelCounts, compared } = rows
  const squared = new Float64Array(compared.rows)
  distances(compared, { row, known }, squared)
  const total = logSum(squared, { ...denoising, own })
  const mean = new Float64Array(numbers.cols)
  const shares = levelCounts.map((count) => new Float64Array(count))
  for (let j = 0; j < compared.rows; j++) {
    const log = denoising.logTerms[j]! - squared[j]! / (4 * denoising.epsilon) - total
    if (j === own || log < -NEGLIGIBLE) continue
    const p = exp(log)
    for (let a = 0; a < mean.length; a++) mean[a] = mean[a]! + p * numbers.data[j * numbers.cols + a]!
    shares.forEach((share, f) => {
      const level = levels[j * levelCounts.length + f]!
      share[level] = share[level]! + p
    })
  }
  return { numbers: mean, levels: Int32Array.from(shares, (share) => share.indexOf(share.reduce((a, b) => Math.max(a, b), 0))) }
}
