import { countText } from '@sbridge/core/internal'
import { awaitedSecond, change, facts, openSecond, running, session, settings } from '../../state/bridge.js'
import { secondName } from '../../state/bridge-settings.js'
import { ACCEPTED, picked } from '../activity.js'
import { Columns, Table } from '../columns.js'
import { Link } from '../fields.js'

/** Both tables, and which of their columns the bridge is told. */
export function Choose() {
  const { columns, rowCount, second } = facts.value!
  const { exclude } = settings.value
  const usable = columns
    .filter(({ name, kind }) => kind !== 'identifier' && (!second || second.common.includes(name)))
    .map(({ name }) => name)
  const summaryOf = ({ name, kind, summary }: (typeof columns)[number]) => {
    if (kind === 'identifier') return 'an identifier'
    return usable.includes(name) ? summary : 'not in the second table'
  }
  return (
    <Table session={session} words={`${countText(rowCount)} rows in the first table`}>
      {second ? (
        <p class="second">
          <strong>{secondName(session.source.value!.name, second.name)}</strong>{' '}
          <span class="soft">
            {countText(second.rowCount)} rows in the second table <Link onClick={() => change({ to: null })}>another second table</Link>
          </span>
        </p>
      ) : (
        <Second />
      )}
      <Columns
        columns={columns.map((column) => ({ name: column.name, summary: summaryOf(column) }))}
        usable={usable}
        used={usable.filter((name) => !exclude.includes(name))}
        disabled={running.value}
        leaveOut={(exclude) => change({ exclude })}
      />
    </Table>
  )
}

function Second() {
  const pick = (event: Event) => {
    const file = picked(event)
    if (file) openSecond(file)
  }
  return (
    <label class="drop">
      <input type="file" accept={ACCEPTED} onChange={pick} />
      <strong>{awaitedSecond.value ? `Drop ${awaitedSecond.value} again` : 'Drop the second table here'}</strong>
      <span>or pick a file with the same columns</span>
    </label>
  )
}
