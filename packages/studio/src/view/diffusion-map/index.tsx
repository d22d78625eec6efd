import { countText } from '@sbridge/core/internal'
import * as map from '../../state/diffusion-map.js'
import { activityOf } from '../activity.js'
import { Found } from '../found.js'
import { Choose } from '../rows/choose.js'
import { Scatters } from './scatters.js'
import { Settings } from './settings.js'
import './diffusion-map.css'

const { result, session } = map

export const part = activityOf(session, {
  activity: 'diffusion-map',
  title: 'The shape of the data',
  lead: 'Give a table; the slowest modes of a random walk on its rows are coordinates along the curves, sheets and clusters that they form.',
  drop: 'Drop a table here',
  // The roll's own length only colours it; the first coordinate runs along the sheet, the fourth across it (between them stand overtones of the first).
  first: { exclude: ['along'], dimension: 4, y: 'coordinate_4', right: 'x', up: 'z', colour: 'along' },
  Table: () => <Choose of={map} verb="Map" words={(rows, used, columns) => `${rows} rows, ${used} of ${columns} columns in the map`} />,
  Stage: Scatters,
  Settings,
  Results
})

function Results() {
  if (!result.value) return null
  const { rowCount, dimension } = result.value
  const rows = `${dimension} coordinate${dimension === 1 ? '' : 's'} of ${countText(rowCount)} rows`
  return (
    <Found
      session={session}
      rows={rows}
      kind="map"
      report={{ kicker: 'Diffusion map', made: `A diffusion map of ${rowCount} rows was computed` }}
      more="Model, for new rows and the way back; report"
    />
  )
}
