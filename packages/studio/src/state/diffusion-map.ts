import { batch, computed, signal } from '@preact/signals'
import type { EmbeddingSummary, EmbedJob } from '@sbridge/core'
import { type FromDiffusionMap, type Look, type MapPicture, PART, type ToDiffusionMap } from '../work/diffusion-map-messages.js'
import type { RowFormat, TableFacts } from '../work/messages.js'
import { codeOf, commandOf, DEFAULTS, type DiffusionMapSettings, fromAddress, jobOf, toAddress } from './diffusion-map-settings.js'
import { fault, opening, refuse, said, save } from './page.js'
import { tableActivity } from './table-activity.js'

export const facts = signal<TableFacts | null>(null)
export const picture = signal<MapPicture | null>(null)
export const progress = signal<{ share: number; stage: string } | null>(null)
export const summary = signal<EmbeddingSummary | null>(null)
/** The job that the screen shows. */
export const shown = signal<EmbedJob | null>(null)
/** The dot that both pictures point at, by its place among the drawn ones. */
export const pointed = signal<number | null>(null)

export const running = computed(() => progress.value !== null)

let pending: EmbedJob | undefined

export const session = tableActivity<DiffusionMapSettings, ToDiffusionMap, FromDiffusionMap>({
  name: 'diffusion-map',
  defaults: DEFAULTS,
  toAddress,
  fromAddress,
  openWith: ({ blob, source }) => ({ kind: 'open', blob, name: source.name }),
  receive,
  changed,
  reset(stopped) {
    if (!stopped) {
      facts.value = null
      picture.value = null
    }
    clearResults()
  }
})
export const { source, settings, change, openFile, openExample, enter, close, stop, awaited, lacking } = session

/** Columns that can be an axis or a colour. */
export const visibleColumns = computed(() =>
  (facts.value?.columns ?? []).filter(({ kind }) => kind !== 'identifier').map(({ name }) => name)
)
const wanted = computed(() => jobOf(settings.value))
export const outdated = computed(() => shown.value !== null && JSON.stringify(shown.value) !== JSON.stringify(wanted.value))
export const command = computed(() => (shown.value && source.value ? commandOf(source.value.name, shown.value) : ''))
export const code = computed(() => (shown.value && source.value ? codeOf(source.value.name, shown.value) : ''))
export const coordinates = computed(() => Array.from({ length: summary.value?.dimension ?? 0 }, (_, k) => `coordinate_${k + 1}`))

/** What is looked at: what a person chose where that can be, else what tells most. */
export const look = computed((): Look => {
  const { x, y, right, up, colour, exclude } = settings.value
  const columns = visibleColumns.value
  const used = columns.filter((name) => !exclude.includes(name))
  const numbers = used.filter((name) => facts.value?.columns.some((column) => column.name === name && /number|integer/.test(column.kind)))
  const order = [...new Set([...numbers, ...used, ...columns])]
  const all = [...coordinates.value, ...columns]
  const pick = (name: string | null, from: readonly string[], fallback: string | undefined) =>
    name !== null && from.includes(name) ? name : (fallback ?? order[0] ?? '')
  const apart = (summary.value?.componentSizes.length ?? 1) > 1
  const shade = apart ? PART : (columns.find((name) => exclude.includes(name)) ?? categoryOf() ?? order[0])
  const told = pick(colour, apart ? [...all, PART] : all, shade)
  return {
    x: pick(x, all, coordinates.value[0]),
    y: pick(y, all, coordinates.value[1] ?? order[0]),
    right: pick(right, columns, order[0]),
    up: pick(up, columns, order[1]),
    colour: told
  }
})

function categoryOf(): string | undefined {
  return facts.value?.columns.find(({ kind }) => kind === 'category')?.name
}

function clearResults(): void {
  pending = undefined
  progress.value = null
  summary.value = null
  shown.value = null
  pointed.value = null
}

function changed(before: DiffusionMapSettings): void {
  const now = settings.value
  const looks = ['x', 'y', 'right', 'up', 'colour'] as const
  if (looks.some((key) => now[key] !== before[key]) || now.exclude !== before.exclude) sendLook()
}

function sendLook(): void {
  session.send({ kind: 'look', look: look.value })
}

export function run(): void {
  if (!facts.value || running.value) return
  pending = wanted.value
  const job = pending
  batch(() => {
    const next = job
    clearResults()
    pending = next
    fault.value = null
    progress.value = { share: 0, stage: 'starting' }
    said.value = 'Mapping'
  })
  session.send({ kind: 'run', job })
}

export function exportRows(format: RowFormat): void {
  session.send({ kind: 'rows', format })
}

export function exportModel(): void {
  session.send({ kind: 'model' })
}

function receive(message: FromDiffusionMap): void {
  if (message.kind === 'opened') {
    opening.value = false
    if (!facts.value) said.value = `${source.value!.name}: ${message.facts.rowCount} rows, ${message.facts.columns.length} columns`
    facts.value = message.facts
    sendLook()
  }
  if (message.kind === 'picture') {
    pointed.value = null
    picture.value = message.picture
  }
  if (message.kind === 'progress') progress.value = message
  if (message.kind === 'mapped') {
    shown.value = pending!
    pending = undefined
    progress.value = null
    summary.value = message.summary
    said.value = `${message.summary.dimension} coordinates found in ${(message.milliseconds / 1000).toFixed(1)} seconds`
    sendLook()
  }
  if (message.kind === 'file') save(message.blob, message.name)
  if (message.kind === 'refused') {
    if (message.during === 'open') {
      session.unusable(message.fault)
      return
    }
    if (message.during === 'run') clearResults()
    refuse(message.fault)
  }
}
