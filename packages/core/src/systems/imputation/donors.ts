import { log } from '../../num/elementary.js'
import { throwIfStopped, type Watch } from '../../num/iterate.js'
import { copyMatrix, type Matrix, rowOf } from '../../num/matrix.js'
import { fillUniform, type Key, keyAtStep, keyFor, uniforms } from '../../num/random.js'
import { type Coding, isSimplex, type LevelColumn, placeDrawn, snapRow, widthOf } from './coding.js'
import { keepEqual } from './equal-cells.js'
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
  const completed = await rounds(resampled, { count: ROUNDS, watch }, ({ laws, row, known, j, round }) => {
    const drawn = row.slice()
    drawGaps(drawn, known, { laws, coding, setting, key: keyAtStep(keyFor(key, 'donors'), round), chain: j })
    snapRow(coding, drawn, known)
    return drawn.filter((_, c) => !known[c])
  })
  return { ...resampled, completed }
}

interface Drawing {
  readonly laws: RowLaws
  readonly coding: Coding
  readonly setting: FillSetting
  readonly key: Key
  /** Place of the row: its own uniforms. */
  readonly chain: number
}

/**
 * Draws the unknown coordinates of a row. First levels, one column after the other: the mean of their places says how likely each is.
 * Then the others together by one donor; what that does not know is drawn from another one, given what the first gave, until nothing
 * is left. Returns how many donors were near at first. Cost O(L·d²) a column of levels and a donor.
 */
export function drawGaps(row: Float64Array, known: Uint8Array, { laws, coding, setting, key, chain }: Drawing): number {
  const u = new Float64Array(2)
  const open = known.slice()
  const columns = coding.columns.filter((column) => column.carries === 'levels' && isSimplex(column) && !known[column.at]) as LevelColumn[]
  let near = Number.NaN
  for (let step = 0; open.includes(0); step++) {
    const column = columns[step]
    const asked = column && Array.from({ length: widthOf(column) }, (_, q) => column.at + q)
    laws.near(row, open, setting.epsilon, { asked })
    const law = laws.law(row, setting.ridge)
    if (step === 0) near = law.effectiveCount
    fillUniform(key, chain, u, 2 * step)
    const values = column ? placeDrawn(column, law.mean, u[0]!) : laws.draw(law, [u[0]!, u[1]!])
    const given = law.unknown.filter((_, k) => !Number.isNaN(values[k]!))
    law.unknown.forEach((c, k) => {
      if (given.includes(c)) row[c] = values[k]!
    })
    if (!column) keepEqual(row, { donors: laws.donors, coding, donor: laws.picked, given })
    // What follows is looked for beside values that the columns may have.
    if (!column && given.length < law.unknown.length) snapRow(coding, row, open)
    for (const c of given) open[c] = 1
  }
  return near
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
