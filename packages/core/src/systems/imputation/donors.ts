import { log } from '../../num/elementary.js'
import { throwIfStopped, type Watch } from '../../num/iterate.js'
import { copyMatrix, type Matrix, rowOf } from '../../num/matrix.js'
import { fillUniform, type Key, keyAtStep, keyFor, uniforms } from '../../num/random.js'
import { type Coding, snapRow } from './coding.js'
import { type Donors, type FillSetting, RowLaws } from './row-law.js'

/** Turns in which donors fill each other's gaps. */
export const ROUNDS = 4
export const FILLING_DONORS = 'filling donors'
/** Rows between two looks at whether to stop. */
const LOOK = 32

interface Filling {
  readonly setting: FillSetting
  readonly watch?: Watch | undefined
}

const gapRows = ({ completed: { rows, cols }, known }: Donors): number[] =>
  Array.from({ length: rows }, (_, j) => j).filter((j) => known.subarray(j * cols, (j + 1) * cols).includes(0))

/** Donors with their gaps at conditional means: four rounds, each from the table of the one before. Cost a round O(gaps · L·d²). */
export async function meanRounds(donors: Donors, { setting, watch }: Filling): Promise<Matrix> {
  return rounds(donors, { count: ROUNDS, watch }, ({ laws, row, known }) => {
    laws.near(row, known, setting.epsilon)
    return laws.law(row, setting.ridge).mean
  })
}

/**
 * A chain's own donors: the table drawn again four times, with weights of a Bayesian bootstrap. Filled with these, gaps vary as
 * little is known of the law as much as the law itself does.
 * @source Rubin, *Multiple imputation for nonresponse in surveys*, 1987.
 */
export async function drawDonors(
  donors: Donors,
  coding: Coding,
  { setting, watch, key }: Filling & { readonly key: Key }
): Promise<Donors> {
  const resampled = { ...donors, weights: bootstrapWeights(donors.weights, keyFor(key, 'weights')) }
  const u = new Float64Array(2)
  const completed = await rounds(resampled, { count: ROUNDS, watch }, ({ laws, row, known, j, round }) => {
    laws.near(row, known, setting.epsilon)
    const law = laws.law(row, setting.ridge)
    fillUniform(keyAtStep(keyFor(key, 'donors'), round), j, u)
    const drawn = row.slice()
    const values = laws.draw(law, [u[0]!, u[1]!])
    law.unknown.forEach((c, k) => {
      drawn[c] = values[k]!
    })
    snapRow(coding, drawn, known)
    return Float64Array.from(law.unknown, (c) => drawn[c]!)
  })
  return { ...resampled, completed }
}

/** Weights times standard exponentials, of sum 1 again. */
function bootstrapWeights(weights: Float64Array, key: Key): Float64Array {
  const u = uniforms(key, weights.length)
  const drawn = weights.map((w, j) => -w * log(u[j]!))
  const sum = drawn.reduce((a, b) => a + b, 0)
  return drawn.map((w) => w / sum)
}

interface AtRow {
  readonly laws: RowLaws
  readonly row: Float64Array
  readonly known: Uint8Array
  readonly j: number
  readonly round: number
}

async function rounds(
  donors: Donors,
  { count, watch }: { readonly count: number; readonly watch?: Watch | undefined },
  fill: (at: AtRow) => Float64Array
): Promise<Matrix> {
  const rows = gapRows(donors)
  const { cols: d } = donors.completed
  let completed = donors.completed
  for (let round = 0; round < count && rows.length > 0; round++) {
    const laws = new RowLaws({ ...donors, completed })
    const next = copyMatrix(completed)
    for (const [r, j] of rows.entries()) {
      if (r % LOOK === 0) {
        throwIfStopped(watch, FILLING_DONORS)
        watch?.progress?.({ stage: FILLING_DONORS, done: round * rows.length + r, total: count * rows.length })
      }
      const known = donors.known.subarray(j * d, (j + 1) * d)
      const values = fill({ laws, row: rowOf(completed, j), known, j, round })
      let k = 0
      for (let c = 0; c < d; c++) if (!known[c]) next.data[j * d + c] = values[k++]!
    }
    completed = next
  }
  return completed
}
