import type { ModelContents } from '../../model-file/contents.js'
import {
  BANDWIDTH,
  damaged,
  expectKind,
  flag,
  list,
  measured,
  number,
  optional,
  record,
  SCALE,
  SCALED,
  sumToOne,
  text,
  whole
} from '../../model-file/reading.js'
import { donorsIn, rowsModelIn } from '../imputation/save.js'
import type { Ends } from './ends.js'
import type { DensityModel, DensitySummary, StackMember } from './model.js'
import { numberColumns } from './units.js'

/** A member as it stands in JSON, which has no infinity: one Gaussian of all rows has no bandwidth, and levels by their shares. */
interface MemberRecord {
  readonly epsilon?: number
  readonly prior: number
  readonly smoothing?: number
  readonly weight: number
  /** Left out by models from before there were ends. */
  readonly between?: boolean
}

/** Model → contents of a model file. */
export function saveDensity({ coding, kinds, learned, reading, stack, ends, denoising, outlying, summary }: DensityModel): ModelContents {
  const finite = (x: number) => (x === Number.POSITIVE_INFINITY ? undefined : x)
  const members = stack.map(({ epsilon, smoothing, ...rest }) => ({ ...rest, epsilon: finite(epsilon), smoothing: finite(smoothing) }))
  return {
    kind: 'density',
    meta: { coding, kinds, reading, stack: members, ends, denoising, outlying, summary },
    arrays: { completed: learned.completed.data, known: learned.known, weights: learned.weights }
  }
}

const memberIn = record<MemberRecord>({
  epsilon: optional(number(BANDWIDTH)),
  prior: number({ least: 0 }),
  smoothing: optional(number({ above: 0 })),
  weight: number({ above: 0, most: 1 }),
  between: optional(flag)
})

const endsIn = record<Ends>({
  number: whole({ least: 0 }),
  low: optional(number(SCALED)),
  high: optional(number(SCALED)),
  least: number(SCALED),
  most: number(SCALED),
  centre: number(SCALED),
  scale: number(SCALE)
})

const summaryIn = record<DensitySummary>({
  rowCount: whole({ least: 1 }),
  donorCount: whole({ least: 1 }),
  logLikelihood: measured,
  measure: text,
  rounded: list(record<DensitySummary['rounded'][number]>({ name: text, step: number({ above: 0 }) })),
  derived: list(text),
  notes: list(text)
})

/** Contents of a model file → model. Throws `FormatError` (codes `model-kind`, `model-damaged`) for contents that make none. */
export function loadDensity(contents: ModelContents): DensityModel {
  expectKind(contents, 'density')
  const { coding, kinds, reading } = rowsModelIn(contents)
  const {
    stack,
    ends = [],
    denoising,
    outlying,
    summary
  } = record<{
    readonly stack: readonly MemberRecord[]
    readonly ends?: readonly Ends[]
    readonly denoising: number
    readonly outlying: readonly number[]
    readonly summary: DensitySummary
  }>({
    stack: list(memberIn),
    ends: optional(list(endsIn)),
    denoising: number(BANDWIDTH),
    outlying: list(number(BANDWIDTH)),
    summary: summaryIn
  })(contents.meta, 'meta')
  const members = stack.map(
    ({ epsilon = Number.POSITIVE_INFINITY, smoothing = Number.POSITIVE_INFINITY, between = false, ...rest }): StackMember => ({
      ...rest,
      epsilon,
      smoothing,
      between
    })
  )
  sumToOne(
    members.map(({ weight }) => weight),
    'a model whose stack comes'
  )
  if (!coding.columns.some(({ carries }) => carries === 'number' || carries === 'levels'))
    throw damaged('a density of no column', 'a column')
  const numbers = numberColumns({ coding }).length
  const isEnd = ({ number, low, high, least, most }: Ends, k: number): boolean =>
    number < numbers && ends.findIndex((other) => other.number === number) === k && least <= most && !(low! >= least) && !(high! <= most)
  if (!ends.every(isEnd))
    throw damaged('ends of no number, of one twice, or within its values', 'ends around the values of a number, each once')
  const learned = donorsIn(contents, summary.donorCount, coding)
  if (!learned.weights.every((weight) => weight > 0)) throw damaged('a model with rows of no weight', 'weights above 0')
  return { coding, kinds, learned, reading, stack: members, ends, denoising, outlying, summary }
}
