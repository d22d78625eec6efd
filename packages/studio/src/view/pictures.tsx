import type { Panel as Drawing } from 'sbridge/internal/report'
import { drawings } from '../state/measuring.js'
import { knownWords, layerNames, source } from '../state/sampling.js'
import { dot } from './figure.js'
import { Panel } from './panel.js'
import { colour } from './theme.js'

const UNIT = 'in percent of the rows, of numbers and times of those that have a value'
const DISTANCES =
  'KS (numbers, times) and TV (categories) say how far the two are apart, from 0 to 1; the floor is the same between two halves of the real rows'
const TOGETHER = 'r, η and V say how closely two columns go together: 0 is not at all, 1 (or −1) wholly'

/** The report's drawings: every column, and the columns that belong together. */
export function Pictures() {
  const single = drawings.value.filter((one) => one.drawings.length === 1)
  const pairs = drawings.value.filter((one) => one.drawings.length > 1)
  if (drawings.value.length === 0) return null
  const { real, synthetic } = layerNames.value
  return (
    <section class="pictures" aria-labelledby="pictures-heading">
      <h2 id="pictures-heading">Column by column</h2>
      <p class="soft key">
        <i class="real" aria-hidden="true" /> {real}, <i class="synthetic" aria-hidden="true" /> {synthetic}; {UNIT}
        <br />
        {DISTANCES}
      </p>
      <div class="panels">{single.map(panelOf)}</div>
      {pairs.length > 0 && (
        <>
          <h3>
            Columns that belong together: {real} on the left, {synthetic} on the right
          </h3>
          <p class="soft">{TOGETHER}</p>
          <div class="panels wide">{pairs.map(panelOf)}</div>
        </>
      )}
    </section>
  )
}

function panelOf(drawing: Drawing) {
  // Two drawings are headed themselves.
  const alone = drawing.drawings.length === 1
  const legend = () => (alone ? (['real', 'synthetic'] as const).map((side) => dot(colour(side), layerNames.value[side])) : [])
  const notes = () => [...(alone ? [UNIT] : []), ...knownWords()]
  return <Panel key={drawing.title} file={source.value!.name} drawing={drawing} legend={legend} notes={notes} />
}
