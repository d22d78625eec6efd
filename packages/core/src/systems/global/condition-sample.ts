import { type ConditionalChoice, DEFAULT_RIDGE } from '../../choose/conditional.js'
import { ConditionMemory } from '../../choose/memory.js'
import { type Batch, chainsOfNames, inBatchesOfEach, placesInBatches } from '../../draw/batches.js'
import { conditionIn, drawGroup, type GroupDraw, type GroupRun } from '../../draw/condition-draw.js'
import type { ForestShare } from '../../draw/condition-forest.js'
import type { Redrawn } from '../../draw/forest-draw.js'
import type { IsHeld } from '../../draw/level-keys.js'
import { levelLimits, withinLimits } from '../../draw/level-limits.js'
import { USUAL_STEPS } from '../../draw/steps.js'
import {
  type Condition,
  formatsFor,
  type Given,
  namesOfConditions,
  placesAlike,
  repeatGiven,
  resolveConditions
} from '../../know/conditions.js'
import { levelsOfRow, requireLevels } from '../../know/levels.js'
import { type ConditionGroup, heldBy } from '../../know/places.js'
import { distancesOfGroups } from '../../know/support.js'
import type { Law } from '../../law/law.js'
import { categoryMode } from '../../law/strata.js'
import type { TrainingRows } from '../../law/training-rows.js'
import { defined } from '../../num/defined.js'
import { InputError } from '../../num/errors.js'
import { unshared } from '../../num/iterate.js'
import { later } from '../../num/later.js'
import { matrix } from '../../num/matrix.js'
import { type Key, keyFor } from '../../num/random.js'
import { combinationsOf } from '../../table/categories.js'
import { decodeTable, type Encoded, type Encoder, stackEncoded, takeEncoded } from '../../table/encoder.js'
import type { ColumnFormat } from '../../table/infer.js'
import type { Table } from '../../table/table.js'
import type { Context } from '../context.js'
import { agreeingRows, agreesWith, isOftenEnough, plainGenerator } from './agreeing-rows.js'
import { type ChoiceRequest, chooseFor, forestFor, lawFor, type PartOfDraw, redrawnFor } from './condition-law.js'
import { type ConditionalReport, type ConditionGroupReport, type ConditionReport, reportOn, reportOnGroup } from './condition-report.js'
import { type MatchedConditions, type MatchedGroup, matchConditions, partOfGroup } from './condition-rows.js'
import { type GlobalModel, trainingTable } from './model.js'

/** What to draw and under which conditions. */
export interface ConditionalRequest extends ChoiceRequest {
  /** One condition or several, by column name. */
  readonly given: Given | readonly Given[]
  /** Rows for each condition. */
  readonly rows: number
  /** Steps of every chain. Default 10: chains start at rows that fit what is given; 20 of plain rows, where those that agree are taken. */
  readonly steps?: number
  /** Chains of a group of conditions at their starts (step 0) and after each step, encoded; groups one after the other. */
  readonly onStep?: ((rows: Encoded, step: number) => void) | undefined
}

/** Drawn rows; `formats` show given values with all their digits. */
interface ConditionalRows {
  readonly table: Table
  /** The rows before they became a table. */
  readonly encoded: Encoded
  readonly formats: readonly ColumnFormat[]
  readonly report: ConditionalReport
}

/**
 * Draws `rows` rows for every condition, grouped in the order of the conditions; given values are repeated exactly.
 *
 * Under categories and intervals alone rows are plain ones that agree, unless these are too rare. Bandwidth and ridge are chosen by
 * CRPS on held-out rows of the model's own data, unless given. Poorly supported
 * conditions carry a named warning. Throws `InputError` for impossible ones: unknown columns or categories, combinations
 * that no row has, empty intervals.
 * @source mathematics, section 7. Cost O(steps·n·M·d²) at most, memory O(n·d).
 */
export async function sampleConditional(model: GlobalModel, request: ConditionalRequest, context: Context): Promise<ConditionalRows> {
  const { encoder } = model.training
  const conditions = checkConditions(model, request)
  const { encoded, report } = await drawConditions(model, { conditions, request }, context)
  const table = repeatGiven(decodeTable(encoder, encoded), conditions, request.rows)
  return { table, encoded, formats: formatsFor(encoder, conditions), report }
}

