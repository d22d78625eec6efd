import { computed, signal } from '@preact/signals'
import type { FitSummary } from '@sbridge/core'
import type { Fault, Preview, ScatterFrame, Support, TableFacts } from '../work/messages.js'
import { sidesOf } from '../work/sides.js'
import { foundFor } from './bandwidth.js'
import { measured } from './measuring.js'
import type { Source } from './page.js'
import { codeOf, commandOf } from './reproduce.js'
import { DEFAULTS, type Run, runOf, type Settings } from './settings.js'
import { unplacedWords } from './unplaced.js'

export const source = signal<Source | null>(null)
export const settings = signal<Settings>(DEFAULTS)
export const facts = signal<TableFacts | null>(null)
export const frame = signal<ScatterFrame | null>(null)
export const progress = signal<{ share: number; stage: string; secondsLeft: number | null } | null>(null)
export const summary = signal<FitSummary | null>(null)
export const preview = signal<Preview | null>(null)
/** The run that the screen shows. */
export const shown = signal<Run | null>(null)
/** Why the last run was refused. */
export const runFault = signal<Fault | null>(null)
/** What the data say about the conditions or observations of the rows that are shown. */
export const support = signal<Support | null>(null)
/** Small drawings of the rows that are shown, by column. */
export const drawnBars = signal<Readonly<Record<string, readonly number[]>>>({})

/** Whether rows are being compared with the data. */
export const measuring = computed(() => measured.value !== null)
/** The bandwidth that a search found for these settings, if any. */
export const found = computed(() => foundFor(settings.value))
/** What the open table lacks to be sampled. */
export const lacking = signal<Fault | null>(null)
/** Name of the file that the address means, while the page does not have it. */
export const awaited = signal<string | null>(null)

export const running = computed(() => progress.value !== null)
export const command = computed(() => (shown.value && source.value ? commandOf(source.value.name, shown.value) : ''))
export const code = computed(() => (shown.value && source.value ? codeOf(source.value.name, shown.value) : ''))
/** What the two clouds are called. */
export const layerNames = computed(() => {
  const known = shown.value?.known
  return sidesOf(known ? (known.observe.length > 0 ? 'posterior' : 'condition') : null)
})
/** What the picture does not show, in words. */
export const unplaced = computed(() => {
  const axes = frame.value
  return axes ? unplacedWords(axes.real, shown.value && axes.synthetic, layerNames.value) : ''
})
/** Whether the settings have moved on from what the screen shows. */
export const outdated = computed(() => {
  if (!shown.value || !facts.value) return false
  return JSON.stringify(runOf(settings.value, facts.value.rowCount)) !== JSON.stringify(shown.value)
})
