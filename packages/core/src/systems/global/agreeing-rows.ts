import { BATCH_ROWS } from '../../draw/batch-rows.js'
import { Generator } from '../../draw/generator.js'
import type { Condition } from '../../know/conditions.js'
import { hasLevels, levelsOfRow } from '../../know/levels.js'
import { quiet } from '../../num/iterate.js'
import { type Key, keyFor } from '../../num/random.js'
import { decodeTable, type Encoded, type Encoder, stackEncoded, takeEncoded } from '../../table/encoder.js'
import { isNumeric } from '../../table/table.js'
import type { Context } from '../context.js'
import type { GlobalModel } from './model.js'

/** Training rows that the plain rows drawn for one that agrees are compared with, at most: a hundred plain rows of a thousand rows. What a person waits for sets it. */
const MOST_WORK = 1e5
/** Rows that are drawn together, at least: an engine takes as long for fewer. */
const LEAST_TOGETHER = 64

/** Places of rows that agree with what is known; by `key` where that is left to chance. */
export type Agrees = (rows: Encoded, key: Key) => Promise<Uint32Array>

interface AgreeingRequest {
  /** Rows of one draw, and how many draws one after the other. */
  readonly rows: number
  readonly draws: number
  /** Of all rows, how many agree, as the training rows have it. */
  readonly share: number
  readonly agrees: Agrees
  readonly steps?: number | undefined
  /** Rows of the first draw where they start (step 0) and after each step. */
  readonly onStep?: ((rows: Encoded, step: number) => void) | undefined
}

/** What draws plain rows of a model. */
export const plainGenerator = ({ training, potentials, kernel, summary }: GlobalModel, { engine }: Pick<Context, 'engine'>) =>
  Generator.create(training, potentials, kernel, engine, {
    landmarks: summary.landmarks,
    manner: { mode: summary.categories },
    ends: summary.ends
  })

const mostTries = (rowCount: number): number => MOST_WORK / rowCount

/** Whether rows are to be looked for among plain ones of a model where such a share agrees. */
export const isOftenEnough = ({ training }: GlobalModel, share: number): boolean => share * mostTries(training.logWeights.length) >= 1

/**
 * Rows of a plain draw that agree with what is known of them: their law is that of plain rows, given this, however these are drawn, and
 * they keep to all that plain rows keep to. Null where it takes too long all the same. Cost of rows / share plain ones.
 */
export async function agreeingRows(generator: Generator, asked: AgreeingRequest, { key, watch }: Context): Promise<Encoded | null> {
  const { rows, draws, share, agrees, steps, onStep } = asked
  const most = mostTries(generator.rowCount)
  // The first rows are the same however many draws follow.
  const together = Math.min(BATCH_ROWS, Math.max(LEAST_TOGETHER, Math.ceil(rows / share)))
  const found: Encoded[] = []
  const trails: { readonly states: readonly Encoded[]; readonly taken: Uint32Array }[] = []
  for (let stretch = 0, left = rows * draws; left > 0; stretch++) {
    const isFirst = rows * draws - left < rows
    if (isFirst && stretch * together > 2 * most * rows) return null
    const own = keyFor(key, `plain ${stretch}`)
    const states: Encoded[] = []
    const drawn = await generator.generate({
      ...{ count: together, steps, noise: 'covariance', key: own, keepsEnds: true },
      watch: stretch === 0 ? watch : quiet(watch),
      onStep: onStep && isFirst ? (state) => states.push(state) : undefined
    })
    const taken = (await agrees(drawn, keyFor(own, 'agrees'))).subarray(0, left)
    if (isFirst) trails.push({ states, taken: taken.subarray(0, rows * (1 - draws) + left) })
    if (taken.length > 0) found.push(takeEncoded(drawn, taken))
    left -= taken.length
  }
  for (const step of trails[0]!.states.keys())
    onStep!(stackEncoded(trails.map(({ states, taken }) => takeEncoded(states[step]!, taken))), step)
  return stackEncoded(found)
}

/** Whether rows have what a condition says, its numbers as they are written. */
export function agreesWith(encoder: Encoder, condition: Condition): (rows: Encoded) => Uint32Array {
  const { numbers, standing = [], ranges } = condition
  return (rows) => {
    const n = rows.coordinates.rows
    const levelIn = levelsOfRow(rows.codes, encoder.factors.length)
    const some = Uint32Array.from({ length: n }, (_, i) => i).filter((i) => hasLevels(condition, levelIn(i)))
    const said = [...[...numbers, ...standing].map(({ name, value }) => ({ name, low: value, high: value })), ...ranges]
    if (said.length === 0) return some
    const names = said.map(({ name }) => name)
    const columns = new Map(decodeTable(encoder, rows, names).columns.map((column) => [column.name, column]))
    return some.filter((i) =>
      said.every(({ name, low, high }) => {
        const own = columns.get(name)
        return own && isNumeric(own) && own.values[i]! >= low && own.values[i]! <= high
      })
    )
  }
}