/** The same for conditions that have been read: on columns of the model, and on all its factors. */
export async function drawConditions(
  model: GlobalModel,
  { conditions, request }: { readonly conditions: readonly Condition[]; readonly request: Omit<ConditionalRequest, 'given'> },
  context: Context
): Promise<Pick<ConditionalRows, 'encoded' | 'report'>> {
  const { encoder } = model.training
  const key = keyFor(context.key, 'conditional')
  const groups = matchConditions(model.training, conditions)
  const names = namesOfConditions(conditions)
  const remembering = { ...request, memory: request.memory ?? new ConditionMemory() }
  const piecesFor = (isWanted: (member: number) => boolean): Piece[] =>
    groups.flatMap((matched) =>
      matched.matched.flatMap((part) => {
        const places = part.places.filter((place) => isWanted(matched.group.members[place]!))
        return piecesOf(model, { matched, part: { ...part, places }, request: remembering }, context)
      })
    )
  const whole = { count: request.rows, key: keyFor(key, 'draw') }
  const drawnBy = (piece: Piece, batch: Batch) => drawPiece(piece, { encoder, names, request, engine: context.engine }, batch)
  const selections = selectionsOf(model, { groups, conditions, request }, { ...context, key })
  const first = piecesFor((member) => !selections.some(({ members }) => members.includes(member)))
  // In one go: machines share all of it.
  const drawn = await inBatchesOfEach(
    [...first.map(() => whole), ...selections.map((one) => ({ count: request.rows, key: one.key }))],
    context.watch,
    async (which, batch) =>
      which < first.length
        ? { chains: await drawnBy(first[which]!, batch) }
        : { plain: await selections[which - first.length]!.draw(batch) }
  )
  const selected = new Map<number, GroupDraw>()
  const rare = new Set<number>()
  for (const [k, { members, matching }] of selections.entries()) {
    const batches = drawn[first.length + k]!.map(({ plain }) => plain)
    for (const [place, member] of members.entries()) {
      const all = drawOf(batches, { place, draws: members.length, matching })
      if (all) selected.set(member, all)
      else rare.add(member)
    }
  }
  const last = piecesFor((member) => rare.has(member))
  const rest =
    last.length === 0
      ? []
      : await inBatchesOfEach(
          last.map(() => whole),
          context.watch,
          (piece, batch) => drawnBy(last[piece]!, batch)
        )
  const pieces = [...first, ...last]
  const draws = [...drawn.slice(0, first.length).map((batches) => batches.map(({ chains }) => chains!)), ...rest]
  const rows = emptyRows(encoder, conditions.length * request.rows)
  const reports: ConditionReport[] = new Array(conditions.length)
  const groupReports = new Map<MatchedConditions, ConditionGroupReport>()
  const about = { table: trainingTable(model), codes: model.training.rows.codes, engine: context.engine }
  const distances = await distancesOfGroups(
    groups.map(({ group }) => group),
    conditions,
    { ...about, keyOf: () => keyFor(key, 'distances') }
  )
  const report = (member: number, { group, matching }: MatchedGroup, draw: GroupDraw) => {
    copyRows(draw.rows, rows, { to: member * request.rows, count: request.rows })
    const matchingRows = group.split.given.length === 0 ? matching[group.members.indexOf(member)] : undefined
    reports[member] = reportOn(conditions[member]!, { draw, distance: distances[member]!, free: group, ...defined({ matchingRows }) })
  }
  const reportGroup = (part: MatchedConditions, { group }: MatchedGroup, choice: ConditionalChoice) => {
    const named = conditions[group.members[0]!]!
    groupReports.set(part, reportOnGroup(choice, { encoder, named, conditions: part.places.length }))
  }
  for (const matched of groups)
    for (const part of matched.matched)
      for (const member of part.places.map((place) => matched.group.members[place]!)) {
        const draw = selected.get(member)
        if (!draw) continue
        report(member, matched, draw)
        reportGroup(part, matched, { ...NOTHING_CHOSEN, epsilon: model.kernel.epsilon })
      }
  for (const [at, { matched, part, places }] of pieces.entries()) {
    const drawn = draws[at]!
    places.forEach((place, k) => {
      const own = drawn.map((one) => one.draw)
      report(matched.group.members[place]!, matched, conditionIn(own, k, places.length))
    })
    reportGroup(part, matched, drawn[0]!.choice)
  }
  const held = conditions.map((condition) => heldBy(encoder, condition))
  const isHeld: IsHeld = (row, coordinate) => held[Math.floor(row / request.rows)]!.has(coordinate)
  return {
    encoded: withinLimits(rows, levelLimits(model.training), isHeld),
    report: {
      conditioning: request.conditioning ?? 'informed',
      steps: request.steps ?? (pieces.length === 0 ? USUAL_STEPS.rows : USUAL_STEPS.given),
      rowsPerCondition: request.rows,
      groups: [...groupReports.values()],
      conditions: reports
    }
  }
}

