import type { KeptKeys } from '../../code/keys/keep.js'
import type { KeptRules } from '../../code/rules/kept-rules.js'
import type { TrainingRows } from '../../law/training-rows.js'
import { arraysNamed, type ModelContents, withEntry } from '../../model-file/contents.js'
import {
  arraysUnder,
  damaged,
  entryIn,
  exactly,
  expectKind,
  flag,
  float64Array,
  list,
  measured,
  number,
  optional,
  type Reader,
  record,
  SCALED,
  text,
  whole,
  word
} from '../../model-file/reading.js'
import { defined } from '../../num/defined.js'
import { decodeTable, type Encoder, levelsIn } from '../../table/encoder.js'
import { numbersOf } from '../../table/rows.js'
import { columnFormat, type EncoderRecord, encoderIn, recordEncoder, UNSCALED } from '../encoder-file.js'
import type { FitSummary } from '../global/fit-summary.js'
import { loadGlobal, saveGlobal, summaryFields } from '../global/save.js'
import { keysIn, withKeys } from '../keys-file.js'
import { keptRulesIn, recordRules, rulesIn, withRules } from '../rules/rules-file.js'
import type { Carried } from './carried.js'
import type { GroupSum } from './group-sums.js'
import type { PanelModel, PanelShape, PanelSummary } from './model.js'
import { knownWidth, type PastCode } from './past.js'
import type { PanelColumn } from './read.js'
import type { RunningSum } from './running.js'
import { type Arrays, loadSteps, saveSteps } from './save-steps.js'
import type { StepLaw } from './step-law.js'
import type { Ticks } from './ticks.js'
import { levelsAmong, type Urns } from './urns.js'
import type { Wall } from './walls.js'

interface PanelMeta {
  readonly heads: unknown
  readonly steps: unknown
  readonly past: { readonly encoder: EncoderRecord; readonly ordered: boolean }
  readonly constants: EncoderRecord
  readonly panel: PanelShape
  readonly groupKey: unknown
  readonly summary: PanelSummary
}

/** Model → contents of a model file: the law of groups, the law of next rows, and what the past is read by. */
export function savePanel({ heads, steps, past, constants, panel, groupKey, rules, late, summary }: PanelModel): ModelContents {
  const first = saveGlobal(heads)
  const next = saveSteps(steps)
  const key = withKeys({ kind: 'key', meta: {}, arrays: {} }, groupKey)
  const [pastEncoder, constantEncoder] = [recordEncoder(past.encoder), recordEncoder(constants)]
  const meta: PanelMeta = {
    heads: first.meta,
    steps: next.meta,
    past: { encoder: pastEncoder.record, ordered: past.ordered },
    constants: constantEncoder.record,
    panel,
    groupKey: key.meta,
    summary
  }
  const contents = {
    kind: 'panel',
    meta,
    arrays: {
      ...arraysNamed('heads.', first.arrays),
      ...arraysNamed('steps.', next.arrays),
      ...arraysNamed('past.', {
        ...pastEncoder.arrays,
        mean: past.mean,
        between: past.between,
        within: past.within,
        shares: past.urns.shares,
        urns: past.urns.between,
        stays: past.urns.stays,
        ...(past.urns.whole ? { whole: past.urns.whole } : {}),
        ...(past.urns.once ? { once: past.urns.once } : {}),
        ...(past.urns.ends ? { ends: past.urns.ends } : {})
      }),
      ...arraysNamed('constants.', constantEncoder.arrays),
      ...arraysNamed('group.', key.arrays)
    }
  }
  return withEntry(withRules(contents, rules), 'late', late && recordRules(late))
}

const panelColumn = record<PanelColumn>({ format: columnFormat, role: word('key', 'time', 'other') })

const sign: Reader<1 | -1> = (value, field) => {
  if (value === 1 || value === -1) return value
  throw damaged(`a model with ${field} = ${value}`, '1 or -1')
}

const wall = record<Wall>({
  column: text,
  side: sign,
  where: optional(record<NonNullable<Wall['where']>>({ column: text, level: text }))
})

const shapeOf = record<PanelShape>({
  layout: list(panelColumn),
  formats: list(columnFormat),
  constant: list(text),
  varying: list(text),
  ticks: optional(
    record<Ticks>({
      kind: word('months', 'months-from-end', 'steps', 'real'),
      origin: number(UNSCALED),
      unit: number({ above: 0, most: 1e200 }),
      least: number({ least: 0, most: 1e200 }),
      schedule: optional(list(number({ least: 0, most: 1e200 }))),
      clock: optional(list(number(UNSCALED))),
      last: optional(number({ least: 0, most: 1e200 }))
    })
  ),
  names: record<PanelShape['names']>({ size: text, start: text, gap: text }),
  smallest: whole({ least: 1 }),
  running: optional(
    list(
      record<RunningSum>({
        column: text,
        terms: list(record<RunningSum['terms'][number]>({ column: text, sign: sign })),
        lagged: flag,
        step: optional(number(UNSCALED))
      })
    )
  ),
  carried: optional(list(record<Carried>({ column: text, from: text }))),
  groupSums: optional(list(record<GroupSum>({ column: text, of: optional(text) }))),
  walls: optional(list(wall))
})

