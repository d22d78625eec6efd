import { type ReadonlySignal, signal } from '@preact/signals'
import type { FunctionComponent } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import type { Activity } from '../state/activity.js'
import type { Besides, Given } from '../state/sheet.js'

export interface OptionsProps {
  readonly activity: Activity
  readonly session: {
    readonly settings: ReadonlySignal<Besides>
    readonly change: (part: Partial<Besides>) => void
    readonly source: ReadonlySignal<{ readonly name: string } | null>
    readonly reading: ReadonlySignal<Given>
    readonly readAs: (read: Given) => void
    readonly facts: ReadonlySignal<{ readonly columns: readonly { readonly name: string }[] } | null>
  }
}

export interface ReadingProps {
  /** Of the file. */
  readonly name: string
  readonly read: Given
  readonly set: (read: Given) => void
}

/** Whether anybody has opened it, and the form once it is there: the page fetches it. */
export const wanted = signal(false)
export const form = signal<FunctionComponent<OptionsProps> | null>(null)
/** What a file that could not be read is read with, once it is there. */
export const readingForm = signal<FunctionComponent<ReadingProps> | null>(null)

/** All options of the command that have no control of their own: their descriptions are fetched when they are first opened. */
export function AllOptions(props: OptionsProps) {
  const { fit, draw } = props.session.settings.value
  const count = Object.keys(fit).length + Object.keys(draw).length
  const details = useRef<HTMLDetailsElement>(null)
  const Form = form.value
  // What an address has set is to be seen.
  useEffect(() => {
    if (count > 0) details.current!.open = true
  }, [])
  return (
    <details
      ref={details}
      class="options"
      onToggle={({ currentTarget }) => {
        if (currentTarget.open) wanted.value = true
      }}
    >
      <summary>All options{count > 0 && `, ${count} set`}</summary>
      {Form ? <Form {...props} /> : <p class="soft">reading …</p>}
    </details>
  )
}
