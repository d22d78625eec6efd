import { awaited, facts, held, openExample, openFile } from '../../state/diffusion-map.js'
import { Opening } from '../opening.js'
import { formatCount } from '../words.js'

export { enter, openFile } from '../../state/diffusion-map.js'

export function View() {
  if (facts.value) return <Work />
  return (
    <Opening
      activity="diffusion-map"
      title="The shape of the data"
      lead="Give a table; the slowest modes of a random walk on its rows are coordinates along the curves, sheets and clusters that they form."
      drop="Drop a table here"
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
