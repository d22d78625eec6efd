import { computed, signal } from '@preact/signals'
import { type DiffusionMapShape, type Look, PART } from '../work/diffusion-map-messages.js'
import { codeOf, commandOf, type DiffusionMapSettings, runOf, SHEET } from './diffusion-map-settings.js'
import { type Session, sessionOf } from './session.js'

/** The dot that both pictures point at, by its place among the drawn ones. */
export const pointed = signal<number | null>(null)

export const session: Session<DiffusionMapSettings, DiffusionMapShape> = sessionOf({
  name: 'diffusion-map',
  sheet: SHEET,
  choice: () => null,
  look: () => look.value,
  wanted: () => runOf(settings.value),
  commandOf,
  codeOf,
  words: {
    opened: ({ rowCount, columns }) => `${rowCount} rows, ${columns.length} columns`,
    running: 'Mapping',
    done: ({ dimension }) => `${dimension} coordinates found`
  },
  done: () => session.sendLook(),
  cleared() {
    pointed.value = null
  }
})
export const { source, settings, facts, picture, result, running, shown, change } = session

/** Columns that can be an axis or a colour. */
export const visibleColumns = computed(() =>
  (facts.value?.columns ?? []).filter(({ kind }) => kind !== 'identifier').map(({ name }) => name)
)
export const coordinates = computed(() => Array.from({ length: result.value?.dimension ?? 0 }, (_, k) => `coordinate_${k + 1}`))
/** Whether the kernel leaves the data in parts. */
export const apart = computed(() => (result.value?.componentSizes.length ?? 1) > 1)

/** What is looked at: what a person chose where that can be, else what tells most. */
export const look = computed((): Look => {
  const { x, y, right, up, colour, exclude } = settings.value
  const columns = visibleColumns.value
  const kinds = new Map(facts.value?.columns.map(({ name, kind }) => [name, kind]))
  const used = columns.filter((name) => !exclude.includes(name))
  const order = [...new Set([...used.filter((name) => /number|integer/.test(kinds.get(name)!)), ...used, ...columns])]
  const all = [...coordinates.value, ...columns]
  const pick = (name: string | null, from: readonly string[], fallback: string | undefined) =>
    name !== null && from.includes(name) ? name : (fallback ?? order[0] ?? '')
  const category = columns.find((name) => kinds.get(name) === 'category')
  const shade = apart.value ? PART : (columns.find((name) => exclude.includes(name)) ?? category ?? order[0])
  return {
    x: pick(x, all, coordinates.value[0]),
    y: pick(y, all, coordinates.value[1] ?? order[0]),
    right: pick(right, columns, order[0]),
    up: pick(up, columns, order[1]),
    colour: pick(colour, apart.value ? [...all, PART] : all, shade)
  }
})
