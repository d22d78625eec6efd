import { thumbnails } from 'virtual:thumbnails'
import type { ReadonlySignal } from '@preact/signals'
import { EXAMPLES } from '../../examples.js'
import type { Activity } from '../state/activity.js'
import { opening, openTable } from '../state/page.js'
import type { Fault } from '../work/protocol.js'
import { FaultWords } from './fault-words.js'

const ACCEPTED = '.csv,.tsv,.json,.jsonl,.ndjson,.parquet,.arrow,.feather,.npy,.npz'

interface OpeningWords {
  readonly activity: Activity
  readonly title: string
  readonly lead: string
  /** What the table has to be. */
  readonly drop: string
}

interface Tables<S> {
  readonly awaited: ReadonlySignal<string | null>
  readonly lacking: ReadonlySignal<Fault | null>
  openFile(file: File): void
  openExample(file: string, part?: Partial<S>): Promise<void>
}

/** The page of an activity where a table is picked; `first` is what is asked of its examples at first. */
export function openingOf<S>(tables: Tables<S>, { activity, title, lead, drop }: OpeningWords, first: Partial<S> = {}) {
  const { awaited, lacking, openFile, openExample } = tables
  const pick = (event: Event) => {
    const file = (event.currentTarget as HTMLInputElement).files?.[0]
    if (file) openFile(file)
  }
  return () => (
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
        <span>or pick a file: CSV, TSV, JSON, Parquet, Arrow, NPY, NPZ</span>
      </label>
      <h2 class="small">or look at one of these</h2>
      <ul class="examples">
        {EXAMPLES.filter((example) => example.activity === activity).map(({ file, title, sentence }) => (
          <li key={file}>
            <button type="button" onClick={() => void openExample(file, first)} disabled={opening.value}>
              <svg viewBox="0 0 120 72" aria-hidden="true">
                <path d={thumbnails[file]} />
              </svg>
              <strong>{title}</strong>
              <span>{sentence}</span>
            </button>
          </li>
        ))}
      </ul>
    </main>
  )
}
