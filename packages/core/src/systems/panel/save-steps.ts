import type { LogisticLaw } from '../../law/logistic.js'
import type { TrainingRows } from '../../law/training-rows.js'
import { arraysNamed, type ModelArray } from '../../model-file/contents.js'
import {
  arraysUnder,
  BANDWIDTH,
  damaged,
  exactly,
  float64Array,
  int32Array,
  list,
  logWeightsIn,
  number,
  optional,
  record,
  SCALED,
  whole
} from '../../model-file/reading.js'
import { type Matrix, matrix } from '../../num/matrix.js'
import { type Encoder, levelsIn } from '../../table/encoder.js'
import { type EncoderRecord, encoderIn, recordEncoder, recordRows, rowsIn } from '../encoder-file.js'
import type { CategoryLaw, OutcomeLaw } from './categories.js'
import { classesIn, type StepLaw } from './step-law.js'

export type Arrays = Record<string, ModelArray>

interface StepMeta {
  readonly encoder: EncoderRecord
  readonly rowCount: number
  readonly choice: Pick<StepLaw['choice'], 'epsilon' | 'ridge' | 'freeRatio' | 'heldOutRows'>
  /** Left out where they are the givens. */
  readonly inputs?: readonly number[] | undefined
  readonly givens: readonly number[]
  readonly categories: readonly {
    readonly factors: readonly number[]
    readonly inputs: number
    readonly outcomes: number
    readonly lifted: boolean
  }[]
}

/** The law of next rows → its part of a model file. */
export function saveSteps({ training, compared, potentials, choice, inputs, givens, effects, categories }: StepLaw): {
  meta: StepMeta
  arrays: Arrays
} {
  const { encoder, rows, logWeights } = training
  const recorded = recordEncoder(encoder)
  const { epsilon, ridge, freeRatio, heldOutRows } = choice
  const laws = categories.map(({ factors, outcomes, lifted, law }) => {
    return { factors, lifted, inputs: law.centre.length, outcomes: outcomes.length / factors.length }
  })
  const arrays = categories.map(({ outcomes, law }, k) =>
    arraysNamed(`categories.${k}.`, { outcomes, centre: law.centre, scale: law.scale, weights: law.weights.data })
  )
  return {
    meta: {
      encoder: recorded.record,
      rowCount: rows.coordinates.rows,
      choice: { epsilon, ridge, freeRatio, heldOutRows },
      ...(inputs.join() === givens.join() ? {} : { inputs }),
      givens,
      categories: laws
    },
    arrays: Object.assign(
      {
        ...recorded.arrays,
        ...recordRows(rows),
        logWeights,
        ...(compared ? { compared: Int32Array.from(compared) } : {}),
        ...(effects ? { effects: effects.data } : {}),
        potentials
      },
      ...arrays
    )
  }
}

/** Its part of a model file → the law of next rows. Throws `FormatError` (code `model-damaged`). */
export function loadSteps(meta: unknown, arrays: Readonly<Arrays>): StepLaw {
  const {
    encoder,
    rowCount,
    choice,
    givens,
    inputs = givens,
    categories
  } = record<Omit<StepMeta, 'encoder'> & { readonly encoder: Encoder }>({
    encoder: encoderIn(arrays),
    rowCount: whole({ least: 1 }),
    choice: record<StepMeta['choice']>({
      epsilon: number(BANDWIDTH),
      ridge: number(BANDWIDTH),
      freeRatio: number(BANDWIDTH),
      heldOutRows: whole()
    }),
    inputs: optional(list(whole())),
    givens: list(whole()),
    categories: list(
      record<StepMeta['categories'][number]>({
        factors: list(whole({ least: 0, most: Number.MAX_SAFE_INTEGER })),
        inputs: whole(),
        outcomes: whole({ least: 1 }),
        lifted: (value) => value === true
      })
    )
  })(meta, 'meta.steps')
  const training = { encoder, rows: rowsIn(arrays, encoder, rowCount), logWeights: logWeightsIn(arrays, rowCount) }
  const compared = comparedIn(arrays, training)
  const effects = effectsIn(arrays, encoder, givens.length)
  return {
    training,
    ...(compared ? { compared } : {}),
    potentials: float64Array(arrays, 'potentials', compared?.length ?? rowCount, SCALED),
    choice: { ...choice, trials: [] },
    inputs,
    givens,
    ...(effects ? { effects } : {}),
    categories: loadCategories(categories, encoder, inputs.length, arrays)
  }
}

/** Effects of levels on numbers, no more than are drawn; what they say is given behind the past. */
function effectsIn(arrays: Readonly<Arrays>, encoder: Encoder, givens: number): Matrix | undefined {
  if (!arrays.effects) return undefined
  const levels = levelsIn(encoder)
  const numbers = whole({ least: 1, most: (encoder.coordinateCount - givens) / 2 })(arrays.effects.length / levels, 'steps.effects')
  return matrix(levels, numbers, float64Array(arrays, 'effects', levels * numbers, SCALED))
}

/** Rows that new ones are compared with: rows of the table, ascending, of every class that rows are drawn from. */
function comparedIn(arrays: Readonly<Arrays>, training: TrainingRows): Uint32Array | undefined {
  if (!arrays.compared) return undefined
  const rows = int32Array(arrays, 'compared', arrays.compared.length)
  for (const [i, row] of rows.entries())
    whole({ least: i === 0 ? 0 : rows[i - 1]! + 1, most: training.logWeights.length - 1 })(row, `compared[${i}]`)
  const { ofRow, rows: members } = classesIn(training).classes
  if (new Set(Array.from(rows, (row) => ofRow[row]!)).size < members.length)
    throw damaged('a model whose rows are compared with none of some kind', 'rows of every combination of categories')
  return Uint32Array.from(rows)
}

function loadCategories(laws: StepMeta['categories'], { factors }: Encoder, givens: number, arrays: Readonly<Arrays>): CategoryLaw {
  let known = givens
  const found = laws.map(({ factors: own, inputs, outcomes: count, lifted }, k): OutcomeLaw => {
    const at = `meta.steps.categories[${k}]`
    exactly(known)(inputs, `${at}.inputs`)
    for (const f of own) whole({ least: 0, most: factors.length - 1 })(f, `${at}.factors`)
    const parts = arraysUnder(`categories.${k}.`, arrays)
    const outcomes = int32Array(parts, 'outcomes', count * own.length)
    for (const [i, level] of outcomes.entries())
      whole({ least: 0, most: factors[own[i % own.length]!]!.levelCount - 1 })(level, `categories.${k}.outcomes[${i}]`)
    const law: LogisticLaw = {
      centre: float64Array(parts, 'centre', inputs, SCALED),
      scale: float64Array(parts, 'scale', inputs, { least: 1e-18, most: 1e18 }),
      weights: matrix(count, inputs + 1, float64Array(parts, 'weights', count * (inputs + 1), SCALED))
    }
    if (laws.length > 1) known += factors[own[0]!]!.places.cols
    return { factors: own, outcomes, lifted, law }
  })
  const drawn = found.flatMap(({ factors: own }) => own).sort((a, b) => a - b)
  exactly(factors.length)(drawn.length, 'meta.steps.categories')
  for (const [place, f] of drawn.entries()) exactly(place)(f, 'meta.steps.categories')
  return found
}
