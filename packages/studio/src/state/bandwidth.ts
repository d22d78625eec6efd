import { signal } from '@preact/signals'
import type { FitJob } from '@sbridge/core/internal'
import { type BandwidthCurve, parseField, searchName } from '@sbridge/core/internal'
import { tried } from '../work/fault.js'
import { tell } from './page.js'
import { FIELDS, runOf, type Settings } from './settings.js'

type Point = BandwidthCurve['curve'][number]

/** What a search found: its curve where it was made here, the number alone where an address brought it. */
export interface Found {
  readonly epsilon: number
  readonly curve: readonly Point[]
  /** The ratio that is aimed at; null where the curve is not at hand. */
  readonly target: number | null
  /** Bandwidths that were tried by hand, with the ratio that their rows turned out to have. */
  readonly tried: readonly Pick<Point, 'epsilon' | 'ratio'>[]
}

/** Searches by all that they depend on: undoing a change brings back what was found before it. */
const searches = signal<Readonly<Record<string, Found>>>({})

function note(job: FitJob, change: (before: Found | undefined) => Found): void {
  const name = searchName(job)
  searches.value = { ...searches.value, [name]: change(searches.value[name]) }
}

/** What a search found for these settings, whatever bandwidth they choose themselves. */
export function foundFor(settings: Settings): Found | null {
  return searches.value[searchName(runOf(settings, 0).fit)] ?? null
}

export function noteSearch(job: FitJob, { epsilon, curve, target }: BandwidthCurve): void {
  note(job, (before) => ({ epsilon, curve, target, tried: before?.tried ?? [] }))
}

/** A number that an address brought: it is shown, and taken where a person says so, until a search is made here. */
export function noteCarried(settings: Settings, address: URLSearchParams): void {
  const text = address.get('found')
  if (text === null || foundFor(settings)) return
  const epsilon = tried(() => parseField(FIELDS.bandwidth, text, 'found'), tell)
  if (typeof epsilon === 'number') note(runOf(settings, 0).fit, () => ({ epsilon, curve: [], target: null, tried: [] }))
}

/** The ratio that rows at a bandwidth chosen by hand turned out to have. */
export function noteTried(job: FitJob, point: { readonly epsilon: number; readonly ratio: number }): void {
  if (!searches.value[searchName(job)]) return
  note(job, (before) => ({
    ...before!,
    tried: [...before!.tried.filter(({ epsilon }) => epsilon !== point.epsilon), point].sort((a, b) => a.epsilon - b.epsilon)
  }))
}

export function forgetSearches(): void {
  searches.value = {}
}
