import { arraysNamed, type ModelContents } from '../../model-file/contents.js'
import {
  arraysUnder,
  dictionary,
  exactly,
  expectKind,
  type Fields,
  flag,
  float64Array,
  list,
  logWeightsIn,
  measured,
  number,
  optional,
  type Reader,
  record,
  SCALE,
  SCALED,
  text,
  whole,
  word
} from '../../model-file/reading.js'
import { matrix } from '../../num/matrix.js'
import type { ColumnFormat } from '../../table/infer.js'
import { timeBounds } from '../../table/present.js'
import { checkField, columnFormat, type EncoderRecord, encoderIn, recordEncoder, scaledArray, UNSCALED } from '../encoder-file.js'
import { keptRulesIn, withRules } from '../rules/rules-file.js'
import { givenChoice, recordWindows, restoreWindows, type WindowRecord, windowRecord } from '../windows/window-file.js'
import { type Drawn, straightScales } from './changes.js'
import { type Clock, type Months, timeAt } from './clock.js'
import type { Counted } from './counted.js'
import type { Counter } from './counters.js'
import { counterRecord } from './counters-file.js'
import type { ForecastModel, ForecastSummary, OtherSummary, SeasonSummary, SeriesLaw } from './forecast.js'
import type { MemoryTrial } from './memory.js'
import type { Cycle, LevelShift, Season } from './season.js'

/** A law without its arrays. */
interface LawMeta {
  readonly memory: number
  readonly season?: Season
  readonly drawn?: readonly Drawn[]
  readonly units: readonly WindowRecord[]
}

interface ForecastMeta extends LawMeta {
  readonly encoder: EncoderRecord
  readonly clock?: ForecastModel['clock']
  readonly counters?: readonly Counter[]
  readonly other?: LawMeta
  readonly formats: readonly ColumnFormat[]
  readonly outputCount: number
  readonly summary: ForecastSummary
}

/** Arrays of the second law. */
const OTHER = 'other.'

/** Model → contents of a model file. */
export function saveForecast(model: ForecastModel): ModelContents {
  const { clock, counted, formats, rules, summary } = model
  const { record, arrays } = recordEncoder(model.encoder)
  const own = recordLaw(model)
  const other = model.other && recordLaw(model.other.law)
  const meta: ForecastMeta = {
    encoder: record,
    ...own.meta,
    ...(clock ? { clock } : {}),
    ...(counted ? { counters: counted.counters } : {}),
    ...(other ? { other: other.meta } : {}),
    formats,
    outputCount: model.transition.outputCount,
    summary
  }
  const contents = {
    kind: 'forecast',
    meta,
    arrays: {
      ...arrays,
      ...own.arrays,
      ...(counted ? { counted: counted.levels.data } : {}),
      ...(other ? arraysNamed(OTHER, other.arrays) : {})
    }
  }
  return withRules(contents, rules)
}

function recordLaw({ transition, memory, history, season, changes, places }: SeriesLaw): {
  readonly meta: LawMeta
  readonly arrays: ModelContents['arrays']
} {
  const windows = recordWindows(transition.units)
  return {
    meta: { memory, ...(season ? { season } : {}), ...(changes ? { drawn: changes.drawn } : {}), units: windows.records },
    arrays: {
      ...windows.arrays,
      coordinates: transition.rows.coordinates.data,
      logWeights: transition.rows.logWeights,
      centre: transition.scale.centre,
      scale: transition.scale.scale,
      ...(transition.prewhitening ? { slopes: transition.prewhitening.slopes.data, intercepts: transition.prewhitening.intercepts } : {}),
      history: history.data,
      ...(changes ? { levels: changes.levels.data } : {}),
      ...(places ? { places } : {})
    }
  }
}

const clockRecord = record<Clock>({
  column: word('number', 'integer', 'datetime'),
  name: text,
  place: whole(),
  last: number(UNSCALED),
  spacing: number({ above: 0, most: UNSCALED.most }),
  months: optional(record<Months>({ count: whole({ least: 1, most: 1e6 }), from: word('start', 'end') })),
  weekdays: optional(flag)
})

