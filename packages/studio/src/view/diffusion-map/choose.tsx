import { apart, change, close, facts, look, running, settings, source, visibleColumns } from '../../state/diffusion-map.js'
import { PART } from '../../work/diffusion-map-messages.js'
import { Columns, Table, toggled } from '../columns.js'
import { SelectField } from '../fields.js'
import { formatCount } from '../words.js'

/** Which columns the map is told, and which one colours it. */
export function Choose() {
  const { columns, rowCount } = facts.value!
  const { exclude } = settings.value
  const used = visibleColumns.value.filter((name) => !exclude.includes(name))
  const words = `${formatCount(rowCount)} rows, ${used.length} of ${columns.length} columns in the map`
  return (
    <Table source={source.value!} words={words} close={close}>
      <SelectField
        label="Colour"
        value={look.value.colour}
        options={[...visibleColumns.value, ...(apart.value ? [PART] : [])]}
        set={(colour) => change({ colour })}
      />
      <Columns
        columns={columns.map(({ name, kind, summary }) => {
          const included = used.includes(name)
          return {
            name,
            summary: kind === 'identifier' ? 'an identifier' : summary,
            included,
            disabled: running.value || kind === 'identifier' || (included && used.length === 1),
            label: `Map the column ${name}`,
            toggle: () => change({ exclude: toggled(exclude, name) })
          }
        })}
      />
    </Table>
  )
}
