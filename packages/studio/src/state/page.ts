import { signal } from '@preact/signals'
import type { FieldValue } from '@sbridge/core/internal'
import { missing } from '../work/fault.js'
import type { Fault } from '../work/protocol.js'

export type { Fault }

/** Options of reading, by name. */
type Read = Readonly<Record<string, FieldValue>>

/** Where a table comes from: an example's file, or a file of the person's by its name. */
export interface Source {
  readonly kind: 'example' | 'file'
  readonly name: string
}

export interface OpenTable {
  readonly blob: Blob
  readonly source: Source
  /** How its file is read, where that is not found. */
  readonly read?: Read
}

const opened = new Map<string, OpenTable>()

const placeOf = ({ kind, name }: Source): string => `${kind} ${name}`

/** A table that was opened before, so that going back to it asks for no file again. */
export function openedBefore(source: Source): OpenTable | undefined {
  return opened.get(placeOf(source))
}

/** Keeps a table that is being opened; an example that is still being fetched comes too late. */
export function keepTable(table: OpenTable): void {
  opened.set(placeOf(table.source), table)
  asked++
}

/** The newest request for a table. */
let asked = 0

/** The table that an address names. */
export function sourceIn(parts: URLSearchParams): Source | null {
  const kind = parts.has('example') ? 'example' : parts.has('file') ? 'file' : null
  return kind && { kind, name: parts.get(kind)! }
}

/** The table that is open, whatever is done with it: an activity that is entered takes it up. */
export const openTable = signal<OpenTable | null>(null)
export const opening = signal(false)
/** What went wrong, and what of an address could not be read. */
export const faults = signal<readonly Fault[]>([])
/** A file that could not be read, to be read otherwise. */
export const unread = signal<{ readonly name: string; readonly read: Read; readonly set: (read: Read) => void } | null>(null)
/** What a screen reader is told. */
export const said = signal('')

/** Fetches an example from beside the page; null where another table was asked for meanwhile, or, with a fault on the page, where there is none of that name. */
export async function fetchExample(name: string): Promise<OpenTable | null> {
  opening.value = true
  const mine = ++asked
  try {
    const reply = await fetch(new URL(`./examples/${name}`, document.baseURI))
    if (!reply.ok) throw new Error(String(reply.status))
    const blob = await reply.blob()
    return mine === asked ? { blob, source: { kind: 'example', name } } : null
  } catch {
    if (mine !== asked) return null
    opening.value = false
    tell({ got: `no example ${name}`, expected: 'one that comes with the studio', remedy: 'picking one below, or a file of yours' })
    return null
  }
}

/** Says that something went wrong, also to those who do not see it. */
export function refuse(found: Fault): void {
  opening.value = false
  faults.value = [found]
  said.value = faultWords(found)
}

/** Says something besides what is said already. */
export function tell(found: Fault): void {
  faults.value = [...faults.peek(), found]
}

export function faultWords({ got, expected, remedy }: Fault): string {
  return `Error: ${got}. Expected ${expected}. Try ${remedy}.`
}

/** Hands a file to the browser's downloads. */
export function save(content: Blob, name: string): void {
  const link = document.createElement('a')
  link.href = URL.createObjectURL(content)
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000)
  said.value = `${name} is saved`
}

/** Says that a part of the page could not be fetched. */
export function missed(error: unknown): void {
  refuse(missing(error instanceof Error ? error.message : String(error)))
}
