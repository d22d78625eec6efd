import { session } from '../../state/diffusion-map.js'
import { Notes } from '../columns.js'
import { openingOf } from '../opening.js'
import { TakeAway } from '../take-away.js'
import { Topics } from '../topics.js'
import { formatCount } from '../words.js'
import { Choose } from './choose.js'
import { Scatters } from './scatters.js'
import { Settings } from './settings.js'
import './diffusion-map.css'

export const { enter, openFile } = session
const { facts, result, running, save, source } = session

const Opening = openingOf(
  session,
  {
    activity: 'diffusion-map',
    title: 'The shape of the data',
    lead: 'Give a table; the slowest modes of a random walk on its rows are coordinates along the curves, sheets and clusters that they form.',
    drop: 'Drop a table here'
  },
  // The roll's own length only colours it; the first coordinate runs along the sheet, the fourth across it (between them stand overtones of the first).
  { exclude: ['along'], dimension: 4, y: 'coordinate_4', right: 'x', up: 'z', colour: 'along' }
)

export function View() {
  if (!facts.value) return <Opening />
  return (
    <main class="diffusion-map">
      <div class="bench">
        <Choose />
        <Scatters />
        <Settings />
      </div>
      {result.value && (
        <div class="results">
          <Topics topics={result.value.topics} file={source.value!.name} />
          <Notes notes={result.value.notes} />
          <Coordinates {...result.value} />
        </div>
      )}
    </main>
  )
}

/** Coordinates and model to take along. */
function Coordinates({ rowCount, dimension }: { rowCount: number; dimension: number }) {
  return (
    <TakeAway
      session={session}
      rows={`${dimension} coordinate${dimension === 1 ? '' : 's'} of ${formatCount(rowCount)} rows`}
      kind="map"
      more="Model, for new rows and the way back"
      buttons={
        <button type="button" onClick={() => save('model')} disabled={running.value}>
          Model file
        </button>
      }
    />
  )
}
