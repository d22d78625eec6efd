export interface AxisSelectParts {
  readonly axis: 'x' | 'y'
  readonly label?: string
  readonly value: string
  readonly names: readonly string[]
  readonly choose: (name: string) => void
  readonly disabled?: boolean
}

/** The column on an axis, behind an arrow that says which axis it is. */
export function AxisSelect({ axis, label, value, names, choose, disabled = false }: AxisSelectParts) {
  return (
    <label class={`axis-select ${axis}`}>
      <span aria-hidden="true">{axis === 'x' ? '→' : '↑'}</span>
      <select
        aria-label={label ?? (axis === 'x' ? 'Column to the right' : 'Column upwards')}
        value={value}
        disabled={disabled}
        onChange={(event) => choose(event.currentTarget.value)}
      >
        {names.map((name) => (
          <option key={name} value={name}>
            {name}
          </option>
        ))}
      </select>
    </label>
  )
}
