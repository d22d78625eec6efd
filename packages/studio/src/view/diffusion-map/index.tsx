import { countText } from '@sbridge/core/internal'
import { result, session, source } from '../../state/diffusion-map.js'
import { activityOf } from '../activity.js'
import { Notes } from '../columns.js'
import { TakeAway } from '../take-away.js'
import { Topics } from '../topics.js'
import { Choose } from './choose.js'
import { Scatters } from './scatters.js'
import { Settings } from './settings.js'
import './diffusion-map.css'

export const part = activityOf(session, {
  activity: 'diffusion-map',
  title: 'The shape of the data',
  lead: 'Give a table; the slowest modes of a random walk on its rows are coordinates along the curves, sheets and clusters that they form.',
  drop: 'Drop a table here',
  // The roll's own length only colours it; the first coordinate runs along the sheet, the fourth across it (between them stand overtones of the first).
  first: { exclude: ['along'], dimension: 4, y: 'coordinate_4', right: 'x', up: 'z', colour: 'along' },
  Table: Choose,
  Stage: Scatters,
  Settings,
  Results
})

function Results() {
  if (!result.value) return null
  const { topics, notes, rowCount, dimension } = result.value
  return (
    <div class="results">
      <Topics topics={topics} file={source.value!.name} />
      <Notes notes={notes} />
      <TakeAway
        session={session}
        rows={`${dimension} coordinate${dimension === 1 ? '' : 's'} of ${countText(rowCount)} rows`}
        kind="map"
        more="Model, for new rows and the way back"
      />
    </div>
  )
}
