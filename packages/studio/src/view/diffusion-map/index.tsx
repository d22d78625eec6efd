import { awaited, facts, lacking, openExample, openFile, summary } from '../../state/diffusion-map.js'
import { DEFAULTS } from '../../state/diffusion-map-settings.js'
import { Opening } from '../opening.js'
import { Choose } from './choose.js'
import { Scatters } from './scatters.js'
import { Settings } from './settings.js'
import { Spectrum } from './spectrum.js'
import { TakeAway } from './take-away.js'
import './diffusion-map.css'

export { enter, openFile } from '../../state/diffusion-map.js'

/** The roll's own length only colours it; the first coordinate runs along the sheet, the fourth across it (between them stand overtones of the first). */
const EXAMPLE = { ...DEFAULTS, exclude: ['along'], dimension: 4, y: 'coordinate_4', right: 'x', up: 'z', colour: 'along' } as const

export function View() {
  if (facts.value) return <Work />
  return (
    <Opening
      activity="diffusion-map"
      title="The shape of the data"
      lead="Give a table; the slowest modes of a random walk on its rows are coordinates along the curves, sheets and clusters that they form."
      drop="Drop a table here"
      awaited={awaited.value}
      lacking={lacking.value}
      openFile={openFile}
      openExample={({ file }) => void openExample(file, EXAMPLE)}
    />
  )
}

function Work() {
  return (
    <main class="diffusion-map">
      <div class="bench">
        <Choose />
        <Scatters />
        <Settings />
      </div>
      {summary.value && (
        <div class="results">
          <Spectrum />
          <TakeAway />
        </div>
      )}
    </main>
  )
}
