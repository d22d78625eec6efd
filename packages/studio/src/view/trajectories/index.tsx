import { awaited, lacking, learned, openExample, openFile, rounds, snapshots } from '../../state/trajectories.js'
import { DEFAULTS } from '../../state/trajectories-settings.js'
import { Opening } from '../opening.js'
import { Choose } from './choose.js'
import { LearnedTable, Scores } from './learned.js'
import { Player } from './player.js'
import { Settings } from './settings.js'
import { TakeAway } from './take-away.js'
import './trajectories.css'

export { enter, openFile } from '../../state/trajectories.js'

/** What is asked of an example at first: the dynamics that it came from, every second snapshot kept for judging. */
const EXAMPLE = { ...DEFAULTS, reference: 'lotka-volterra', holdOut: [1, 3, 5, 7, 9] } as const

export function View() {
  if (snapshots.value) return <Work />
  return (
    <Opening
      activity="trajectories"
      title="Paths through snapshots"
      lead="Give particles seen at several times, none of them followed; the dynamics between the times are learned and whole paths drawn through them."
      drop="Drop snapshots here"
      awaited={awaited.value}
      lacking={lacking.value}
      openFile={openFile}
      openExample={({ file }) => void openExample(file, EXAMPLE)}
    />
  )
}

function Work() {
  return (
    <main class="trajectories">
      <div class="bench">
        <Choose />
        <Player />
        <Settings />
      </div>
      {(learned.value || rounds.value) && (
        <div class="results">
          <LearnedTable />
          <Scores />
          {learned.value && <TakeAway />}
        </div>
      )}
    </main>
  )
}
