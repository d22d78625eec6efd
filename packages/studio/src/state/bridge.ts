import { computed, signal } from '@preact/signals'
import type { BridgeShape, SecondTable } from '../work/bridge-messages.js'
import { type BridgeSettings, codeOf, commandOf, mappedCommandOf, runOf, SHEET } from './bridge-settings.js'
import { numbersFirst, pick, visibleNames } from './looks.js'
import { fetchExample, type OpenTable, opening, type Source } from './page.js'
import { type Session, sessionOf } from './session.js'
import { same } from './sheet.js'

/** Second tables that were opened, so that undoing and going back ask for no file again. */
const seconds = new Map<string, SecondTable>()
let turn = 0

const placeOf = ({ kind, name }: Source): string => `${kind} ${name}`
const secondOf = (to: Source | null): SecondTable | null => (to && seconds.get(placeOf(to))) ?? null

/** Which of the times is shown, by its place among them. */
export const shownTime = signal(0)

export const session: Session<BridgeSettings, BridgeShape> = sessionOf({
  name: 'bridge',
  sheet: SHEET,
  choice: () => ({ second: secondOf(settings.value.to), read: session.reading.value }),
  look: () => look.value,
  wanted: () => runOf(settings.value),
  commandOf,
  codeOf,
  words: {
    opened: ({ rowCount, second }) => `${rowCount} rows${second ? `, and ${second.rowCount} in the second table` : ''}`,
    running: 'Bridging',
    done: ({ rows }, { draw }) => `${rows} rows at each of ${draw.at.length} times`
  },
  led: () => void fetchSecond(),
  done() {
    shownTime.value = Math.floor((shown.value!.draw.at.length - 1) / 2)
    session.sendLook()
  }
})
export const { source, settings, facts, picture, result, running, shown, change } = session

/** How to get the rows of the first table where they go. */
export const mappedCommand = computed(() =>
  shown.value && source.value ? mappedCommandOf(source.value.name, session.reread(shown.value)) : ''
)

/** Name of the second file that the settings mean, while the page does not have it. */
export const awaitedSecond = computed(() => (settings.value.to && facts.value && !facts.value.second ? settings.value.to.name : null))

/** Columns that can be an axis: those of both tables. */
export const visibleColumns = computed(() => {
  const second = facts.value?.second
  return visibleNames(facts.value).filter((name) => !second || second.common.includes(name))
})

/** What is looked at: what a person chose where that can be, else the first numbers. */
export const look = computed((): BridgeShape['look'] => {
  const names = visibleColumns.value
  const [first, second = first] = numbersFirst(facts.value, names)
  return { x: pick(settings.value.x, names, first), y: pick(settings.value.y, names, second) }
})

/** Keeps a second table. The same name may stand for other bytes. */
function keepSecond({ blob, source: to }: OpenTable): void {
  seconds.set(placeOf(to), { blob, name: to.name, turn: ++turn })
}

function takeSecond(table: OpenTable): void {
  const { source: to } = table
  keepSecond(table)
  change({ to }, { remember: !same(settings.peek().to, to) })
}

const tableOf = (file: File): OpenTable => ({ blob: file, source: { kind: 'file', name: file.name } })

export const openSecond = (file: File): void => takeSecond(tableOf(file))

/** Takes two files that come together: the first one first, unless the address says that it is the other. */
export function openBoth(one: File, other: File): void {
  const [first, second] = session.awaited.peek() === other.name ? [other, one] : [one, other]
  const table = tableOf(second)
  keepSecond(table)
  session.openFile(first, { to: table.source })
}

/** The example that the settings mean, where the page does not have it yet. */
export async function fetchSecond(): Promise<void> {
  const { to } = settings.peek()
  if (to?.kind !== 'example' || secondOf(to)) return
  const example = await fetchExample(to.name)
  opening.value = false
  if (example && same(settings.peek().to, to)) takeSecond(example)
}
