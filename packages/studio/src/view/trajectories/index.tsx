import { countText } from '@sbridge/core/internal'
import { result, rounds, running, save, session, shown } from '../../state/trajectories.js'
import { activityOf } from '../activity.js'
import { TakeAway } from '../take-away.js'
import { Choose } from './choose.js'
import { Learned } from './learned.js'
import { Player } from './player.js'
import { Settings } from './settings.js'
import './trajectories.css'

export const part = activityOf(session, {
  activity: 'trajectories',
  title: 'Paths through snapshots',
  lead: 'Give particles seen at several times, none of them followed; the dynamics between the times are learned and whole paths drawn through them.',
  drop: 'Drop snapshots here',
  // The dynamics that the example came from, every second snapshot kept for judging.
  first: { reference: 'lotka-volterra', holdOut: [1, 3, 5, 7, 9] },
  Table: Choose,
  Stage: Player,
  Settings,
  Results
})

function Results() {
  if (!result.value && !rounds.value) return null
  return (
    <div class="results">
      <Learned />
      {result.value && <Paths times={result.value.times} />}
    </div>
  )
}

/** Paths, model and parameters to take along. */
function Paths({ times }: { times: number }) {
  const { rows, seed } = shown.value!.draw
  return (
    <TakeAway
      session={session}
      rows={`${countText(rows!)} paths at ${countText(times)} times`}
      kind="paths"
      report={{ kicker: 'Trajectories through snapshots', made: `${rows} trajectories at ${times} times were drawn` }}
      more="Model, report and parameters"
      buttons={
        <button type="button" onClick={() => save('parameters')} disabled={running.value}>
          Parameters, history and scores
        </button>
      }
      seed={`seed ${seed}`}
    />
  )
}
