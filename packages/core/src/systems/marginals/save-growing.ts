import type { ModelArray, ModelContents } from '../../model-file/contents.js'
import { type Fields, flag, float64Array, list, measured, number, optional, record, text } from '../../model-file/reading.js'
import { matrix } from '../../num/matrix.js'
import type { Fates } from './fates.js'
import type { GrowthKernel, GrowthModel, MarginalsModel } from './model.js'

/** What the meta data of a model file says of growth and fates. */
export interface GrowingMeta {
  readonly growth?: {
    readonly known: boolean
    /** Whether couplings are centred where particles go on average. */
    readonly centred: boolean
    readonly balanced: { readonly heldOut: GrowthModel['balanced']['heldOut']; readonly fates: boolean }
  }
  readonly fates?: readonly string[]
}

type Growing = Pick<MarginalsModel, 'growth' | 'fates'>

export const growingReaders: Fields<GrowingMeta> = {
  growth: optional(
    record<NonNullable<GrowingMeta['growth']>>({
      known: flag,
      centred: flag,
      balanced: record<NonNullable<GrowingMeta['growth']>['balanced']>({
        heldOut: list(record<GrowthModel['balanced']['heldOut'][number]>({ time: number(), w1: measured })),
        fates: flag
      })
    })
  ),
  fates: optional(list(text))
}

export function growingMeta({ growth, fates }: Growing): GrowingMeta {
  return {
    ...(growth && {
      growth: {
        known: growth.known,
        centred: growth.kernels !== undefined,
        balanced: { heldOut: growth.balanced.heldOut, fates: growth.balanced.fates !== undefined }
      }
    }),
    ...(fates && { fates: fates.names })
  }
}

export function growingArrays({ growth, fates }: Growing): Record<string, ModelArray> {
  const arrays: Record<string, ModelArray> = {}
  for (const [k, logOffspring] of growth?.logOffspring.entries() ?? []) {
    arrays[`interval${k}.offspring`] = logOffspring
    arrays[`interval${k}.offspringError`] = growth!.errors[k]!
    const { centres, variances } = growth!.kernels?.[k] ?? {}
    if (centres) arrays[`interval${k}.centres`] = centres.data
    if (variances) arrays[`interval${k}.variances`] = variances
  }
  for (const [name, known] of Object.entries({ fates, balancedFates: growth?.balanced.fates }))
    for (const [k, { data }] of known?.shares.entries() ?? []) arrays[`snapshot${k}.${name}`] = data
  return arrays
}

/** Growth and fates of snapshots with so many particles in so many coordinates. */
export function growingIn(
  arrays: ModelContents['arrays'],
  { growth, fates }: GrowingMeta,
  { counts, d }: { readonly counts: readonly number[]; readonly d: number }
): Growing {
  const sharesIn = (name: string): Fates => ({
    names: fates!,
    shares: counts.map((count, k) => {
      const cells = float64Array(arrays, `snapshot${k}.${name}`, count * fates!.length, { least: 0, most: 1 })
      return matrix(count, fates!.length, cells)
    })
  })
  const intervals = (name: string): Float64Array[] =>
    counts.slice(0, -1).map((count, k) => float64Array(arrays, `interval${k}.${name}`, count))
  return {
    ...(growth && {
      growth: {
        known: growth.known,
        logOffspring: intervals('offspring'),
        errors: intervals('offspringError'),
        kernels: growth.centred ? counts.slice(0, -1).map((count, k) => kernelIn(arrays, k, [count, d])) : undefined,
        balanced: { heldOut: growth.balanced.heldOut, fates: fates && growth.balanced.fates ? sharesIn('balancedFates') : undefined }
      }
    }),
    ...(fates && { fates: sharesIn('fates') })
  }
}

function kernelIn(arrays: ModelContents['arrays'], k: number, [rows, cols]: readonly [number, number]): GrowthKernel {
  const name = `interval${k}.variances`
  return {
    centres: matrix(rows, cols, float64Array(arrays, `interval${k}.centres`, rows * cols)),
    variances: name in arrays ? float64Array(arrays, name, cols, { above: 0 }) : undefined
  }
}
