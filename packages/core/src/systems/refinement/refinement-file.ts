import { type Boosting, LEAVES, NODES } from '../../diagnose/boosting.js'
import { arraysNamed, type ModelContents, withEntry } from '../../model-file/contents.js'
import { damaged, entryIn, float64Array, int32Array, measured, optional, record, SCALED, whole, word } from '../../model-file/reading.js'
import type { Refinement, RefinementTrial } from './refinement.js'

/** Trees of a ratio at most: those that its search tries. */
const MOST_TREES = 160

/** Of the names of its arrays. */
const PREFIX = 'refinement.'

/** Contents of a model file with its refinement: the trees that tell drawn rows from those of the data, and the trial. */
export function withRefinement(contents: ModelContents, refinement: Refinement | undefined): ModelContents {
  if (!refinement) return contents
  const { trial, ratio } = refinement
  const told = { trial, ...(ratio ? { trees: ratio.feature.length / NODES, features: ratio.featureCount } : {}) }
  const trees = ratio && arraysNamed(PREFIX, { feature: ratio.feature, threshold: ratio.threshold, values: ratio.values })
  return withEntry({ ...contents, arrays: { ...contents.arrays, ...trees } }, 'refinement', told)
}

interface Told {
  readonly trial: RefinementTrial
  readonly trees?: number
  readonly features?: number
}

const compared = record<NonNullable<RefinementTrial['auc']>>({ plain: measured, refined: measured, error: measured })

/** The refinement of a model, where it has one. Throws `FormatError` (code `model-damaged`). */
export function refinementIn(contents: ModelContents): Refinement | undefined {
  const trial = record<RefinementTrial>({
    verdict: word('gains', 'nothing to learn', 'no gain', 'nearer to training rows', 'too few rows'),
    heldOut: whole(),
    auc: optional(compared),
    membership: optional(compared)
  })
  const told = record<Told>({
    trial,
    trees: optional(whole({ least: 1, most: MOST_TREES })),
    features: optional(whole({ least: 1 }))
  })
  const read = entryIn(contents, 'refinement', told)
  if (!read) return undefined
  if (read.trees === undefined) return { trial: read.trial }
  return { trial: read.trial, ratio: ratioIn(contents.arrays, read.trees, read.features ?? 0) }
}

function ratioIn(arrays: ModelContents['arrays'], trees: number, featureCount: number): Boosting {
  const feature = int32Array(arrays, `${PREFIX}feature`, trees * NODES)
  const beyond = feature.find((asked) => asked < -1 || asked >= featureCount)
  if (beyond !== undefined) throw damaged(`a model whose trees ask about feature ${beyond} of ${featureCount}`, 'features that there are')
  const threshold = float64Array(arrays, `${PREFIX}threshold`, trees * NODES, SCALED)
  return { feature, threshold, values: float64Array(arrays, `${PREFIX}values`, trees * LEAVES, SCALED), featureCount }
}
