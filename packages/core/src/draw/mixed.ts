import { kernelOf, widthsFor } from '../kernel/bandwidth.js'
import type { Engine, Pair } from '../kernel/engine.js'
import type { Law, Stratum } from '../law/law.js'
import { type CoordinateBounds, reflectedInto } from '../law/strata.js'
import { beside, copyRow, type Matrix, matrix, takeRows, takeValues } from '../num/matrix.js'
import { type Key, keyAtStep, keyFor } from '../num/random.js'
import { cloud } from '../space/cloud.js'
import { addExchanged, referenceNoise, type StepContext, sum, termsOf } from './step.js'

/** Chains on a table with categories: scaled numeric coordinates and the combination of categories each chain is in. */
export interface MixedState {
  /** [n, d] */
  readonly coordinates: Matrix
  /** [n] */
  readonly combination: Uint32Array
}

/** Rows that one is drawn from. */
type Compared = Pick<Stratum, 'compared' | 'logTerms' | 'widths'>

/** A law whose categories are drawn with a class of rows, and all its rows, from which the class is drawn. */
export interface MixedLaw extends Pick<Law, 'kernel' | 'strata'> {
  /** Category places of each class [G, q]. */
  readonly places: Matrix
  /** All rows, compared by coordinates and categories. */
  readonly whole: Compared
  /** All rows, compared by coordinates alone. */
  readonly numeric: Compared
}

/** All rows of a law beside its classes. `widths` are theirs under a variable kernel. Cost and memory O(M·(d + q)). */
export function mixedLaw({ kernel, strata, rows: { coordinates }, logTerms }: Law, widths: Float64Array | undefined): MixedLaw {
  const places = strata.places!
  const whole = cloud(withPlaces(coordinates, strata.classes.combinations.ofRow, places))
  return {
    kernel,
    strata,
    places,
    whole: { compared: whole, logTerms, widths },
    numeric: { compared: cloud(coordinates), logTerms, widths }
  }
}

/** The same rows under another kernel and with other terms. Cost O(M). */
export function withTerms(law: MixedLaw, terms: Pick<MixedLaw, 'kernel'> & Omit<Compared, 'compared'>): MixedLaw {
  const { kernel, logTerms, widths } = terms
  const { strata, whole, numeric } = law
  const parts = strata.parts.map((part, c) => {
    const take = (values: Float64Array) => takeValues(values, strata.classes.combinations.rows[c]!)
    return { ...part, logTerms: take(logTerms), widths: widths && take(widths) }
  })
  const own = { logTerms, widths }
  return { ...law, kernel, strata: { ...strata, parts }, whole: { ...whole, ...own }, numeric: { ...numeric, ...own } }
}

/** Coordinates with the places of each row's class behind them. */
function withPlaces(coordinates: Matrix, classes: Uint32Array, places: Matrix): Matrix {
  return beside(coordinates, takeRows(places, classes))
}

/**
 * One step of chains with categories. A row is drawn from p(x) and its combination taken, then the numbers from mean
 * and covariance under the weights restricted to that combination's rows: no combination that the data lack can appear,
 * and the noise respects the category.
 *
 * Few effective rows in a combination would mean C ≈ 0 and copied numbers, so C is shrunk towards the covariance that
 * combinations have within themselves near x: (1 − λ) C_c + λ Σ_c' q_c' C_c', λ = d/(d + n_eff), q the weights of the
 * combinations by numbers alone. A draw of the second term takes one combination from q and its noise.
 *
 * Where combinations speak of numbers too (`bounds`), what noise carries beyond the bounds is reflected on them.
 *
 * Cost O(n·M·d), memory O(n·d).
 */
export async function mixedStep(law: MixedLaw, state: MixedState, context: StepContext): Promise<MixedState> {
  const { noise } = context
  const reference = noise === 'covariance' ? undefined : await referenceNoise(law.kernel, state.coordinates, context)
  const from = noise === 'split' ? sum(state.coordinates, reference!) : state.coordinates
  const widths = await widthsFor(law.kernel, from, context.engine)
  const places = withPlaces(from, state.combination, law.places)
  const queries = new Queries(await lawOfStep(law, places, widths, context), from, widths, context)
  const combination = await queries.combinations('whole', places, 'combination')
  const within = (coordinates: Matrix): MixedState => ({
    coordinates: withinBounds(law.strata.classes.bounds, coordinates, combination),
    combination
  })
  if (noise === 'covariance') return within(await queries.draws(combination))
  const means = await queries.means(combination)
  return within(noise === 'constant' ? sum(means, reference!) : means)
}

/** The law of a step: under a balance its terms are others, of all rows and so of those of each class. */
async function lawOfStep(law: MixedLaw, places: Matrix, widths: Float64Array | undefined, context: StepContext): Promise<MixedLaw> {
  const { kernel, strata, whole } = law
  const pair = { from: cloud(places), to: whole.compared, kernel: kernelOf(kernel, widths, whole.widths) }
  const logTerms = await termsOf(pair, whole.logTerms, context)
  if (logTerms === whole.logTerms) return law
  const { rows } = strata.classes.combinations
  const parts = strata.parts.map((part, c) => ({ ...part, logTerms: takeValues(logTerms, rows[c]!) }))
  return { ...law, whole: { ...whole, logTerms }, strata: { ...strata, parts } }
}