const cycle: Reader<Cycle> = (value, field) => {
  const terms = list(number(SCALED))
  const found = record<Cycle>({ period: number({ least: 2, most: 1e9 }), cosines: terms, sines: terms })(value, field)
  exactly(found.cosines.length)(found.sines.length, `${field}.sines.length`)
  return found
}

const shift = record<LevelShift>({ before: number({ least: -1e9, most: 0 }), by: number(SCALED) })

const seasonPart: Reader<Cycle | LevelShift> = (value, field) =>
  typeof value === 'object' && value !== null && 'before' in value ? shift(value, field) : cycle(value, field)

const lawSummary = {
  pairCount: whole({ least: 1 }),
  memory: whole({ least: 1 }),
  choices: list(givenChoice),
  changes: optional(dictionary(word('logarithm', 'change', 'growth')))
} as const

const summaryRecord = record<ForecastSummary>({
  ...lawSummary,
  memoryTrials: optional(list(record<MemoryTrial>({ memory: whole({ least: 1 }), score: measured }))),
  columns: list(text),
  inputs: optional(dictionary(list(text))),
  cappedColumns: list(text),
  season: optional(dictionary(list(record<SeasonSummary>({ period: number({ least: 2, most: 1e9 }), harmonics: whole({ least: 1 }) })))),
  other: optional(record<OtherSummary>({ ...lawSummary, share: number({ least: 0, most: 1 }) })),
  notes: list(text)
})

const lawFields = (arrays: ModelContents['arrays']): Fields<LawMeta> => ({
  memory: whole({ least: 1 }),
  season: optional(list(list(seasonPart))),
  drawn: optional(list(word('value', 'logarithm', 'change', 'growth'))),
  units: list(windowRecord(widthOf(arrays)))
})

/** Contents of a model file → model. Throws `FormatError` (codes `model-kind`, `model-damaged`) for contents that make none. */
export function loadForecast(contents: ModelContents): ForecastModel {
  expectKind(contents, 'forecast')
  const { arrays } = contents
  const others = arraysUnder(OTHER, arrays)
  const meta = record<Omit<ForecastMeta, 'encoder'> & Pick<ForecastModel, 'encoder'>>({
    ...lawFields(arrays),
    encoder: encoderIn(arrays),
    clock: optional(clockRecord),
    counters: optional(list(counterRecord)),
    other: optional((value, field) => record<LawMeta>(lawFields(others))(value, field)),
    formats: list(columnFormat),
    outputCount: whole({ least: 1 }),
    summary: summaryRecord
  })(contents.meta, 'meta')
  const { encoder, clock, counters, other, formats, outputCount, summary } = meta
  checkField(encoder)
  exactly(encoder.coordinateCount)(outputCount, 'meta.outputCount')
  const drawn = [...encoder.columns.map(({ name }) => name), ...(clock ? [clock.name] : [])]
  const rules = keptRulesIn(contents, drawn)
  checkFormats(rules?.columns ?? encoder.columns, meta)
  exactly(other ? 1 : 0)(summary.other ? 1 : 0, 'laws of meta.summary.other')
  const law = lawIn(meta, { encoder, arrays, summary, field: 'meta' })
  return {
    encoder,
    ...law,
    ...(clock ? { clock } : {}),
    ...(counters ? { counted: countedIn(counters, { encoder, arrays, rows: summary.pairCount }) } : {}),
    ...(other && summary.other
      ? {
          other: { share: summary.other.share, law: lawIn(other, { encoder, arrays: others, summary: summary.other, field: 'meta.other' }) }
        }
      : {}),
    formats,
    ...(rules ? { rules } : {}),
    summary
  }
}

interface CountedParts extends Pick<LawParts, 'encoder' | 'arrays'> {
  readonly rows: number
}

/** What only goes one way is a column whose steps are drawn. */
function countedIn(counters: readonly Counter[], { encoder, arrays, rows }: CountedParts): Counted {
  const drawn = word(...encoder.columns.map(({ name }) => name))
  for (const [k, { column, format }] of counters.entries()) {
    drawn(column, `meta.counters[${k}].column`)
    word(column)(format.name, `meta.counters[${k}].format.name`)
    word('number', 'integer')(format.kind, `meta.counters[${k}].format.kind`)
  }
  return { counters, levels: matrix(rows, counters.length, float64Array(arrays, 'counted', rows * counters.length, UNSCALED)) }
}

