import { change, close, facts, look, running, settings, source, summary, visibleColumns } from '../../state/diffusion-map.js'
import { PART } from '../../work/diffusion-map-messages.js'
import { SelectField } from '../fields.js'
import { formatCount } from '../words.js'

/** Which columns the map is told, and which one colours it. */
export function Choose() {
  const { columns, rowCount } = facts.value!
  const { exclude } = settings.value
  const used = visibleColumns.value.filter((name) => !exclude.includes(name))
  const toggle = (name: string) => change({ exclude: exclude.includes(name) ? exclude.filter((one) => one !== name) : [...exclude, name] })
  const colours = [...visibleColumns.value, ...((summary.value?.componentSizes.length ?? 1) > 1 ? [PART] : [])]
  return (
    <section class="data" aria-labelledby="data-heading">
      <h1 id="data-heading">{source.value!.name}</h1>
      <p class="soft">
        {formatCount(rowCount)} rows, {used.length} of {columns.length} columns in the map{' '}
        <button type="button" class="link" onClick={close}>
          another table
        </button>
      </p>
      <SelectField
        label="Colour"
        value={look.value.colour}
        options={colours.map((name) => ({ value: name, label: name }))}
        set={(colour) => change({ colour })}
      />
      <ul class="columns" tabIndex={columns.length > 9 ? 0 : -1} aria-label="Columns">
        {columns.map(({ name, kind, summary: words }) => {
          const possible = kind !== 'identifier'
          const included = used.includes(name)
          return (
            <li key={name} class={included ? '' : 'left-out'}>
              <input
                type="checkbox"
                checked={included}
                disabled={running.value || !possible || (included && used.length === 1)}
                onChange={() => toggle(name)}
                aria-label={`Map the column ${name}`}
              />
              <div class="name">
                <strong title={name}>{name}</strong>
                <span title={words}>{possible ? words : 'an identifier'}</span>
              </div>
            </li>
          )
        })}
      </ul>
    </section>
  )
}
