import { notesTogether } from '@sbridge/core/internal'
import type { ComponentChildren } from 'preact'
import { optionWords } from '../state/options.js'
import type { Session } from '../state/session.js'
import type { SystemShape } from '../work/protocol.js'
import { Link } from './fields.js'

interface TableProps {
  readonly session: Pick<Session<never, SystemShape>, 'source' | 'close'>
  /** What was read, in words. */
  readonly words: string
  readonly children: ComponentChildren
}

/** Over the columns, each of which is two stops of the keyboard, to what is asked for. */
function toRecipe(): void {
  const recipe = document.querySelector<HTMLElement>('.recipe')
  if (recipe) recipe.tabIndex = -1
  recipe?.focus()
}

/** The open table and what an activity makes of its columns. */
export function Table({ session: { source, close }, words, children }: TableProps) {
  return (
    <section class="data" aria-labelledby="data-heading">
      <h1 id="data-heading">{source.value!.name}</h1>
      <p class="soft">
        {words} <Link onClick={close}>another table</Link>{' '}
        <Link class="link skip" onClick={toRecipe}>
          to the settings
        </Link>
      </p>
      {children}
    </section>
  )
}

interface ColumnsProps {
  readonly label?: string
  /** What a box does with its column. */
  readonly verb?: string
  /** What is said of each: range or levels, or why it is left out; and what stands beside it. */
  readonly columns: readonly { readonly name: string; readonly summary: string; readonly beside?: ComponentChildren }[]
  /** Names of those that can be taken in, and of those that are: one always is. */
  readonly usable: readonly string[]
  readonly used: readonly string[]
  readonly disabled: boolean
  /** Names of those that are then left out. */
  readonly leaveOut: (names: readonly string[]) => void
}

/** Columns with boxes that take them in or leave them out. */
export function Columns({ label = 'Columns', verb = 'Use', columns, usable, used, disabled, leaveOut }: ColumnsProps) {
  return (
    <ul class="columns" tabIndex={columns.length > 9 ? 0 : -1} aria-label={label}>
      {columns.map(({ name, summary, beside }) => {
        const included = used.includes(name)
        return (
          <li key={name} class={included ? '' : 'left-out'}>
            <input
              type="checkbox"
              checked={included}
              disabled={disabled || !usable.includes(name) || (included && used.length === 1)}
              onChange={() => leaveOut(usable.filter((one) => used.includes(one) === (one === name)))}
              aria-label={`${verb} the column ${name}`}
            />
            <div class="name">
              <strong title={name}>{name}</strong>
              <span title={summary}>{summary}</span>
            </div>
            {beside}
          </li>
        )
      })}
    </ul>
  )
}

const FLAG = /(?<![\w-])(--[a-z]+(?:-[a-z]+)*)/

/** A sentence whose options of the command line stay in one piece at the end of a line. */
export function Sentence({ words }: { readonly words: string }) {
  return (
    <>
      {words.split(FLAG).map((part, k) =>
        k % 2 === 0 ? (
          part
        ) : (
          <span key={k} class="flag">
            {part}
          </span>
        )
      )}
    </>
  )
}

/** What a person must know before using what was found. */
export function Warnings({ warnings }: { warnings: readonly string[] }) {
  return (
    <>
      {warnings.map((warning) => (
        <p key={warning} class="warning">
          <Sentence words={warning} />
          {!warning.endsWith('.') && '.'}
        </p>
      ))}
      <Options of={warnings} />
    </>
  )
}

export function Notes({ notes }: { notes: readonly string[] }) {
  if (notes.length === 0) return null
  return (
    <>
      <ul class="notes">
        {notesTogether(notes).map((note) => (
          <li key={note}>
            <Sentence words={note} />
          </li>
        ))}
      </ul>
      <Options of={notes} />
    </>
  )
}

/** Where the page has what is advised. */
export function Options({ of }: { of: readonly string[] }) {
  const words = optionWords(of).trim()
  return words === '' ? null : (
    <p class="soft">
      <Sentence words={words} />
    </p>
  )
}
