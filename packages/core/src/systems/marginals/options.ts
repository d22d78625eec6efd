import { InputError } from '../../num/errors.js'
import { AUTO_OR_POSITIVE, checkField, type Field, refuseUnknown } from '../options/fields.js'
import type { Family, FamilyContext } from './family.js'

const SBB = 'Shen, Berlinghieri, Broderick, arXiv 2408.06277'
const OWN = 'mathematics.md section 11'

export const REFERENCES = ['brownian', 'smooth', 'linear', 'lotka-volterra', 'repressilator', 'gradient', 'free'] as const
/** Equations to which a smooth remainder may be added. */
export const MENDED = ['linear+smooth', 'lotka-volterra+smooth', 'repressilator+smooth'] as const
export type MendedName = (typeof MENDED)[number]
export type ReferenceName = (typeof REFERENCES)[number] | MendedName
export const ALL_REFERENCES: readonly ReferenceName[] = [...REFERENCES, ...MENDED]

export const isMended = (reference: MarginalsOptions['reference']): reference is MendedName =>
  (MENDED as readonly unknown[]).includes(reference)

/** The equation of a reference, without its remainder. */
export const equationOf = (name: MendedName): 'linear' | 'lotka-volterra' | 'repressilator' =>
  name.slice(0, -'+smooth'.length) as ReturnType<typeof equationOf>

/** Whether nothing in the snapshots tells the noise of a reference: it has no drift. */
export const driftless = (reference: MarginalsOptions['reference']): boolean => reference === 'brownian' || reference === 'smooth'

/** Snapshots, two of them between the first and the last, from which smooth velocities are told from straight lines. */
export const SMOOTH_SNAPSHOTS = 4

/** What each is for, in a line. */
export const REFERENCE_SENTENCES: Readonly<Record<(typeof REFERENCES)[number], string>> = {
  brownian: 'No drift: the plain bridge, when nothing is known and times are close.',
  smooth: 'No equation: velocities change smoothly. Four snapshots or more tell how smoothly.',
  linear: 'Drift A x + c: relaxation or rotation, a first attempt at anything.',
  'lotka-volterra': 'Predator and prey: exactly two columns, prey first.',
  repressilator: 'Three genes in a ring: three messengers, or three messengers and then their proteins.',
  gradient: 'Downhill on a smooth landscape, as cells that differentiate.',
  free: 'Any smooth field: flows that turn.'
}

/** Every option of the trajectories system, described once. */
export const marginalsFields: readonly Field[] = [
  {
    name: 'reference',
    label: 'Reference dynamics',
    kind: 'text',
    unit: '',
    range: `${ALL_REFERENCES.join(', ')}, or a module`,
    default: 'linear',
    sentence:
      'Family of reference dynamics whose parameters are learned; brownian has none and is the plain bridge, smooth has velocities that change smoothly and no equation. An equation with +smooth has a smooth remainder beside it, as large as particles that are left out ask for, or none.',
    source: SBB
  },
  {
    name: 'diffusion',
    label: 'Noise',
    kind: 'choice',
    unit: '',
    range: 'auto, additive or proportional',
    default: 'auto',
    choices: ['auto', 'additive', 'proportional'],
    sentence:
      'Whether noise has a constant size or one proportional to the state; auto is proportional for lotka-volterra and repressilator on positive data, else additive.',
    source: OWN
  },
  {
    name: 'sigma',
    label: 'Size σ of the noise',
    kind: 'numbers',
    unit: 'unit of the column (or one, if proportional) per root of the unit of time',
    range: 'auto, estimate, resolution, or numbers separated by commas: one, or one a column',
    default: 'auto',
    words: ['auto', 'estimate', 'resolution'],
    sentence:
      'Size of the noise; estimate finds it together with the parameters, by likelihood; resolution takes what the particles resolve, interval by interval. auto estimates it where the reference has a drift; brownian and smooth have none, nothing tells their noise, and auto is resolution.',
    source: 'mathematics.md sections 11 and 18'
  },
  {
    name: 'rounds',
    label: 'Most rounds of refit',
    kind: 'integer',
    unit: '',
    range: 'a whole number from 0 to 1000; 0 keeps the starting parameters',
    default: '30',
    minimum: 0,
    maximum: 1000,
    sentence: 'Most rounds of coupling and refit.',
    source: SBB
  },
  {
    name: 'tolerance',
    label: 'Converged at a change of',
    kind: 'number',
    unit: '',
    range: 'a number above 0',
    default: '0.001',
    minimum: 1e-12,
    maximum: 1,
    sentence:
      'The rounds have converged when parameters and noise change relatively by no more than this (ten times this for gradient and free fields).',
    source: OWN
  },
  {
    name: 'fitParticles',
    label: 'Particles of a snapshot in the refit',
    kind: 'integer',
    unit: 'particles',
    range: 'a whole number of at least 2',
    default: '400',
    minimum: 2,
    maximum: 1e6,
    sentence: 'Particles of each snapshot that the refit uses at most (100 for gradient and free fields); paths use all of them.',
    source: OWN
  },
  {
    name: 'intervals',
    label: 'How 95 % intervals are found',
    kind: 'choice',
    unit: '',
    range: 'sandwich, bootstrap or none',
    default: 'sandwich',
    choices: ['sandwich', 'bootstrap', 'none'],
    sentence:
      'How 95 % intervals of the parameters are found: influence of each particle on the fit, refits of resampled particles, or not at all.',
    source: OWN
  },
  {
    name: 'lengthScale',
    label: 'Smoothness of a free field',
    ...AUTO_OR_POSITIVE,
    unit: 'spreads of the particles',
    minimum: 1e-6,
    maximum: 1e6,
    sentence: 'Smoothness of a gradient or free field, or of a remainder; auto leaves out training snapshots or particles in turn.',
    source: OWN
  },
  {
    name: 'amplitude',
    label: 'Size of a free field',
    ...AUTO_OR_POSITIVE,
    unit: 'spreads an interval',
    minimum: 1e-6,
    maximum: 1e6,
    sentence: 'Prior size of a gradient or free field, or of a remainder (its ridge is the inverse square); auto as for lengthScale.',
    source: OWN
  },
  {
    name: 'frequencies',
    label: 'Random frequencies',
    kind: 'integer',
    unit: '',
    range: 'a whole number from 1 to 1000',
    default: '20',
    minimum: 1,
    maximum: 1000,
    sentence: 'Random frequencies of a gradient or free field, or of a remainder; each gives two features.',
    source: 'Rahimi, Recht, NIPS 2007'
  },
  {
    name: 'varying',
    label: 'Parameters change with time',
    kind: 'number',
    unit: 'standard deviations of the noise',
    range: 'off, auto, or a number above 0',
    default: 'off',
    words: ['off', 'auto'],
    minimum: Number.MIN_VALUE,
    sentence:
      'Whether the parameters change with time, by a step at every snapshot: a number says how far steps may move particles over an interval; auto finds it on snapshots or particles that are left out, and has constant parameters unless steps gain more than a standard error.',
    source: OWN,
    excludes: [
      { but: 'off', beside: ['by'], because: 'a table for each group' },
      ...['gradient', 'free', 'brownian', 'smooth', ...MENDED].map((reference) => ({
        but: 'off',
        beside: [`reference=${reference}`],
        because: 'a reference with named parameters, such as linear'
      }))
    ]
  }
]

