import { batch, effect, signal } from '@preact/signals'
import { type Activity, activityIn, partsOf, setPlace, withoutActivity } from './activity.js'
import { forget, remember as rememberStep } from './history.js'
import { beLed } from './navigation.js'
import { settable } from './options.js'
import {
  type Fault,
  faults,
  faultWords,
  fetchExample,
  keepTable,
  type OpenTable,
  openedBefore,
  opening,
  openTable,
  refuse,
  type Source,
  said,
  sourceIn,
  tell,
  unread
} from './page.js'
import { fromAddress, GIVEN, type Given, type Sheet, same, toAddress, usualOf } from './sheet.js'

export type Why = 'changed' | 'undone' | 'led'

/** What an activity says of its table and settings. */
export interface TableRules<S extends object> {
  readonly name: Activity
  readonly sheet: Sheet<S>
  /** Another table, or none, is open: what was made of the one before is gone. */
  readonly taken: () => void
  /** Settings have changed, by a person, by undoing or by an address. */
  readonly changed: (before: S, why: Why) => void
  /** Settings that a change leaves without sense are taken back with it. */
  readonly tidied?: (now: S, before: S) => S
  /** What stands in the address besides, and what an address says of it. */
  readonly beside?: () => readonly (readonly [string, string])[]
  readonly led?: (parts: URLSearchParams) => void
}

export type Tables<S extends object> = ReturnType<typeof tablesOf<S>>

/** The table of an activity, and settings that are undone and stand in the address. */
export function tablesOf<S extends object>(rules: TableRules<S>) {
  const { name, sheet } = rules
  settable[name] = sheet as never
  const usual = usualOf(sheet)
  const source = signal<Source | null>(null)
  const settings = signal<S>(usual)
  /** How the file is read, where that is not found. */
  const reading = signal<Given>({})
  /** What the open table lacks for this activity. */
  const lacking = signal<Fault | null>(null)
  /** Name of the file that the address means, while the page does not have it. */
  const awaited = signal<string | null>(null)
  /** What the address says of a file that the page does not have. */
  let meantBy = new URLSearchParams()
  let held: OpenTable | null = null
  /** Whether the table was open already when it was taken up, and otherwise what was here before it. */
  let entered = false
  let before: { readonly table: OpenTable; readonly settings: S } | null = null
  /** What was open in another activity before it. */
  let elsewhere: OpenTable | null = null

  const put = (table: OpenTable | null, kept: S): void => {
    held = table
    forget(name)
    batch(() => {
      openTable.value = table
      source.value = table?.source ?? null
      settings.value = kept
      reading.value = table?.read ?? {}
      unread.value = null
      lacking.value = null
      awaited.value = null
      faults.value = []
      opening.value = table !== null
      rules.taken()
    })
  }
  const open = (table: OpenTable, kept: S): void => {
    entered = openTable.peek() === table
    before = entered ? null : held && source.peek() && { table: held, settings: settings.peek() }
    elsewhere = openTable.peek()
    // What was said of another file stays said.
    const told = entered ? faults.peek() : []
    keepTable(table)
    put(table, kept)
    faults.value = told
  }
  const openAs = (table: OpenTable, parts: URLSearchParams, part: Partial<S> = {}): void => {
    const told: Fault[] = []
    const brought = fromAddress(sheet, parts, (one) => told.push(one))
    const read = GIVEN.read(parts.getAll('read'), (one) => one()) as Given
    open(parts.has('read') ? { ...table, read } : table, { ...brought, ...part })
    told.forEach(tell)
    rules.led?.(parts)
  }
  const close = (): void => put(null, usual)
  const goTo = (next: S, why: Why): void => {
    const from = settings.value
    batch(() => {
      settings.value = next
      if (why === 'undone') said.value = 'Undone'
      rules.changed(from, why)
    })
  }
  const change = (part: Partial<S>, remember: boolean, why: Why): void => {
    const from = settings.value
    if (remember) rememberStep(name, () => goTo(from, 'undone'))
    const next = { ...from, ...part }
    goTo(rules.tidied?.(next, from) ?? next, why)
  }
  const fetched = async (file: string, opened: (table: OpenTable) => void): Promise<void> => {
    const example = await fetchExample(file)
    if (example) opened(example)
  }
  const visit = (parts: URLSearchParams, fresh: boolean): void => {
    const meant = sourceIn(parts)
    const known = meant && openedBefore(meant)
    // A newer file of the same name that was opened elsewhere takes the place of the one at hand.
    if (held && known === held) {
      openTable.value = held
      if (fresh && source.peek()) {
        faults.value = []
        const brought = fromAddress(sheet, parts, tell)
        if (!same(brought, settings.peek())) change(brought, true, 'led')
      }
      rules.led?.(parts)
      return
    }
    if (known) openAs(known, parts)
    else if (meant?.kind === 'example') void fetched(meant.name, (table) => openAs(table, parts))
    else {
      if (held || openTable.peek()) close()
      rules.led?.(parts)
      awaited.value = meant?.name ?? null
      meantBy = parts
    }
  }
  effect(() => {
    // A table that may yet be refused has no place.
    if (opening.value) return
    const from = source.value ?? (lacking.value && held?.source)
    const parts = from
      ? [
          [from.kind, from.name],
          ...GIVEN.write(reading.value).map((text) => ['read', text]),
          ...toAddress(sheet, settings.value),
          ...(rules.beside?.() ?? [])
        ]
      : []
    const place = from ? new URLSearchParams(parts as string[][]).toString() : awaited.value === null ? '' : withoutActivity(meantBy)
    setPlace(name, place)
  })
  beLed(name, visit)

  return {
    source,
    settings,
    lacking,
    awaited,
    held: (): OpenTable | null => held,
    reading,
    /** Reads the same file otherwise. */
    readAs: (read: Given): void => open({ ...held!, read }, settings.peek()),
    change: (part: Partial<S>, { remember } = { remember: true }): void => change(part, remember, 'changed'),
    openFile(file: File, part: Partial<S> = {}): void {
      const parts = partsOf(location.hash)
      const table: OpenTable = { blob: file, source: { kind: 'file', name: file.name } }
      if (activityIn(parts) === name && same(sourceIn(parts), table.source)) openAs(table, parts, part)
      else open(table, { ...usual, ...part })
    },
    openExample: (file: string, part: Partial<S> = {}): Promise<void> => fetched(file, (table) => open(table, { ...usual, ...part })),
    /** Takes up the table that is open, unless it is at hand already. */
    enter(): void {
      if (opening.value || openTable.value === held) return
      if (openTable.value) open(openTable.value, usual)
      else close()
    },
    /** Back to the page where a table is picked. */
    close,
    /** The table that was read cannot be used here. One that is open elsewhere stays open there; in the place of a new one comes the one before. */
    unusable(found: Fault): void {
      if (entered) {
        batch(() => {
          source.value = null
          opening.value = false
          lacking.value = found
          said.value = faultWords(found)
        })
        return
      }
      // Of files of one name the one that stays open is meant, not the one that was refused.
      for (const stays of [elsewhere, before?.table]) if (stays) keepTable(stays)
      const refused = held!
      put(before?.table ?? null, before?.settings ?? usual)
      refuse(found)
      // Where the same file is open as it was read before, its options stand beside it.
      if (!same(before?.table.source, refused.source))
        unread.value = { name: refused.source.name, read: refused.read ?? {}, set: (read) => open({ ...refused, read }, usual) }
      opening.value = before !== null
      if (!before) openTable.value = elsewhere
      before = null
    }
  }
}
