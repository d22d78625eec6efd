import { awaited, lacking, openExample, openFile } from '../state/session.js'
import { Opening } from './opening.js'

export function Start() {
  return (
    <Opening
      activity="sample"
      title="New rows of the same distribution"
      lead="Give a table; a Schrödinger bridge learns how its rows are spread and draws new ones beside them. No training, no network, no upload."
      drop="Drop a table here"
      awaited={awaited.value}
      lacking={lacking.value}
      openFile={openFile}
      openExample={({ file }) => void openExample(file)}
    />
  )
}
