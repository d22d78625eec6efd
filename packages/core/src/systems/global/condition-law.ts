import { type ConditionalChoice, chooseConditional } from '../../choose/conditional.js'
import { type ObservedColumns, partitionKey, partsOfTable } from '../../choose/held-out.js'
import { type ForestsOfTable, freeScales, type NumberGivenOthers, type PartOfTable } from '../../choose/held-out-scores.js'
import { type ConditionMemory, recall } from '../../choose/memory.js'
import { ConditionForest, type ForestShare } from '../../draw/condition-forest.js'
import { givenAllBut, type Redrawn } from '../../draw/forest-draw.js'
import { type ConditionGroup, knownCoordinates } from '../../know/places.js'
import { fitLaw, type Law, tableProblem } from '../../law/law.js'
import { atomColumns } from '../../law/strata.js'
import { type Key, keyFor, keyFromSeed } from '../../num/random.js'
import type { Context } from '../context.js'
import { type MatchedConditions, type MatchedGroup, matchedManner, matchedTraining, matchedWidening } from './condition-rows.js'
import type { GlobalModel } from './model.js'

/** What is wanted of a choice of bandwidths. */
export interface ChoiceRequest {
  /** `informed` (default): a Kalman update inside the bridge with a Metropolis test; `clamp`: the papers' clamping. */
  readonly conditioning?: 'informed' | 'clamp' | undefined
  /** ε of the given columns; default by held-out CRPS. */
  readonly epsilon?: 'auto' | number | undefined
  /** λ relative to the mean local variance of the given columns; default by held-out CRPS, from 10⁻³. */
  readonly ridge?: 'auto' | number | undefined
  /** What earlier draws from this model found out. */
  readonly memory?: ConditionMemory | undefined
}

/**
 * Key of all choices, whatever rows are drawn with: settings are the model's, so that two draws of one condition have the same, and
 * so have those that a posterior gives.
 */
export const CHOICE_KEY: Key = keyFor(keyFromSeed(0), 'choice')

/** What was chosen for conditions of a model, which the next draw need not look for again. */
const CHOICES = new WeakMap<GlobalModel, Map<string, ConditionalChoice>>()

interface ChoiceFor {
  readonly matched: MatchedGroup
  readonly part: MatchedConditions
  readonly request: ChoiceRequest
  /** Besides, noisy observations. */
  readonly observed?: ObservedColumns | undefined
  /** 0: no forest draws. */
  readonly forest?: 0 | undefined
}

/** Chosen on the rows that the conditions of a part share. */
export async function chooseFor(
  model: GlobalModel,
  { matched, part, request, observed, forest }: ChoiceFor,
  { engine, watch }: Omit<Context, 'key'>
): Promise<ConditionalChoice> {
  const { group, compared } = matched
  const { name, rows } = part
  const number = (value: 'auto' | number | undefined) => (typeof value === 'number' ? value : undefined)
  // A bandwidth that the user set at the fit is kept here too.
  const epsilon = number(request.epsilon) ?? (model.summary.bandwidth ? undefined : model.kernel.epsilon)
  const fixed = { epsilon, ridge: number(request.ridge) }
  const named = `choice ${JSON.stringify([engine.name, group.split, group.factors, compared, name, fixed, forest, request.conditioning])}`
  const choose = async () =>
    chooseConditional({
      training: matchedTraining(model, rows).training,
      kernel: { ...model.kernel, epsilon: model.kernel.epsilon * (await matchedWidening(model, rows, engine)) },
      // Held-out rows have no places in the list.
      group: { ...group, members: [] },
      manner: matchedManner(model, part, matched),
      observed,
      forest: forest === 0 ? undefined : forestsOf(model, { group, rows, memory: request.memory }, watch),
      redrawn: forest === 0 ? undefined : () => givenOthers(model, { matched, part, request }, { engine, watch }),
      fixed,
      scheme: request.conditioning,
      engine,
      key: CHOICE_KEY,
      watch
    })
  // What was found for one observation does not hold for another.
  return observed ? choose() : recall(request.memory, named, () => remembered(model, named, choose))
}

async function remembered(model: GlobalModel, name: string, choose: () => Promise<ConditionalChoice>): Promise<ConditionalChoice> {
  const known = CHOICES.get(model) ?? new Map<string, ConditionalChoice>()
  CHOICES.set(model, known)
  const choice = known.get(name) ?? (await choose())
  known.set(name, choice)
  return choice
}