/** What `fitMarginals` accepts; everything has a default. */
export interface MarginalsOptions {
  /** A built-in family, or one that the caller makes from the data's context. */
  readonly reference?: ReferenceName | ((context: FamilyContext) => Family)
  readonly diffusion?: 'auto' | 'additive' | 'proportional'
  /** `auto`, `estimate`, one number, or one a column. */
  readonly sigma?: 'auto' | 'estimate' | 'resolution' | readonly number[]
  readonly rounds?: number
  readonly tolerance?: number
  readonly fitParticles?: number
  readonly intervals?: 'sandwich' | 'bootstrap' | 'none'
  readonly lengthScale?: 'auto' | number
  readonly amplitude?: 'auto' | number
  readonly frequencies?: number
  /** Whether parameters step at snapshots: `off`, `auto`, or the size of a step. */
  readonly varying?: 'off' | 'auto' | number
  /** Snapshot times that the fit must not see. */
  readonly holdOut?: readonly number[]
}

export type ResolvedOptions = Required<MarginalsOptions>

const DEFAULTS: ResolvedOptions = {
  reference: 'linear',
  diffusion: 'auto',
  sigma: 'auto',
  rounds: 30,
  tolerance: 1e-3,
  fitParticles: 400,
  intervals: 'sandwich',
  lengthScale: 'auto',
  amplitude: 'auto',
  frequencies: 20,
  varying: 'off',
  holdOut: []
}

/** Defaults filled in, everything checked. Throws `InputError` (code `option-value` or `option-unknown`). */
export function resolveMarginalsOptions(options: MarginalsOptions = {}): ResolvedOptions {
  refuseUnknown(options, Object.keys(DEFAULTS))
  const resolved = { ...DEFAULTS, ...options }
  for (const field of marginalsFields) checkField(field, resolved[field.name as keyof ResolvedOptions])
  if (typeof resolved.reference === 'string' && !(ALL_REFERENCES as readonly string[]).includes(resolved.reference)) {
    throw refused('reference', resolved.reference, ALL_REFERENCES.join(', '))
  }
  const { sigma } = resolved
  const numbers = Array.isArray(sigma) && sigma.length > 0 && sigma.every((s) => Number.isFinite(s) && s > 0)
  if (sigma !== 'auto' && sigma !== 'estimate' && sigma !== 'resolution' && !numbers)
    throw refused('sigma', String(sigma), 'auto, estimate, resolution, or finite numbers above 0')
  if (sigma === 'estimate' && resolved.reference === 'smooth')
    throw refused(
      'sigma',
      'estimate with the reference smooth',
      'auto or numbers: particles go with their velocity, and sigma is how sharply partners are told apart'
    )
  return resolved
}

function refused(name: string, value: unknown, range: string): InputError {
  return new InputError({
    code: 'option-value',
    got: `${name} = ${String(value)}`,
    expected: range,
    try: 'leaving it out to take the default'
  })
}
