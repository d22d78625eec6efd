import { thumbnails } from 'virtual:thumbnails'
import type { ComponentType } from 'preact'
import { EXAMPLES } from '../../examples.js'
import type { Activity } from '../state/activity.js'
import { opening, openTable, tell } from '../state/page.js'
import type { Session } from '../state/session.js'
import type { SystemShape } from '../work/protocol.js'
import { FaultWords } from './fault-words.js'

/** Endings of files that are read. */
export const ACCEPTED = '.csv,.tsv,.txt,.xlsx,.json,.jsonl,.ndjson,.parquet,.arrow,.feather,.npy,.npz,.gz'

/** What an activity offers the page. */
export interface ActivityPart {
  readonly View: ComponentType
  /** Takes files that were dropped together. */
  openFiles(files: readonly File[]): void
  /** Takes up the table that is open. */
  enter(): void
}

/** The file that was picked. The input forgets it: browsers say nothing of one that is picked again after it was put right. */
export function picked({ currentTarget }: Event): File | undefined {
  const input = currentTarget as HTMLInputElement
  const file = input.files?.[0]
  input.value = ''
  return file
}

interface ActivityViews<S> {
  readonly activity: Activity
  /** The page where a table is picked: its title, what for, and what the table has to be. */
  readonly title: string
  readonly lead: string
  readonly drop: string
  /** Takes two tables at once, where there is use for two. */
  readonly openBoth?: (one: File, other: File) => void
  /** What is asked of its examples at first. */
  readonly first?: Partial<S>
  /** The table, its picture, what is asked for; and what came of it, below. */
  readonly Table: ComponentType
  readonly Stage: ComponentType
  readonly Settings: ComponentType
  readonly Results: ComponentType
}

/** An activity on a table: a page where the table is picked, and one where it is worked with. */
export function activityOf<S extends object, A extends SystemShape>(session: Session<S, A>, views: ActivityViews<S>): ActivityPart {
  const { activity, openBoth, Table, Stage, Settings, Results } = views
  const { facts, enter, openFile } = session
  const View = () =>
    facts.value ? (
      <main class={activity}>
        <div class="bench">
          <Table />
          <Stage />
          <Settings />
        </div>
        <Results />
      </main>
    ) : (
      <Opening session={session} views={views} />
    )
  const openFiles = (files: readonly File[]) => {
    const [one, other] = files
    const taken = openBoth && other ? [one!, other] : [one!]
    if (openBoth && other) openBoth(one!, other)
    else openFile(one!)
    if (files.length > taken.length)
      tell({
        got: `${files.length} files at once`,
        expected: openBoth ? 'two tables' : 'one table',
        remedy: `the others by themselves: ${taken.map(({ name }) => name).join(' and ')} ${taken.length === 1 ? 'was' : 'were'} taken`
      })
  }
  return { View, enter, openFiles }
}

function Opening<S extends object, A extends SystemShape>({ session, views }: { session: Session<S, A>; views: ActivityViews<S> }) {
  const { awaited, lacking, openFile, openExample } = session
  const { activity, title, lead, drop, first } = views
  const pick = (event: Event) => {
    const file = picked(event)
    if (file) openFile(file)
  }
  return (
    <main class="start">
      <h1>{title}</h1>
      <p class="lead">{lead}</p>
      {/* The open table is of no use here, and stays as it is elsewhere. */}
      {lacking.value && (
        <div class="fault lacking" role="alert">
          <p>
            <FaultWords {...lacking.value} file={openTable.value?.source.name} /> The table stays open in the other activities.
          </p>
        </div>
      )}
      <label class="drop" aria-busy={opening.value}>
        <input type="file" accept={ACCEPTED} onChange={pick} disabled={opening.value} />
        <strong>{opening.value ? 'Reading …' : awaited.value ? `Drop ${awaited.value} again` : drop}</strong>
        <span>or pick a file: CSV, TSV, Excel, JSON, Parquet, Arrow, NPY, NPZ</span>
      </label>
      <h2 class="small">or look at one of these</h2>
      <ul class="examples">
        {EXAMPLES.filter((example) => example.activity === activity || example.also?.includes(activity)).map(
          ({ file, title, sentence }) => (
            <li key={file}>
              <button type="button" onClick={() => void openExample(file, first)} disabled={opening.value}>
                <svg viewBox="0 0 120 72" aria-hidden="true">
                  <path d={thumbnails[file]} />
                </svg>
                <strong>{title}</strong>
                <span>{sentence}</span>
              </button>
            </li>
          )
        )}
      </ul>
    </main>
  )
}
