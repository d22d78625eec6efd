import { computed } from '@preact/signals'
import { counted } from '@sbridge/core/internal'
import { type DiffusionMapShape, type Look, PART } from '../work/diffusion-map-messages.js'
import { codeOf, commandOf, type DiffusionMapSettings, runOf, SHEET } from './diffusion-map-settings.js'
import { numbersFirst, pick, visibleNames } from './looks.js'
import { rowsSession } from './rows.js'

export const { session, pointed } = rowsSession<DiffusionMapSettings, DiffusionMapShape>({
  name: 'diffusion-map',
  sheet: SHEET,
  look: (): Look => look.value,
  runOf,
  commandOf,
  codeOf,
  words: { running: 'Mapping', done: ({ dimension }) => `${counted(dimension, 'coordinate')} found` }
})
export const { source, settings, facts, picture, result, running, shown, change } = session

/** Columns that can be an axis or a colour. */
export const visibleColumns = computed(() => visibleNames(facts.value))
export const coordinates = computed(() => result.value?.added ?? [])
/** Whether the kernel leaves the data in parts. */
export const apart = computed(() => (result.value?.componentSizes.length ?? 1) > 1)

/** What a dot can be coloured by. */
export const columns = computed(() => [...visibleColumns.value, ...coordinates.value, ...(apart.value ? [PART] : [])])

/** What is looked at: what a person chose where that can be, else what tells most. */
export const look = computed((): Look => {
  const { x, y, right, up, colour, exclude } = settings.value
  const names = visibleColumns.value
  const used = names.filter((name) => !exclude.includes(name))
  const order = numbersFirst(facts.value, used, names)
  const all = [...coordinates.value, ...names]
  const category = facts.value?.columns.find(({ kind }) => kind === 'category')?.name
  const shade = apart.value ? PART : (names.find((name) => exclude.includes(name)) ?? category ?? order[0])
  return {
    x: pick(x, all, coordinates.value[0] ?? order[0]),
    y: pick(y, all, coordinates.value[1] ?? order[0]),
    right: pick(right, names, order[0]),
    up: pick(up, names, order[1] ?? order[0]),
    colour: pick(colour, columns.value, shade)
  }
})
