import { Select } from './fields.js'

interface AxisSelectProps {
  readonly axis: 'x' | 'y'
  readonly label?: string
  readonly value: string
  readonly names: readonly string[]
  readonly choose: (name: string) => void
  readonly disabled?: boolean
}

/** The column on an axis, behind an arrow that says which axis it is. */
export function AxisSelect({ axis, label, value, names, choose, disabled = false }: AxisSelectProps) {
  const words = label ?? (axis === 'x' ? 'Column to the right' : 'Column upwards')
  return (
    <div class={`axis-select ${axis}`}>
      <span aria-hidden="true">{axis === 'x' ? '→' : '↑'}</span>
      <Select aria-label={words} value={value} options={names} set={choose} disabled={disabled} />
    </div>
  )
}
