import type { WindowBandwidth } from '../../law/window.js'
import type { ModelArray, ModelContents } from '../../model-file/contents.js'
import {
  BANDWIDTH,
  damaged,
  dictionary,
  exactly,
  expectKind,
  type Fields,
  float64Array,
  list,
  logWeightsIn,
  measured,
  number,
  optional,
  type Reader,
  record,
  SCALED,
  text,
  tuple,
  variant,
  whole,
  word,
  wordOr
} from '../../model-file/reading.js'
import { matrix } from '../../num/matrix.js'
import { checkField, type EncoderRecord, encoderIn, recordEncoder, scalingMethod } from '../encoder-file.js'
import type { Localisation } from '../windows/localisation.js'
import { checkUnit, columnsBelow, concatenated, givenChoice, PRODUCTS, windowBandwidth } from '../windows/window-file.js'
import type { FittedGroup, FittedUnit, LocalModel, LocalSummary } from './model.js'

interface UnitRecord {
  readonly targets: readonly number[]
  readonly givens: readonly number[]
  /** ε of a unit without givens, or both bandwidths. */
  readonly epsilon?: number
  readonly bandwidth?: WindowBandwidth
  readonly pooledLength: number
}

interface GroupRecord {
  readonly targets: readonly number[]
  readonly members: readonly number[]
  readonly epsilon: number
}

interface LocalMeta {
  readonly encoder: EncoderRecord
  readonly summary: LocalSummary
  readonly neighbours: readonly (readonly number[])[]
  readonly units?: readonly UnitRecord[]
  readonly groups?: readonly GroupRecord[]
}

/** Model → contents of a model file. */
export function saveLocal(model: LocalModel): ModelContents {
  const { record, arrays } = recordEncoder(model.encoder)
  const { parts } = model
  const meta: LocalMeta = {
    encoder: record,
    summary: model.summary,
    neighbours: model.graph.neighbours.map((list) => Array.from(list)),
    ...(parts.sweep === 'ordered' ? { units: parts.units.map(recordUnit) } : { groups: parts.groups.map(recordGroup) })
  }
  const potentials =
    parts.sweep === 'ordered'
      ? parts.units.map((unit) => (unit.kind === 'root' ? unit.potentials : unit.fit.potentials))
      : parts.groups.map((group) => group.potentials)
  const pooled = parts.sweep === 'ordered' ? parts.units.map((unit) => (unit.kind === 'root' ? new Float64Array(0) : unit.fit.pooled)) : []
  return {
    kind: 'local',
    meta,
    arrays: {
      ...arrays,
      coordinates: model.coordinates.data,
      logWeights: model.logWeights,
      potentials: concatenated(potentials),
      pooled: concatenated(pooled),
      ...(model.targets ? { targets: model.targets.data } : {})
    }
  }
}

function recordUnit(unit: FittedUnit): UnitRecord {
  const { targets, givens } = { targets: Array.from(unit.targets), givens: Array.from(unit.givens) }
  if (unit.kind === 'root') return { targets, givens, epsilon: unit.kernel.epsilon, pooledLength: 0 }
  return { targets, givens, bandwidth: unit.bandwidth, pooledLength: unit.fit.pooled.length }
}

const recordGroup = (group: FittedGroup): GroupRecord => ({
  targets: Array.from(group.targets),
  members: Array.from(group.members),
  epsilon: group.kernel.epsilon
})

const radius = wordOr('auto', whole())
const pair = tuple<readonly [string, string]>(text, text)
type Local<K extends Localisation['kind']> = Extract<Localisation, { kind: K }>
const line = record<Local<'window' | 'ring'>>({ kind: word('window', 'ring'), radius })

const localisation: Reader<Localisation> = variant<Localisation>('kind', {
  auto: record<Local<'auto'>>({ kind: word('auto') }),
  window: line,
  ring: line,
  grid: record<Local<'grid'>>({ kind: word('grid'), rows: whole(), cols: whole(), radius }),
  graph: record<Local<'graph'>>({ kind: word('graph'), edges: list(pair), heading: optional(list(text)) })
})

const edge: Reader<LocalSummary['edges'][number]> = (value, field) =>
  Array.isArray(value) && value.length === 3
    ? tuple<readonly [string, string, number]>(text, text, measured)(value, field)
    : pair(value, field)

/** Fields of the summary of a localised fit. */
export const localSummaryFields: Fields<LocalSummary> = {
  rowCount: whole({ least: 1 }),
  coordinateCount: whole({ least: 1 }),
  local: localisation,
  sweep: word('ordered', 'simultaneous'),
  radius: optional(
    record<NonNullable<LocalSummary['radius']>>({
      chosen: whole(),
      scores: list(tuple<readonly [number, number]>(whole(), measured))
    })
  ),
  edges: list(edge),
  learned: optional(record<NonNullable<LocalSummary['learned']>>({ threshold: measured, shrinkage: measured })),
  largestNeighbourhood: whole(),
  mostGivens: whole(),
  cappedColumns: list(text),
  choices: list(givenChoice),
  scaling: dictionary(scalingMethod),
  notes: list(text)
}