/** Where nothing is compared, nothing is chosen on held-out rows. */
const NOTHING_CHOSEN = { ridge: DEFAULT_RIDGE, freeRatio: 1, trials: [], heldOutRows: 0 }

/** Whether plain rows that agree may be all that is drawn: categories, intervals and numbers on spikes alone say which do. */
function isSelected({ split, standing = [] }: ConditionGroup, { epsilon, conditioning }: ChoiceRequest): boolean {
  // How one number is drawn that categories are given for is chosen on held-out rows.
  const isOne = split.ranged.length === 0 && split.free.length - standing.length === 1
  return split.given.length === 0 && !isOne && typeof epsilon !== 'number' && conditioning !== 'clamp'
}

interface Selecting {
  readonly groups: readonly MatchedGroup[]
  readonly conditions: readonly Condition[]
  readonly request: Omit<ConditionalRequest, 'given'>
}

/** Equal conditions that enough plain rows agree with. */
interface Selection {
  /** Their places. */
  readonly members: readonly number[]
  /** Training rows that agree. */
  readonly matching: number
  readonly key: Key
  /** Rows of the batch for each of them, one after the other; null where too few agree. */
  readonly draw: (batch: Batch) => Promise<Encoded | null>
}

function selectionsOf(model: GlobalModel, { groups, conditions, request }: Selecting, { engine, key }: Context): Selection[] {
  const { encoder, rows: training } = model.training
  const { steps } = request
  // Whoever looks on counts the steps of chains, of which there are half as many.
  const every = steps === undefined ? USUAL_STEPS.rows / USUAL_STEPS.given : 1
  const onStep =
    request.onStep && ((state: Encoded, step: number) => (step % every === 0 ? request.onStep!(state, step / every) : undefined))
  const counts = new Map(
    groups.flatMap(({ group, matching }) =>
      isSelected(group, request) ? group.members.map((member, k) => [member, matching[k]!] as const) : []
    )
  )
  const generator = later(() => plainGenerator(model, { engine }))
  return [...placesAlike(conditions)].flatMap(([name, members]): Selection[] => {
    const matching = counts.get(members[0]!) ?? 0
    const share = matching / training.coordinates.rows
    if (!isOftenEnough(model, share)) return []
    const agreeing = agreesWith(encoder, conditions[members[0]!]!)
    const asked = { draws: members.length, share, steps, agrees: async (drawn: Encoded) => agreeing(drawn) }
    const draw = async ({ first, count, ...batch }: Batch) =>
      agreeingRows(await generator(), { ...asked, rows: count, onStep: first === 0 ? onStep : undefined }, { engine, ...batch })
    return [{ members, matching, key: keyFor(key, `condition ${name}`), draw }]
  })
}

/** The rows of one of so many draws in each of the batches, as a draw each of whose chains began elsewhere and forgot it; undefined where a batch has none. */
function drawOf(
  batches: readonly (Encoded | null | undefined)[],
  { place, draws, matching }: { readonly place: number; readonly draws: number; readonly matching: number }
): GroupDraw | undefined {
  const parts: Encoded[] = []
  for (const batch of batches) {
    if (!batch) return undefined
    const count = batch.coordinates.rows / draws
    parts.push(
      takeEncoded(
        batch,
        Uint32Array.from({ length: count }, (_, i) => place * count + i)
      )
    )
  }
  const rows = stackEncoded(parts)
  const n = rows.coordinates.rows
  return {
    rows,
    starts: Uint32Array.from({ length: n }, (_, i) => i),
    acceptance: new Float64Array(n).fill(1),
    moved: new Uint8Array(n).fill(1),
    effectiveCount: new Float64Array(n).fill(matching)
  }
}