/** Which of the numbers that are drawn others than the kernel would draw if all others were given, chosen on all rows. */
async function givenOthers(
  model: GlobalModel,
  { matched, part, request }: Pick<ChoiceFor, 'matched' | 'part' | 'request'>,
  context: Omit<Context, 'key'>
): Promise<NumberGivenOthers[]> {
  const { encoder } = model.training
  const { split, standing = [] } = matched.group
  const atoms = atomColumns(model.training).map(({ coordinate }) => coordinate)
  const found: NumberGivenOthers[] = []
  for (const coordinate of split.free.filter((c) => !standing.includes(c))) {
    const group = givenAllBut(encoder, coordinate)
    const compared = group.split.given.filter((c) => atoms.includes(c))
    const all = { name: '', rows: undefined, places: [] }
    const asked = { matched: { group, conditions: [], matching: [], matched: [all], compared }, part: all, request }
    const { forest = 0, residuals = 0 } = await chooseFor(model, asked, context)
    if (forest + residuals === 0) continue
    const code = encoder.columns.find((one) => one.carries === 'coordinate' && one.coordinate === coordinate)
    const missing = code?.carries === 'coordinate' ? code.missingFactor : undefined
    const forests = forestsOf(model, { group, rows: part.rows, memory: request.memory }, context.watch)
    found.push({ coordinate, missing, forest, residuals, forests })
  }
  return found
}

export interface PartOfDraw {
  readonly matched: MatchedGroup
  readonly part: MatchedConditions
  readonly choice: ConditionalChoice
  readonly memory: ConditionMemory | undefined
}

/** The law of matched rows at a chosen bandwidth, drawn and given coordinates each in their own scale. */
export async function lawFor(
  model: GlobalModel,
  { matched, part, choice, memory }: PartOfDraw,
  { engine, watch }: Pick<Context, 'engine' | 'watch'>
): Promise<Law> {
  const { epsilon, freeRatio } = choice
  const { group, compared } = matched
  const same = freeRatio === 1 && epsilon === model.kernel.epsilon && !part.rows
  const scales = freeScales(group, freeRatio, model.training.encoder.coordinateCount)
  return recall(memory, `law ${JSON.stringify([epsilon, Array.from(scales), compared, group.factors, part.name])}`, async () => {
    const { training, potentials } = matchedTraining(model, part.rows)
    const problem = tableProblem(training, { ...model.kernel, epsilon }, { ...matchedManner(model, part, matched), scales })
    return fitLaw(problem, { ...(same ? { potentials } : { initial: potentials }), landmarks: model.summary.landmarks, engine, watch })
  })
}

interface ForestsFor {
  readonly group: ConditionGroup
  readonly rows: Uint32Array | undefined
  readonly memory: ConditionMemory | undefined
}

/** Forests for what conditions leave open: the same for all parts that give the same columns. */
function forestsOf(model: GlobalModel, { group, rows, memory }: ForestsFor, watch: Context['watch']): ForestsOfTable {
  const { training } = model
  const n = training.rows.coordinates.rows
  const parts = (partition: number) => partsOfTable(n, partitionKey(CHOICE_KEY, partition))
  const grown = (asked?: PartOfTable) =>
    recall(memory, `forest ${JSON.stringify([knownCoordinates(group), group.factors, asked])}`, async () => {
      const parting = asked && parts(asked.partition)
      const without = asked && parting && ((row: number) => parting[row] === asked.part)
      const key = partitionKey(CHOICE_KEY, asked?.partition ?? 0)
      return ConditionForest.grow(training, group, { key: keyFor(key, `forest ${asked?.part ?? 'of all'}`), watch, without })
    })
  return { grown, parts, rows }
}

/** The forest that draws a share of the rows, where one was chosen. */
export async function forestFor(
  model: GlobalModel,
  { matched, part, choice, memory }: PartOfDraw,
  watch: Context['watch']
): Promise<ForestShare | undefined> {
  const { forest: share = 0, residuals = 0 } = choice
  const forest =
    share + residuals === 0 ? undefined : await forestsOf(model, { group: matched.group, rows: part.rows, memory }, watch).grown()
  return forest && { forest, share, residuals, rows: part.rows }
}

/** The numbers that are drawn once more, each given all others, where that was chosen. */
export async function redrawnFor(
  model: GlobalModel,
  { matched, part, choice, request }: Pick<PartOfDraw, 'matched' | 'part' | 'choice'> & { readonly request: ChoiceRequest },
  context: Omit<Context, 'key'>
): Promise<Redrawn[] | undefined> {
  if (!choice.redrawn) return undefined
  const found: Redrawn[] = []
  for (const { coordinate, missing, forests, forest: share, residuals } of await givenOthers(model, { matched, part, request }, context)) {
    const forest = await forests.grown()
    if (forest) found.push({ coordinate, missing, forest: { forest, share, residuals, rows: part.rows } })
  }
  return found
}
