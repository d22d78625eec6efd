// What the meta data of a model file of trajectories says, and who reads it.
import type { VelocityKernel } from '../../bridge/velocity.js'
import {
  damaged,
  dictionary,
  ending,
  exactly,
  flag,
  list,
  measured,
  number,
  optional,
  type Reader,
  record,
  text,
  whole,
  word
} from '../../model-file/reading.js'
import type { Notation } from '../../table/notation.js'
import { dateStyle, notationIn } from '../encoder-file.js'
import type { Calendar } from './calendar.js'
import { isSmooth } from './families.js'
import type { Smoothness } from './family.js'
import type { LeftOut, LeftOutScore } from './leave-one-out.js'
import type { MarginalsModel, ParameterInterval, StepFit } from './model.js'
import { ALL_REFERENCES, type ReferenceName } from './options.js'
import { type GrowingMeta, growingReaders } from './save-growing.js'
import type { Distances } from './score.js'
import type { Snapshot } from './snapshots.js'
import type { Varying } from './varying-family.js'

export interface SnapshotRecord {
  readonly time: number
  readonly count: number
}

interface HistoryRecord {
  readonly round: number
  readonly theta: readonly number[]
  readonly sigma: readonly number[]
  readonly change: number
}

/** What the meta data of a model file says besides arrays. */
export interface MarginalsMeta
  extends GrowingMeta,
    Pick<MarginalsModel, 'diffusion' | 'columnNames' | 'sigmaFrom' | 'ending' | 'couplingEndings' | 'intervals' | 'notes'> {
  readonly stepFits?: MarginalsModel['stepFits']
  readonly reference: ReferenceName
  readonly seed: number
  readonly smoothness?: Smoothness
  readonly varying?: Varying
  /** Of velocities that change smoothly; whether couplings knew of them. */
  readonly velocity?: { readonly kernel: VelocityKernel; readonly coupled: boolean }
  readonly history: readonly HistoryRecord[]
  readonly snapshots: readonly SnapshotRecord[]
  readonly heldOut: readonly SnapshotRecord[]
  readonly leftOut?: LeftOut
  readonly order: readonly string[]
  readonly emptyNames: readonly string[]
  /** Decimals of columns that have a number of them; null for those that are written in full. */
  readonly decimals: Readonly<Record<string, number>>
  readonly notations?: Readonly<Record<string, Notation>>
  readonly calendar?: Calendar
  /** What is said of columns that are no coordinates. */
  readonly columnNotes?: readonly string[]
}

const snapshotRecord = record<SnapshotRecord>({ time: number(), count: whole({ least: 2 }) })

const distances = { w1: measured, w2: measured, squaredMmd: measured, sliced: measured }
/** Of a snapshot between others, of which every baseline exists. */
const scoreRecord = record<LeftOutScore>({
  ...distances,
  time: number(),
  mmd: measured,
  straightLine: measured,
  spline: measured,
  floor: measured,
  sanity: record<LeftOutScore['sanity']>({ straightLines: record<Distances>(distances), persistence: record<Distances>(distances) })
})

/** Of particles in d coordinates. */
export function metaReader(d: number): Reader<MarginalsMeta> {
  return record<MarginalsMeta>({
    reference: word(...ALL_REFERENCES),
    seed: whole(),
    diffusion: word('additive', 'proportional'),
    columnNames: list(text, d),
    sigmaFrom: word('given', 'estimate', 'resolution'),
    ending: ending,
    couplingEndings: list(record<MarginalsModel['couplingEndings'][number]>({ ending: ending, error: measured })),
    intervals: list(record<ParameterInterval>({ name: text, estimate: measured, lower: measured, upper: measured })),
    stepFits: optional(list(record<StepFit>({ time: number(), w1: measured, floor: measured }))),
    notes: list(text),
    smoothness: optional(
      record<Smoothness>({
        lengthScale: number({ least: 1e-6, most: 1e6 }),
        amplitude: number({ least: 1e-6, most: 1e6 }),
        frequencyCount: whole({ least: 1, most: 1000 })
      })
    ),
    varying: optional(record<Varying>({ size: number({ least: 0 }), knots: list(number()), scales: list(number({ least: 0 })) })),
    velocity: optional(
      record<NonNullable<MarginalsMeta['velocity']>>({
        kernel: record<VelocityKernel>({
          shape: word('matern-1/2', 'matern-3/2', 'matern-5/2', 'oscillator'),
          rate: number({ above: 0, most: 1e150 }),
          frequency: number({ least: 0, most: 1e150 })
        }),
        coupled: flag
      })
    ),
    history: list(record<HistoryRecord>({ round: whole(), theta: list(measured), sigma: list(measured, d), change: measured })),
    snapshots: list(snapshotRecord),
    heldOut: list(snapshotRecord),
    leftOut: optional(record<LeftOut>({ scores: list(scoreRecord), notes: list(text) })),
    order: list(text),
    emptyNames: list(text),
    decimals: dictionary(whole({ least: 0, most: 400 })),
    notations: optional(dictionary(notationIn)),
    ...growingReaders,
    calendar: optional(
      record<Calendar>({
        origin: number({ least: -8.64e15, most: 8.64e15 }),
        style: dateStyle,
        source: optional(word('datetime', 'number'))
      })
    ),
    columnNotes: optional(list(text))
  })
}

/** Refuses what every field allows and all together do not. Throws `FormatError` (code `model-damaged`). */
export function checkMeta(
  { snapshots, couplingEndings, order, columnNames, emptyNames, reference, smoothness, velocity, diffusion }: MarginalsMeta,
  all: readonly Snapshot[],
  derived: readonly string[]
): void {
  whole({ least: 2 })(snapshots.length, 'meta.snapshots.length')
  exactly(snapshots.length - 1)(couplingEndings.length, 'meta.couplingEndings.length')
  for (const [k, { time }] of snapshots.entries()) if (k > 0) number({ above: snapshots[k - 1]!.time })(time, `meta.snapshots[${k}].time`)
  // One name besides those of coordinates, of what rules derive and of empty columns: that of the time column.
  const others = [...columnNames, ...emptyNames, ...derived]
  exactly(new Set(others).size + 1)(new Set(order).size, 'the names in meta.order')
  for (const name of others) word(...order)(name, 'a name in meta.columnNames or meta.emptyNames')
  exactly(order.length)(new Set(order).size, 'meta.order.length')
  if (velocity && reference !== 'smooth') throw damaged(`velocities of the reference ${reference}`, 'none')
  if (isSmooth(reference) && !smoothness) throw damaged('a smooth field without its smoothness', 'how smooth it is')
  if (diffusion === 'proportional' && all.some(({ cloud: { points } }) => points.data.some((x) => !(x > 0))))
    throw damaged('particles that are not positive under proportional noise', 'positive ones')
}
