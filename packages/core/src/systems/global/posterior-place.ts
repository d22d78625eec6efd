import { DEFAULT_RIDGE, isOneGaussian } from '../../choose/conditional.js'
import { type ConditionMemory, recall } from '../../choose/memory.js'
import type { Condition } from '../../know/conditions.js'
import type { Evidence } from '../../know/evidence.js'
import { groupConditions } from '../../know/places.js'
import { fitLaw, type Law, tableProblem } from '../../law/law.js'
import type { Key } from '../../num/random.js'
import type { Encoded } from '../../table/encoder.js'
import type { Context } from '../context.js'
import { CHOICE_KEY, chooseFor, lawFor } from './condition-law.js'
import { type MatchedGroup, matchConditions, matchedManner, matchedTraining, matchedWidening } from './condition-rows.js'
import type { GlobalModel } from './model.js'
import { chooseEpsilon, type EpsilonChoice, ownEpsilon, unconditionedDistance } from './posterior-epsilon.js'

/** What is known, and how an automatic ε is found. */
export interface PlaceQuestion {
  readonly condition: Condition
  readonly evidence: Evidence
  /** Whether the condition says anything. */
  readonly known: boolean
  /**
   * By held-out rows that observe themselves or, under a likelihood that they cannot make, by the training rows weighted by it;
   * or by the chain without evidence alone. `none`: the model's own is taken.
   */
  readonly search: 'rows' | 'chain' | 'none'
  readonly conditioning?: 'informed' | 'langevin' | undefined
  readonly epsilon?: 'auto' | number | undefined
  readonly memory?: ConditionMemory | undefined
}

/** `unconditioned` where ε was looked for. */
export type PosteriorChoice = Pick<EpsilonChoice, 'epsilon' | 'law' | 'gaussian'> & Partial<Pick<EpsilonChoice, 'unconditioned'>>

/** Where chains run: a law at a setting chosen by held-out rows, and what is left to be compared on it. */
export interface Place {
  readonly law: Law
  readonly condition: Condition
  readonly choice: PosteriorChoice
  readonly ridge: number
  readonly predicts?: boolean | undefined
}

interface PlaceContext {
  /** The caller's. */
  readonly context: Context
  /** The posterior's own. */
  readonly key: Key
}

/** What the choice of ε looks at besides held-out rows. */
interface PlaceTrial {
  /** Weights of the training rows under the evidence [M]. */
  readonly weights: Float64Array
  /** Rows drawn from a law under the evidence. */
  readonly draw: (law: Law, count: number) => Promise<Encoded>
}

/** The law that chains run on. */
export async function placeOf(
  model: GlobalModel,
  asked: PlaceQuestion,
  { weights, draw, context, key }: PlaceTrial & PlaceContext
): Promise<Place> {
  const { condition, evidence, known, search, memory, conditioning } = asked
  const rows = search === 'rows'
  // Held-out rows cannot make a user's likelihood of themselves.
  if (rows && conditioning !== 'langevin' && (known || evidence.residuals !== undefined))
    return searchedPlace(model, asked, { context, key })
  const own = { ...context, key: CHOICE_KEY }
  const question = {
    epsilon: asked.epsilon,
    search: conditioning !== 'langevin',
    weights: search === 'chain' ? ONE_ROW : weights,
    linear: evidence.linear,
    draw: rows && !known ? draw : undefined,
    memory
  }
  const choice = search === 'none' ? await ownEpsilon(model, memory, own) : await chooseEpsilon(model, question, own)
  const matched = known ? await matchedLaw(model, { condition, choice, asked }, context) : { law: choice.law, condition }
  return { ...matched, choice, ridge: DEFAULT_RIDGE }
}

const ONE_ROW = Float64Array.of(1)

/** The chosen law of the rows that match what is given, and what of it is left to be compared. */
async function matchedLaw(
  model: GlobalModel,
  { condition, choice, asked }: { condition: Condition; choice: PosteriorChoice; asked: PlaceQuestion },
  { engine, watch }: Context
): Promise<{ law: Law; condition: Condition }> {
  const found = matchConditions(model.training, [condition])[0]!
  const { conditions, compared, matched, group } = found
  const { name, rows } = matched[0]!
  const left = conditions[0]!
  if (!rows && compared.length === 0 && group.factors.length === 0) return { law: choice.law, condition: left }
  const law = await recall(asked.memory, `posterior law ${JSON.stringify([choice.epsilon, compared, group.factors, name])}`, async () => {
    const { training, potentials } = matchedTraining(model, rows)
    const widening = typeof asked.epsilon === 'number' ? 1 : await matchedWidening(model, rows, engine)
    const kernel = { ...model.kernel, epsilon: choice.epsilon * widening }
    const { landmarks } = model.summary
    const problem = tableProblem(training, kernel, matchedManner(model, { rows }, found))
    return fitLaw(problem, { initial: potentials, landmarks, engine, watch })
  })
  return { law, condition: left }
}

/** Bandwidths are chosen as for conditions, held-out rows making the same observations of themselves. `context`: with the posterior's own key. */
async function searchedPlace(model: GlobalModel, asked: PlaceQuestion, { context, key }: PlaceContext): Promise<Place> {
  const { condition, evidence, epsilon, memory } = asked
  const { encoder } = model.training
  const found = matchConditions(model.training, [condition])[0]!
  const left = found.conditions[0]!
  const matched: MatchedGroup = { ...found, group: groupConditions(encoder, [left])[0]! }
  const present = encoder.columns.flatMap((code) =>
    code.carries === 'coordinate' && code.missingFactor !== undefined && evidence.touches?.includes(code.coordinate)
      ? [code.missingFactor]
      : []
  )
  const observed = evidence.residuals && { evidence, present }
  const part = found.matched[0]!
  const chosen = await chooseFor(model, { matched, part, observed, forest: 0, request: { epsilon, memory } }, context)
  const law = await lawFor(model, { matched, part, choice: chosen, memory }, context)
  const whole = part.rows
    ? await lawFor(model, { matched, part: { ...part, rows: undefined, name: '' }, choice: chosen, memory }, context)
    : law
  const unconditioned = await unconditionedDistance(model, whole, { ...context, key })
  const gaussian = isOneGaussian(chosen) ? { gaussian: true as const } : {}
  return {
    law,
    condition: left,
    choice: { epsilon: chosen.epsilon, law, unconditioned, ...gaussian },
    ridge: chosen.ridge,
    predicts: chosen.predicts
  }
}
