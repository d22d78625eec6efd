import { thumbnails } from 'virtual:thumbnails'
import { EXAMPLES } from '../../examples.js'
import { open, openExample, openFile, opening } from '../state/session.js'
import { fromAddress, type Source } from '../state/settings.js'

const ACCEPTED = '.csv,.tsv,.json,.jsonl,.ndjson,.parquet,.arrow,.feather,.npy,.npz'

export function Start({ expected }: { expected: Source | null }) {
  const awaitsFile = expected?.kind === 'file' ? expected.name : null
  const pick = (event: Event) => {
    const file = (event.currentTarget as HTMLInputElement).files?.[0]
    if (!file) return
    const { source, settings } = fromAddress(location.hash)
    if (source?.name === file.name) open(file, { kind: 'file', name: file.name }, settings)
    else openFile(file)
  }
  return (
    <main class="start">
      <h1>New rows of the same distribution</h1>
      <p class="lead">
        Give a table; a Schrödinger bridge learns how its rows are spread and draws new ones beside them. No training, no network, no
        upload.
      </p>
      <label class="drop" aria-busy={opening.value}>
        <input type="file" accept={ACCEPTED} onChange={pick} disabled={opening.value} />
        <strong>{opening.value ? 'Reading …' : awaitsFile ? `Drop ${awaitsFile} again` : 'Drop a table here'}</strong>
        <span>or pick a file: CSV, TSV, JSON, Parquet, Arrow, NPY, NPZ</span>
      </label>
      <h2 class="small">or look at one of these</h2>
      <ul class="examples">
        {EXAMPLES.map(({ file, title, sentence }) => (
          <li key={file}>
            <button type="button" onClick={() => void openExample(file)} disabled={opening.value}>
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
