import { countText } from '@sbridge/core/internal'
import { apart, change, facts, look, running, session, settings, visibleColumns } from '../../state/diffusion-map.js'
import { PART } from '../../work/diffusion-map-messages.js'
import { Columns, Table } from '../columns.js'
import { SelectField } from '../fields.js'

/** Which columns the map is told, and which one colours it. */
export function Choose() {
  const { columns, rowCount } = facts.value!
  const { exclude } = settings.value
  const used = visibleColumns.value.filter((name) => !exclude.includes(name))
  const words = `${countText(rowCount)} rows, ${used.length} of ${columns.length} columns in the map`
  return (
    <Table session={session} words={words}>
      <SelectField
        label="Colour"
        value={look.value.colour}
        options={[...visibleColumns.value, ...(apart.value ? [PART] : [])]}
        set={(colour) => change({ colour })}
      />
      <Columns
        verb="Map"
        columns={columns.map(({ name, kind, summary }) => ({ name, summary: kind === 'identifier' ? 'an identifier' : summary }))}
        usable={visibleColumns.value}
        used={used}
        disabled={running.value}
        leaveOut={(exclude) => change({ exclude })}
      />
    </Table>
  )
}