const unitRecord = (width: number) =>
  record<UnitRecord>({
    targets: columnsBelow(width),
    givens: columnsBelow(width),
    epsilon: optional(number(BANDWIDTH)),
    bandwidth: optional(windowBandwidth),
    pooledLength: whole()
  })

const groupRecord = (width: number) =>
  record<GroupRecord>({ targets: columnsBelow(width), members: columnsBelow(width), epsilon: number(BANDWIDTH) })

/** Contents of a model file → model. Throws `FormatError` (codes `model-kind`, `model-damaged`) for contents that make none. */
export function loadLocal(contents: ModelContents): LocalModel {
  expectKind(contents, 'local')
  const { arrays } = contents
  const logWeights = logWeightsIn(arrays, undefined)
  const rowCount = logWeights.length
  const coordinates = float64Array(arrays, 'coordinates', undefined, SCALED)
  const width = coordinates.length / rowCount
  const columns = columnsBelow(width)
  const meta = record<Omit<LocalMeta, 'encoder'> & Pick<LocalModel, 'encoder'>>({
    encoder: encoderIn(arrays),
    summary: record<LocalSummary>({ ...localSummaryFields, rowCount: exactly(rowCount), coordinateCount: exactly(width) }),
    neighbours: list(columns, width),
    units: optional(list(unitRecord(width))),
    groups: optional(list(groupRecord(width)))
  })(contents.meta, 'meta')
  const { encoder, neighbours, summary } = meta
  checkField(encoder)
  exactly(width)(encoder.coordinateCount, 'meta.encoder.coordinateCount')
  return {
    encoder,
    coordinates: matrix(rowCount, width, coordinates),
    logWeights,
    ...(arrays.targets ? { targets: matrix(rowCount, width, float64Array(arrays, 'targets', coordinates.length, SCALED)) } : {}),
    graph: { size: width, neighbours: neighbours.map((list) => Uint32Array.from(list)) },
    parts: partsOf(meta, arrays),
    summary
  }
}

type Arrays = Readonly<Record<string, ModelArray>>

function partsOf(meta: Pick<LocalMeta, 'units' | 'groups' | 'summary'>, arrays: Arrays): LocalModel['parts'] {
  const { summary, units, groups } = meta
  const parts = summary.sweep === 'simultaneous' ? groups : units
  if (!parts) throw damaged(`a model without what a ${summary.sweep} sweep draws from`, 'units or groups')
  checkTargets(parts, summary.coordinateCount)
  const potentials = float64Array(arrays, 'potentials', parts.length * summary.rowCount, SCALED)
  const potentialsOf = (k: number) => potentials.slice(k * summary.rowCount, (k + 1) * summary.rowCount)
  if (summary.sweep === 'simultaneous')
    return { sweep: 'simultaneous', groups: groups!.map((group, g) => restoreGroup(group, potentialsOf(g), `meta.groups[${g}]`)) }
  return { sweep: 'ordered', units: restoreUnits(units!, potentialsOf, arrays) }
}

/** Every coordinate is drawn by one part. */
function checkTargets(parts: readonly { readonly targets: readonly number[] }[], width: number): void {
  const drawn = parts.flatMap(({ targets }) => targets)
  exactly(width)(drawn.length, 'the number of columns that are drawn')
  columnsBelow(width)(drawn, 'the columns that are drawn')
}

function restoreUnits(units: readonly UnitRecord[], potentialsOf: (u: number) => Float64Array, arrays: Arrays): FittedUnit[] {
  const pooled = float64Array(
    arrays,
    'pooled',
    units.reduce((sum, { pooledLength }) => sum + pooledLength, 0),
    PRODUCTS
  )
  let at = 0
  return units.map((unit, u): FittedUnit => {
    const base = { targets: Uint32Array.from(unit.targets), givens: Uint32Array.from(unit.givens) }
    const potentials = potentialsOf(u)
    const { epsilon, bandwidth, pooledLength } = unit
    if (epsilon !== undefined) {
      exactly(0)(unit.givens.length + pooledLength, `the givens of meta.units[${u}], which has one bandwidth`)
      return { ...base, kind: 'root', kernel: { kind: 'fixed', epsilon }, potentials }
    }
    checkUnit(unit, `meta.units[${u}]`)
    if (!bandwidth) throw damaged(`a model with meta.units[${u}] without bandwidths`, 'epsilon or bandwidth')
    const fit = { potentials, pooled: pooled.slice(at, at + pooledLength) }
    at += pooledLength
    return { ...base, kind: 'given', bandwidth, fit }
  })
}

function restoreGroup({ targets, members, epsilon }: GroupRecord, potentials: Float64Array, field: string): FittedGroup {
  if (targets.length === 0 || !targets.every((target) => members.includes(target)))
    throw damaged(`a model with ${field} whose targets are no members`, 'targets among the members')
  return {
    targets: Uint32Array.from(targets),
    members: Uint32Array.from(members),
    kernel: { kind: 'fixed', epsilon },
    potentials
  }
}