/** All that can be refused about conditions, before anything is drawn. */
export function checkConditions(model: GlobalModel, request: ConditionalRequest): Condition[] {
  const { given, rows, steps, conditioning, epsilon, ridge } = request
  const givens = Array.isArray(given) ? (given as readonly Given[]) : [given as Given]
  if (givens.length === 0) throw refused('conditions-none', 'no condition', 'one at least', '{ given: { column: value } }')
  if (!(Number.isInteger(rows) && rows >= 1 && rows * givens.length <= 1e8))
    throw refused('count', `n = ${rows} for ${givens.length} conditions`, 'a whole number from 1, at most 100000000 rows in all', '-n 100')
  if (steps !== undefined && !(Number.isInteger(steps) && steps >= 1))
    throw refused('steps', `${steps} steps`, 'a whole number from 1', 'leaving it out')
  if (conditioning !== undefined && conditioning !== 'informed' && conditioning !== 'clamp')
    throw refused('conditioning', `conditioning ${conditioning} of given columns`, 'informed or clamp', 'informed')
  for (const [name, value] of Object.entries({ epsilon, ridge })) {
    if (value !== undefined && value !== 'auto' && !(Number.isFinite(value) && value > 0))
      throw refused(name, `${name} = ${value}`, 'auto, or a number above 0', 'auto')
  }
  const conditions = resolveConditions(model.training.encoder, givens)
  refuseContradictions(model.training, conditions)
  return conditions
}

function refused(...[code, got, expected, remedy]: [code: string, got: string, expected: string, remedy: string]): InputError {
  return new InputError({ code, got, expected, try: remedy })
}

/** Where categories are drawn by whole combination, one that no row has cannot come. Throws `InputError`. */
export function refuseContradictions({ encoder, rows }: Pick<TrainingRows, 'encoder' | 'rows'>, conditions: readonly Condition[]): void {
  const combinations = combinationsOf(rows.codes, rows.coordinates.rows)
  if (categoryMode(encoder, rows.codes) !== 'combinations') return
  const levelIn = levelsOfRow(rows.codes, encoder.factors.length)
  conditions.forEach((condition, i) => {
    const where = conditions.length > 1 ? `condition ${i + 1}: ` : ''
    requireLevels(combinations.rows, (members) => levelIn(members[0]!), { ...condition, words: `${where}${condition.words}` })
  })
}

interface Ready {
  readonly choice: ConditionalChoice
  readonly law: Law
  readonly forest: ForestShare | undefined
  readonly redrawn: readonly Redrawn[] | undefined
}

/** Conditions of a group that are drawn together, and what they are drawn with. */
interface Piece extends Pick<PartOfDraw, 'matched' | 'part'> {
  /** Places in the group's members. */
  readonly places: readonly number[]
  /** Chosen for the whole part, where a piece of it is drawn. */
  readonly ready: () => Promise<Ready>
}

function piecesOf(
  model: GlobalModel,
  asked: Pick<PartOfDraw, 'matched' | 'part'> & { readonly request: Omit<ConditionalRequest, 'given'> },
  context: Context
): Piece[] {
  const { matched, part, request } = asked
  const own = { ...context, watch: unshared(context.watch) }
  const ready = later(async () => {
    const choice = await chooseFor(model, asked, own)
    const chosen = { matched, part, choice, memory: request.memory }
    return {
      choice,
      law: await lawFor(model, chosen, own),
      forest: await forestFor(model, chosen, own.watch),
      redrawn: await redrawnFor(model, { matched, part, choice, request }, own)
    }
  })
  return placesInBatches(part.places, request.rows).map((places) => ({ matched, part, places, ready }))
}

interface PieceDraw extends Pick<GroupRun, 'encoder' | 'engine'> {
  /** Of all conditions. */
  readonly names: readonly string[]
  readonly request: Omit<ConditionalRequest, 'given'>
}

async function drawPiece(
  { matched, part, places, ready }: Piece,
  { names: all, request, ...run }: PieceDraw,
  { first, ...batch }: Batch
): Promise<{ readonly choice: ConditionalChoice; readonly draw: GroupDraw }> {
  const { choice, law, forest, redrawn } = await ready()
  const own = partOfGroup(matched, { ...part, places })
  const names = own.group.members.map((member) => all[member]!)
  const draw = await drawGroup({
    ...{ law, ...run, ...own, ...batch, names },
    noise: chainsOfNames(names, batch.count),
    steps: request.steps ?? USUAL_STEPS.given,
    ridge: choice.ridge,
    predicts: choice.predicts,
    forest,
    redrawn,
    scheme: request.conditioning,
    onStep: first === 0 ? request.onStep : undefined
  })
  return { choice, draw }
}

function emptyRows(encoder: Encoder, n: number): Encoded {
  return { coordinates: matrix(n, encoder.coordinateCount), codes: new Int32Array(n * encoder.factors.length) }
}

function copyRows(from: Encoded, into: Encoded, { to, count }: { to: number; count: number }): void {
  into.coordinates.data.set(from.coordinates.data, to * from.coordinates.cols)
  into.codes.set(from.codes, to * (from.codes.length / count))
}
