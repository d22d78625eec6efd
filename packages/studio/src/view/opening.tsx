import { thumbnails } from 'virtual:thumbnails'
import { EXAMPLES, type Example } from '../../examples.js'
import type { Activity } from '../state/activity.js'
import { opening, openTable } from '../state/page.js'
import type { Fault } from '../work/messages.js'

const ACCEPTED = '.csv,.tsv,.json,.jsonl,.ndjson,.parquet,.arrow,.feather,.npy,.npz'

interface OpeningProps {
  readonly activity: Activity
  readonly title: string
  readonly lead: string
  /** What the table has to be. */
  readonly drop: string
  /** Name of the file that the address means, if any. */
  readonly awaited: string | null
  /** What the table that is open lacks for this activity. */
  readonly lacking: Fault | null
  readonly openFile: (file: File) => void
  readonly openExample: (example: Example) => void
}

/** The page of an activity where a table is picked. */
export function Opening({ activity, title, lead, drop, awaited, lacking, openFile, openExample }: OpeningProps) {
  const pick = (event: Event) => {
    const file = (event.currentTarget as HTMLInputElement).files?.[0]
    if (file) openFile(file)
  }
  return (
    <main class="start">
      <h1>{title}</h1>
      <p class="lead">{lead}</p>
      {lacking && <Lacking {...lacking} />}
      <label class="drop" aria-busy={opening.value}>
        <input type="file" accept={ACCEPTED} onChange={pick} disabled={opening.value} />
        <strong>{opening.value ? 'Reading …' : awaited ? `Drop ${awaited} again` : drop}</strong>
        <span>or pick a file: CSV, TSV, JSON, Parquet, Arrow, NPY, NPZ</span>
      </label>
      <h2 class="small">or look at one of these</h2>
      <ul class="examples">
        {EXAMPLES.filter((example) => example.activity === activity).map((example) => (
          <li key={example.file}>
            <button type="button" onClick={() => openExample(example)} disabled={opening.value}>
              <svg viewBox="0 0 120 72" aria-hidden="true">
                <path d={thumbnails[example.file]} />
              </svg>
              <strong>{example.title}</strong>
              <span>{example.sentence}</span>
            </button>
          </li>
        ))}
      </ul>
    </main>
  )
}

/** The open table is of no use here, and stays as it is elsewhere. */
function Lacking({ got, expected, remedy }: Fault) {
  return (
    <div class="fault lacking" role="alert">
      <p>
        <strong>
          {openTable.value?.source.name}: got {got}.
        </strong>{' '}
        Expected {expected}. Try {remedy}. The table stays open in the other activities.
      </p>
    </div>
  )
}
