import type { ModelContents } from '../../model-file/contents.js'
import {
  dictionary,
  exactly,
  expectKind,
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
import { keptRulesIn, withRules } from '../rules-file.js'
import { givenChoice, recordWindows, restoreWindows, type WindowRecord, windowRecord } from '../window-file.js'
import { type Drawn, straightScales } from './changes.js'
import { type Clock, type Months, timeAt } from './clock.js'
import type { ForecastModel, ForecastSummary, SeasonSummary } from './forecast.js'
import type { MemoryTrial } from './memory.js'
import type { Cycle, Season } from './season.js'

interface ForecastMeta {
  readonly encoder: EncoderRecord
  readonly memory: number
  readonly clock?: ForecastModel['clock']
  readonly season?: Season
  readonly drawn?: readonly Drawn[]
  readonly formats: readonly ColumnFormat[]
  readonly outputCount: number
  readonly units: readonly WindowRecord[]
  readonly summary: ForecastSummary
}

/** Model → contents of a model file. */
export function saveForecast(model: ForecastModel): ModelContents {
  const { transition, memory, clock, season, changes, places, formats, rules, summary } = model
  const { record, arrays } = recordEncoder(model.encoder)
  const windows = recordWindows(transition.units)
  const meta: ForecastMeta = {
    encoder: record,
    memory,
    ...(clock ? { clock } : {}),
    ...(season ? { season } : {}),
    ...(changes ? { drawn: changes.drawn } : {}),
    formats,
    outputCount: transition.outputCount,
    units: windows.records,
    summary
  }
  const contents = {
    kind: 'forecast',
    meta,
    arrays: {
      ...arrays,
      ...windows.arrays,
      coordinates: transition.rows.coordinates.data,
      logWeights: transition.rows.logWeights,
      centre: transition.scale.centre,
      scale: transition.scale.scale,
      history: model.history.data,
      ...(changes ? { levels: changes.levels.data } : {}),
      ...(places ? { places } : {})
    }
  }
  return withRules(contents, rules)
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

const summaryRecord = record<ForecastSummary>({
  pairCount: whole({ least: 1 }),
  memory: whole({ least: 1 }),
  memoryTrials: optional(list(record<MemoryTrial>({ memory: whole({ least: 1 }), score: measured }))),
  columns: list(text),
  inputs: optional(dictionary(list(text))),
  choices: list(givenChoice),
  cappedColumns: list(text),
  season: optional(dictionary(list(record<SeasonSummary>({ period: number({ least: 2, most: 1e9 }), harmonics: whole({ least: 1 }) })))),
  changes: optional(dictionary(word('change', 'growth'))),
  notes: list(text)
})

/** Contents of a model file → model. Throws `FormatError` (codes `model-kind`, `model-damaged`) for contents that make none. */
export function loadForecast(contents: ModelContents): ForecastModel {
  expectKind(contents, 'forecast')
  const { arrays } = contents
  const meta = record<Omit<ForecastMeta, 'encoder'> & Pick<ForecastModel, 'encoder'>>({
    encoder: encoderIn(arrays),
    memory: whole({ least: 1 }),
    clock: optional(clockRecord),
    season: optional(list(list(cycle))),
    drawn: optional(list(word('value', 'change', 'growth'))),
    formats: list(columnFormat),
    outputCount: whole({ least: 1 }),
    units: list(windowRecord(widthOf(contents))),
    summary: summaryRecord
  })(contents.meta, 'meta')
  const { encoder, memory, clock, season, drawn: how, formats, outputCount, units, summary } = meta
  const { pairCount } = summary
  checkField(encoder)
  exactly(encoder.coordinateCount)(outputCount, 'meta.outputCount')
  exactly(memory)(summary.memory, 'meta.summary.memory')
  const drawn = [...encoder.columns.map(({ name }) => name), ...(clock ? [clock.name] : [])]
  const rules = keptRulesIn(contents, drawn)
  checkFormats(rules?.columns ?? encoder.columns, meta)
  checkUnits(units, outputCount)
  if (season) exactly(outputCount)(season.length, 'meta.season.length')
  if (how) checkDrawn(how, encoder)
  const width = (memory + 1) * outputCount
  return {
    encoder,
    transition: {
      rows: {
        coordinates: matrix(pairCount, width, scaledArray(arrays, 'coordinates', pairCount * width)),
        logWeights: logWeightsIn(arrays, pairCount)
      },
      outputCount,
      scale: { centre: scaledArray(arrays, 'centre', width), scale: float64Array(arrays, 'scale', width, SCALE) },
      units: restoreWindows(units, arrays, pairCount),
      choices: summary.choices
    },
    memory,
    history: matrix(1, memory * outputCount, scaledArray(arrays, 'history', memory * outputCount)),
    ...(clock ? { clock } : {}),
    ...(season ? { season } : {}),
    ...(how
      ? { changes: { drawn: how, levels: matrix(pairCount, outputCount, scaledArray(arrays, 'levels', pairCount * outputCount)) } }
      : {}),
    ...('places' in arrays ? { places: float64Array(arrays, 'places', pairCount, { least: -1e9, most: 0 }) } : {}),
    formats,
    ...(rules ? { rules } : {}),
    summary
  }
}

/** Outputs and inputs of a transition. */
const widthOf = ({ arrays }: ModelContents): number => float64Array(arrays, 'centre', undefined, SCALED).length

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
