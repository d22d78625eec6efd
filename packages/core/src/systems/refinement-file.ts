import { type Boosting, LEAVES, NODES } from '../diagnose/boosting.js'
import type { ModelContents } from '../model-file/contents.js'
import { damaged, float64Array, int32Array, measured, optional, record, SCALED, whole, word } from '../model-file/reading.js'
import type { Refinement, RefinementTrial } from './refinement.js'

/** Trees of a ratio at most: those that its search tries. */
const MOST_TREES = 160

const FEATURE = 'refinement.feature'

/** Contents of a model file with its refinement: the trees that tell drawn rows from those of the data, and the trial. */
export function withRefinement(contents: ModelContents, refinement: Refinement | undefined): ModelContents {
  if (!refinement) return contents
  const { trial, ratio } = refinement
  const told = { trial, ...(ratio ? { trees: ratio.feature.length / NODES, features: ratio.featureCount } : {}) }
  return {
    ...contents,
    meta: { ...(contents.meta as object), refinement: told },
    arrays: {
      ...contents.arrays,
      ...(ratio ? { [FEATURE]: ratio.feature, 'refinement.threshold': ratio.threshold, 'refinement.values': ratio.values } : {})
    }
  }
}

interface Told {
  readonly trial: RefinementTrial
  readonly trees?: number
  readonly features?: number
}

const compared = record<NonNullable<RefinementTrial['auc']>>({ plain: measured, refined: measured, error: measured })

/** The refinement of a model, where it has one. Throws `FormatError` (code `model-damaged`). */
export function refinementIn({ meta, arrays }: ModelContents): Refinement | undefined {
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
  const read = record<{ readonly refinement?: Told }>({ refinement: optional(told) })(meta, 'meta').refinement
  if (!read) return undefined
  if (read.trees === undefined) return { trial: read.trial }
  return { trial: read.trial, ratio: ratioIn(arrays, read.trees, read.features ?? 0) }
}

function ratioIn(arrays: ModelContents['arrays'], trees: number, featureCount: number): Boosting {
  const feature = int32Array(arrays, FEATURE, trees * NODES)
  const beyond = feature.find((asked) => asked < -1 || asked >= featureCount)
  if (beyond !== undefined) throw damaged(`a model whose trees ask about feature ${beyond} of ${featureCount}`, 'features that there are')
  const threshold = float64Array(arrays, 'refinement.threshold', trees * NODES, SCALED)
  return { feature, threshold, values: float64Array(arrays, 'refinement.values', trees * LEAVES, SCALED), featureCount }
}
