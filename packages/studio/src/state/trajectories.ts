import { batch, effect, signal } from '@preact/signals'
import type { TableFacts } from '../work/messages.js'
import type { FromTrajectories, ToTrajectories } from '../work/trajectories-messages.js'
import { activity, setPlace } from './activity.js'
import { forget } from './history.js'
import { brokenWorker, fault, fetchExample, type OpenTable, opening, openTable, refuse, said } from './page.js'

export const held = signal<OpenTable | null>(null)
export const facts = signal<TableFacts | null>(null)

let worker: Worker | undefined

function start(): Worker {
  const made = new Worker(new URL('../work/activity.worker.ts', import.meta.url), { type: 'module', name: 'trajectories' })
  made.onmessage = ({ data }: MessageEvent<FromTrajectories>) => batch(() => fromWorker(data))
  made.onerror = (event) => refuse(brokenWorker(event))
  worker = made
  return made
}

function fromWorker(message: FromTrajectories): void {
  if (message.kind === 'refused') {
    close()
    refuse(message.fault)
    return
  }
  opening.value = false
  facts.value = message.facts
  said.value = `${held.value!.source.name}: ${message.facts.rowCount} rows, ${message.facts.columns.length} columns`
}

function open(table: OpenTable): void {
  worker?.terminate()
  forget('trajectories')
  batch(() => {
    held.value = table
    openTable.value = table
    facts.value = null
    fault.value = null
    opening.value = true
  })
  start().postMessage({ kind: 'open', blob: table.blob, name: table.source.name } satisfies ToTrajectories)
}

export function openFile(file: File): void {
  open({ blob: file, source: { kind: 'file', name: file.name } })
}

export async function openExample(name: string): Promise<void> {
  const example = await fetchExample(name)
  if (example) open(example)
}

function close(): void {
  worker?.terminate()
  worker = undefined
  forget('trajectories')
  batch(() => {
    held.value = null
    openTable.value = null
    facts.value = null
    opening.value = false
  })
}

/** Takes up the table that is open, unless it is at hand already. */
export function enter(): void {
  if (openTable.value === held.value) return
  if (openTable.value) open(openTable.value)
  else close()
}

effect(() => {
  const source = held.value?.source
  setPlace('trajectories', source ? new URLSearchParams([[source.kind, source.name]]).toString() : '')
})

/** The table that the address meant when the page was loaded. */
export const awaited = ((): string | null => {
  const parts = new URLSearchParams(location.hash.replace(/^#/, ''))
  if (activity.value !== 'trajectories' || openTable.value) return null
  const example = parts.get('example')
  if (example) void openExample(example)
  return parts.get('file')
})()
