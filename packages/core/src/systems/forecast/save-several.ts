import { arraysNamed, type ModelArray, type ModelContents } from '../../model-file/contents.js'
import { arraysUnder, damaged, exactly, expectKind, list, type Reader, record, text, whole, word } from '../../model-file/reading.js'
import { columnFormat } from '../encoder-file.js'
import { loadForecast, saveForecast } from './save.js'
import type { Label, SeveralForecasts } from './several.js'

interface SeveralMeta extends Omit<SeveralForecasts, 'forecasts'> {
  readonly series: readonly unknown[]
}

/** Arrays of a series stand under its place. */
const prefixOf = (g: number): string => `series${g}.`

/** Forecasts of several series → contents of a model file: a model each. */
export function saveSeveral({ group, labels, order, notes, forecasts }: SeveralForecasts): ModelContents {
  const saved = forecasts.map(saveForecast)
  const arrays: Record<string, ModelArray> = {}
  for (const [g, { arrays: own }] of saved.entries()) Object.assign(arrays, arraysNamed(prefixOf(g), own))
  const meta: SeveralMeta = { group, labels, order, notes, series: saved.map(({ meta: own }) => own) }
  return { kind: 'forecast', meta, arrays }
}

/** Whether contents of kind `forecast` are of several series. */
export const holdSeveral = ({ meta }: ModelContents): boolean => typeof meta === 'object' && meta !== null && 'group' in meta

const anything: Reader<unknown> = (value) => value

const label = record<Label>({ format: columnFormat, levels: list(text), codes: list(whole()) })

const metaIn = record<SeveralMeta>({ group: list(text), labels: list(label), order: list(text), notes: list(text), series: list(anything) })

/** Contents of a model file → forecasts. Throws `FormatError` as `loadForecast`. */
export function loadSeveral(contents: ModelContents): SeveralForecasts {
  expectKind(contents, 'forecast')
  const { group, labels, order, notes, series } = metaIn(contents.meta, 'meta')
  whole({ least: 1 })(series.length, 'meta.series.length')
  whole({ least: 1, most: labels.length })(group.length, 'meta.group.length')
  for (const [k, { format, levels, codes }] of labels.entries()) {
    const field = `meta.labels[${k}]`
    word('category', 'boolean')(format.kind, `${field}.format.kind`)
    if (k < group.length) word(group[k]!)(format.name, `${field}.format.name`)
    if (format.kind === 'boolean') exactly(2)(levels.length, `${field}.levels.length`)
    exactly(series.length)(codes.length, `${field}.codes.length`)
    for (const code of codes) whole({ least: 0, most: levels.length - 1 })(code, `a code of ${field}`)
  }
  const forecasts = series.map((meta, g) => {
    if (typeof meta !== 'object' || meta === null) throw damaged(`a model with no meta.series[${g}]`, 'a forecast')
    return loadForecast({ ...contents, meta, arrays: arraysUnder(prefixOf(g), contents.arrays) })
  })
  return { group, labels, order, notes, forecasts }
}