const summaryOf = record<PanelSummary>({
  rowCount: whole({ least: 1 }),
  groupCount: whole({ least: 1 }),
  constant: list(text),
  varying: list(text),
  time: optional(text),
  heads: record<FitSummary>(summaryFields),
  steps: record<PanelSummary['steps']>({ rows: whole({ least: 1 }), givens: whole(), epsilon: measured, ridge: measured }),
  notes: list(text)
})

/** Contents of a model file → model. Throws `FormatError` (code `model-kind`, `model-damaged`) for contents that make none. */
export function loadPanel(contents: ModelContents): PanelModel {
  expectKind(contents, 'panel')
  const { arrays } = contents
  const pastArrays = arraysUnder('past.', arrays)
  const read = record<Omit<PanelMeta, 'past' | 'constants'> & { past: Pick<PastCode, 'encoder' | 'ordered'>; constants: Encoder }>({
    heads: (value) => value,
    steps: (value) => value,
    past: record<Pick<PastCode, 'encoder' | 'ordered'>>({ encoder: encoderIn(pastArrays), ordered: (value) => value === true }),
    constants: encoderIn(arraysUnder('constants.', arrays)),
    panel: shapeOf,
    groupKey: (value) => value,
    summary: summaryOf
  })(contents.meta, 'meta')
  const { panel, constants, summary } = read
  const d = placesIn(read.past.encoder)
  const past: PastCode = {
    ...read.past,
    mean: float64Array(pastArrays, 'mean', d, SCALED),
    between: float64Array(pastArrays, 'between', d, { least: 0, most: 1e18 }),
    within: float64Array(pastArrays, 'within', d, { least: 0, most: 1e18 }),
    urns: urnsIn(pastArrays, read.past.encoder)
  }
  const heads = loadGlobal({ kind: 'global', meta: read.heads, arrays: arraysUnder('heads.', arrays) })
  const steps = loadSteps(read.steps, arraysUnder('steps.', arrays))
  checkColumns(panel, { heads: heads.training.encoder, steps, past, constants })
  const rules = keptRulesIn(
    contents,
    panel.formats.map(({ name }) => name)
  )
  const early = [...(rules?.columns ?? panel.formats), ...panel.layout.flatMap(({ format, role }) => (role === 'time' ? [format] : []))]
  const late = entryIn(contents, 'late', rulesIn(early.map(({ name }) => name)))
  checkLayout(panel, rules, late)
  checkSizes(panel, heads.training, steps.training)
  const known = knownWidth(past, placesIn(constants) + (panel.walls ? (panel.running ?? []).length : 0))
  for (const place of [...steps.inputs, ...steps.givens]) whole({ least: 0, most: known - 1 })(place, 'meta.steps.givens')
  return { heads, steps, past, constants, panel, groupKey: groupKeyIn(read.groupKey, arrays), summary, ...defined({ rules, late }) }
}

const placesIn = ({ coordinateCount, factors }: Encoder): number => factors.reduce((sum, { places }) => sum + places.cols, coordinateCount)

/** Columns of the panel are those that are drawn or derived, beside the key and the time. */
function checkLayout(
  { layout, formats, running = [], carried = [], groupSums = [], walls = [] }: PanelShape,
  rules: KeptRules | undefined,
  late: KeptRules | undefined
): void {
  const made = new Set((rules?.columns ?? formats).map(({ name }) => name))
  const numbers = new Set((rules?.columns ?? formats).filter(({ kind }) => kind === 'number' || kind === 'integer').map(({ name }) => name))
  for (const { column, terms } of running)
    for (const name of [column, ...terms.map((term) => term.column)])
      if (!numbers.has(name)) throw damaged(`a model with ${name} in a sum that runs on`, 'columns of numbers')
  const kinds = new Map((rules?.columns ?? formats).map(({ name, kind }) => [name, kind]))
  const clock = layout.find(({ role }) => role === 'time')?.format
  for (const { column, from } of carried) {
    const kind = kinds.get(column)
    if (kind === undefined || kind === 'identifier' || kind !== (from === clock?.name ? clock.kind : kinds.get(from)))
      throw damaged(`a model whose ${column} is ${from} of the row before`, 'columns of one kind')
  }
  for (const { column, of } of groupSums) {
    const own = layout.find(({ format }) => format.name === column)
    const isNumber = own?.role === 'other' && (own.format.kind === 'number' || own.format.kind === 'integer')
    if (made.has(column) || !isNumber || (of !== undefined && !numbers.has(of)))
      throw damaged(`a model whose ${column} sums up ${of ?? 'rows'}`, 'a column that nothing draws, and numbers to sum up')
    made.add(column)
  }
  for (const { column } of late?.rules ?? []) made.add(column)
  const kindOf = new Map(formats.map(({ name, kind }) => [name, kind]))
  for (const { column, where } of walls) {
    const isNumber = ['number', 'integer'].includes(kindOf.get(column) ?? '')
    if (!isNumber || (where && !['category', 'boolean'].includes(kindOf.get(where.column) ?? '')))
      throw damaged(`a model with a wall of ${column}`, 'walls of numbers, by levels of categories')
  }
  for (const { format, role } of layout)
    if (role === 'other' && !made.has(format.name))
      throw damaged(`a model with the column ${format.name} that nothing draws`, 'a law or a rule of it')
}

