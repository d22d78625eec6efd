import type { ComponentChildren } from 'preact'
import type { Source } from '../state/page.js'
import { Link } from './fields.js'

interface TableProps {
  readonly source: Source
  /** What was read, in words. */
  readonly words: string
  /** Back to the page where a table is picked. */
  readonly close: () => void
  readonly children: ComponentChildren
}

/** The open table and what an activity makes of its columns. */
export function Table({ source, words, close, children }: TableProps) {
  return (
    <section class="data" aria-labelledby="data-heading">
      <h1 id="data-heading">{source.name}</h1>
      <p class="soft">
        {words} <Link onClick={close}>another table</Link>
      </p>
      {children}
    </section>
  )
}

export interface ColumnParts {
  readonly name: string
  /** Range or levels, or why it is left out. */
  readonly summary: string
  readonly included: boolean
  readonly disabled: boolean
  /** What its box does. */
  readonly label: string
  readonly toggle: () => void
  /** What stands beside it. */
  readonly beside?: ComponentChildren
}

/** Columns with boxes that take them in or leave them out. */
export function Columns({ label = 'Columns', columns }: { label?: string; columns: readonly ColumnParts[] }) {
  return (
    <ul class="columns" tabIndex={columns.length > 9 ? 0 : -1} aria-label={label}>
      {columns.map(({ name, summary, included, disabled, label, toggle, beside }) => (
        <li key={name} class={included ? '' : 'left-out'}>
          <input type="checkbox" checked={included} disabled={disabled} onChange={toggle} aria-label={label} />
          <div class="name">
            <strong title={name}>{name}</strong>
            <span title={summary}>{summary}</span>
          </div>
          {beside}
        </li>
      ))}
    </ul>
  )
}

/** A list of names with one more, or without it. */
export function toggled<T>(all: readonly T[], one: T): readonly T[] {
  return all.includes(one) ? all.filter((other) => other !== one) : [...all, one]
}

export function Notes({ notes }: { notes: readonly string[] }) {
  if (notes.length === 0) return null
  return (
    <ul class="notes">
      {notes.map((note) => (
        <li key={note}>{note}</li>
      ))}
    </ul>
  )
}