interface LawParts {
  readonly encoder: ForecastModel['encoder']
  readonly arrays: ModelContents['arrays']
  readonly summary: Pick<ForecastSummary, 'pairCount' | 'memory' | 'choices'>
  readonly field: string
}

/** What a line says, where there is one. */
function prewhiteningIn(arrays: ModelContents['arrays'], d: number, memory: number): Pick<SeriesLaw['transition'], 'prewhitening'> {
  if (!('slopes' in arrays)) return {}
  const slopes = matrix(memory * d, d, scaledArray(arrays, 'slopes', memory * d * d))
  return { prewhitening: { slopes, intercepts: scaledArray(arrays, 'intercepts', d) } }
}

function lawIn({ memory, season, drawn, units }: LawMeta, { encoder, arrays, summary, field }: LawParts): SeriesLaw {
  const { pairCount, choices } = summary
  const outputCount = encoder.coordinateCount
  exactly(memory)(summary.memory, `the memory of ${field}.summary`)
  checkUnits(units, outputCount)
  if (season) exactly(outputCount)(season.length, `${field}.season.length`)
  if (drawn) checkDrawn(drawn, encoder)
  const width = (memory + 1) * outputCount
  return {
    transition: {
      rows: {
        coordinates: matrix(pairCount, width, scaledArray(arrays, 'coordinates', pairCount * width)),
        logWeights: logWeightsIn(arrays, pairCount)
      },
      outputCount,
      scale: { centre: scaledArray(arrays, 'centre', width), scale: float64Array(arrays, 'scale', width, SCALE) },
      ...prewhiteningIn(arrays, outputCount, memory),
      units: restoreWindows(units, arrays, pairCount),
      choices
    },
    memory,
    history: matrix(1, memory * outputCount, scaledArray(arrays, 'history', memory * outputCount)),
    ...(season ? { season } : {}),
    ...(drawn
      ? { changes: { drawn, levels: matrix(pairCount, outputCount, scaledArray(arrays, 'levels', pairCount * outputCount)) } }
      : {}),
    ...('places' in arrays ? { places: float64Array(arrays, 'places', pairCount, { least: -1e9, most: 0 }) } : {})
  }
}

/** Outputs and inputs of a transition. */
const widthOf = (arrays: ModelContents['arrays']): number => float64Array(arrays, 'centre', undefined, SCALED).length

/** Formats are those of what is drawn and derived, with that of the time column at its place. */
function checkFormats(columns: readonly { readonly name: string }[], { clock, formats }: Pick<ForecastMeta, 'clock' | 'formats'>): void {
  const names = columns.map(({ name }) => name).filter((name) => name !== clock?.name)
  if (clock) {
    whole({ least: 0, most: names.length })(clock.place, 'meta.clock.place')
    names.splice(clock.place, 0, clock.name)
    word(clock.column)(formats[clock.place]?.kind, `meta.formats[${clock.place}].kind`)
    if (clock.column === 'datetime') {
      const [least, most] = timeBounds(formats[clock.place]!)
      number({ least, most })(timeAt(clock, 1), 'the time after meta.clock.last')
    }
  }
  exactly(names.length)(formats.length, 'meta.formats.length')
  for (const [c, { name }] of formats.entries()) word(names[c]!)(name, `meta.formats[${c}].name`)
}

/** Changes are of numbers that are scaled straight. */
function checkDrawn(drawn: readonly Drawn[], encoder: ForecastModel['encoder']): void {
  const scales = straightScales(encoder)
  exactly(encoder.coordinateCount)(drawn.length, 'meta.drawn.length')
  for (const [c, own] of drawn.entries()) if (!scales[c]) word('value')(own, `meta.drawn[${c}]`)
}

/** Every output is drawn by one unit, from inputs. */
function checkUnits(units: readonly WindowRecord[], outputCount: number): void {
  const drawn = units.flatMap(({ targets }) => targets).sort((a, b) => a - b)
  exactly(outputCount)(drawn.length, 'the columns drawn by meta.units')
  for (const [c, target] of drawn.entries()) exactly(c)(target, 'a column drawn by meta.units')
  for (const [u, { givens }] of units.entries()) list(whole({ least: outputCount }))(givens, `meta.units[${u}].givens`)
}
