import type { ModelArray, ModelContents } from '../../model-file/container.js'
import { FormatError } from '../../num/errors.js'
import { matrix } from '../../num/matrix.js'
import type { WindowBandwidth } from '../../sampling/window.js'
import { type EncoderRecord, float64Array, recordEncoder, restoreEncoder } from '../encoder-file.js'
import { concatenated } from '../window-file.js'
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
      pooled: concatenated(pooled)
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

/** Contents of a model file → model. Throws `FormatError` (codes `model-kind`, `model-damaged`) for contents of another kind. */
export function loadLocal(contents: ModelContents): LocalModel {
  if (contents.kind !== 'local') {
    throw new FormatError({
      code: 'model-kind',
      got: `a model of kind ${contents.kind}`,
      expected: 'a model of kind local',
      try: 'the verb that wrote it'
    })
  }
  const meta = contents.meta as LocalMeta
  const { arrays } = contents
  const { summary } = meta
  return {
    encoder: restoreEncoder(meta.encoder, arrays),
    coordinates: matrix(summary.rowCount, summary.coordinateCount, float64Array(arrays, 'coordinates')),
    logWeights: float64Array(arrays, 'logWeights'),
    graph: { size: meta.neighbours.length, neighbours: meta.neighbours.map((list) => Uint32Array.from(list)) },
    parts: partsOf(meta, arrays),
    summary
  }
}

function partsOf({ units, groups, summary }: LocalMeta, arrays: Readonly<Record<string, ModelArray>>): LocalModel['parts'] {
  const all = float64Array(arrays, 'potentials')
  const allPooled = float64Array(arrays, 'pooled')
  const potentialsOf = (k: number) => all.slice(k * summary.rowCount, (k + 1) * summary.rowCount)
  if (groups) return { sweep: 'simultaneous', groups: groups.map((group, g) => restoreGroup(group, potentialsOf(g))) }
  let at = 0
  return {
    sweep: 'ordered',
    units: units!.map((unit, u): FittedUnit => {
      const base = { targets: Uint32Array.from(unit.targets), givens: Uint32Array.from(unit.givens) }
      const potentials = potentialsOf(u)
      if (unit.epsilon !== undefined) return { ...base, kind: 'root', kernel: { kind: 'fixed', epsilon: unit.epsilon }, potentials }
      const pooled = allPooled.slice(at, at + unit.pooledLength)
      at += unit.pooledLength
      return { ...base, kind: 'given', bandwidth: unit.bandwidth!, fit: { potentials, pooled } }
    })
  }
}

const restoreGroup = (group: GroupRecord, potentials: Float64Array): FittedGroup => ({
  targets: Uint32Array.from(group.targets),
  members: Uint32Array.from(group.members),
  kernel: { kind: 'fixed', epsilon: group.epsilon },
  potentials
})
