import { awaited, facts, held, openExample, openFile } from '../../state/trajectories.js'
import { Opening } from '../opening.js'
import { formatCount } from '../words.js'

export { enter, openFile } from '../../state/trajectories.js'

export function View() {
  if (facts.value) return <Work />
  return (
    <Opening
      activity="trajectories"
      title="Paths through snapshots"
      lead="Give particles seen at several times, none of them followed; the dynamics between the times are learned and whole paths drawn through them."
      drop="Drop snapshots here"
      awaited={awaited}
      openFile={openFile}
      openExample={({ file }) => void openExample(file)}
    />
  )
}

function Work() {
  return (
    <main>
      <h1>{held.value!.source.name}</h1>
      <p class="soft">
        {formatCount(facts.value!.rowCount)} rows, {facts.value!.columns.length} columns
      </p>
    </main>
  )
}
