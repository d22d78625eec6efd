import type { ModelContents } from '../../model-file/container.js'
import { FormatError } from '../../num/errors.js'
import { matrix } from '../../num/matrix.js'
import type { ColumnFormat } from '../../table/infer.js'
import { type EncoderRecord, float64Array, recordEncoder, restoreEncoder } from '../encoder-file.js'
import { recordWindows, restoreWindows, type WindowRecord } from '../window-file.js'
import type { ForecastModel, ForecastSummary } from './forecast.js'

interface ForecastMeta {
  readonly encoder: EncoderRecord
  readonly memory: number
  readonly clock?: ForecastModel['clock']
  readonly formats: readonly ColumnFormat[]
  readonly outputCount: number
  readonly units: readonly WindowRecord[]
  readonly summary: ForecastSummary
}

/** Model → contents of a model file. */
export function saveForecast(model: ForecastModel): ModelContents {
  const { transition, memory, clock, formats, summary } = model
  const { record, arrays } = recordEncoder(model.encoder)
  const windows = recordWindows(transition.units)
  const meta: ForecastMeta = {
    encoder: record,
    memory,
    ...(clock ? { clock } : {}),
    formats,
    outputCount: transition.outputCount,
    units: windows.records,
    summary
  }
  return {
    kind: 'forecast',
    meta,
    arrays: {
      ...arrays,
      ...windows.arrays,
      coordinates: transition.rows.coordinates.data,
      logWeights: transition.rows.logWeights,
      centre: transition.scale.centre,
      scale: transition.scale.scale,
      history: model.history.data
    }
  }
}

/** Contents of a model file → model. Throws `FormatError` (codes `model-kind`, `model-damaged`) for contents of another kind. */
export function loadForecast(contents: ModelContents): ForecastModel {
  if (contents.kind !== 'forecast') {
    throw new FormatError({
      code: 'model-kind',
      got: `a model of kind ${contents.kind}`,
      expected: 'a model of kind forecast',
      try: 'the verb that wrote it'
    })
  }
  const { encoder, memory, clock, formats, outputCount, units, summary } = contents.meta as ForecastMeta
  const { arrays } = contents
  const centre = float64Array(arrays, 'centre')
  const history = float64Array(arrays, 'history')
  return {
    encoder: restoreEncoder(encoder, arrays),
    transition: {
      rows: {
        coordinates: matrix(summary.pairCount, centre.length, float64Array(arrays, 'coordinates')),
        logWeights: float64Array(arrays, 'logWeights')
      },
      outputCount,
      scale: { centre, scale: float64Array(arrays, 'scale') },
      units: restoreWindows(units, arrays, summary.pairCount),
      choices: summary.choices
    },
    memory,
    history: matrix(1, history.length, history),
    ...(clock ? { clock } : {}),
    formats,
    summary
  }
}
