import { capital, type Field, parseField } from '@sbridge/core/internal'
import type { ComponentProps } from 'preact'
import { useId } from 'preact/hooks'
import { tried } from '../work/fault.js'

/** A button that reads as a word among others. */
export const Link = (props: ComponentProps<'button'>) => <button type="button" class="link" {...props} />

/** What a control says of its field where one asks. */
const helpOf = ({ sentence, range }: Field): string => `${sentence} (${range})`

interface NumberFieldProps<T extends number | null> {
  readonly field: Field
  readonly label?: string
  readonly value: T
  readonly set: (value: T) => void
  /** What stands there while nothing is given, where the program finds a number by itself. */
  readonly auto?: string
  /** Said below it. */
  readonly found?: string
}

/** A number as its field describes it; what makes no sense is put back. */
export function NumberField<T extends number | null>({ field, label = capital(field.name), value, set, auto, found }: NumberFieldProps<T>) {
  const id = useId()
  const commit = (event: Event) => {
    const input = event.currentTarget as HTMLInputElement
    const typed = auto !== undefined && input.value.trim() === '' ? null : tried(() => parseField(field, input.value))
    if (typed === undefined) input.value = String(value ?? '')
    else if (typed !== value) set(typed as T)
  }
  return (
    <>
      <div class="field">
        <label for={id}>{label}</label>
        <input
          id={id}
          type="number"
          min={field.minimum}
          max={field.maximum}
          step={field.kind === 'integer' ? 1 : 'any'}
          placeholder={auto}
          value={value ?? ''}
          onChange={commit}
          title={helpOf(field)}
          aria-describedby={found === undefined ? undefined : `${id}-found`}
        />
      </div>
      {found !== undefined && (
        <p class="soft found" id={`${id}-found`}>
          {found}
        </p>
      )}
    </>
  )
}

interface SelectProps<T extends string> extends Pick<ComponentProps<'select'>, 'id' | 'class' | 'disabled' | 'title' | 'aria-label'> {
  readonly value: T
  readonly options: readonly (T | { readonly value: T; readonly label: string })[]
  readonly set: (value: T) => void
}

export function Select<T extends string>({ options, set, ...rest }: SelectProps<T>) {
  const named = options.map((option) => (typeof option === 'string' ? { value: option, label: option } : option))
  return (
    <select {...rest} onChange={(event) => set(event.currentTarget.value as T)}>
      {named.map(({ value, label }) => (
        <option key={value} value={value}>
          {label}
        </option>
      ))}
    </select>
  )
}

export function SelectField<T extends string>({ label, ...rest }: SelectProps<T> & { readonly label: string }) {
  const id = useId()
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <Select id={id} {...rest} />
    </div>
  )
}

interface ChoiceFieldProps<T extends string> extends Omit<SelectProps<T>, 'options'> {
  readonly field: Field
  readonly label?: string
  readonly words?: Readonly<Record<T, string>>
}

/** One of a field's choices. */
export function ChoiceField<T extends string>({ field, label = capital(field.name), words, ...rest }: ChoiceFieldProps<T>) {
  const options = (field.choices as readonly T[]).map((value) => ({ value, label: words?.[value] ?? value }))
  return <SelectField {...rest} label={label} options={options} title={helpOf(field)} />
}
