import { useId } from 'preact/hooks'
import { formatCount } from './words.js'

interface NumberFieldProps {
  readonly label: string
  readonly value: number
  readonly minimum: number
  readonly maximum: number
  readonly set: (value: number) => void
}

/** A whole number; what makes no sense is put back. */
export function NumberField({ label, value, minimum, maximum, set }: NumberFieldProps) {
  const id = useId()
  const commit = (event: Event) => {
    const input = event.currentTarget as HTMLInputElement
    const typed = input.valueAsNumber
    if (Number.isInteger(typed) && typed >= minimum && typed <= maximum) {
      if (typed !== value) set(typed)
    } else input.value = String(value)
  }
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <input
        id={id}
        type="number"
        min={minimum}
        max={maximum}
        step={1}
        value={value}
        onChange={commit}
        title={`${formatCount(minimum)} to ${formatCount(maximum)}`}
      />
    </div>
  )
}

interface SelectFieldProps {
  readonly label: string
  readonly value: string
  readonly options: readonly { readonly value: string; readonly label: string }[]
  readonly set: (value: string) => void
  readonly disabled?: boolean
}

export function SelectField({ label, value, options, set, disabled = false }: SelectFieldProps) {
  const id = useId()
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <select id={id} value={value} disabled={disabled} onChange={(event) => set(event.currentTarget.value)}>
        {options.map((option) => (
          <option key={option.value} value={option.value}>
            {option.label}
          </option>
        ))}
      </select>
    </div>
  )
}
