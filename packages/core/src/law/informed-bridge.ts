import { type KernelChoice, widthsFor } from '../kernel/bandwidth.js'
import type { Engine } from '../kernel/engine.js'
import type { Watch } from '../num/iterate.js'
import { type Matrix, matrix } from '../num/matrix.js'
import { cloud } from '../space/cloud.js'
import { type Combinations, combinationsOf } from '../table/categories.js'
import { embedEncoded, takeEncoded } from '../table/encoder.js'
import { type CategoryMode, categoryMode, tablePotentials } from './category-mode.js'
import { factorGroups } from './factor-groups.js'
import { mixedBridge } from './mixed.js'
import { type LocalSource, mixedSource, plainSource, sweepSource } from './mixture.js'
import { type RowClasses, rowClasses } from './strata.js'
import { type SweepBridge, sweepBridge } from './sweep.js'
import type { TrainingRows } from './training-rows.js'

/** A bridge over a table from which informed steps are taken, at its own ε and with its own scale for every coordinate. */
export interface InformedBridge {
  /** Rows with coordinates divided by `scales`. */
  readonly training: TrainingRows
  /** [d] */
  readonly scales: Float64Array
  readonly kernel: KernelChoice
  readonly mode: CategoryMode
  /** Classes of rows, a part of the source each; bounds in the bridge's own scale. */
  readonly classes: RowClasses
  readonly source: LocalSource
  readonly sweep?: SweepBridge
}

export interface InformedBridgeRequest {
  readonly training: TrainingRows
  readonly kernel: KernelChoice
  /** How categories are drawn, where a part of a table's rows must do as the whole does; default by the rows. */
  readonly mode?: CategoryMode | undefined
  /** Whether the rows are those that match what is given. Default false. */
  readonly part?: boolean | undefined
  /** Groups of factors that hang together, where the rows are too few to tell; default by the rows. */
  readonly groups?: readonly (readonly number[])[] | undefined
  /** Coordinates whose atoms make no classes: numbers that are known, and compared as numbers. */
  readonly without?: readonly number[] | undefined
  /** Length that counts as one, by coordinate; default 1. Only for a fixed kernel. */
  readonly scales?: Float64Array
  /** Potentials, where they are known for this kernel and unit scales. */
  readonly potentials?: Float64Array
  /** A starting point for potentials. */
  readonly initial?: Float64Array
  readonly tolerance?: number
  readonly engine: Engine
  readonly watch?: Watch | undefined
}

/** Builds the bridge, and finds its potentials unless they are given. Cost about 15 kernel passes over M² pairs without them. */
export async function informedBridge(request: InformedBridgeRequest): Promise<{ bridge: InformedBridge; potentials: Float64Array }> {
  const { kernel, engine } = request
  const d = request.training.encoder.coordinateCount
  const scales = request.scales ?? new Float64Array(d).fill(1)
  const { encoder, logWeights } = request.training
  const rows = { ...request.training.rows, coordinates: divideColumns(request.training.rows.coordinates, scales) }
  const training: TrainingRows = { encoder, rows, logWeights }
  const potentials = request.potentials ?? (await findPotentials(training, request))
  const logTerms = potentials.map((f, j) => f + logWeights[j]!)
  const widths = await widthsFor(kernel, rows.coordinates, engine)
  const shared = { logTerms, kernel, ...(widths ? { widths } : {}) }
  const mode = request.mode ?? categoryMode(encoder, combinationsOf(rows.codes, rows.coordinates.rows))
  const classes = scaledClasses(conditionClasses(request.training, mode, request), scales)
  const parts = mode === 'sweep' ? sweptParts(training, { ...shared, classes, groups: request.groups, engine }) : undefined
  const source =
    parts?.source ??
    (mode === 'none' && !classes.bounds
      ? plainSource({ training: cloud(rows.coordinates, logWeights), ...shared }, engine)
      : mixedParts(training, { ...shared, classes, engine }))
  return { bridge: { training, scales, kernel, mode, classes, source, ...(parts ? { sweep: parts.sweep } : {}) }, potentials }
}

interface PartsRequest {
  readonly logTerms: Float64Array
  readonly kernel: KernelChoice
  readonly widths?: Float64Array
  readonly classes: RowClasses
  readonly engine: Engine
}

/** One part a class, categories swept. */
function sweptParts(
  { encoder, rows }: TrainingRows,
  { classes, engine, groups, ...shared }: PartsRequest & Pick<InformedBridgeRequest, 'groups'>
): { sweep: SweepBridge; source: LocalSource } {
  const sweep = sweepBridge({
    ...shared,
    training: rows,
    factorCount: encoder.factors.length,
    groups: groups ?? factorGroups(rows.codes, encoder.factors.length),
    embed: (part, factors) => embedEncoded(encoder, part, factors)
  })
  return { sweep, source: sweepSource(sweep, { ...classes, rows: classes.combinations.rows }, engine) }
}

/** One part a class, categories drawn with it. */
function mixedParts({ encoder, rows }: TrainingRows, { classes, engine, ...shared }: PartsRequest): LocalSource {
  const firsts = takeEncoded(
    rows,
    classes.combinations.rows.map((members) => members[0]!)
  )
  const places = embedEncoded(encoder, { coordinates: matrix(firsts.coordinates.rows, 0), codes: firsts.codes })
  const mixed = mixedBridge({ ...shared, coordinates: rows.coordinates, ...classes, places })
  const width = encoder.factors.length
  const codes = classes.combinations.rows.map((_, g) => firsts.codes.subarray(g * width, (g + 1) * width))
  return mixedSource(mixed, codes, engine)
}

/** Classes that conditions are drawn within: each a part of a step. */
export function conditionClasses(
  training: Pick<TrainingRows, 'encoder' | 'rows'>,
  mode: CategoryMode,
  { without = [], part = false }: Pick<InformedBridgeRequest, 'without' | 'part'> = {}
): RowClasses {
  const { coordinates, codes } = training.rows
  const categories = mode === 'sweep' ? oneClass(coordinates.rows) : combinationsOf(codes, coordinates.rows)
  return rowClasses(training, categories, { without, part })
}

const oneClass = (rowCount: number): Combinations => ({
  ofRow: new Uint32Array(rowCount),
  rows: [Uint32Array.from({ length: rowCount }, (_, i) => i)]
})

/** Classes with their bounds in a bridge's own scale. */
function scaledClasses({ bounds, ...classes }: RowClasses, scales: Float64Array): RowClasses {
  return bounds ? { ...classes, bounds: { low: divideColumns(bounds.low, scales), high: divideColumns(bounds.high, scales) } } : classes
}

async function findPotentials(
  training: TrainingRows,
  { kernel, engine, tolerance, initial, watch }: InformedBridgeRequest
): Promise<Float64Array> {
  const stop = watch?.stop ? { watch: { stop: watch.stop } } : {}
  const found = await tablePotentials(training, kernel, {
    engine,
    ...(tolerance === undefined ? {} : { tolerance }),
    ...(initial ? { initial } : {}),
    ...stop
  })
  return found.potentials
}

function divideColumns(m: Matrix, scales: Float64Array): Matrix {
  if (scales.every((s) => s === 1)) return m
  return matrix(
    m.rows,
    m.cols,
    m.data.map((x, at) => x / scales[at % m.cols]!)
  )
}

/** A part of training rows, in that order; their weights are normalised by whoever uses them. */
export function takeTraining({ encoder, rows, logWeights }: TrainingRows, indices: ArrayLike<number>): TrainingRows {
  return { encoder, rows: takeEncoded(rows, indices), logWeights: Float64Array.from(indices, (i) => logWeights[i]!) }
}
