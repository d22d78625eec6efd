import { batch, effect, type Signal, signal } from '@preact/signals'
import type { Fault } from '../work/messages.js'
import { type Activity, partsOf, setPlace, withoutActivity } from './activity.js'
import { forget, remember } from './history.js'
import { beLed, broughtBy } from './navigation.js'
import {
  brokenWorker,
  fault,
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
  sameSource,
  sourceIn
} from './page.js'

interface Rules<Settings, To, From> {
  readonly name: Exclude<Activity, 'sample'>
  readonly defaults: Settings
  /** Settings as parts of an address, and back; parts that make no sense count as absent. */
  readonly toAddress: (settings: Settings) => readonly (readonly [string, string])[]
  readonly fromAddress: (parts: URLSearchParams) => Settings
  /** The message that opens a table. */
  readonly openWith: (table: OpenTable, settings: Settings) => To
  readonly receive: (message: From) => void
  /** Settings have changed, by a person or by undoing. */
  readonly changed: (before: Settings) => void
  /** The results of the worker are gone; where a run was stopped, a new worker reads the same table. */
  readonly reset: (stopped: boolean) => void
}

/** What every activity on one table has: the table, settings that are undone and stand in the address, and one worker. */
export interface TableActivity<Settings, To> {
  readonly source: Signal<Source | null>
  readonly settings: Signal<Settings>
  change(part: Partial<Settings>): void
  openFile(file: File): void
  openExample(name: string, settings?: Settings): Promise<void>
  /** Takes up the table that is open, unless it is at hand already. */
  enter(): void
  close(): void
  send(message: To, transfer?: Transferable[]): void
  /** Stops at once whatever is being computed: the worker is ended, and a new one reads the table. */
  stop(): void
  /** The table that was read cannot be used here. One that is open elsewhere stays open there; in the place of a new one comes the one before. */
  unusable(found: Fault): void
  /** What the open table lacks for this activity. */
  readonly lacking: Signal<Fault | null>
  /** Name of the file that the address means, while the page does not have it. */
  readonly awaited: Signal<string | null>
}

export function tableActivity<Settings extends object, To, From>(rules: Rules<Settings, To, From>): TableActivity<Settings, To> {
  const { name, defaults } = rules
  const source = signal<Source | null>(null)
  const settings = signal<Settings>(defaults)
  const lacking = signal<Fault | null>(null)
  const awaited = signal<string | null>(null)
  /** What the address says of a file that the page does not have. */
  let unread = new URLSearchParams()
  let held: OpenTable | null = null
  /** Whether the table was open already when it was taken up, and otherwise what was here before it. */
  let entered = false
  let before: { readonly table: OpenTable; readonly settings: Settings } | null = null
  /** What was open in another activity before it. */
  let elsewhere: OpenTable | null = null
  let worker: Worker | undefined

  const broken = (found: Fault) =>
    batch(() => {
      rules.reset(false)
      refuse(found)
    })
  const start = (): Worker => {
    const made = new Worker(new URL('../work/activity.worker.ts', import.meta.url), { type: 'module', name })
    made.onmessage = ({ data }: MessageEvent<From>) => batch(() => rules.receive(data))
    made.onerror = (event) => broken(brokenWorker(event))
    worker = made
    return made
  }
  const send = (message: To, transfer: Transferable[] = []): void => (worker ?? start()).postMessage(message, transfer)
  const restart = (stopped = false): void => {
    worker?.terminate()
    worker = undefined
    rules.reset(stopped)
    if (held) send(rules.openWith(held, settings.value))
  }
  const put = (table: OpenTable | null, kept: Settings): void => {
    held = table
    forget(name)
    batch(() => {
      openTable.value = table
      source.value = table?.source ?? null
      settings.value = kept
      lacking.value = null
      awaited.value = null
      fault.value = null
      opening.value = table !== null
      restart()
    })
  }
  const open = (table: OpenTable, kept: Settings): void => {
    entered = openTable.peek() === table
    before = entered ? null : held && source.peek() && { table: held, settings: settings.peek() }
    elsewhere = openTable.peek()
    // What was said of another file stays said.
    const told = entered ? fault.peek() : null
    keepTable(table)
    put(table, kept)
    fault.value = told
  }
  const close = (): void => put(null, defaults)
  const unusable = (found: Fault): void => {
    if (entered)
      batch(() => {
        source.value = null
        opening.value = false
        lacking.value = found
        said.value = faultWords(found)
      })
    else {
      put(before?.table ?? null, before?.settings ?? defaults)
      refuse(found)
      opening.value = before !== null
      if (!before) openTable.value = elsewhere
      before = null
    }
  }
  const goTo = (next: Settings): void => {
    const before = settings.value
    batch(() => {
      settings.value = next
      rules.changed(before)
    })
  }
  const change = (part: Partial<Settings>): void => {
    const before = settings.value
    remember(name, () => {
      goTo(before)
      said.value = 'Undone'
    })
    goTo({ ...before, ...part })
  }
  const openExample = async (file: string, kept = defaults): Promise<void> => {
    const example = await fetchExample(file)
    if (example) open(example, kept)
  }
  const visit = (parts: URLSearchParams, fresh: boolean): void => {
    const meant = sourceIn(parts)
    if (!meant) {
      if (held || openTable.peek()) close()
      awaited.value = null
      return
    }
    if (held && sameSource(held.source, meant)) {
      openTable.value = held
      const brought = broughtBy(rules.fromAddress(parts), settings.peek())
      if (fresh && brought && source.peek()) change(brought)
      return
    }
    const known = openedBefore(meant)
    if (known) open(known, rules.fromAddress(parts))
    else if (meant.kind === 'example') void openExample(meant.name, rules.fromAddress(parts))
    else {
      if (held || openTable.peek()) close()
      awaited.value = meant.name
      unread = parts
    }
  }
  effect(() => {
    // A table that may yet be refused has no place.
    if (opening.value) return
    const from = source.value ?? (lacking.value && held?.source)
    if (from)
      setPlace(name, new URLSearchParams([[from.kind, from.name], ...rules.toAddress(settings.value).map(([a, b]) => [a, b])]).toString())
    else setPlace(name, awaited.value === null ? '' : withoutActivity(unread))
  })
  beLed(name, visit)

  return {
    source,
    settings,
    change,
    openFile(file) {
      const parts = partsOf(location.hash)
      const same = parts.get('file') === file.name && parts.get('activity') === name
      open({ blob: file, source: { kind: 'file', name: file.name } }, same ? rules.fromAddress(parts) : defaults)
    },
    openExample,
    enter() {
      if (opening.value || openTable.value === held) return
      if (openTable.value) open(openTable.value, defaults)
      else close()
    },
    close,
    send,
    stop() {
      restart(true)
      said.value = 'Stopped'
    },
    unusable,
    lacking,
    awaited
  }
}
