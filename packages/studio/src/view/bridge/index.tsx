import { countText } from '@sbridge/core/internal'
import { facts, fetchSecond, mappedCommand, openBoth, openSecond, result, running, session, shown, source } from '../../state/bridge.js'
import { secondName } from '../../state/bridge-settings.js'
import { activityOf } from '../activity.js'
import { Copyable } from '../copyable.js'
import { Found } from '../found.js'
import { Choose } from './choose.js'
import { Clouds } from './clouds.js'
import { Settings } from './settings.js'
import './bridge.css'

export const part = activityOf(
  {
    ...session,
    // What is dropped beside a first table is the second.
    openFile: (file) => (facts.value && !facts.value.second ? openSecond(file) : session.openFile(file)),
    async openExample(file, part) {
      await session.openExample(file, part)
      await fetchSecond()
    }
  } as typeof session,
  {
    activity: 'bridge',
    title: 'A bridge between two tables',
    lead: 'Give two tables with the same columns: whether they differ, by how much each column drifts, where rows of one would stand in the other, and what lies half way.',
    drop: 'Drop the first table here, or both',
    openBoth,
    first: { to: { kind: 'example', name: 'lumps.csv' } },
    Table: Choose,
    Stage: Clouds,
    Settings,
    Results
  }
)

function Results() {
  if (!result.value) return null
  const { fit, draw } = shown.value!
  const times = draw.at.length
  const { name } = source.value!
  const second = secondName(name, fit.to)
  return (
    <Found
      session={session}
      file={`${name} → ${second}`}
      rows={`${countText(result.value.rows)} rows between at ${times === 1 ? 'one time' : `each of ${times} times`}`}
      kind="bridge"
      report={{ kicker: 'Bridge between two tables', made: 'A bridge between two tables was computed' }}
      more="First table carried over, model, report"
      buttons={
        <button type="button" onClick={() => session.save('mapped')} disabled={running.value}>
          Mapped rows
        </button>
      }
      seed={`seed ${draw.seed}${second === fit.to ? '' : `, and the second ${name} under the name ${second}`}`}
      commands={<Copyable label="Command line of the mapped rows" text={mappedCommand.value} />}
    />
  )
}
