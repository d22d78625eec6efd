import { batch, effect, type Signal, signal } from '@preact/signals'
import type { Fault } from '../work/messages.js'
import { type Activity, activity, setPlace } from './activity.js'
import { forget, remember } from './history.js'
import { brokenWorker, fault, fetchExample, type OpenTable, opening, openTable, refuse, type Source, said } from './page.js'

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
  /** Name of the file that the address meant when the page was loaded. */
  readonly awaited: string | null
}

export function tableActivity<Settings extends object, To, From>(rules: Rules<Settings, To, From>): TableActivity<Settings, To> {
  const { name, defaults } = rules
  const source = signal<Source | null>(null)
  const settings = signal<Settings>(defaults)
  let held: OpenTable | null = null
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
  const open = (table: OpenTable, kept: Settings): void => {
    held = table
    forget(name)
    batch(() => {
      openTable.value = table
      source.value = table.source
      settings.value = kept
      fault.value = null
      opening.value = true
      restart()
    })
  }
  const close = (): void => {
    held = null
    forget(name)
    batch(() => {
      openTable.value = null
      source.value = null
      settings.value = defaults
      opening.value = false
      restart()
    })
  }
  const goTo = (next: Settings): void => {
    const before = settings.value
    batch(() => {
      settings.value = next
      rules.changed(before)
    })
  }
  const meant = new URLSearchParams(location.hash.replace(/^#/, ''))
  const own = activity.peek() === name && openTable.peek() === null
  const openExample = async (file: string, kept = defaults): Promise<void> => {
    const example = await fetchExample(file)
    if (example) open(example, kept)
  }
  const example = own ? meant.get('example') : null
  if (example !== null) void openExample(example, rules.fromAddress(meant))
  effect(() => {
    const from = source.value
    setPlace(
      name,
      from ? new URLSearchParams([[from.kind, from.name], ...rules.toAddress(settings.value).map(([a, b]) => [a, b])]).toString() : ''
    )
  })

  return {
    source,
    settings,
    change(part) {
      const before = settings.value
      remember(name, () => {
        goTo(before)
        said.value = 'Undone'
      })
      goTo({ ...before, ...part })
    },
    openFile(file) {
      const parts = new URLSearchParams(location.hash.replace(/^#/, ''))
      const same = parts.get('file') === file.name && parts.get('activity') === name
      open({ blob: file, source: { kind: 'file', name: file.name } }, same ? rules.fromAddress(parts) : defaults)
    },
    openExample,
    enter() {
      if (openTable.value === held) return
      if (openTable.value) open(openTable.value, defaults)
      else close()
    },
    close,
    send,
    stop() {
      restart(true)
      said.value = 'Stopped'
    },
    awaited: own ? meant.get('file') : null
  }
}