function withinBounds(bounds: CoordinateBounds | undefined, coordinates: Matrix, combination: Uint32Array): Matrix {
  if (!bounds) return coordinates
  const { rows, cols, data } = coordinates
  const { low, high } = bounds
  return matrix(
    rows,
    cols,
    data.map((x, at) => {
      const place = combination[Math.floor(at / cols)]! * cols + (at % cols)
      return reflectedInto(low.data[place]!, high.data[place]!, x)
    })
  )
}

/** What one step asks of the engine, for all chains at once. */
class Queries {
  constructor(
    private readonly law: MixedLaw,
    private readonly from: Matrix,
    private readonly fromWidths: Float64Array | undefined,
    private readonly context: StepContext
  ) {}

  private get engine(): Engine {
    return this.context.engine
  }

  private keyNamed(label: string): Key {
    const { key } = this.context
    return keyAtStep(keyFor({ ...key, step: 0 }, label), key.step)
  }

  private pair(part: Compared, points: Matrix, chains?: Uint32Array): Pair {
    const widths = this.fromWidths && chains ? Float64Array.from(chains, (chain) => this.fromWidths![chain]!) : this.fromWidths
    return { from: cloud(points), to: part.compared, kernel: kernelOf(this.law.kernel, widths, part.widths) }
  }

  /** The combination of one row a chain, drawn from the weights of all rows. */
  async combinations(rowsOf: 'whole' | 'numeric', points: Matrix, label: string): Promise<Uint32Array> {
    const part = this.law[rowsOf]
    const rows = await this.engine.pick(this.pair(part, points), part.logTerms, { key: this.keyNamed(label) })
    return rows.map((row) => this.law.strata.classes.combinations.ofRow[row]!)
  }

  /** Runs `visit` for every combination with the chains that are in it. */
  private async each(combination: Uint32Array, visit: (part: Stratum, chains: Uint32Array, pair: Pair) => Promise<void>): Promise<void> {
    const chainsOf: number[][] = this.law.strata.parts.map(() => [])
    combination.forEach((c, chain) => {
      chainsOf[c]!.push(chain)
    })
    for (let c = 0; c < chainsOf.length; c++) {
      if (chainsOf[c]!.length === 0) continue
      const chains = Uint32Array.from(chainsOf[c]!)
      const part = this.law.strata.parts[c]!
      await visit(part, chains, this.pair(part, takeRows(this.from, chains), chains))
    }
  }

  async means(combination: Uint32Array): Promise<Matrix> {
    const out = matrix(this.from.rows, this.from.cols)
    await this.each(combination, async (part, chains, pair) => {
      const means = await this.engine.mean(pair, part.logTerms, part.values)
      for (const [i, chain] of chains.entries()) copyRow(means, i, out, chain)
    })
    return out
  }

  /** mean + √(1 − λ) noise of the chain's combination + √λ noise of a combination drawn by numbers alone. */
  async draws(combination: Uint32Array): Promise<Matrix> {
    const d = this.from.cols
    const means = matrix(this.from.rows, d)
    const noise = matrix(this.from.rows, d)
    const shrinkage = new Float64Array(means.rows)
    const key = this.keyNamed('own noise')
    await this.each(combination, async (part, chains, pair) => {
      const draw = await this.engine.draw(pair, part.logTerms, part.values, { key, chains })
      chains.forEach((chain, i) => {
        shrinkage[chain] = d / (d + draw.effectiveCount[i]!)
        const own = Math.sqrt(1 - shrinkage[chain]!)
        copyRow(draw.mean, i, means, chain)
        for (let c = 0; c < d; c++) noise.data[chain * d + c] = own * draw.noise.data[i * d + c]!
      })
    })
    const effectiveCount = await this.addPooled(noise, shrinkage)
    return addExchanged(means, noise, effectiveCount, this.context.key)
  }

  /** Adds √λ times the pooled noise in place; gives the effective number of rows behind it [n]. */
  private async addPooled(noise: Matrix, shrinkage: Float64Array): Promise<Float64Array> {
    const d = noise.cols
    const others = await this.combinations('numeric', this.from, 'pooled combination')
    const key = this.keyNamed('pooled noise')
    const effectiveCount = new Float64Array(noise.rows)
    await this.each(others, async (part, chains, pair) => {
      const draw = await this.engine.draw(pair, part.logTerms, part.values, { key, chains })
      chains.forEach((chain, i) => {
        const share = Math.sqrt(shrinkage[chain]!)
        effectiveCount[chain] = draw.effectiveCount[i]!
        for (let c = 0; c < d; c++) noise.data[chain * d + c] = noise.data[chain * d + c]! + share * draw.noise.data[i * d + c]!
      })
    })
    return effectiveCount
  }
}
