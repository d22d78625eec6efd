import type { Source } from '../state/page.js'
import { openExample, openFile } from '../state/session.js'
import { Opening } from './opening.js'

export function Start({ expected }: { expected: Source | null }) {
  return (
    <Opening
      activity="sample"
      title="New rows of the same distribution"
      lead="Give a table; a Schrödinger bridge learns how its rows are spread and draws new ones beside them. No training, no network, no upload."
      drop="Drop a table here"
      awaited={expected?.kind === 'file' ? expected.name : null}
      openFile={openFile}
      openExample={({ file }) => void openExample(file)}
    />
  )
}
