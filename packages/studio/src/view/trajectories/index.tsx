import { rounds, session } from '../../state/trajectories.js'
import { openingOf } from '../opening.js'
import { TakeAway } from '../take-away.js'
import { formatCount } from '../words.js'
import { Choose } from './choose.js'
import { Learned } from './learned.js'
import { Player } from './player.js'
import { Settings } from './settings.js'
import './trajectories.css'

export const { enter, openFile } = session
const { facts, result, running, save, shown } = session

const Opening = openingOf(
  session,
  {
    activity: 'trajectories',
    title: 'Paths through snapshots',
    lead: 'Give particles seen at several times, none of them followed; the dynamics between the times are learned and whole paths drawn through them.',
    drop: 'Drop snapshots here'
  },
  // The dynamics that the example came from, every second snapshot kept for judging.
  { reference: 'lotka-volterra', holdOut: [1, 3, 5, 7, 9] }
)

export function View() {
  if (!facts.value) return <Opening />
  return (
    <main class="trajectories">
      <div class="bench">
        <Choose />
        <Player />
        <Settings />
      </div>
      {(result.value || rounds.value) && (
        <div class="results">
          <Learned />
          {result.value && <Paths times={result.value.times} />}
        </div>
      )}
    </main>
  )
}

/** Paths and parameters to take along. */
function Paths({ times }: { times: number }) {
  const { rows, seed } = shown.value!.job
  return (
    <TakeAway
      session={session}
      rows={`${formatCount(rows!)} paths at ${formatCount(times)} times`}
      kind="paths"
      more="Parameters, history and scores"
      buttons={
        <button type="button" onClick={() => save('parameters')} disabled={running.value}>
          JSON
        </button>
      }
      seed={`seed ${seed}`}
    />
  )
}