/** Sizes of groups are whole, and add up to the rows: a first one of each group, and the later ones. */
function checkSizes({ names }: PanelShape, heads: TrainingRows, steps: TrainingRows): void {
  const own = decodeTable(heads.encoder, heads.rows)
  const sizes = numbersOf(own, names.size).values
  for (const [g, size] of sizes.entries()) whole({ least: 1 })(size, `size of group ${g + 1}`)
  exactly(own.rowCount + steps.logWeights.length)(
    sizes.reduce((sum, size) => sum + size, 0),
    'sizes of groups'
  )
}

/** Urns of the factors of a code; of files without them, such as say nothing, and of files that know of none that stays, none. */
function urnsIn(arrays: Readonly<Arrays>, encoder: Encoder): Urns {
  const [levels, factors] = [levelsIn(encoder), encoder.factors.length]
  const none = new Float64Array(factors)
  if (!arrays.shares) return { shares: new Float64Array(levels), between: none, stays: none }
  const share = { least: 0, most: 1 }
  return {
    shares: float64Array(arrays, 'shares', levels, share),
    between: float64Array(arrays, 'urns', factors, { least: -1, most: 1 }),
    stays: arrays.stays ? float64Array(arrays, 'stays', factors, share) : none,
    ...(arrays.whole ? { whole: float64Array(arrays, 'whole', factors, share) } : {}),
    ...(arrays.once ? { once: float64Array(arrays, 'once', levels, share) } : {}),
    ...(arrays.ends ? { ends: float64Array(arrays, 'ends', levels, { least: -1, most: 1 }) } : {})
  }
}

/** The one key of groups. */
function groupKeyIn(meta: unknown, arrays: Readonly<Arrays>): KeptKeys {
  const kept = keysIn({ kind: 'key', meta, arrays: arraysUnder('group.', arrays) })
  if (kept?.keys.length === 1 && kept.references.length === 0) return kept
  throw damaged('a model of groups without one key of them', 'how keys of groups are written')
}

interface PanelCodes {
  readonly heads: Encoder
  readonly steps: StepLaw
  readonly past: PastCode
  readonly constants: Encoder
}

/** The parts of a panel speak of the same columns. */
function checkColumns(
  { formats, constant, varying, names, ticks, layout }: PanelShape,
  { heads, steps, past, constants }: PanelCodes
): void {
  const modelled = new Set([...constant, ...varying])
  const drawn = formats.map(({ name }) => name)
  const isIn = (wanted: readonly string[], { kinds }: Pick<Encoder, 'kinds'>, where: string) => {
    for (const name of wanted)
      if (!kinds.some((kind) => kind.name === name))
        throw damaged(`a model without the column ${name} in ${where}`, 'all columns of the panel')
  }
  const start = ticks ? [names.start] : []
  isIn([...drawn, names.size, ...start], heads, 'meta.heads')
  isIn([...varying, ...(ticks && !ticks.schedule ? [names.gap] : [])], steps.training.encoder, 'meta.steps')
  isIn(varying, past.encoder, 'meta.past')
  if (!levelsAmong(steps.training.encoder, past.encoder))
    throw damaged('a model whose steps draw categories that its past does not have', 'the same categories')
  isIn([...constant, names.size, ...start], constants, 'meta.constants')
  for (const name of modelled) if (!drawn.includes(name)) throw damaged(`a model with ${name} among its columns alone`, 'a format of it')
  for (const role of ['key', 'time'] as const)
    exactly(role === 'key' || ticks ? 1 : 0)(layout.filter((one) => one.role === role).length, `meta.panel.layout (${role})`)
}
